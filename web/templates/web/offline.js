{% load static %}/** The pages of the gym without a connection: those that this device has shown are shown again.
 *
 * What the server says always comes first; a copy is read where it cannot be asked, is in trouble, or takes too long.
 * Signing out clears the copies, and so does signing in, for somebody else's login may have run out.
 */

const KEPT = "second-wind";
const MOST_PAGES = 40;
const PATIENCE_MS = 5_000;
const PATIENCE_AFTER_POST_MS = 30_000; // every copy may be older than what was just sent
const PAGES = /^\/(sessions\/([0-9a-f-]{36}\/)?)?$/; // asking, past sessions, a session
const DOORS = ["{% url 'sign-in' %}", "{% url 'sign-up' %}"];
const PARTS = [
  "{% static 'web/second-wind.css' %}",
  "{% static 'web/session.css' %}",
  "{% static 'web/charts.css' %}",
  "{% static 'web/ask.css' %}",
  "{% static 'web/account.css' %}",
  "{% static 'web/ask.js' %}",
  "{% static 'web/session.js' %}",
  "{% static 'web/enrichment.js' %}",
  "{% static 'web/kept.js' %}",
  "{% static 'web/timer.js' %}",
];

addEventListener("install", (event) => event.waitUntil(begin()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { method, url, headers } = event.request;
  const { origin, pathname, search } = new URL(url);
  if (origin !== location.origin) return;
  if (method !== "GET") return sent(event, pathname);
  if (search) return;
  const page = PAGES.test(pathname) && headers.get("Accept")?.includes("text/html");
  if (page || PARTS.includes(pathname)) event.respondWith(answer(event));
});

/** The parts, and the pages that were open before anybody could keep them. */
async function begin() {
  const cache = await caches.open(KEPT);
  await cache.addAll(PARTS);
  skipWaiting(); // a new release brings new parts, and a phone may not close the page for weeks
  for (const { url } of await clients.matchAll({ includeUncontrolled: true, type: "window" })) {
    const { pathname, search } = new URL(url);
    if (!PAGES.test(pathname) || search) continue;
    await fetch(url, { headers: { Accept: "text/html" } }).then((response) => keep(url, response)).catch(() => {});
  }
}

let posted = false; // since the last page that was shown

function sent(event, pathname) {
  posted = true;
  if (DOORS.includes(pathname)) event.waitUntil(caches.delete(KEPT));
}

async function answer(event) {
  const { request } = event;
  const asked = fetch(request);
  const kept = asked.then((response) => {
    if (request.mode === "navigate") posted = false;
    return keep(request.url, response.clone());
  });
  event.waitUntil(kept.catch(() => {}));
  if (request.destination === "") return asked; // a script wants news, or to know that there is none
  const copy = () => copyOf(request);
  const patience = posted ? PATIENCE_AFTER_POST_MS : PATIENCE_MS;
  const impatient = new Promise((wake) => setTimeout(wake, patience)).then(copy);
  try {
    const first = (await Promise.race([asked, impatient])) ?? (await asked);
    return first.status < 500 ? first : ((await copy()) ?? first);
  } catch (error) {
    const last = await copy();
    if (last) return last;
    throw error;
  }
}

/** What this device keeps of it, if anything; a page says of itself that it is a copy. */
async function copyOf({ url, destination }) {
  const kept = await caches.match(url, { ignoreVary: true });
  if (!kept || destination !== "document") return kept;
  const headers = new Headers(kept.headers);
  headers.delete("Content-Encoding"); // the text is no longer compressed
  headers.delete("Content-Length");
  return new Response((await kept.text()).replace('id="copy" hidden', 'id="copy"'), { headers });
}

/** The newest copy of each page, none of what is gone or not this athlete's any more; a server in trouble takes none. */
async function keep(address, response) {
  if (response.status >= 500) return;
  const cache = await caches.open(KEPT);
  if (response.ok && !response.redirected) await cache.put(address, response);
  else await cache.delete(address, { ignoreVary: true });
  const pages = (await cache.keys()).filter(({ url }) => PAGES.test(new URL(url).pathname));
  for (const oldest of pages.slice(0, -MOST_PAGES)) await cache.delete(oldest, { ignoreVary: true });
}

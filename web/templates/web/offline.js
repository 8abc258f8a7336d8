{% load static %}/** The pages of the gym without a connection: those that this device has shown are shown again.
 *
 * What the server says always comes first; a copy is read where it cannot be asked, or takes too long. Signing out
 * clears the copies.
 */

const KEPT = "second-wind";
const MOST_PAGES = 40;
const PATIENCE_MS = 5_000;
const PAGES = /^\/(sessions\/([0-9a-f-]{36}\/)?)?$/; // asking, past sessions, a session
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

addEventListener("install", (event) => event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PARTS))));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { method, url, headers } = event.request;
  const { origin, pathname, search } = new URL(url);
  if (method !== "GET" || origin !== location.origin || search) return;
  const page = PAGES.test(pathname) && headers.get("Accept")?.includes("text/html");
  if (page || PARTS.includes(pathname)) event.respondWith(answer(event.request, event));
});

async function answer(request, event) {
  const asked = fetch(request);
  event.waitUntil(asked.then((response) => keep(request.url, response.clone())).catch(() => {}));
  const copy = () => caches.match(request.url, { ignoreVary: true });
  const impatient = new Promise((wake) => setTimeout(wake, PATIENCE_MS)).then(copy);
  try {
    return (await Promise.race([asked, impatient])) ?? (await asked);
  } catch (error) {
    const kept = await copy();
    if (kept) return kept;
    throw error;
  }
}

/** The newest copy of each page, none of what is gone or not this athlete's any more; a server in trouble takes none. */
async function keep(address, response) {
  const cache = await caches.open(KEPT);
  if (response.ok) await cache.put(address, response);
  else if (response.status < 500) await cache.delete(address, { ignoreVary: true });
  const pages = (await cache.keys()).filter(({ url }) => PAGES.test(new URL(url).pathname));
  for (const oldest of pages.slice(0, -MOST_PAGES)) await cache.delete(oldest, { ignoreVary: true });
}

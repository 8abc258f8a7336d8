// The operator's overview, refreshed: asks for the part of the page that changes and mends what is shown to match it,
// so that scroll, focus and what was folded open stay. Rests while nobody looks.

const live = document.getElementById("live");
const trouble = document.getElementById("trouble");
const pause = document.getElementById("pause");
const pauseMilliseconds = 1000 * Number(live.dataset.refreshSeconds);
const patienceMilliseconds = 10_000;
let timer;

async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch(location.href, {
      headers: { "X-Fragment": "live" },
      signal: AbortSignal.timeout(patienceMilliseconds),
    });
    if (answer.redirected) throw new Error("You are signed out.");
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const fresh = document.createElement("template"); // unlike a parsed page it keeps the blanks at its start
    fresh.innerHTML = await answer.text();
    const focused = document.activeElement?.id;
    mendChildren(live, fresh.content);
    if (focused && document.activeElement === document.body) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
    trouble.textContent = "";
  } catch (error) {
    const reason = error instanceof TypeError || error.name === "TimeoutError" ? "No answer." : error.message;
    trouble.textContent = `Could not refresh at ${new Date().toLocaleTimeString()}: ${reason} Trying again.`;
  }
  schedule();
}

function schedule() {
  clearTimeout(timer);
  const rests = document.hidden || pause.getAttribute("aria-pressed") === "true";
  if (!rests) timer = setTimeout(refresh, pauseMilliseconds);
}

/** Makes the children of an element like those of a fresh one: what has an id is found again by it, the rest by place. */
function mendChildren(shown, fresh) {
  const known = new Map([...shown.children].filter((child) => child.id).map((child) => [child.id, child]));
  let next = shown.firstChild;
  for (const child of [...fresh.childNodes]) {
    const same = child.id ? known.get(child.id) : next && !next.id && next.nodeName === child.nodeName ? next : null;
    if (!same) {
      shown.insertBefore(child, next);
    } else {
      if (same === next) next = next.nextSibling;
      else shown.insertBefore(same, next);
      mend(same, child);
    }
  }
  while (next) {
    const after = next.nextSibling;
    next.remove();
    next = after;
  }
}

function mend(shown, fresh) {
  if (shown.nodeType !== Node.ELEMENT_NODE) {
    if (shown.nodeValue !== fresh.nodeValue) shown.nodeValue = fresh.nodeValue;
    return;
  }
  const kept = (name) => shown.nodeName === "DETAILS" && name === "open"; // the reader's, not ours
  for (const { name } of [...shown.attributes]) {
    if (!fresh.hasAttribute(name) && !kept(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (shown.getAttribute(name) !== value && !kept(name)) shown.setAttribute(name, value);
  }
  mendChildren(shown, fresh);
}

pause.addEventListener("click", () => {
  const paused = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", String(paused));
  if (paused) schedule();
  else refresh();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden || pause.getAttribute("aria-pressed") === "true") schedule();
  else refresh();
});
document.getElementById("by-itself").hidden = false;
schedule();

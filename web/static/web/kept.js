/** What this device remembers of the page: small values under one prefix; where nothing may be kept, nothing is. */

const PREFIX = "second-wind:";

export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // a private window, or a full one: the page works without
  }
}

/** The page's words for scripts: `say("step", { n: 1, m: 4 })`. */
export function wordsOf(page = document) {
  const words = JSON.parse(page.getElementById("words").textContent);
  return (name, places = {}) => words[name].replace(/\{(\w+)\}/g, (_, place) => places[place]);
}

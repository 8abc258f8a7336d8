/** A session at the gym: a checklist that this device remembers, the clock, and the details as they arrive. */

import { cancelEnrichment, queueForEnrichment, stateOf, subscribeToEnrichment } from "./enrichment.js";
import { keep, recall, wordsOf } from "./kept.js";
import { Timer } from "./timer.js";

const REMEMBERED_SESSIONS = 40;

/** Bring the session on this page to life; called by the page itself, and by the one that saw it being written. */
export function read(page) {
  const sessionId = page.dataset.session;
  const say = wordsOf();
  const timer = new Timer(page, sessionId, say);
  checklist(page, sessionId, say, timer);
  for (const button of page.querySelectorAll("[data-clock]")) {
    button.hidden = false;
    button.addEventListener("click", () => timer.start(JSON.parse(button.dataset.clock)));
  }
  follow(page, sessionId, say);
  actions(page, sessionId);
  const offline = page.querySelector("#offline");
  const connected = () => (offline.hidden = navigator.onLine);
  addEventListener("online", connected);
  addEventListener("offline", connected);
  connected();
  const print = page.querySelector("#print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
}

// --- the checklist ---

function checklist(page, sessionId, say, timer) {
  const boxes = [...page.querySelectorAll(".tile input")].sort((a, b) => a.dataset.turn - b.dataset.turn);
  const nameOf = (box) => {
    const card = box.closest("[data-key]");
    return `${card.dataset.key}/${[...card.querySelectorAll(".tile input")].indexOf(box)}`;
  };
  const byName = new Map(boxes.map((box) => [nameOf(box), box]));
  // In the order they were checked: what comes next follows the last one, though an earlier one was left out.
  let done = (recall("checked", {})[sessionId]?.sets ?? []).map((name) => byName.get(name)).filter(Boolean);
  for (const box of boxes) box.checked = done.includes(box);
  const progress = page.querySelector("#progress");

  const show = () => {
    const after = boxes.slice(boxes.indexOf(done.at(-1)) + 1);
    const next = done.length > 0 ? [...after, ...boxes].find((box) => !box.checked) : null;
    for (const box of boxes) box.parentElement.classList.toggle("next", box === next);
    progress.hidden = false;
    progress.querySelector("progress").value = done.length;
    progress.querySelector("span").textContent = say("sets_done", { n: done.length, m: boxes.length });
    return next ? say("next", { set: told(next) }) : say("last");
  };
  show();

  page.addEventListener("change", ({ target: box }) => {
    if (!boxes.includes(box)) return;
    done = [...done.filter((each) => each !== box), ...(box.checked ? [box] : [])];
    remember(sessionId, done.map(nameOf));
    const next = show();
    const rest = Number(box.dataset.rest);
    if (box.checked && rest) timer.start({ repeat: 1, steps: [["", rest]] }, next, nameOf(box));
    else if (timer.of === nameOf(box)) timer.stop(); // the rest after a set that was none
    else if (timer.of) timer.announce(next);
  });
}

/** "5 × 100 kg, back squat". */
function told(box) {
  const [number, unit] = box.parentElement.querySelectorAll("b, span");
  return `${number.textContent} ${unit.textContent}, ${box.closest("[data-key]").querySelector("h3").textContent}`;
}

function remember(sessionId, sets) {
  const all = { ...recall("checked", {}), [sessionId]: { at: Date.now(), sets } };
  const newest = Object.entries(all).sort(([, a], [, b]) => b.at - a.at);
  keep("checked", Object.fromEntries(newest.slice(0, REMEMBERED_SESSIONS)));
}

// --- the second wind ---

function follow(page, sessionId, say) {
  const whole = (state) => state === "enriched" || state === "full";
  if (whole(page.dataset.state)) return; // the server has drawn all of it
  const unsubscribe = subscribeToEnrichment(sessionId, async ({ type, data }) => {
    if (!page.isConnected) return unsubscribe();
    if (type === "exercise") {
      const name = unfold(page, data);
      if (name) page.querySelector("#told").textContent = say("details_arrived", { exercise: name });
    }
    if (type !== "status" && type !== "done") return;
    const state = stateOf(data);
    page.dataset.state = state;
    for (const part of page.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
    if (type === "done" && whole(state)) await refresh(page);
    if (type === "done") for (const empty of page.querySelectorAll(".more.awaited")) empty.remove();
  });
}

/** The details of an exercise in the room that was kept for them; its name, if they are news. */
function unfold(page, { key, details }) {
  const card = page.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const room = card?.querySelector(".more.awaited");
  if (!room) return null;
  const more = page.querySelector("#details").content.cloneNode(true).querySelector(".more");
  more.lang = card.querySelector("h3").lang;
  for (const list of more.querySelectorAll("[data-list]")) {
    list.replaceChildren(
      ...details[list.dataset.list].map((text) => Object.assign(document.createElement("li"), { textContent: text })),
    );
  }
  for (const element of more.querySelectorAll("[data-text]")) {
    const path = element.dataset.text;
    element.textContent =
      path === "cue" ? (details.coaching_cues_detailed[0] ?? "") : path.split(".").reduce((part, name) => part[name], details);
  }
  more.classList.add("arrived");
  room.replaceWith(more);
  return card.querySelector("h3").textContent;
}

/** What only the server draws: the figures, and details that came while nobody listened. */
async function refresh(page) {
  let fresh;
  try {
    const response = await fetch(`/sessions/${page.dataset.session}/`, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return; // signed out elsewhere, say: the next visit shows them
    fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    addEventListener("online", () => refresh(page), { once: true });
    return;
  }
  page.querySelector("#figures").replaceWith(fresh.querySelector("#figures"));
  for (const room of page.querySelectorAll(".more.awaited")) {
    const key = room.closest("[data-key]").dataset.key;
    const more = fresh.querySelector(`[data-key="${CSS.escape(key)}"] .more:not(.awaited)`);
    if (more) room.replaceWith(more);
  }
}

/** Queue again and cancel without leaving the page; everything else is an ordinary form. */
function actions(page, sessionId) {
  page.addEventListener("submit", async (event) => {
    if (!event.target.matches(".standing")) return;
    event.preventDefault();
    const { submitter } = event;
    submitter.disabled = true;
    try {
      if (submitter.value === "cancel") await cancelEnrichment(sessionId);
      else {
        await queueForEnrichment(sessionId);
        location.reload(); // the rooms for what is to come are drawn again
      }
    } catch {
      submitter.form.submit(); // the server says what is the matter
    }
    submitter.disabled = false;
  });
}

navigator.serviceWorker?.register("/offline.js"); // absent where the page is not served securely
const page = document.querySelector("[data-session]");
if (page) read(page);

/** Asking for a session: the choices are remembered, and the session is written before the athlete's eyes. */

import { call, EnrichmentError, readEvents } from "./enrichment.js";
import { keep, recall, wordsOf } from "./kept.js";
import { read } from "./session.js";

const TRIES = 4; // a lost answer is asked for again under its key: the session is made once

const form = document.getElementById("ask");
const say = wordsOf();
const words = JSON.parse(document.getElementById("words").textContent);
const [asking, writing, refused] = ["asking", "writing", "refused"].map((id) => document.getElementById(id));

// --- the form ---

/** Every field as it is sent; a list where there are several. */
function given() {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return Object.fromEntries([...new Set(data.keys())].map((name) => [name, data.getAll(name)]));
}

function fill(choices) {
  for (const field of form.elements) {
    const values = choices[field.name];
    if (!field.name || field.type === "hidden" || (!values && field.type !== "checkbox")) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = values?.includes(field.value) ?? false;
    else field.value = values[0];
  }
}

const shown = { minutes: (n) => say("min", { n }), energy: (n) => `${n}/10` };
function showDials() {
  for (const [id, said] of Object.entries(shown)) {
    const dial = document.getElementById(id);
    document.getElementById(`${id}-said`).textContent = said(dial.value);
    dial.setAttribute("aria-valuetext", said(dial.value));
  }
}

// A number to type becomes a dial to turn: what it says has to follow, and only a script can do that.
for (const id of Object.keys(shown)) {
  document.getElementById(id).type = "range";
  document.getElementById(`${id}-said`).hidden = false;
}
const kept = recall("choices", null);
if (kept && refused.hidden) fill({ ...kept, goal: [""] });
showDials();
form.addEventListener("input", showDials);
for (const button of form.querySelectorAll(".step")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const dial = document.getElementById(button.dataset.for);
    dial.value = Number(dial.value) + Number(button.dataset.step);
    showDials();
  });
}

/** The API's request for what the form says. */
function request() {
  const of = (name) => given()[name]?.[0];
  const coach = of("coach");
  const known = [...form.querySelectorAll(`.equipment .${coach} input:checked`)].map((box) => box.value);
  return {
    coach,
    discipline: of(`discipline_${coach}`),
    available_minutes: Number(of("minutes")),
    energy_level: Number(of("energy")),
    location: of("location"),
    equipment: { usual: null, body: [], chosen: known }[of("have")],
    goal: of("goal").trim() || null,
    language: of("language"),
    athlete: { level: of("level") },
  };
}

// --- the writing ---

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  keep("choices", given());
  const empty = writing.cloneNode(true);
  show(writing);
  document.getElementById("writing-said").textContent = say("writing");
  try {
    await finish(await written(request()));
  } catch (error) {
    writing.replaceChildren(...empty.childNodes);
    show(asking);
    complain(error);
  }
});

function show(part) {
  asking.hidden = part !== asking;
  writing.hidden = part !== writing;
  scrollTo(0, 0);
}

/** The session, once it is saved; what is sent before is shown at once. */
async function written(body) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  let accept = "text/event-stream";
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await call("sessions/", {
        method: "POST",
        body,
        headers: { Accept: accept, "Idempotency-Key": key, "Accept-Language": document.documentElement.lang },
      });
      if (!response.headers.get("Content-Type").startsWith("text/event-stream")) return await response.json();
      const session = await watch(response);
      if (session) return session;
      throw new TypeError("the stream ended early");
    } catch (error) {
      if (error.status === 406 && accept !== "application/json") accept = "application/json";
      else if (tries === TRIES || (error instanceof EnrichmentError && ![409, 503].includes(error.status))) throw error;
      else {
        await wait(error.retryAfter);
      }
    }
  }
}

async function wait(seconds) {
  document.getElementById("writing-said").textContent = say("still_writing");
  await new Promise((wake) => setTimeout(wake, 1000 * (seconds ?? 2)));
}

async function watch(response) {
  for await (const { type, data } of readEvents(response)) {
    if (!data) continue;
    const told = JSON.parse(data);
    if (type === "session") return told;
    if (type === "problem") throw new EnrichmentError(told.status, told, null);
    if (type === "outline") outline(told);
    if (type === "exercise") exercise(told);
    if (type === "notice") {
      const notice = document.getElementById("writing-notice");
      notice.textContent = told.detail;
      notice.hidden = false;
    }
  }
  return null;
}

function outline({ title, summary, blocks }) {
  document.getElementById("writing-title").textContent = title ?? "";
  document.getElementById("writing-summary").textContent = summary ?? "";
  for (const id of ["writing-title", "writing-summary"]) document.getElementById(id).classList.remove("awaited");
  document.getElementById("writing-blocks").replaceChildren(
    ...(blocks ?? []).map((block) => {
      const before = partOf(block.key); // the outline grows: what was told is not told again
      if (before) return before;
      const section = Object.assign(document.createElement("section"), { className: "part" });
      section.dataset.block = block.key;
      section.append(
        Object.assign(document.createElement("h2"), { textContent: words.roles[block.role] ?? block.role }),
        Object.assign(document.createElement("div"), { className: "card awaited" }),
      );
      return section;
    }),
  );
}

function partOf(key) {
  return [...writing.querySelectorAll("[data-block]")].find((each) => each.dataset.block === key);
}

function exercise({ block, exercise: told }) {
  const section = partOf(String(block));
  const card = document.getElementById("writing-card").content.cloneNode(true).querySelector("article");
  card.dataset.key = told.key;
  card.classList.toggle("single", told.sets.length === 1);
  card.querySelector("h3").textContent = told.name ?? told.exercise;
  card.querySelector("p").textContent = told.cue ?? "";
  card.querySelector(".tiles").replaceChildren(...told.sets.map(tile));
  const before = [...writing.querySelectorAll("[data-key]")].find((each) => each.dataset.key === told.key);
  if (before) before.replaceWith(card);
  else {
    section?.querySelector(":scope > .awaited")?.remove();
    (section ?? document.getElementById("writing-blocks")).append(card);
  }
  writing.querySelectorAll(".position").forEach((position, index) => (position.textContent = index + 1));
}

/** A set in its shortest form, until the server has drawn the session. */
function tile({ reps, reps_max, load_kg, duration_seconds, distance_meters, calories }) {
  const number = (value) => value.toLocaleString(document.documentElement.lang);
  const [big, unit] =
    reps && load_kg ? [`${reps} × ${number(load_kg)}`, "kg"]
    : reps ? [reps_max > reps ? `${reps}–${reps_max}` : reps, say("reps")]
    : distance_meters ? [number(distance_meters), "m"]
    : duration_seconds >= 120 ? lasting(Math.round(duration_seconds))
    : duration_seconds ? [number(duration_seconds), "s"]
    : [number(calories ?? 0), "cal"];
  const set = Object.assign(document.createElement("span"), { className: "tile" });
  set.append(
    Object.assign(document.createElement("b"), { textContent: big }),
    Object.assign(document.createElement("span"), { textContent: unit }),
  );
  return set;
}

/** 10 min, 3:30 min, 1:05 h. */
function lasting(seconds) {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const two = (value) => `:${String(value).padStart(2, "0")}`;
  if (minutes >= 60) return [Math.floor(minutes / 60) + two(minutes % 60), "h"];
  return [minutes + (rest ? two(rest) : ""), "min"];
}

/** The session's own page in place of this one, without leaving it. */
async function finish(session) {
  const address = `/sessions/${session.id}/`;
  const page = await pageAt(address);
  if (!page) return location.assign(address);
  document.title = page.title;
  document.body.dataset.coach = page.body.dataset.coach;
  const main = page.querySelector("main");
  document.querySelector("main").replaceWith(main);
  main.focus({ preventScroll: true }); // the button that had it is gone
  document.querySelector('[name="next"]').value = address; // of the language switch
  history.replaceState(null, "", address);
  read(document.querySelector("[data-session]"));
}

/** A page of ours, null where the server has none; while the line is down, what was written stays to be read. */
async function pageAt(address) {
  for (;;) {
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      const page = response.ok && !response.redirected; // to the door: signed out elsewhere
      return page ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
    } catch {
      await wait();
    }
  }
}

function complain(error) {
  const told = error instanceof EnrichmentError;
  const details = told ? (error.problem.errors ?? []).map((each) => each.detail) : [];
  const said = details.length ? details : [told && error.problem.detail ? error.message : say(navigator.onLine ? "failed" : "offline")];
  refused.replaceChildren(...said.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  refused.hidden = false;
  refused.scrollIntoView({ block: "center" });
}

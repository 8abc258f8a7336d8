/**
 * Second Wind in a page: queue a session for enrichment, follow it, show a badge. No dependencies.
 *
 *     import { subscribeToEnrichment } from "/static/web/enrichment.js";
 *     const unsubscribe = subscribeToEnrichment(sessionId, ({ type, data }) => console.log(type, data));
 *
 * or, without a line of script of your own, <enrichment-badge session-id="…" lang="fr" compact>.
 *
 * It asks the server that it was loaded from. There the visitor's login is used; on a page of another origin
 * `configure({ token })` names the user, and the server has to name that origin in CORS_ALLOWED_ORIGINS. Statuses are
 * those of GET /api/v1/sessions/{id}/enrichment/.
 */

const FINAL = new Set(["completed", "failed", "cancelled"]);
const OPENING_MS = 8_000; // a stream begins with a word: without one for this long, something holds it back
const SILENT_MS = 40_000; // the server says something every 15 s: who hears nothing for this long has lost it
const LONGEST_PAUSE_MS = 30_000;
const TRIES_BEFORE_POLLING = 2; // a proxy that holds streams back holds the next one back as well
const MOST_STREAMS = 3; // over HTTP/1.1 a browser opens six connections to a server, and calls need theirs

const settings = { baseUrl: import.meta.url, token: "", fetch: (...given) => fetch(...given) };

/** Where the server is and who asks: `{ baseUrl, token, fetch }`, each optional. What is followed already asks anew. */
export function configure(changes) {
  Object.assign(settings, changes);
  for (const story of stories.values()) story.startAnew();
}

/** What the server refused: `status`, the problem it sent (RFC 9457), and when to come back in seconds, or null. */
export class EnrichmentError extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? `HTTP ${status}`);
    this.name = "EnrichmentError";
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Whether asking again may help. */
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

/** Any call of the API: the response, or EnrichmentError. Names the user by token, else by login and CSRF token. */
export async function call(path, { method = "GET", body, headers = {}, signal } = {}) {
  const csrf = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  const response = await settings.fetch(new URL(`/api/v1/${path}`, settings.baseUrl), {
    method,
    signal,
    body: body && JSON.stringify(body),
    credentials: settings.token ? "omit" : "same-origin",
    headers: {
      Accept: "application/json",
      ...(body && { "Content-Type": "application/json" }),
      ...(settings.token && { Authorization: `Bearer ${settings.token}` }),
      ...(!settings.token && method !== "GET" && csrf && { "X-CSRFToken": csrf }),
      ...headers,
    },
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new EnrichmentError(response.status, problem, Number(response.headers.get("Retry-After")) || null);
}

const enrichment = (sessionId) => `sessions/${encodeURIComponent(sessionId)}/enrichment/`;

/** Queue a session, or move it: 1 is the most urgent, 10 the least; without a priority it keeps its own. */
export async function queueForEnrichment(sessionId, priority) {
  const body = priority === undefined ? {} : { priority };
  const status = await (await call(enrichment(sessionId), { method: "POST", body })).json();
  stories.get(sessionId)?.goOn();
  return status;
}

/** Let a session be as it is: it stays usable, with the details it has. */
export async function cancelEnrichment(sessionId) {
  return (await call(enrichment(sessionId), { method: "DELETE" })).json();
}

/** How far a session is. */
export async function getEnrichmentStatus(sessionId) {
  return (await call(enrichment(sessionId))).json();
}

/** The numbers of the whole queue. */
export async function getQueueStats() {
  return (await call("enrichment/stats/")).json();
}

/** Whether nothing more will happen to a session of this status. */
export function isFinal(status) {
  return status.item ? FINAL.has(status.item.status) : status.status === "full";
}

// --- polling ---

const polls = new Map();

/**
 * Calls `onStatusChange(status)` now and whenever it has changed, until it is final. Asks every `intervalMs`, but never
 * before the server's Retry-After. What cannot be mended by waiting ends it with `onStatusChange(null, error)`. A
 * session is polled once: who starts again takes over.
 */
export function startPolling(sessionId, onStatusChange, intervalMs = 2000) {
  stopPolling(sessionId);
  const control = new AbortController();
  polls.set(sessionId, control);
  poll(sessionId, onStatusChange, intervalMs, control.signal).finally(() => {
    if (polls.get(sessionId) === control) polls.delete(sessionId);
  });
}

/** No more calls after this one. */
export function stopPolling(sessionId) {
  polls.get(sessionId)?.abort();
  polls.delete(sessionId);
}

async function poll(sessionId, onStatusChange, intervalMs, signal) {
  let known = "";
  for (let failures = 0; !signal.aborted; ) {
    let pause = intervalMs;
    try {
      const response = await call(enrichment(sessionId), { signal });
      const text = await response.text();
      const status = JSON.parse(text);
      if (signal.aborted) return;
      if (text !== known) tell(onStatusChange, status);
      if (isFinal(status)) return;
      [known, failures] = [text, 0];
      pause = Math.max(pause, 1000 * (Number(response.headers.get("Retry-After")) || 0));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof EnrichmentError && !error.passing) return tell(onStatusChange, null, error);
      pause = Math.max(growing(intervalMs, ++failures), 1000 * (error.retryAfter ?? 0));
    }
    await sleep(pause, signal);
  }
}

// --- live ---

const stories = new Map();

/**
 * Calls `onUpdate({ type, data })` for everything that happens to a session, from its beginning, until it is final:
 * `status` and `done` with a status, `exercise` with { key, details }, `analysis`, `connection` with { open }, and
 * `error` with an EnrichmentError, after which nothing comes. Survives lost connections without a gap or a repeat. Where
 * streams do not get through, and beside MOST_STREAMS others, it polls, and tells `status` and `done` alone. Any number
 * of subscribers to a session share a stream. Returns the function that ends it.
 */
export function subscribeToEnrichment(sessionId, onUpdate) {
  if (!stories.has(sessionId)) stories.set(sessionId, new Story(sessionId));
  return stories.get(sessionId).subscribe(onUpdate);
}

const streaming = new Set(); // stories

/** What happened to one session so far, and who wants to hear it. */
class Story {
  #listeners = new Set();
  #told = [];
  #lastId = "";
  #control = null;

  constructor(sessionId) {
    this.sessionId = sessionId;
  }

  subscribe(listener) {
    const told = [...this.#told];
    queueMicrotask(() => told.forEach((update) => this.#listeners.has(listener) && tell(listener, update)));
    this.#listeners.add(listener);
    if (told.length === 0) this.goOn();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop();
      if (stories.get(this.sessionId) === this) stories.delete(this.sessionId);
    };
  }

  /** Follow, unless it is being followed: at the start, and after a requeue. */
  goOn() {
    if (this.#control) return;
    const control = (this.#control = new AbortController());
    const live = streaming.size < MOST_STREAMS && streaming.add(this);
    (live ? this.#follow(control.signal) : this.#poll(control.signal)).finally(() => {
      if (this.#control === control) this.#stop();
    });
  }

  /** As somebody else, or elsewhere: an earlier refusal may be none now. */
  startAnew() {
    this.#stop();
    this.#told = this.#told.filter((update) => update.type !== "error");
    this.goOn();
  }

  #stop() {
    this.#control?.abort();
    this.#control = null;
    streaming.delete(this);
  }

  #say(type, data) {
    const update = { type, data };
    // Of statuses only the last one is news to whoever comes later.
    if (type === "status") this.#told = this.#told.filter((earlier) => !["status", "done"].includes(earlier.type));
    if (type !== "connection") this.#told.push(update);
    for (const listener of [...this.#listeners]) tell(listener, update);
  }

  async #follow(signal) {
    let retry = 2000;
    for (let failures = 0, opened = false; !signal.aborted; ) {
      let pause = 0; // that the server asks for
      try {
        for await (const event of this.#events(signal)) {
          if (signal.aborted) return;
          if (event.retry) retry = event.retry;
          if (event.id) this.#lastId = event.id;
          if (!event.data) continue;
          if (!opened || failures > 0) this.#say("connection", { open: true });
          [opened, failures] = [true, 0];
          this.#say(event.type, JSON.parse(event.data));
          if (event.type === "done") return;
        }
        if (this.#over) return;
        failures += 1;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof EnrichmentError && !error.passing) return this.#say("error", error);
        if (failures++ === 0) this.#say("connection", { open: false });
        pause = 1000 * (error.retryAfter ?? 0);
      }
      const heldBack = !opened && !pause && failures >= TRIES_BEFORE_POLLING;
      if (heldBack && (await this.#answers())) return this.#poll(signal);
      await sleep(Math.max(growing(retry, failures), pause), signal);
    }
  }

  #over = false;

  /** The events after the last one heard, of one connection. */
  async *#events(signal) {
    this.#over = false;
    const silence = new AbortController();
    const abort = () => silence.abort();
    let timer;
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(abort, ms);
    };
    signal.addEventListener("abort", abort);
    try {
      wait(OPENING_MS);
      const response = await call(`${enrichment(this.sessionId)}events/`, {
        signal: silence.signal,
        headers: { Accept: "text/event-stream", ...(this.#lastId && { "Last-Event-ID": this.#lastId }) },
      });
      this.#over = response.status === 204;
      if (!this.#over) yield* readEvents(response, () => wait(SILENT_MS));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  /** Whether the server does, so that it is only streams that do not get through. */
  #answers() {
    return getEnrichmentStatus(this.sessionId).then(() => true, () => false);
  }

  async #poll(signal) {
    const say = (status, error) => {
      if (error) return this.#say("error", error);
      this.#say("status", status);
      if (isFinal(status)) this.#say("done", status);
    };
    await poll(this.sessionId, say, 2000, signal);
  }
}

/** The server-sent events of a response: `{ type, data, id, retry }`, as the HTML standard reads them. */
export async function* readEvents(response, onChunk = () => {}) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  let event = { type: "message", lines: [] };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // an unfinished event is none
      onChunk();
      buffer += value;
      for (let end; (end = /\r\n|\n|\r(?!$)/.exec(buffer)); buffer = buffer.slice(end.index + end[0].length)) {
        const line = buffer.slice(0, end.index);
        if (line === "") {
          if (event.lines.length || event.retry) yield { ...event, data: event.lines.join("\n") };
          event = { type: "message", lines: [] };
          continue;
        }
        const [, field, text] = /^([^:]*)(?:: ?)?([^]*)$/.exec(line);
        if (field === "data") event.lines.push(text);
        else if (field === "event") event.type = text;
        else if (field === "id") event.id = text;
        else if (field === "retry" && /^\d+$/.test(text)) event.retry = Number(text);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** A listener that fails is the page's own trouble, and nobody else's. */
function tell(listener, ...news) {
  try {
    listener(...news);
  } catch (error) {
    reportError(error);
  }
}

/** Twice as long after each failure, and never quite the same for all who were cut off together. */
function growing(ms, failures) {
  return Math.min(LONGEST_PAUSE_MS, ms * 2 ** Math.max(0, failures - 1)) * (0.75 + Math.random() / 2);
}

/** Sleeps; wakes when it is told to stop, and when the device is back online. */
function sleep(ms, signal) {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      removeEventListener("online", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake);
    addEventListener("online", wake);
  });
}

// --- the badge ---

const WORDS = {
  en: {
    fast: "Ready", retrying: "Ready", enriching: "Enriching", enriched: "Enriched", full: "Enriched",
    failed: "Not enriched", cancelled: "Enrichment cancelled",
    place: (n) => `number ${n} in the queue`, again: "the details need another try", progress: (n, m) => `${n} of ${m}`,
    wait: (text) => `about\u00a0${text}`, seconds: (n) => `${n}\u00a0s`, minutes: (n) => `${n}\u00a0min`, lost: "reconnecting…",
    unknown: "No such session", refused: "Not available",
  },
  fr: {
    fast: "Prête", retrying: "Prête", enriching: "Enrichissement", enriched: "Enrichie", full: "Enrichie",
    failed: "Non enrichie", cancelled: "Enrichissement annulé",
    place: (n) => `n°\u00a0${n} dans la file`, again: "les détails demandent un nouvel essai",
    progress: (n, m) => `${n} sur ${m}`, wait: (text) => `environ\u00a0${text}`, seconds: (n) => `${n}\u00a0s`,
    minutes: (n) => `${n}\u00a0min`, lost: "reconnexion…", unknown: "Séance introuvable", refused: "Indisponible",
  },
};

/** One word for a status: fast, retrying, enriching, enriched, full, failed or cancelled. */
export function stateOf(status) {
  const item = status.item?.status;
  if (item === "failed" || item === "cancelled") return item;
  return item === "pending" && status.item.next_attempt_at ? "retrying" : status.status;
}

function note(status, words) {
  const about = (seconds) =>
    seconds < 55 ? words.seconds(Math.max(5, Math.ceil(seconds / 5) * 5)) : words.minutes(Math.ceil(seconds / 60));
  const wait = status.estimated_wait_seconds;
  switch (stateOf(status)) {
    case "fast":
      return [
        ...(status.queue_position === null ? [] : [words.place(status.queue_position)]),
        ...(wait === null ? [] : [words.wait(about(wait))]),
      ].join(" · ");
    case "retrying":
      return words.again;
    case "enriching":
      return words.progress(status.progress.enriched, status.progress.total);
    default:
      return "";
  }
}

const STYLE = `
  :host { display: inline-block; font: 600 .9375rem/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums;
    --neutral: var(--dim, #66717d); --busy: var(--warn, #8a5400); --good: var(--ok, #0d7440); --wrong: var(--bad, #b3261e); }
  :host([hidden]) { display: none; }
  .badge { --state: var(--neutral); display: inline-flex; gap: 9px; align-items: center; min-height: 38px; padding: 6px 14px;
    border-radius: 99px; color: var(--state); border: 1px solid color-mix(in srgb, var(--state) 34%, transparent);
    background: color-mix(in srgb, var(--state) 10%, transparent); box-sizing: border-box; }
  .badge[data-state="enriching"] { --state: var(--busy); }
  .badge:is([data-state="enriched"], [data-state="full"]) { --state: var(--good); }
  .badge:is([data-state="failed"], [data-state="unknown"], [data-state="refused"]) { --state: var(--wrong); }
  i { flex: none; width: 8px; height: 8px; border-radius: 9px; background: currentColor; }
  [role="status"] { white-space: nowrap; }
  small { font-size: .875em; font-weight: 500; color: var(--neutral); }
  small:empty { display: none; }
  :host([compact]) .badge { min-height: 0; padding: 3px 10px; font-size: .8125rem; gap: 6px; }
  :host([compact]) small { display: none; }
  [data-state="enriching"] i { animation: breathe 1.2s ease-in-out infinite; }
  @keyframes breathe { 50% { opacity: .3; } }
  @media (prefers-reduced-motion: reduce) { i { animation: none !important; } }
`;

/**
 * <enrichment-badge session-id="…" lang="fr" compact>: how far a session is, live. What stands inside it is shown until
 * the first news. Sends `enrichment-status` with the status as `detail` whenever it changes.
 */
export class EnrichmentBadge extends HTMLElement {
  static observedAttributes = ["session-id", "lang"];
  static #style = null;
  #unsubscribe = null;
  #status = null;
  #root = this.attachShadow({ mode: "open" });

  constructor() {
    super();
    if (!EnrichmentBadge.#style) {
      // Constructed, because a strict Content-Security-Policy refuses a <style>.
      EnrichmentBadge.#style = new CSSStyleSheet();
      EnrichmentBadge.#style.replaceSync(STYLE);
    }
    this.#root.adoptedStyleSheets = [EnrichmentBadge.#style];
    this.#forget();
  }

  connectedCallback() {
    if (!this.#unsubscribe) this.#follow(); // an element that is upgraded has been told of its attributes before
  }

  disconnectedCallback() {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === "session-id") {
      this.#forget();
      if (this.isConnected) this.#follow();
    } else if (this.#status) this.#show(stateOf(this.#status), note(this.#status, this.#words));
  }

  get #words() {
    const language = this.getAttribute("lang") || document.documentElement.lang;
    return WORDS[language.slice(0, 2)] ?? WORDS.en;
  }

  #follow() {
    this.#unsubscribe?.();
    const sessionId = this.getAttribute("session-id");
    this.#unsubscribe = sessionId ? subscribeToEnrichment(sessionId, (update) => this.#hear(update)) : null;
  }

  /** As before the first news. */
  #forget() {
    this.#status = null;
    this.#root.replaceChildren(document.createElement("slot"));
  }

  #hear({ type, data }) {
    if (type === "status" || type === "done") {
      this.#status = data;
      this.#show(stateOf(data), note(data, this.#words));
      this.dispatchEvent(new CustomEvent("enrichment-status", { detail: data, bubbles: true, composed: true }));
    } else if (type === "exercise" && this.#status) {
      const { enriched, total } = this.#status.progress; // as they were when the status was told
      this.#status = { ...this.#status, progress: { enriched: Math.min(enriched + 1, total), total } };
      this.#show(stateOf(this.#status), note(this.#status, this.#words));
    } else if (type === "connection" && this.#status) {
      this.#show(stateOf(this.#status), data.open ? note(this.#status, this.#words) : this.#words.lost);
    } else if (type === "error") {
      this.#show(data.status === 404 ? "unknown" : "refused", "");
    }
  }

  #show(state, text) {
    let badge = this.#root.querySelector(".badge");
    if (!badge) {
      badge = Object.assign(document.createElement("span"), { className: "badge" });
      const name = document.createElement("span");
      name.setAttribute("role", "status"); // polite: a new state is told, a moving place is not
      badge.append(document.createElement("i"), name, document.createElement("small"));
      this.#root.replaceChildren(badge);
    }
    badge.dataset.state = state;
    const [, name, small] = badge.children;
    if (name.textContent !== this.#words[state]) name.textContent = this.#words[state];
    small.textContent = text;
  }
}

if (!customElements.get("enrichment-badge")) customElements.define("enrichment-badge", EnrichmentBadge);

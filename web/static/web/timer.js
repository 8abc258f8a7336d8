/** The clock under the thumb: rests and timed blocks alike are steps of so many seconds, gone through `repeat` times.
 *
 * What it shows is computed from when it was started, so it is right after the tab slept or the page was reloaded.
 */

import { keep, recall } from "./kept.js";

const LINGERS_MS = 8000; // how long "go" stays

export class Timer {
  #run = null;
  #ticking = 0;
  #signalled = -1;
  #audio = null;
  #awake = null;

  constructor(page, sessionId, say) {
    this.bar = page.querySelector("#timer");
    this.parts = Object.fromEntries(
      ["left", "step", "next", "run", "signal", "stop"].map((id) => [id, this.bar.querySelector(`#${id}`)]),
    );
    this.sessionId = sessionId;
    this.say = say;
    this.parts.stop.addEventListener("click", () => this.stop());
    this.parts.signal.addEventListener("click", () => this.#allow(!recall("signal", false)));
    this.parts.signal.setAttribute("aria-pressed", recall("signal", false));
    document.addEventListener("visibilitychange", () => {
      this.#show();
      if (this.#run) this.#stayAwake(); // whoever looks away gives the lock back
    });
    const run = recall("timer", null);
    if (run?.session === sessionId && Date.now() < endOf(run)) this.#begin(run);
  }

  /** What it runs for; null where it does not, or for a block. */
  get of() {
    return this.#run?.of ?? null;
  }

  /** `steps` are [label, seconds], a rest has no label; `next` is what comes after the last one, `of` what it is for. */
  start({ repeat, steps }, next = "", of = null) {
    if (recall("signal", false)) this.#wakeAudio(); // browsers let a touch do it, and nothing else
    this.#begin({ session: this.sessionId, at: Date.now(), repeat, steps, next, of });
  }

  /** Something else comes next now. */
  announce(next) {
    this.#run.next = next;
    keep("timer", this.#run);
    this.#show();
  }

  stop() {
    clearInterval(this.#ticking);
    this.#run = null;
    this.bar.hidden = true;
    this.#awake?.release();
    this.#awake = null;
    keep("timer", null);
  }

  #begin(run) {
    clearInterval(this.#ticking);
    keep("timer", run);
    this.#run = run;
    this.#signalled = placeIn(run).index;
    this.#ticking = setInterval(() => this.#show(), 200);
    this.bar.hidden = false;
    this.#show();
    this.#stayAwake();
  }

  /** A clock on the floor is read without a touch: while it runs the screen stays on, where the device allows it. */
  async #stayAwake() {
    if (document.hidden || (this.#awake && !this.#awake.released)) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      if (this.#run && !(this.#awake && !this.#awake.released)) this.#awake = lock;
      else lock.release();
    } catch {
      // an old browser, no HTTPS, or a battery that is nearly empty
    }
  }

  #show() {
    const run = this.#run;
    if (!run) return;
    const place = placeIn(run);
    if (Date.now() > endOf(run) + LINGERS_MS) return this.stop();
    const over = place.step === null;
    const resting = !over && place.step[0] === "";
    this.bar.classList.toggle("rest", resting);
    this.bar.classList.toggle("over", over);
    write(this.parts.left, over ? "0:00" : clock(place.left));
    write(this.parts.step, over ? this.say(run.next || run.steps.length === 1 ? "time_is_up" : "done") : this.#name(place));
    write(this.parts.next, run.next || (over || place.count === 1 ? "" : this.#after(place)));
    this.parts.run.value = over ? 1000 : Math.round((1000 * place.spent) / place.step[1]);
    if (place.index !== this.#signalled) {
      this.#signalled = place.index;
      this.#signal();
    }
  }

  #name({ step, number, count }) {
    const name = step[0] || this.say("rest");
    return count > 1 ? `${name} · ${this.say("step", { n: number, m: count })}` : name;
  }

  #after({ next }) {
    return next ? this.say("next", { set: next[0] || this.say("rest") }) : "";
  }

  #allow(allowed) {
    keep("signal", allowed);
    this.parts.signal.setAttribute("aria-pressed", allowed);
    if (!allowed) return;
    this.#wakeAudio();
    this.#signal();
  }

  #wakeAudio() {
    this.#audio ??= window.AudioContext ? new AudioContext() : null;
    this.#audio?.resume();
  }

  #signal() {
    if (!recall("signal", false)) return;
    navigator.vibrate?.([180, 80, 180]);
    if (this.#audio?.state !== "running") return;
    const tone = new OscillatorNode(this.#audio, { frequency: 880 });
    const volume = new GainNode(this.#audio, { gain: 0.2 });
    tone.connect(volume).connect(this.#audio.destination);
    tone.start();
    tone.stop(this.#audio.currentTime + 0.25);
  }
}

/** All steps that count: a rest at the very end is not waited for. */
function lengthOf({ repeat, steps }) {
  const count = repeat * steps.length;
  return count > 1 && steps.at(-1)[0] === "" ? count - 1 : count;
}

function endOf(run) {
  const once = run.steps.reduce((sum, [, seconds]) => sum + seconds, 0);
  const unwaited = lengthOf(run) < run.repeat * run.steps.length ? run.steps.at(-1)[1] : 0;
  return run.at + 1000 * (once * run.repeat - unwaited);
}

/** Where a run is now: the step (null: over), its index, how much of it is spent and left, which work of how many. */
function placeIn(run) {
  const length = lengthOf(run);
  let spent = Math.max(0, (Date.now() - run.at) / 1000);
  const work = run.steps.filter(([label]) => label !== "").length;
  const restsAlone = work === 0;
  for (let index = 0, number = 0; index < length; index += 1) {
    const step = run.steps[index % run.steps.length];
    if (step[0] !== "" || restsAlone) number += 1;
    if (spent < step[1]) {
      const next = index + 1 < length ? run.steps[(index + 1) % run.steps.length] : null;
      const count = restsAlone ? length : work * run.repeat;
      return { step, index, spent, left: step[1] - spent, number: Math.max(1, number), count, next };
    }
    spent -= step[1];
  }
  return { step: null, index: length };
}

function clock(seconds) {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// Time that a test moves itself, in place of the global timers. Promises settle between one timer and the next, so that
// what follows from one has happened before the other runs.

// Everything here is microtasks, and they are done before this one comes.
const { setImmediate: later } = globalThis;
export const settle = () => new Promise((resolve) => later(resolve));

const REPLACED = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'];

export class Clock {
  now = 1_000;  // `performance.now()` is never 0 in real life either

  #timers = new Map();  // id -> {at, callback, everyMs}
  #lastId = 0;
  #replaced = new Map();

  install() {
    for (const name of REPLACED) this.#replaced.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    set('setTimeout', (callback, ms) => this.#add(callback, ms, 0));
    set('setInterval', (callback, ms) => this.#add(callback, ms, ms));
    set('clearTimeout', (id) => void this.#timers.delete(id));
    set('clearInterval', (id) => void this.#timers.delete(id));
    set('performance', { now: () => this.now });
  }

  uninstall() {
    for (const [name, descriptor] of this.#replaced) Object.defineProperty(globalThis, name, descriptor);
    this.#replaced.clear();
  }

  // How many timers would still run.
  get waiting() {
    return this.#timers.size;
  }

  // In how many milliseconds the next one runs; Infinity without any.
  get next() {
    return Math.min(...[...this.#timers.values()].map(({ at }) => at)) - this.now;
  }

  async advance(ms) {
    await settle();
    for (const end = this.now + ms; ;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) {
        this.now = end;
        return;
      }
      const [id, timer] = due;
      this.now = Math.max(this.now, timer.at);
      if (timer.everyMs) timer.at += timer.everyMs;
      else this.#timers.delete(id);
      timer.callback();
      await settle();
    }
  }

  // A computer that slept: its timers run late, one after the other, each once.
  async sleepThrough(ms) {
    this.now += ms;
    for (const timer of this.#timers.values()) if (timer.everyMs) timer.at = Math.max(timer.at, this.now);
    await this.advance(0);
  }

  #add(callback, ms, everyMs) {
    this.#timers.set(++this.#lastId, { at: this.now + ms, callback, everyMs });
    return this.#lastId;
  }
}

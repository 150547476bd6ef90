// The events of one session that have come, and what the server was told of them.

const DELAY_MS = 500;            // The protocol wants an acknowledgement once a second, ...
const EVERY = 32;                // ... every 64 events ...
const CHARACTERS = 16 * 1024;    // ... and every 64 KiB.

export class Receipts {
  /** The last event that came. */
  last = 0;

  #told = 0;
  #characters = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #acknowledge;

  /** @param {() => void} acknowledge is called when it is time to say `take()` */
  constructor(acknowledge) {
    this.#acknowledge = acknowledge;
  }

  /**
   * False for what came before: some of it comes again after a break.
   * @param {number} seq
   * @param {number} characters
   */
  note(seq, characters) {
    if (seq <= this.last) return false;
    this.last = seq;
    this.#characters += characters;
    if (seq - this.#told >= EVERY || this.#characters >= CHARACTERS) this.#acknowledge();
    else this.#timer ??= setTimeout(() => this.#acknowledge(), DELAY_MS);
    return true;
  }

  /** What to acknowledge now; 0 where there is nothing new. It counts as told. */
  take() {
    this.pause();
    if (this.#told === this.last) return 0;
    this.#told = this.last;
    this.#characters = 0;
    return this.last;
  }

  /** What has come on the connections before this one, to be said again; 0 for nothing. It counts as told. */
  repeat() {
    this.take();
    return this.last;
  }

  /** There is no connection to tell it on. */
  pause() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** For a new session. */
  clear() {
    this.pause();
    this.last = this.#told = this.#characters = 0;
  }
}

// One WebSocket, from its opening to its end, and the watch over its life.

import { BACK_SOON } from './policy.js';

// For the handshake and the answer to `hello`.
const OPEN_MS = 10_000;
// After a sign that the network changed: for the answer to a ping.
const PROBE_MS = 5_000;

/**
 * @typedef {object} Handlers
 * @property {() => void} opened
 * @property {(message: any, characters: number) => void} received
 * @property {(code: number) => void} ended  with 0 where it gave no sign of life; not after `leave`
 * @property {(message: any) => void} sent
 */

export class Connection {
  #socket;
  #handlers;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #deadline;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #pings;
  #timeoutMs = 0;
  // When the server was first asked for a sign of life that did not come yet. Its silence alone says nothing: a hidden
  // tab wakes once a minute, later than any answer could have been asked for.
  #askedAt = 0;

  /**
   * @param {WebSocket} socket
   * @param {Handlers} handlers
   */
  constructor(socket, handlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#deadline = setTimeout(() => this.#giveUp(), OPEN_MS);
    socket.onopen = () => handlers.opened();
    socket.onclose = ({ code }) => {
      this.#forget();
      handlers.ended(code);
    };
    socket.onmessage = ({ data }) => {
      this.#askedAt = 0;
      if (this.#timeoutMs) clearTimeout(this.#deadline);
      let message;
      try {
        message = JSON.parse(data);
      } catch {}
      if (!message?.type) return this.#giveUp();  // whatever this is, it is not our server
      handlers.received(message, data.length);
    };
    socket.onerror = () => {};  // `close` follows, and says more
  }

  /**
   * `connected` has come. Browsers hide the WebSocket's own pings, so we ask for ourselves.
   * @param {{ping_interval_ms?: number, timeout_ms?: number}} message
   */
  established({ ping_interval_ms: intervalMs = 10_000, timeout_ms: timeoutMs = 30_000 }) {
    clearTimeout(this.#deadline);
    this.#timeoutMs = timeoutMs;
    this.#pings = setInterval(() => {
      if (this.#askedAt && performance.now() - this.#askedAt > timeoutMs) this.#giveUp();
      else this.#ping();
    }, intervalMs);
  }

  /** Something happened to the network, or to us: is it still there? */
  probe() {
    if (!this.#timeoutMs) return;
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#giveUp(), PROBE_MS);
    this.#ping();
  }

  /**
   * @param {any} message
   * @param {string} text
   */
  send(message, text = JSON.stringify(message)) {
    this.#socket.send(text);
    this.#handlers.sent(message);
  }

  /** Closes it without another word to the handlers. */
  leave(code = BACK_SOON) {
    this.#forget();
    this.#socket.close(code);
  }

  #ping() {
    this.#askedAt ||= performance.now();
    this.send({ type: 'ping' });
  }

  // A WebSocket takes long to give up by itself.
  #giveUp() {
    this.leave();
    this.#handlers.ended(0);
  }

  #forget() {
    clearTimeout(this.#deadline);
    clearInterval(this.#pings);
    const socket = this.#socket;
    // Closed before it is open, some implementations tell of an error.
    socket.onopen = socket.onmessage = socket.onclose = null;
  }
}

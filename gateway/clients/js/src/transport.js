// The way to the server: one connection at a time, made again when it breaks, until it must not be.

import { Connection } from './connection.js';
import { brokenError, SignalingError } from './errors.js';
import { afterClose, Pauses } from './policy.js';
import { follow } from './surroundings.js';

// For the application to come up with a token.
const TOKEN_MS = 10_000;

/**
 * @typedef {'new' | 'connecting' | 'connected' | 'reconnecting' | 'closed'} ClientState
 * @typedef {{state: ClientState, error?: SignalingError, retryInMs?: number}} StateChange
 *
 * @typedef {object} Handlers
 * @property {(token: string | undefined) => any} hello  the first message of a connection
 * @property {() => boolean} resumes  whether there is a session to go on with
 * @property {(message: any, characters: number) => void} received
 * @property {(message: any) => void} sent
 * @property {(error: SignalingError) => void} forgotten  the server does not know the session any more
 * @property {(change: StateChange) => void} changed
 * @property {() => void} awake  the network or the page is back
 * @property {() => void} gone  the page is gone
 */

export class Transport {
  /** @type {ClientState} */
  state = 'new';
  /** @type {SignalingError | null} the server's reason for the close that follows */
  fatal = null;

  #url;
  #WebSocket;
  #getToken;
  #handlers;
  #pauses = new Pauses();
  #windowMs = 0;  // for so long a session waits ...
  #brokenAt = 0;  // ... from then on
  /** @type {Connection | null} */
  #connection = null;
  #attempt = 0;  // tells whether what was begun is still wanted
  #lacksToken = false;  // the newest connection: there was none for it
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #move;
  #unfollow = () => {};

  /**
   * @param {string | URL} url
   * @param {import('./api.js').ClientOptions} options
   * @param {Handlers} handlers
   */
  constructor(url, { WebSocket = globalThis.WebSocket, getToken, traceparent }, handlers) {
    if (!WebSocket) throw new TypeError('there is no WebSocket here: give one in the options');
    this.#url = addressOf(url, traceparent);
    this.#WebSocket = WebSocket;
    this.#getToken = getToken;
    this.#handlers = handlers;
  }

  /** Connects; in the middle of a pause, now. */
  open() {
    if (this.state === 'new') {
      this.#unfollow = follow({
        awake: () => this.#awake(),
        asleep: () => this.#connection?.probe(),
        gone: () => this.#handlers.gone(),
      });
      this.#connect();
    } else if (this.#retry) {
      this.#connect();
    }
  }

  /** Whether a message would go now. */
  get ready() {
    return this.state === 'connected';
  }

  /**
   * @param {any} message
   * @param {string} [text] of it
   */
  send(message, text) {
    this.#connection?.send(message, text);
  }

  /**
   * The server has taken us.
   * @param {import('./protocol.js').Connected} message
   */
  established(message) {
    this.#connection?.established(message);
    this.#pauses.connected();
    this.#windowMs = message.resume_window_ms ?? 0;
    this.#brokenAt = 0;
    this.#become('connected');
  }

  /**
   * The server is about to stop. Half-done things have so long to get done.
   * @param {number} afterMs
   */
  move(afterMs) {
    clearTimeout(this.#move);
    this.#move = setTimeout(() => this.reconnect(), afterMs);
  }

  /**
   * Leaves this connection for another one, at once.
   * @param {number} [code]  1000 ends the session too
   */
  reconnect(code) {
    this.#leave(code);
    this.#connect();
  }

  /**
   * The same, after a pause.
   * @param {SignalingError} error
   * @param {number} [code]
   */
  again(error, code) {
    if (this.state === 'closed') return;
    this.#leave(code);
    this.#brokenAt ||= performance.now();
    const waits = this.#handlers.resumes() && performance.now() - this.#brokenAt < this.#windowMs;
    const retryInMs = this.#pauses.next(error.retryAfterMs, waits ? this.#windowMs : undefined);
    this.#retry = setTimeout(() => this.#connect(), retryInMs);
    this.#become(this.#unconnected, { error, retryInMs });
  }

  /**
   * For good.
   * @param {SignalingError} [error]
   */
  close(error) {
    if (this.state === 'closed') return;
    if (this.ready && !error) this.send({ type: 'bye' });
    this.#leave(1000);
    this.#unfollow();
    this.#become('closed', { error });
  }

  /** @returns {Promise<string | undefined>} from the application, for a new connection or in place of one that ends */
  async token() {
    if (!this.#getToken) return undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('getToken takes too long')), TOKEN_MS);
    });
    try {
      return await Promise.race([this.#getToken(), late]);
    } catch (error) {
      throw new SignalingError({ code: 'no_token', message: String(error), action: 'reconnect' });
    } finally {
      clearTimeout(timer);
    }
  }

  async #connect() {
    if (this.state === 'closed') return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const attempt = ++this.#attempt;
    this.#become(this.#unconnected);
    /** @type {string | undefined} */
    let token;
    let lacksToken = false;
    try {
      token = await this.token();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      lacksToken = true;
      // Who comes back needs none: it is for the new session, in case the old one is gone.
      if (!this.#handlers.resumes()) return this.again(/** @type {SignalingError} */ (error));
    }
    if (attempt !== this.#attempt) return;
    this.fatal = null;
    this.#lacksToken = lacksToken;
    let socket;
    try {
      socket = new this.#WebSocket(this.#url);
    } catch (error) {
      // A page of https that asks for ws://, for one. Another attempt would end the same.
      return this.close(new SignalingError({ code: 'no_websocket', message: String(error), action: 'close' }));
    }
    const connection = new Connection(socket, {
      opened: () => connection.send(this.#handlers.hello(token)),
      received: this.#handlers.received,
      sent: this.#handlers.sent,
      ended: (code) => this.#ended(code),
    });
    this.#connection = connection;
  }

  /** @param {number} code */
  #ended(code) {
    const { fatal } = this;
    const error = fatal ?? (code ? brokenError(`connection closed with ${code}`)
      : new SignalingError({ code: 'no_life', message: 'the server is silent', action: 'reconnect' }));
    let next = code ? afterClose(code) : 'resume';
    // The close code may have been lost on the way, the reason was not.
    if (fatal && next === 'resume' && (fatal.action === 'close' || fatal.action === 'none')) next = 'close';
    // The session was refused, and another one has to have a token.
    if (fatal?.code === 'unauthenticated' && this.#lacksToken) next = 'renew';
    this.#connection = null;
    if (next === 'close') {
      // Nothing is done about it any more.
      if (!fatal) error.action = 'close';
      return this.close(error);
    }
    this.again(error);
    if (next === 'renew') this.#handlers.forgotten(error);
  }

  // The connection; the session is not.
  /** @param {number} [code] */
  #leave(code) {
    ++this.#attempt;
    clearTimeout(this.#move);
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#connection?.leave(code);
    this.#connection = null;
  }

  // The state without a connection: whether there has been one before.
  get #unconnected() {
    return this.state === 'new' || this.state === 'connecting' ? 'connecting' : 'reconnecting';
  }

  #awake() {
    this.#handlers.awake();
    if (this.#connection) this.#connection.probe();
    else if (this.#retry) this.#connect();
  }

  /**
   * @param {ClientState} state
   * @param {{error?: SignalingError, retryInMs?: number}} [why]
   */
  #become(state, why) {
    // A listener may have closed it in the middle of something.
    if (this.state === 'closed' || (state === this.state && !why)) return;
    this.state = state;
    this.#handlers.changed({ state, ...why });
  }
}

/**
 * @param {string | URL} url
 * @param {string} [traceparent]  browsers can set no header of the upgrade
 */
function addressOf(url, traceparent) {
  const address = new URL(url, globalThis.document?.baseURI);
  address.protocol = address.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(address.protocol)) throw new TypeError(`not the address of a gateway: ${url}`);
  const path = address.pathname.replace(/\/+$/, '');
  address.pathname = path.endsWith('/v1') ? path : `${path}/v1`;
  address.hash = '';
  if (traceparent) address.searchParams.set('traceparent', traceparent);
  return address.href;
}

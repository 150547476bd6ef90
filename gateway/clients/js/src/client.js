import { deferred } from './deferred.js';
import { Emitter } from './emitter.js';
import { brokenError, closedError, SignalingError } from './errors.js';
import { Membership } from './membership.js';
import { checkMetadata } from './metadata.js';
import { Outbox } from './outbox.js';
import { Pauses } from './policy.js';
import { Receipts } from './receipts.js';
import { Transport } from './transport.js';

/** @typedef {import('./api.js').ClientOptions} ClientOptions */

/**
 * A session with the signaling server. `connect` opens it, it outlives its connections, and `close` ends it.
 *
 * - What is sent is numbered and kept until the server has it, and sent again after a break: each message arrives
 *   once, in order, or the session is lost and says so.
 * - Connections that break are made again, after random pauses whose bound grows from 0.5 to 20 s, at once when the
 *   network or the page is back; with `resume`, so that nobody notices.
 * - Where the session is gone, a new one begins and the room is joined again; who took the seat meanwhile keeps it.
 *
 * Events have the names of the protocol's messages, beside those of OwnEvents. What answers a `request` goes there only.
 * @extends {Emitter<import('./api.js').ClientEvents>}
 */
export class SignalingClient extends Emitter {
  /** The name that the others know; '' until the server said one. */
  clientId;
  /** @type {import('./protocol.js').IceServer[]} the newest, for connections from now on */
  iceServers = [];
  /** @type {RTCIceTransportPolicy} */
  iceTransportPolicy = 'all';

  #options;
  #transport;
  #outbox = new Outbox();
  #receipts = new Receipts(() => this.#acknowledge());
  /** @type {{id: string, token: string} | null} what `resume` needs */
  #session = null;
  /** @type {Membership | null} */
  #membership = null;
  /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: SignalingError) => void}>} by id */
  #pending = new Map();
  /** @type {Set<(error: SignalingError) => void>} requests between two attempts: each ends with the error */
  #resting = new Set();
  #opened = deferred();

  /**
   * @param {string | URL} url of the gateway: `https://…`, `wss://…`; a path that does not end in `/v1` gets it
   * @param {ClientOptions} [options]
   */
  constructor(url, options = {}) {
    super();
    checkMetadata(options.metadata);
    this.#options = { ...options };
    this.clientId = options.clientId ?? '';
    this.#transport = new Transport(url, options, {
      hello: (token) => this.#hello(token),
      resumes: () => this.#session !== null,
      received: (message, characters) => this.#receive(message, characters),
      sent: (message) => this.emit('sent', message),
      forgotten: (error) => this.#lose(error.code),
      changed: (change) => this.#changed(change),
      awake: () => this.#membership?.hurry(),
      gone: () => this.close(),
    });
  }

  get state() {
    return this.#transport.state;
  }

  /**
   * Connects; in the middle of a pause, now. Resolves when there is a session, rejects when there will be none.
   * @returns {Promise<void>}
   */
  connect() {
    this.#transport.open();
    this.#membership?.hurry();
    return this.#opened.promise;
  }

  /**
   * Ends the session, behind what was sent before: the others see at once that this one has left; where there is no
   * connection, when the session's time is over. It cannot be opened again.
   */
  close() {
    this.#flush(true);
    this.#transport.close();
  }

  /**
   * Sends a message that has no answer but, where it fails, an `error` with this id as `replyTo`. Returns its id. Without a
   * connection it waits for one.
   * @template {keyof import('./protocol.js').ClientMessages} Type
   * @param {Type} type
   * @param {import('./protocol.js').ClientMessages[Type]} fields
   * @returns {number}
   * @throws {SignalingError} `closed`, `message_too_large`, `queue_full`
   */
  send(type, fields) {
    if (this.state === 'closed') throw closedError();
    const id = this.#outbox.add(type, fields);
    this.#flush();
    return id;
  }

  /**
   * Sends a message that has an answer. Rejects with the server's refusal, `session_lost`, or what `send` throws.
   * `retries`: how often a fault that waiting may mend (action `retry`) is tried again, each time after a pause.
   * @template {keyof import('./protocol.js').Answers} Type
   * @param {Type} type
   * @param {import('./protocol.js').ClientMessages[Type]} fields
   * @param {{retries?: number}} [options]
   * @returns {Promise<import('./protocol.js').Answers[Type]>}
   */
  async request(type, fields, { retries = 0 } = {}) {
    const pauses = new Pauses();
    for (let left = retries; ; --left) {
      try {
        return await new Promise((resolve, reject) => this.#ask(type, fields, resolve, reject));
      } catch (error) {
        const mendable = error instanceof SignalingError && error.action === 'retry' && this.state !== 'closed';
        if (left <= 0 || !mendable) throw error;
        await this.#rest(pauses.next(error.retryAfterMs));
      }
    }
  }

  /**
   * Tells what became of a set-up, for the operator's statistics: `Call` does it by itself. There is no answer, and without a
   * connection it is lost.
   * @param {import('./protocol.js').Report} report
   */
  report(report) {
    if (this.#transport.ready) this.#transport.send({ type: 'report', ...report });
  }

  /**
   * Takes a seat in a room, one at a time, and again in each new session until `leave`. Rejects where the room does not
   * take us at first; while somebody has to let us in, it waits (`knock`). `replace: false` leaves the seat to who has
   * it under the same name.
   * @param {string} room
   * @param {{metadata?: Record<string, string>, replace?: boolean, options?: import('./protocol.js').NewRoom}} [how]
   * @returns {Promise<import('./protocol.js').Joined>}
   */
  async join(room, { metadata, ...how } = {}) {
    if (this.state === 'closed') throw closedError();
    if (this.#membership) throw new SignalingError({ code: 'already_in_room', message: 'leave the room first' });
    checkMetadata(metadata);
    if (metadata) this.#options.metadata = metadata;
    const { promise, resolve, reject } = deferred();
    const membership = new Membership({ room, ...how }, {
      ask: (fields, answered, failed) =>
        this.#ask('join', { ...fields, metadata: this.#options.metadata }, answered, failed),
      joined: (message, rejoined) => {
        resolve(message);
        this.#applyOptions(message.options);
        this.emit('joined', { ...message, rejoined });
      },
      refused: (error, rejoining) => {
        this.#membership = null;
        reject(error);
        if (rejoining) this.emit('notrejoined', { room, error });
      },
      renamed: () => this.#rename(),
      waits: (error, retryInMs) => this.emit('rejoining', { room, error, retryInMs }),
    });
    this.#membership = membership;
    membership.join();
    return promise;
  }

  /** Leaves the room, or gives up to join it. */
  leave() {
    const membership = this.#membership;
    membership?.end(new SignalingError({ code: 'left', message: 'left before the room was joined' }));
    if (membership?.asked) this.send('leave', {});
  }

  /**
   * What the others see of you from now on.
   * @param {Record<string, string>} metadata
   * @throws {TypeError} what no server takes
   */
  update(metadata) {
    checkMetadata(metadata);
    this.#options.metadata = metadata;
    // Before there is a session, `hello` says it.
    if (this.#session || this.#membership) this.send('update', { metadata });
  }

  // -------------------------------------------------------------------------------------------------------------------

  /** @param {string | undefined} token */
  #hello(token) {
    const session = this.#session;
    return {
      type: 'hello',
      client_id: this.clientId || undefined,
      metadata: this.#options.metadata,
      token,
      resume: session ? { session_id: session.id, resume_token: session.token, last_seq: this.#receipts.last } : undefined,
    };
  }

  /**
   * @param {any} message
   * @param {number} characters
   */
  #receive(message, characters) {
    this.emit('received', message);
    if (this.state === 'closed') return;
    if (message.ack) this.#outbox.acknowledge(message.ack);
    if (message.seq) {
      if (message.seq > this.#receipts.last + 1) {
        return this.#transport.again(brokenError('an event is missing'));
      }
      if (!this.#receipts.note(message.seq, characters)) return this.#flush();
    }
    switch (message.type) {
      case 'connected': return this.#connected(message);
      case 'ack': this.#outbox.acknowledge(message.id); break;
      case 'pong': return this.#flush();
      case 'error': this.#failed(new SignalingError(message)); break;
      case 'go_away': this.#transport.move(message.reconnect_after_ms); break;
      case 'token_expiring': this.#refresh(); break;
      case 'ice_servers': this.iceServers = message.ice_servers; break;
      case 'room_updated': this.#applyOptions(message.options); break;
    }
    if (message.type !== 'error' && message.type !== 'ack' && !this.#answered(message)) this.emit(message.type, message);
    this.#flush();
  }

  /** @param {import('./protocol.js').Connected} message */
  #connected(message) {
    const before = this.#session;
    const resumed = message.resumed && before?.id === message.session_id && this.#outbox.resume(message.last_id);
    if (before && !resumed) this.#lose(message.resume_error ?? 'events_lost');
    if (this.state === 'closed') return;  // a listener wanted no other session
    // It was gone on with, but has forgotten what it once had: there is nothing in it to rely on.
    if (message.resumed && !resumed) return this.#transport.again(brokenError('a session that cannot be gone on with'), 1000);
    this.#session = { id: message.session_id, token: message.resume_token };
    this.clientId = message.client_id;
    this.iceServers = message.ice_servers ?? [];
    // What a room allowed to be known only to relays stays so.
    if (this.iceTransportPolicy !== 'relay') this.iceTransportPolicy = message.ice_transport_policy ?? 'all';
    this.#outbox.limit = message.limits?.max_message_bytes ?? this.#outbox.limit;
    this.#transport.established(message);
    if (!this.#transport.ready) return;
    this.#opened.resolve();
    this.emit('connected', message);
    // Until a message has come on this connection, who has the token of the one before could take the session over.
    const seq = resumed ? this.#receipts.repeat() : 0;
    if (seq) this.#transport.send({ type: 'ack', seq });
    this.#flush();
  }

  /** @param {import('./protocol.js').RoomOptions} [options] */
  #applyOptions(options) {
    if (options?.relay_only) this.iceTransportPolicy = 'relay';
  }

  /**
   * Whether somebody waited for it.
   * @param {any} message
   */
  #answered(message) {
    const pending = this.#pending.get(message.reply_to);
    // A knock only says that the answer takes long.
    if (!pending || message.type === 'knock') return false;
    this.#pending.delete(message.reply_to);
    pending.resolve(message);
    return true;
  }

  /** @param {SignalingError} error */
  #failed(error) {
    if (error.fatal) this.#transport.fatal = error;
    // Our `hello` was wrong, and the next would be.
    else if (!this.#transport.ready && !['retry', 'reconnect'].includes(error.action)) return this.#transport.close(error);
    const pending = this.#pending.get(error.replyTo);
    this.#pending.delete(error.replyTo);
    if (pending) pending.reject(error);
    else this.emit('error', error);
  }

  /**
   * @param {string} type
   * @param {object} fields
   * @param {(answer: any) => void} resolve
   * @param {(error: SignalingError) => void} reject
   */
  #ask(type, fields, resolve, reject) {
    if (this.state === 'closed') throw closedError();
    this.#pending.set(this.#outbox.add(type, fields), { resolve, reject });
    this.#flush();
  }

  /**
   * @param {number} milliseconds
   * @returns {Promise<void>}
   */
  #rest(milliseconds) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#resting.delete(end);
        resolve();
      }, milliseconds);
      const end = (/** @type {SignalingError} */ error) => {
        clearTimeout(timer);
        reject(error);
      };
      this.#resting.add(end);
    });
  }

  #flush(atOnce = false) {
    if (!this.#transport.ready) return;
    for (let kept = this.#outbox.next(atOnce); kept; kept = this.#outbox.next(atOnce)) {
      const ack = this.#receipts.take();
      if (ack) this.#transport.send({ ...kept.message, ack }, `${kept.text.slice(0, -1)},"ack":${ack}}`);
      else this.#transport.send(kept.message, kept.text);
    }
  }

  #acknowledge() {
    if (!this.#transport.ready) return this.#receipts.pause();
    const seq = this.#receipts.take();
    if (seq) this.#transport.send({ type: 'ack', seq });
  }

  async #refresh() {
    try {
      const token = await this.#transport.token();
      if (token && this.#transport.ready) this.#transport.send({ type: 'refresh', token });
    } catch (error) {
      // Without one the server closes the connection in a while, and the next one asks again.
      this.emit('error', /** @type {SignalingError} */ (error));
    }
  }

  // The server made our name, and somebody else has it now: that is not worth waiting for.
  #rename() {
    if (this.#options.clientId) return false;
    this.clientId = '';
    // In this order: what is asked of the next session does not go on the connection of this one.
    this.#transport.reconnect(1000);
    this.#lose('client_id_taken');
    return true;
  }

  /**
   * The session is gone, with what it had not got.
   * @param {string} reason
   */
  #lose(reason) {
    if (!this.#session) return;
    this.#session = null;
    this.#opened = deferred();
    this.#receipts.clear();
    const messages = this.#outbox.clear();
    this.#rejectAll(new SignalingError({ code: 'session_lost', message: `the session ended: ${reason}` }));
    this.#membership?.join();
    this.emit('sessionlost', { reason, messages });
  }

  /** @param {SignalingError} error */
  #rejectAll(error) {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }

  /** @param {import('./transport.js').StateChange} change */
  #changed(change) {
    if (change.state !== 'connected') this.#receipts.pause();
    if (change.state === 'closed') this.#end(change.error ?? closedError());
    this.emit('statechange', change);
  }

  /** @param {SignalingError} reason */
  #end(reason) {
    this.#session = null;
    this.#membership?.end(reason);
    this.#rejectAll(reason);
    for (const end of this.#resting) end(reason);
    this.#receipts.clear();
    this.#outbox.clear();
    this.#opened.reject(reason);
    // Where it was resolved long ago, who asks from now on hears how it is.
    this.#opened = deferred();
    this.#opened.reject(reason);
  }
}

// The connection to the signaling server: one WebSocket at a time, opened again when it breaks.
//
// It does what every client of /v1 has to do:
//   - opens with `hello` and waits for `connected`;
//   - numbers what it sends (`id`), and finds the answer by its `reply_to`;
//   - acknowledges events (`seq`), so that the server can forget them;
//   - asks for a sign of life (`ping`), because browsers hide the WebSocket's own pings;
//   - connects again after a break, after random, growing pauses, unless the server said not to.
//
// Events: `connecting`, `connected` (the message), `event` (each numbered event that is no last answer), `ice_servers` (the
// message: fresh ones, before the old ones end), `notice` ({error}: an error that answers nothing), `broken` ({error,
// pauseMs}: it connects again by itself), `ended` ({error}: it does not); and for who wants to look on, `sent` and
// `received` with every message as it passes.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
const STEADY_AFTER_MS = 10_000;  // A connection that lived so long starts the pauses from the first again.
const HELLO_TIMEOUT_MS = 10_000;
const ACK_DELAY_MS = 500;        // The protocol wants an ack at least once a second ...
const ACK_EVERY = 32;            // ... or every 64 events.

const RECONNECT_CODES = new Set([1001, 1006, 1011, 1012, 1013]);

// What the close code says: 4000-4499 connect again, 4500-4999 do not.
export function mayReconnect(closeCode) {
  if (closeCode >= 4000) return closeCode < 4500;
  return RECONNECT_CODES.has(closeCode);
}

// "Full jitter": anything between nothing and a bound that doubles, so that many clients do not come back at once.
export function pauseBefore(attempt, random = Math.random) {
  return random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
}

export class SignalingError extends Error {
  constructor({ code, message, retry_after_ms: retryAfterMs = 0 }) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export class Signaling extends EventTarget {
  // The identity to ask for; the server makes one where it is empty. Kept across connections, so that the one who
  // comes back takes the old seat instead of a second one.
  clientId = '';

  #url;
  #socket = null;
  #connected = false;
  #connectedAt = 0;
  #attempt = 0;
  #lastError = null;  // the server's reason for the close that follows
  #nextId = 1;
  #lastSeq = 0;
  #ackedSeq = 0;
  #pending = new Map();  // id -> {resolve, reject}
  // When the server was first asked for a sign of life that did not come yet; 0 where none is due. Its silence alone says
  // nothing: a hidden tab wakes once a minute, later than any answer could have been asked for.
  #askedAt = 0;
  #timers = { retry: 0, hello: 0, ack: 0, ping: 0 };

  constructor(url) {
    super();
    this.#url = url;
  }

  get connected() {
    return this.#connected;
  }

  // Connects now, also in the middle of a pause.
  open() {
    clearTimeout(this.#timers.retry);
    if (this.#socket) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#lastError = null;
    this.#timers.hello = setTimeout(() => this.#drop(), HELLO_TIMEOUT_MS);
    socket.onopen = () => {
      const hello = { type: 'hello' };
      if (this.clientId) hello.client_id = this.clientId;
      this.#put(socket, hello);
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
    this.#tell('connecting');
  }

  // Ends the session: the others see at once that this one has left.
  close() {
    clearTimeout(this.#timers.retry);
    const socket = this.#forget();
    if (socket?.readyState === WebSocket.OPEN) this.#put(socket, { type: 'bye' });
    socket?.close(1000);
  }

  // Begins a new session after a pause of at least `leastMs`.
  reopen(error, leastMs = 0) {
    this.#forget()?.close(1000);
    this.#retry(error, leastMs);
  }

  // Sends a numbered message and returns its id; 0 where there is no connection.
  send(type, fields = {}) {
    if (!this.#connected) return 0;
    const id = this.#nextId++;
    this.#write({ type, id, ...fields });
    return id;
  }

  // Sends a numbered message; the promise is its answer.
  request(type, fields) {
    return new Promise((resolve, reject) => {
      const id = this.send(type, fields);
      if (id) this.#pending.set(id, { resolve, reject });
      else reject(new SignalingError({ code: 'unavailable', message: 'not connected' }));
    });
  }

  #write(message) {
    if (this.#lastSeq > this.#ackedSeq) {
      this.#ackedSeq = this.#lastSeq;
      message.ack = this.#lastSeq;
    }
    this.#put(this.#socket, message);
  }

  #put(socket, message) {
    socket.send(JSON.stringify(message));
    this.#tell('sent', message);
  }

  #receive(message) {
    this.#askedAt = 0;
    this.#tell('received', message);
    if (message.seq) this.#note(message.seq);
    switch (message.type) {
      case 'connected':
        this.#start(message);
        return;
      case 'ice_servers':
        this.#tell('ice_servers', message);
        return;
      case 'ack':
      case 'pong':
        return;
    }
    const failed = message.type === 'error';
    // A knock only says that the answer takes long.
    const pending = message.type !== 'knock' && this.#pending.get(message.reply_to);
    if (pending) {
      this.#pending.delete(message.reply_to);
      if (failed) pending.reject(new SignalingError(message));
      else pending.resolve(message);
    } else if (failed && !message.reply_to) {
      const error = new SignalingError(message);
      if (message.fatal) this.#lastError = error;
      this.#tell('notice', { error });
    } else {
      this.#tell('event', message);
    }
  }

  #note(seq) {
    this.#lastSeq = seq;
    const acknowledge = () => {
      clearTimeout(this.#timers.ack);
      this.#timers.ack = 0;
      if (this.#connected && seq > this.#ackedSeq) this.#acknowledge();
    };
    if (seq - this.#ackedSeq >= ACK_EVERY) acknowledge();
    else this.#timers.ack ||= setTimeout(acknowledge, ACK_DELAY_MS);
  }

  #acknowledge() {
    this.#ackedSeq = this.#lastSeq;
    this.#put(this.#socket, { type: 'ack', seq: this.#lastSeq });
  }

  #start(message) {
    clearTimeout(this.#timers.hello);
    this.#connected = true;
    this.#connectedAt = performance.now();
    this.clientId = message.client_id;
    this.#timers.ping = setInterval(() => {
      const now = performance.now();
      if (this.#askedAt && now - this.#askedAt > message.timeout_ms) return this.#drop();
      this.#askedAt ||= now;
      this.#put(this.#socket, { type: 'ping' });
    }, message.ping_interval_ms);
    this.#tell('connected', message);
  }

  // The other end is silent. A WebSocket takes long to give up by itself.
  #drop() {
    this.#forget()?.close();
    this.#retry(new SignalingError({ code: 'unavailable', message: 'no sign of life' }));
  }

  #closed(code) {
    const error = this.#lastError ??
        new SignalingError({ code: 'unavailable', message: `connection closed with ${code}` });
    this.#forget();
    if (mayReconnect(code)) this.#retry(error);
    else this.#tell('ended', { error });
  }

  #retry(error, leastMs = 0) {
    if (this.#connectedAt && performance.now() - this.#connectedAt > STEADY_AFTER_MS) this.#attempt = 0;
    this.#connectedAt = 0;
    const pauseMs = Math.max(pauseBefore(this.#attempt++), leastMs, error.retryAfterMs);
    this.#timers.retry = setTimeout(() => this.open(), pauseMs);
    this.#tell('broken', { error, pauseMs });
  }

  // Forgets the connection and all that counted within its session. Returns the socket, for whoever closes it.
  #forget() {
    const socket = this.#socket;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    clearTimeout(this.#timers.hello);
    clearTimeout(this.#timers.ack);
    clearInterval(this.#timers.ping);
    this.#timers.ack = 0;
    this.#socket = null;
    this.#connected = false;
    this.#askedAt = 0;
    this.#nextId = 1;
    this.#lastSeq = this.#ackedSeq = 0;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) {
      reject(new SignalingError({ code: 'unavailable', message: 'connection lost' }));
    }
    return socket;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

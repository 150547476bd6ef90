// One room with its sessions, as docs/protocol.md has them: as much as two or three clients need to make a call, lose
// their connections or their sessions, and find each other again.

import { FakeSocket } from './fake_socket.js';
import { CONNECTED } from './scripted.js';

const RELAYED = new Set(['offer', 'answer', 'ice_candidate', 'reject', 'message']);

class Session {
  seq = 0;
  lastId = 0;
  events = [];   // that are not acknowledged
  socket = null;
  seat = false;

  constructor(id, hello) {
    this.id = id;
    this.clientId = hello.client_id ?? id;
    this.metadata = hello.metadata ?? {};
  }

  say(message) {
    const event = { ...message, seq: ++this.seq };
    this.events.push(event);
    this.tell(event);
  }

  tell(message) {
    const { socket } = this;
    queueMicrotask(() => socket?.deliver(message));
  }
}

export class FakeGateway {
  up = true;
  connected = {};        // more fields of `connected`
  joined = {};           // and of `joined`
  refuses = () => null;  // a code, or fields of the error, that answers this join
  drops = new Set();     // types that it does not pass on
  got = [];              // all numbered messages, with their sender as `from`
  reports = [];          // likewise

  #sessions = new Map();
  #made = 0;

  get WebSocket() {
    const gateway = this;
    return class extends FakeSocket {
      constructor(url) {
        super(url);
        queueMicrotask(() => {
          if (this.readyState !== 0) return;
          if (gateway.up) this.open();
          else this.end(1006);
        });
      }

      send(text) {
        super.send(text);
        queueMicrotask(() => this.readyState === 1 && gateway.#take(this, JSON.parse(text)));
      }

      close(code) {
        super.close(code);
        const { session } = this;
        if (!session || session.socket !== this) return;
        session.socket = null;
        if (code === 1000) gateway.end(session.clientId, 'left');
      }
    };
  }

  session(clientId) {
    return [...this.#sessions.values()].find((session) => session.clientId === clientId);
  }

  get count() {
    return this.#sessions.size;
  }

  // --- What happens to it ---

  cut(clientId, code = 1006) {
    const session = this.session(clientId);
    const { socket } = session;
    session.socket = null;
    socket.end(code);
  }

  // Its session ends, and it does not notice for a while.
  vanish(clientId, reason) {
    this.session(clientId).socket = null;
    this.end(clientId, reason);
  }

  // Its session is over.
  end(clientId, reason) {
    const session = this.session(clientId);
    this.#sessions.delete(session.id);
    if (session.seat) this.#others(session, { type: 'participant_left', client_id: clientId, reason });
    if (session.socket) session.socket.end(4503);
  }

  // The service was started again, without its state.
  forget() {
    const sockets = [...this.#sessions.values()].map(({ socket }) => socket);
    this.#sessions.clear();
    for (const socket of sockets) socket?.end(1012);
  }

  everybody(message) {
    for (const session of this.#sessions.values()) if (session.seat) session.say(message);
  }

  // -------------------------------------------------------------------------------------------------------------------

  #take(socket, message) {
    if (message.type === 'hello') return this.#hello(socket, message);
    const { session } = socket;
    if (session.socket !== socket) return;
    const acked = message.type === 'ack' ? message.seq : message.ack ?? 0;
    session.events = session.events.filter(({ seq }) => seq > acked);
    if (message.type === 'ping') session.tell({ type: 'pong' });
    if (message.type === 'bye') return this.end(session.clientId, 'left');
    if (message.type === 'report') this.reports.push({ ...message, from: session.clientId });
    if (!message.id) return;
    if (message.id > session.lastId) {
      session.lastId = message.id;
      this.got.push({ ...message, from: session.clientId });
      this.#act(session, message);
    }
    session.tell({ type: 'ack', id: session.lastId });
  }

  #hello(socket, { resume, ...hello }) {
    const known = this.#sessions.get(resume?.session_id);
    const session = known ?? new Session(`s${++this.#made}`, hello);
    this.#sessions.set(session.id, session);
    Object.assign(session, { socket });
    socket.session = session;
    session.tell({
      ...CONNECTED, client_id: session.clientId, session_id: session.id, resumed: Boolean(known), last_id: session.lastId,
      ...(resume && !known ? { resume_error: 'session_expired' } : {}), ...this.connected,
    });
    for (const event of session.events) if (event.seq > resume?.last_seq) session.tell(event);
  }

  #act(session, message) {
    const { type, id, ack, to, ...fields } = message;
    if (RELAYED.has(type)) {
      if (this.drops.has(type)) return;
      const target = this.session(to);
      if (target?.seat) target.say({ type, ...fields, client_id: session.clientId });
      else this.#refuse(session, id, 'peer_unavailable');
    } else if (type === 'join') {
      this.#join(session, message);
    } else if (type === 'leave') {
      session.seat = false;
      session.say({ type: 'left', reason: 'left', reply_to: id });
      this.#others(session, { type: 'participant_left', client_id: session.clientId, reason: 'left' });
    } else if (type === 'update') {
      session.metadata = fields.metadata;
      this.#others(session, (other) => ({
        type: 'participant_updated', client_id: session.clientId, participant: this.#seen(session, other),
      }));
    }
  }

  #join(session, { id, replace, metadata }) {
    const refused = this.refuses(session);
    if (refused) return this.#refuse(session, id, refused);
    const before = [...this.#sessions.values()]
      .find((other) => other !== session && other.seat && other.clientId === session.clientId);
    if (before && replace === false) return this.#refuse(session, id, 'client_id_taken');
    session.seat = true;
    session.metadata = metadata ?? session.metadata;
    session.order = ++this.#made;
    const others = [...this.#sessions.values()].filter((other) => other !== session && other.seat);
    session.say({
      type: 'joined', room: 'r', options: {}, participants: others.map((other) => this.#seen(other, session)), reply_to: id,
      ...this.joined,
    });
    this.#others(session, (other) => ({
      type: 'participant_joined', client_id: session.clientId, participant: this.#seen(session, other),
    }));
  }

  #refuse(session, id, refusal) {
    const fields = typeof refusal === 'string' ? { code: refusal } : refusal;
    session.say({ type: 'error', message: 'refused', action: 'retry', reply_to: id, fatal: false, ...fields });
  }

  // The one who came later is polite.
  #seen(one, by) {
    return { client_id: one.clientId, metadata: one.metadata, polite: by.order > one.order, connected: one.socket !== null };
  }

  #others(session, message) {
    for (const other of this.#sessions.values()) {
      if (other !== session && other.seat) other.say(typeof message === 'function' ? message(other) : message);
    }
  }
}

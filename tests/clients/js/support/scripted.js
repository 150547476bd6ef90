// A client whose clock and server are the test's. At its end nothing may be left of it, and a socket was closed with 1000
// only to say goodbye.

import assert from 'node:assert/strict';

import { SignalingClient } from '../../../../gateway/clients/js/src/index.js';
import { Clock, settle } from './clock.js';
import { FakeSocket } from './fake_socket.js';

export const CONNECTED = {
  type: 'connected', client_id: 'me', session_id: 's1', resume_token: 't1', resume_window_ms: 30_000, resumed: false,
  last_id: 0, ice_servers: [], ice_transport_policy: 'all', ping_interval_ms: 10_000, timeout_ms: 30_000,
  limits: { max_message_bytes: 65_536 }, features: [],
};

export class Scripted {
  clock = new Clock();
  sockets = [];
  client;
  goodbyes = 1;        // sockets that may be closed with 1000
  events = [];         // of the client, as [type, detail], but for `sent` and `received`
  #clientId;
  #seq = 0;

  constructor(t, options = {}) {
    this.clock.install();
    t.after(() => this.#end());
    const { sockets } = this;
    this.#clientId = options.clientId ?? CONNECTED.client_id;
    this.client = new SignalingClient('https://signaling.example', {
      WebSocket: class extends FakeSocket {
        constructor(url) {
          super(url);
          sockets.push(this);
        }
      },
      ...options,
    });
    this.#record();
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get states() {
    return this.detailsOf('statechange').map(({ state }) => state);
  }

  detailsOf(type) {
    return this.events.filter(([name]) => name === type).map(([, detail]) => detail);
  }

  // Opens the newest socket; returns what the client said first.
  async open() {
    await settle();
    this.socket.open();
    return this.socket.sent[0];
  }

  // The server takes whoever is there: a new session, or with `resumed` the one before.
  async accept(fields = {}) {
    const hello = await this.open();
    if (!fields.resumed) this.#seq = 0;
    await this.tell({ ...CONNECTED, client_id: this.#clientId, ...fields });
    return hello;
  }

  async connect(fields) {
    const connected = this.client.connect();
    const hello = await this.accept(fields);
    await connected;
    return hello;
  }

  // Joins, alone but for `participants`.
  async join(room = 'r', fields = {}, how = undefined) {
    const joined = this.client.join(room, how);
    await settle();
    await this.answer('join', this.joined(room, fields));
    return joined;
  }

  joined(room = 'r', fields = {}) {
    return { type: 'joined', room, options: {}, participants: [], ...fields };
  }

  // Answers the newest message of this type.
  async answer(type, message) {
    const { id } = this.socket.said(type).at(-1);
    await this.say({ ...message, reply_to: id, ack: id });
  }

  // An event, which is numbered.
  async say(message) {
    await this.tell({ ...message, seq: ++this.#seq });
  }

  // What is not numbered.
  async tell(message) {
    this.socket.deliver(message);
    await settle();
  }

  // Breaks the connection and lets the pause go by.
  async breakAndWait(code = 1006) {
    const before = this.sockets.length;
    this.socket.end(code);
    await settle();
    while (this.sockets.length === before) {
      assert.ok(this.clock.next <= 20_000, 'it does not come back');
      await this.clock.advance(this.clock.next);
    }
  }

  #record() {
    const emit = Object.getPrototypeOf(SignalingClient.prototype).emit;
    const { client, events } = this;
    client.emit = (type, detail) => {
      if (type !== 'sent' && type !== 'received') events.push([type, detail]);
      return emit.call(client, type, detail);
    };
  }

  async #end() {
    try {
      this.client.close();
      await settle();
      assert.equal(this.client.state, 'closed');
      assert.equal(this.clock.waiting, 0, 'timers are left');
      for (const { readyState } of this.sockets) assert.ok(readyState >= 2, 'a socket is left');
      const goodbyes = this.sockets.filter(({ closedWith }) => closedWith === 1000).length;
      assert.ok(goodbyes <= this.goodbyes, `${goodbyes} sockets were closed with 1000`);
    } finally {
      this.clock.uninstall();
    }
  }
}

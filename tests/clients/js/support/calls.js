// Calls of several clients in one process, with a fake server, fake connections and a fake clock. At the end nothing of
// them may be left.

import assert from 'node:assert/strict';

import { Call, SignalingClient } from '../../../../gateway/clients/js/src/index.js';
import { Clock, settle } from './clock.js';
import { FakeGateway } from './fake_gateway.js';
import { FakeNetwork } from './fake_network.js';

export const track = (kind, id = kind) => ({ kind, id });

const EVENTS = [
  'participantjoined', 'participantleft', 'connection', 'joined', 'waiting', 'knocking', 'notadmitted', 'locked', 'declined',
  'ended',
];

export class Calls {
  clock = new Clock();
  gateway = new FakeGateway();
  network = new FakeNetwork();
  warnings = [];
  members = [];

  constructor(t) {
    this.clock.install();
    const { warn } = console;
    console.warn = (...words) => this.warnings.push(words.join(' '));
    t.after(async () => {
      console.warn = warn;
      await this.#end();
    });
  }

  // A client with a call that has joined, unless `waits`.
  async member(clientId, { waits = false, ...options } = {}) {
    const client = new SignalingClient('https://signaling.example', { clientId, WebSocket: this.gateway.WebSocket });
    const call = new Call(client, { room: 'r', tracks: [track('audio')], ...this.network.browser, ...options });
    const events = [];
    for (const type of EVENTS) call.on(type, (detail) => events.push([type, detail]));
    const member = {
      client, call, events,
      told: (type) => events.filter(([name]) => name === type).map(([, detail]) => detail),
      other: (id) => call.participants.get(id),
      connectionTo: (id) => call.participants.get(id)?.connection,
    };
    this.members.push(member);
    const joined = call.join();
    joined.catch(() => {});
    if (!waits) await joined;
    await settle();
    return member;
  }

  // The usual two: a is there when b comes.
  async pair(a = {}, b = {}) {
    return [await this.member('a', a), await this.member('b', b)];
  }

  // Both see each other, over one connection a pair.
  connected(...members) {
    for (const one of members) {
      for (const other of members) {
        if (one === other) continue;
        const participant = one.other(other.client.clientId);
        assert.equal(participant?.state, 'connected', `${one.client.clientId} → ${other.client.clientId}`);
        assert.ok(participant.connection.fits(other.connectionTo(one.client.clientId)));
      }
    }
  }

  async #end() {
    try {
      for (const { call, client } of this.members) {
        call.leave();
        client.close();
      }
      await settle();
      assert.equal(this.clock.waiting, 0, 'timers are left');
      assert.deepEqual(this.network.connections, [], 'connections are left');
    } finally {
      this.clock.uninstall();
    }
  }
}

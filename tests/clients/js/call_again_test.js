// Calls that meet what is still under way, and listeners that leave in the middle of something.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Call, SignalingClient } from '../../../gateway/clients/js/src/index.js';
import { Calls } from './support/calls.js';
import { settle } from './support/clock.js';

const offers = (calls, from) => calls.gateway.got.filter((message) => message.from === from && message.type === 'offer').length;

test('an offer that waits for whoever was unreachable is not made again when it is back', async (t) => {
  const calls = new Calls(t);
  const a = await calls.member('a');
  calls.gateway.cut('a');
  const b = await calls.member('b');
  const session = calls.gateway.session('b');
  session.say({ type: 'participant_connection', client_id: 'a', connected: false });
  await settle();
  assert.equal(offers(calls, 'b'), 1);
  await calls.clock.advance(1_000);  // a is back, and has the offer
  session.say({ type: 'participant_connection', client_id: 'a', connected: true });
  await settle();
  assert.equal(offers(calls, 'b'), 1);
  calls.connected(a, b);
});

test('nobody is called while there is no server, and patience begins anew with it', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [a, b] = await calls.pair();
  calls.gateway.up = false;
  calls.gateway.cut('b');
  await calls.clock.advance(25_000);
  const made = offers(calls, 'b');
  calls.gateway.up = true;
  await calls.clock.advance(7_500);
  assert.equal(b.client.state, 'connected');
  assert.equal(offers(calls, 'b'), made, 'none had waited');
  calls.network.works = true;
  await calls.clock.advance(15_000);
  calls.connected(a, b);
});

test('who came back is not taken for gone when the time of its first absence is over', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const participant = b.other('a');
  const session = () => calls.gateway.session('b');
  session().say({ type: 'participant_left', client_id: 'a', reason: 'timeout' });
  await calls.clock.advance(10_000);
  session().say({ type: 'participant_left', client_id: 'a', reason: 'timeout' });
  await settle();
  assert.equal(participant.away, true);
  session().say({ type: 'participant_joined', client_id: 'a', participant: { client_id: 'a', polite: false } });
  await settle();
  assert.equal(participant.away, false);
  await calls.clock.advance(25_000);
  assert.equal(b.other('a'), participant);
  a.call.leave();
});

for (const type of ['joined', 'change', 'connection']) {
  test(`a listener of ${type} that leaves leaves nothing`, async (t) => {
    const calls = new Calls(t);
    await calls.member('a');
    await calls.member('b');
    const c = await calls.member('c', { waits: true });
    c.call.on(type, () => c.call.leave());
    await settle();
    c.call.leave();
    await settle();
    assert.equal(c.call.state, 'ended');
    assert.equal(c.call.participants.size, 0);
    assert.equal(calls.network.connections.length, 2, 'those of a and b');
  });
}

test('a listener of the client that leaves before the call has heard of it', async (t) => {
  const calls = new Calls(t);
  await calls.member('a');
  const client = new SignalingClient('https://signaling.example', { clientId: 'b', WebSocket: calls.gateway.WebSocket });
  const call = new Call(client, { room: 'r', ...calls.network.browser });
  client.on('joined', () => call.leave());
  await call.join();
  await settle();
  assert.equal(call.state, 'ended');
  assert.equal(calls.network.connections.length, 0);
  client.close();
});

test('what comes under the id of a stored offer is none of the call', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const connection = b.connectionTo('a');
  const session = calls.gateway.session('b');
  session.say({ type: 'offer', client_id: 'a', offer_id: 'o', sdp: 'v=0' });
  session.say({ type: 'reject', client_id: 'a', offer_id: 'o', reason: 'declined' });
  await settle();
  assert.equal(b.other('a').refusal, '');
  assert.equal(b.connectionTo('a'), connection);
  calls.connected(a, b);
  assert.deepEqual(calls.warnings, []);
});

test('a connection that the application has closed keeps nobody out', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  b.connectionTo('a').setConfiguration = () => { throw new Error('closed'); };
  calls.gateway.session('b').tell({ type: 'ice_servers', ice_servers: [] });
  await settle();
  assert.deepEqual(calls.warnings, ['not configured: Error']);
  calls.connected(a, b);
});

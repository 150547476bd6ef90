// A session from `connect` to `close`, while nothing breaks: what is said first, numbered, acknowledged, and told.

import assert from 'node:assert/strict';
import test from 'node:test';

import { SignalingClient, SignalingError } from '../../../gateway/clients/js/src/index.js';
import { FakeSocket } from './support/fake_socket.js';
import { CONNECTED, Scripted } from './support/scripted.js';
import { settle } from './support/clock.js';

test('the address is the gateway\'s, however it is written', async (t) => {
  for (const [given, made] of [
    ['https://signaling.example', 'wss://signaling.example/v1'],
    ['http://localhost:8765/', 'ws://localhost:8765/v1'],
    ['wss://signaling.example/v1', 'wss://signaling.example/v1'],
    ['ws://signaling.example/a/b/?x=y#z', 'ws://signaling.example/a/b/v1?x=y'],
    [new URL('https://signaling.example/proxied/v1'), 'wss://signaling.example/proxied/v1'],
  ]) {
    const urls = [];
    const client = new SignalingClient(given, { WebSocket: class extends FakeSocket {
      constructor(url) { super(url); urls.push(url); }
    } });
    client.connect();
    await settle();
    client.close();
    assert.deepEqual(urls, [made]);
  }
  for (const wrong of ['ftp://signaling.example', 'localhost:8765']) {
    assert.throws(() => new SignalingClient(wrong, { WebSocket: FakeSocket }), /not the address of a gateway/);
  }
  assert.throws(() => new SignalingClient('signaling.example', { WebSocket: FakeSocket }), TypeError);
  const { document } = globalThis;
  globalThis.document = { baseURI: 'https://signaling.example/page.html' };
  t.after(() => { globalThis.document = document; });
  new SignalingClient('.', { WebSocket: FakeSocket });
});

test('without a WebSocket it says so', (t) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  delete globalThis.WebSocket;
  t.after(() => before && Object.defineProperty(globalThis, 'WebSocket', before));
  assert.throws(() => new SignalingClient('https://signaling.example'), /no WebSocket/);
  globalThis.WebSocket = FakeSocket;
  t.after(() => delete globalThis.WebSocket);
  assert.equal(new SignalingClient('https://signaling.example').state, 'new');
});

test('hello says who we are', async (t) => {
  const s = new Scripted(t, { clientId: 'alice', metadata: { name: 'Alice' } });
  assert.equal(s.client.clientId, 'alice');
  assert.deepEqual(await s.connect(), { type: 'hello', client_id: 'alice', metadata: { name: 'Alice' } });
});

test('hello says nothing where there is nothing to say', async (t) => {
  const s = new Scripted(t);
  assert.equal(s.client.clientId, '');
  assert.deepEqual(await s.connect({ client_id: 'made-by-the-server' }), { type: 'hello' });
  assert.equal(s.client.clientId, 'made-by-the-server');
});

test('nothing is sent between hello and connected', async (t) => {
  const s = new Scripted(t);
  assert.equal(s.client.send('message', { data: 1 }), 1);
  const connected = s.client.connect();
  await s.open();
  assert.equal(s.client.send('message', { data: 2 }), 2);
  await s.clock.advance(5_000);
  assert.deepEqual(s.socket.sent.map(({ type }) => type), ['hello']);
  await s.tell(CONNECTED);
  await connected;
  assert.deepEqual(s.socket.messages.map(({ id, data }) => [id, data]), [[1, 1], [2, 2]]);
  assert.equal(s.client.send('message', { data: 3 }), 3);
  assert.equal(s.socket.messages.length, 3, 'at once');
});

test('states', async (t) => {
  const s = new Scripted(t);
  assert.equal(s.client.state, 'new');
  const connected = s.client.connect();
  assert.equal(s.client.state, 'connecting');
  assert.equal(s.client.connect(), connected, 'twice is once');
  await s.accept();
  await connected;
  await s.breakAndWait();
  assert.equal(s.client.state, 'reconnecting');
  await s.accept({ resumed: true });
  s.client.close();
  s.client.close();
  assert.deepEqual(s.states, ['connecting', 'connected', 'reconnecting', 'connected', 'closed']);
});

test('what connected tells', async (t) => {
  const s = new Scripted(t);
  const iceServers = [{ urls: ['stun:stun.example:3478'] }];
  await s.connect({ ice_servers: iceServers, ice_transport_policy: 'relay' });
  assert.deepEqual(s.client.iceServers, iceServers);
  assert.equal(s.client.iceTransportPolicy, 'relay');
  assert.equal(s.detailsOf('connected')[0].session_id, 's1');
  const fresh = [{ urls: ['turn:turn.example'], username: 'u', credential: 'c' }];
  await s.tell({ type: 'ice_servers', ice_servers: fresh, expires_at: '2030-01-01T00:00:00Z' });
  assert.deepEqual(s.client.iceServers, fresh);
  assert.equal(s.detailsOf('ice_servers').length, 1);
});

test('a server that says less', async (t) => {
  const s = new Scripted(t);
  await s.connect({ ice_servers: undefined, ice_transport_policy: undefined, limits: undefined });
  assert.deepEqual(s.client.iceServers, []);
  assert.equal(s.client.iceTransportPolicy, 'all');
});

test('the server\'s limit holds', async (t) => {
  const s = new Scripted(t);
  await s.connect({ limits: { max_message_bytes: 1_000 } });
  assert.throws(() => s.client.send('message', { data: 'x'.repeat(1_000) }), (error) =>
    error instanceof SignalingError && error.code === 'message_too_large');
  assert.equal(s.client.send('leave', {}), 1);
});

test('64 messages are on their way', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (let i = 0; i < 100; ++i) s.client.send('message', { data: i });
  assert.equal(s.socket.messages.length, 64);
  await s.tell({ type: 'ack', id: 30 });
  assert.equal(s.socket.messages.length, 94);
  await s.say({ type: 'message', client_id: 'bob', data: 0, ack: 94 });
  assert.deepEqual(s.socket.messages.map(({ id }) => id), Array.from({ length: 100 }, (_, i) => i + 1));
});

test('an acknowledgement opens the window whatever brings it', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (let i = 0; i < 70; ++i) s.client.send('message', { data: i });
  await s.say({ type: 'message', client_id: 'bob', data: 0 });
  await s.tell({ type: 'message', client_id: 'bob', data: 0, seq: 1, ack: 2 });  // again
  assert.equal(s.socket.messages.length, 66);
  await s.tell({ type: 'pong', ack: 64 });
  assert.equal(s.socket.messages.length, 70);
});

test('events are acknowledged after a while, or with what is said anyway', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.say({ type: 'message', client_id: 'bob', data: 1 });
  await s.clock.advance(500);
  assert.deepEqual(s.socket.said('ack'), [{ type: 'ack', seq: 1 }]);
  await s.say({ type: 'message', client_id: 'bob', data: 2 });
  s.client.send('message', { data: 'x' });
  assert.deepEqual(s.socket.messages, [{ type: 'message', id: 1, data: 'x', ack: 2 }]);
  await s.clock.advance(5_000);
  assert.deepEqual(s.socket.acks, [1, 2]);
});

test('what was seen once is not told again', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (const seq of [1, 2, 2, 1, 3]) s.socket.deliver({ type: 'message', client_id: 'bob', data: seq, seq });
  assert.deepEqual(s.detailsOf('message').map(({ data }) => data), [1, 2, 3]);
});

test('who looks on sees every message, both ways', async (t) => {
  const s = new Scripted(t);
  const seen = [];
  s.client.on('sent', ({ type }) => seen.push(`→ ${type}`));
  s.client.on('received', ({ type }) => seen.push(`← ${type}`));
  await s.connect();
  s.client.send('leave', {});
  await s.tell({ type: 'ack', id: 1 });
  s.client.close();
  assert.deepEqual(seen, ['→ hello', '← connected', '→ leave', '← ack', '→ bye']);
});

test('listeners: twice is twice, and each ends by itself', async (t) => {
  const s = new Scripted(t);
  const heard = [];
  const listener = ({ data }) => heard.push(data);
  const off = s.client.on('message', listener);
  s.client.on('message', listener);
  await s.connect();
  await s.say({ type: 'message', data: 1 });
  off();
  off();
  await s.say({ type: 'message', data: 2 });
  assert.deepEqual(heard, [1, 1, 2]);
});

test('a listener that throws hinders nobody', async (t) => {
  const s = new Scripted(t);
  const original = globalThis.queueMicrotask;
  const thrown = [];
  globalThis.queueMicrotask = (task) => {
    try {
      task();
    } catch (error) {
      thrown.push(error.message);
    }
  };
  t.after(() => { globalThis.queueMicrotask = original; });
  const heard = [];
  s.client.on('message', () => { throw new Error('mine'); });
  s.client.on('message', ({ data }) => heard.push(data));
  await s.connect();
  await s.say({ type: 'message', data: 1 });
  await s.say({ type: 'message', data: 2 });
  assert.deepEqual(heard, [1, 2]);
  assert.deepEqual(thrown, ['mine', 'mine'], 'and is not hushed up');
});

test('what the server refuses is told', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const id = s.client.send('kick', { client_id: 'bob' });
  await s.say({ type: 'error', code: 'permission_denied', message: 'no', action: 'none', reply_to: id, fatal: false });
  await s.tell({ type: 'error', code: 'unavailable', message: 'wait', action: 'retry', retry_after_ms: 500, fatal: false });
  const [denied, unavailable] = s.detailsOf('error');
  assert.ok(denied instanceof SignalingError && denied instanceof Error);
  assert.deepEqual([denied.code, denied.message, denied.replyTo, denied.fatal], ['permission_denied', 'no', id, false]);
  assert.deepEqual([unavailable.action, unavailable.retryAfterMs, unavailable.replyTo], ['retry', 500, 0]);
});

test('an error says its code where it says nothing else', () => {
  assert.equal(new SignalingError({ code: 'internal' }).message, 'internal');
});

test('what this version does not know is passed on', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.say({ type: 'of_tomorrow', x: 1 });
  assert.equal(s.detailsOf('of_tomorrow')[0].x, 1);
});

test('update changes what hello says, and is sent where there is a session', async (t) => {
  const s = new Scripted(t, { metadata: { name: 'A' } });
  s.client.update({ name: 'B' });
  assert.deepEqual((await s.connect()).metadata, { name: 'B' });
  assert.equal(s.socket.messages.length, 0);
  s.client.update({ name: 'C' });
  assert.deepEqual(s.socket.messages, [{ type: 'update', id: 1, metadata: { name: 'C' } }]);
  await s.breakAndWait();
  assert.deepEqual((await s.accept({ resumed: true, last_id: 1 })).metadata, { name: 'C' });
});

test('close says goodbye, and nothing is sent any more', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.client.close();
  assert.deepEqual(s.socket.sent.map(({ type }) => type), ['hello', 'bye']);
  assert.equal(s.socket.closedWith, 1000);
  assert.deepEqual(s.detailsOf('statechange').at(-1), { state: 'closed', error: undefined });
  assert.throws(() => s.client.send('leave', {}), { code: 'closed' });
  await assert.rejects(s.client.request('claim_offer', { offer_id: 'x' }), { code: 'closed' });
  await assert.rejects(s.client.join('r'), { code: 'closed' });
  await assert.rejects(s.client.connect(), { code: 'closed' }, 'it had a session, and has none');
  s.client.leave();
});

test('close before there is a session', async (t) => {
  const s = new Scripted(t);
  const connected = s.client.connect();
  await s.open();
  s.client.close();
  await assert.rejects(connected, { code: 'closed' });
  assert.deepEqual(s.socket.sent.map(({ type }) => type), ['hello']);
});

test('close without having been open', async (t) => {
  const s = new Scripted(t);
  s.client.close();
  await assert.rejects(s.client.connect(), { code: 'closed' });
  assert.equal(s.sockets.length, 0);
});

test('close rejects what waits', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const waiting = [s.client.join('r'), s.client.request('claim_offer', { offer_id: 'x' })];
  const pausing = s.client.request('claim_offer', { offer_id: 'y' }, { retries: 5 });
  await settle();
  await s.say({ type: 'error', code: 'internal', action: 'retry', retry_after_ms: 10_000, reply_to: 3 });
  s.client.close();
  for (const promise of [...waiting, pausing]) await assert.rejects(promise, { code: 'closed' });
});

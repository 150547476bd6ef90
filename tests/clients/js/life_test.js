// Whether the server is still there, and when a connection is given up.

import assert from 'node:assert/strict';
import test from 'node:test';

import { settle } from './support/clock.js';
import { CONNECTED, Scripted } from './support/scripted.js';

const lost = (s) => s.detailsOf('statechange').filter(({ error }) => error).map(({ error }) => error.code);

test('who does not answer hello within 10 s is left', async (t) => {
  const s = new Scripted(t);
  s.client.connect();
  await s.open();
  await s.clock.advance(9_999);
  assert.equal(s.socket.closedWith, undefined);
  await s.clock.advance(1);
  assert.equal(s.sockets[0].closedWith, 4000);
  assert.deepEqual(lost(s), ['no_life']);
  assert.equal(s.client.state, 'connecting', 'there never was a session');
  assert.ok(s.detailsOf('statechange').at(-1).retryInMs < 500);
  await s.clock.advance(500);
  await s.accept();
  assert.equal(s.client.state, 'connected');
  assert.deepEqual(s.states, ['connecting', 'connecting', 'connected']);
});

test('who does not even open within 10 s, too', async (t) => {
  const s = new Scripted(t);
  s.client.connect();
  await s.clock.advance(10_000);
  assert.equal(s.sockets[0].closedWith, 4000);
});

test('a ping every interval; silence after it ends the connection', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.clock.advance(10_000);
  assert.equal(s.socket.said('ping').length, 1);
  await s.tell({ type: 'pong' });
  await s.clock.advance(10_000);
  assert.equal(s.socket.said('ping').length, 2);
  await s.clock.advance(30_000);
  assert.equal(s.client.state, 'connected', 'the timeout is not over');
  await s.clock.advance(10_000);
  assert.equal(s.sockets[0].closedWith, 4000, 'the session waits');
  assert.deepEqual(lost(s), ['no_life']);
});

test('whatever comes is a sign of life', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (let i = 0; i < 20; ++i) {
    await s.clock.advance(10_000);
    await s.say({ type: 'message', data: i });
  }
  assert.equal(s.client.state, 'connected');
});

test('a tab that slept asks before it gives up', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.clock.sleepThrough(120_000);
  assert.equal(s.client.state, 'connected');
  assert.equal(s.socket.said('ping').length, 1);
  await s.tell({ type: 'pong' });
  await s.clock.sleepThrough(120_000);
  assert.equal(s.client.state, 'connected');
});

test('what is not of the protocol is not our server', async (t) => {
  for (const text of ['<html>', 'null', '1', '"x"', '{}', '[]']) {
    const s = new Scripted(t);
    await s.connect();
    s.socket.deliverText(text);
    assert.equal(s.sockets[0].closedWith, 4000, text);
    assert.deepEqual(lost(s), ['no_life']);
    s.client.close();
    s.clock.uninstall();
  }
});

test('a gap in the events: connect again, and get what is missing', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.socket.deliver({ type: 'message', data: 1, seq: 1 });
  s.socket.deliver({ type: 'message', data: 3, seq: 3 });
  assert.equal(s.sockets[0].closedWith, 4000);
  assert.deepEqual(s.detailsOf('message').map(({ data }) => data), [1]);
  assert.deepEqual(lost(s), ['connection_lost']);
  await s.clock.advance(500);
  assert.equal((await s.accept({ resumed: true })).resume.last_seq, 1);
  for (const seq of [2, 3]) s.socket.deliver({ type: 'message', data: seq, seq });
  assert.deepEqual(s.detailsOf('message').map(({ data }) => data), [1, 2, 3]);
});

test('go_away: goes when it is time, without a goodbye', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.tell({ type: 'go_away', reason: 'draining', reconnect_after_ms: 3_000 });
  assert.equal(s.detailsOf('go_away')[0].reconnect_after_ms, 3_000);
  await s.clock.advance(2_999);
  s.client.send('message', { data: 'half done' });
  assert.equal(s.socket.messages.length, 1);
  assert.equal(s.sockets.length, 1);
  await s.clock.advance(1);
  assert.equal(s.sockets.length, 2);
  assert.equal(s.sockets[0].closedWith, 4000);
  assert.equal((await s.accept({ resumed: true, last_id: 1 })).resume.session_id, 's1');
  assert.deepEqual(s.states, ['connecting', 'connected', 'reconnecting', 'connected']);
});

test('go_away, and then the server is quicker', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.tell({ type: 'go_away', reason: 'draining', reconnect_after_ms: 3_000 });
  await s.breakAndWait(4000);
  await s.accept({ resumed: true });
  await s.clock.advance(5_000);
  assert.equal(s.sockets.length, 2, 'once is enough');
});

test('connect in a pause ends it', async (t) => {
  const original = Math.random;
  Math.random = () => 0.9;
  t.after(() => { Math.random = original; });
  const s = new Scripted(t);
  await s.connect();
  s.socket.end(1006);
  assert.equal(s.detailsOf('statechange').at(-1).retryInMs, 450);
  s.client.connect();
  await settle();
  assert.equal(s.sockets.length, 2);
  s.client.connect();
  await settle();
  assert.equal(s.sockets.length, 2, 'one at a time');
  await s.clock.advance(450);
  assert.equal(s.sockets.length, 2, 'nor later');
});

test('close in a pause', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.socket.end(1006);
  s.client.close();
  await s.clock.advance(30_000);
  assert.equal(s.sockets.length, 1);
});

test('the pauses grow from attempt to attempt', async (t) => {
  const original = Math.random;
  Math.random = () => 0.999_999_9;
  t.after(() => { Math.random = original; });
  const s = new Scripted(t);
  s.client.connect();
  await settle();
  const pauses = [];
  for (let i = 0; i < 8; ++i) {
    s.socket.end(1006);
    const pause = s.detailsOf('statechange').at(-1).retryInMs;
    pauses.push(Math.round(pause));
    await s.clock.advance(pause);
  }
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
});

test('no pause costs a session its window, and after it they are as long as ever', async (t) => {
  const original = Math.random;
  Math.random = () => 0.999_999_9;
  t.after(() => { Math.random = original; });
  const s = new Scripted(t);
  await s.connect();
  const pauses = [];
  for (let i = 0; i < 9; ++i) {
    s.socket.end(1006);
    const pause = s.detailsOf('statechange').at(-1).retryInMs;
    pauses.push(Math.round(pause));
    await s.clock.advance(pause);
  }
  // The first 30 s: the session may be there. Then the server has given it up.
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500, 7_500, 20_000]);
});

test('an address that this page may not open', async (t) => {
  const s = new Scripted(t, { WebSocket: class { constructor() { throw new Error('insecure'); } } });
  await assert.rejects(s.client.connect(), { code: 'no_websocket', message: /insecure/ });
  assert.equal(s.client.state, 'closed');
});

test('a listener that closes it in the middle of something', async (t) => {
  const closing = ['statechange:connected', 'received', 'sessionlost'];
  for (const when of closing) {
    const s = new Scripted(t);
    const [type, state] = when.split(':');
    const connected = s.client.connect();
    await settle();
    if (type === 'sessionlost') {
      await s.accept();
      await s.breakAndWait();
    }
    s.client.on(type, (detail) => (!state || detail.state === state) && s.client.close());
    await s.open();
    await s.tell({ ...CONNECTED, session_id: 's2', resume_error: 'session_expired' });
    if (type !== 'sessionlost') await assert.rejects(connected, { code: 'closed' });
    assert.equal(s.states.at(-1), 'closed', when);
    assert.equal(s.client.state, 'closed', when);
    assert.equal(s.detailsOf('connected').length, type === 'sessionlost' ? 1 : 0, when);
    await s.clock.advance(60_000);
    assert.equal(s.clock.waiting, 0);
    s.clock.uninstall();
  }
});

// Connections that break, and the session that goes on or is lost.

import assert from 'node:assert/strict';
import test from 'node:test';

import { settle } from './support/clock.js';
import { Scripted } from './support/scripted.js';

test('hello names the session and the last event', async (t) => {
  const s = new Scripted(t, { clientId: 'alice' });
  await s.connect();
  await s.say({ type: 'message', data: 1 });
  await s.say({ type: 'message', data: 2 });
  await s.breakAndWait();
  const hello = await s.accept({ resumed: true, resume_token: 't2' });
  assert.deepEqual(hello, {
    type: 'hello', client_id: 'alice', resume: { session_id: 's1', resume_token: 't1', last_seq: 2 },
  });
  await s.breakAndWait();
  assert.equal((await s.accept({ resumed: true })).resume.resume_token, 't2', 'each resume brings another');
  assert.equal(s.detailsOf('sessionlost').length, 0);
});

test('a connected that was lost: the token before is tried again', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.breakAndWait();
  await s.open();
  await s.breakAndWait();
  assert.equal((await s.accept({ resumed: true })).resume.resume_token, 't1');
});

test('what is above last_id goes again, same ids, same order, before anything new', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (let i = 1; i <= 5; ++i) s.client.send('message', { data: i });
  await s.tell({ type: 'ack', id: 1 });
  await s.breakAndWait();
  s.client.send('message', { data: 6 });
  await s.open();
  s.client.send('message', { data: 7 });
  assert.deepEqual(s.socket.messages, [], 'not before connected');
  await s.accept({ resumed: true, last_id: 3 });
  s.client.send('message', { data: 8 });
  assert.deepEqual(s.socket.messages.map(({ id, data }) => [id, data]), [[4, 4], [5, 5], [6, 6], [7, 7], [8, 8]]);
});

test('what is sent in the listener of statechange comes after it, too', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.client.send('message', { data: 1 });
  await s.breakAndWait();
  s.client.on('statechange', ({ state }) => state === 'connected' && s.client.send('message', { data: 2 }));
  await s.accept({ resumed: true, last_id: 0 });
  assert.deepEqual(s.socket.messages.map(({ id, data }) => [id, data]), [[1, 1], [2, 2]]);
});

test('events of the time between come, and are acknowledged', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.say({ type: 'message', data: 1 });
  await s.breakAndWait();
  await s.accept({ resumed: true });
  for (let i = 0; i < 40; ++i) await s.say({ type: 'message', data: 2 + i });
  assert.deepEqual(s.socket.acks, [1, 33], 'at once what came before the break: it voids the token before this one');
  await s.clock.advance(500);
  assert.deepEqual(s.socket.acks, [1, 33, 41]);
});

test('an event that has been acknowledged by nothing when it breaks', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.say({ type: 'message', data: 1 });
  s.socket.end(1006);
  await settle();
  assert.equal(s.clock.waiting, 1, 'only the pause');
});

test('a request is answered after the break', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const claimed = s.client.request('claim_offer', { offer_id: 'o' });
  await settle();
  await s.breakAndWait();
  await s.accept({ resumed: true, last_id: 1 });
  assert.equal(s.socket.messages.length, 0, 'the server has it');
  await s.say({ type: 'offer', sdp: 'v=0', offer_id: 'o', reply_to: 1 });
  assert.equal((await claimed).sdp, 'v=0');
});

test('a refused resume: a new session, and what the old one may not have got', async (t) => {
  for (const reason of ['session_expired', 'events_lost', 'invalid']) {
    const s = new Scripted(t);
    await s.connect();
    s.client.send('message', { data: 1 });
    s.client.send('message', { data: 2 });
    const refused = assert.rejects(s.client.request('claim_offer', { offer_id: 'o' }),
      { code: 'session_lost', message: new RegExp(reason) });
    await s.tell({ type: 'ack', id: 1 });
    await s.say({ type: 'message', data: 'x' });
    await s.breakAndWait();
    await s.accept({ session_id: 's2', resume_token: 'u1', resume_error: reason });
    await refused;
    const [lost] = s.detailsOf('sessionlost');
    assert.equal(lost.reason, reason);
    assert.deepEqual(lost.messages.map(({ type, data }) => [type, data]), [['message', 2], ['claim_offer', undefined]]);
    assert.deepEqual(s.socket.messages, [], 'nothing of it is sent by itself');
    assert.equal(s.client.send('message', { data: 3 }), 1, 'numbers begin again');
    await s.say({ type: 'message', data: 'y' });
    assert.deepEqual(s.detailsOf('message').map(({ data }) => data), ['x', 'y']);
    await s.breakAndWait();
    assert.deepEqual((await s.accept({ resumed: true })).resume, { session_id: 's2', resume_token: 'u1', last_seq: 1 });
    s.client.close();
    s.clock.uninstall();
  }
});

test('a last_id below an acknowledgement: the server has forgotten, so the session is lost', async (t) => {
  const s = new Scripted(t);
  s.goodbyes = 2;
  await s.connect();
  await s.join('r');
  for (let i = 0; i < 3; ++i) s.client.send('message', { data: i });
  await s.tell({ type: 'ack', id: 3 });
  await s.breakAndWait();
  await s.accept({ resumed: true, last_id: 2 });
  assert.equal(s.detailsOf('sessionlost')[0].reason, 'events_lost');
  assert.equal(s.sockets[1].closedWith, 1000, 'the others need not wait for it');
  assert.deepEqual(s.sockets[1].sent.map(({ type }) => type), ['hello']);
  await s.clock.advance(s.detailsOf('statechange').at(-1).retryInMs);
  assert.equal(s.sockets.length, 3);
  const hello = await s.accept({ session_id: 's2' });
  assert.equal(hello.resume, undefined);
  assert.deepEqual(s.socket.messages, [{ type: 'join', id: 1, room: 'r', replace: false }]);
});

test('1012: the session is gone', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.client.send('message', { data: 1 });
  await s.tell({ type: 'error', code: 'unavailable', action: 'retry', retry_after_ms: 700, fatal: true });
  s.socket.end(1012);
  assert.equal(s.client.state, 'reconnecting');
  assert.ok(s.detailsOf('statechange').at(-1).retryInMs >= 700, 'not sooner than the server says');
  assert.equal(s.detailsOf('sessionlost')[0].messages.length, 1);
  await s.clock.advance(20_000);
  assert.equal((await s.accept({ session_id: 's2' })).resume, undefined);
});

test('4005, the server has no place now: the session waits elsewhere', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.client.send('message', { data: 1 });
  await s.breakAndWait();
  await s.open();
  await s.tell({ type: 'error', code: 'too_many_connections', action: 'reconnect', fatal: true });
  await s.breakAndWait(4005);
  assert.equal(s.detailsOf('sessionlost').length, 0);
  assert.equal((await s.accept({ resumed: true })).resume.session_id, 's1');
});

test('1012 before there was a session loses none', async (t) => {
  const s = new Scripted(t);
  s.client.connect();
  await s.open();
  s.client.send('message', { data: 1 });
  await s.breakAndWait(1012);
  await s.accept();
  assert.equal(s.detailsOf('sessionlost').length, 0);
  assert.equal(s.socket.messages.length, 1);
});

test('codes of 4500 and above, and others that say no: closed', async (t) => {
  for (const code of [1000, 1003, 1007, 1009, 4500, 4501, 4502, 4503, 4504, 4505, 4506]) {
    const s = new Scripted(t);
    await s.connect();
    s.socket.end(code);
    await s.clock.advance(60_000);
    assert.equal(s.client.state, 'closed');
    assert.equal(s.detailsOf('statechange').at(-1).error.message, `connection closed with ${code}`);
    assert.equal(s.sockets.length, 1);
    s.clock.uninstall();
  }
});

test('the reason counts where the close code was lost', async (t) => {
  for (const action of ['close', 'none']) {
    const s = new Scripted(t);
    await s.connect();
    await s.tell({ type: 'error', code: 'kicked', message: 'go', action, fatal: true });
    s.socket.end(1006);
    await s.clock.advance(60_000);
    assert.equal(s.client.state, 'closed');
    const { error } = s.detailsOf('statechange').at(-1);
    assert.deepEqual([error.code, error.fatal], ['kicked', true]);
    s.clock.uninstall();
  }
});

test('a reason to come back, and then another connection\'s break', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.tell({ type: 'error', code: 'slow_consumer', action: 'reconnect', fatal: true });
  await s.breakAndWait(4003);
  assert.equal(s.detailsOf('statechange').at(-1).error.code, 'slow_consumer');
  await s.accept({ resumed: true });
  await s.breakAndWait(1006);
  assert.equal(s.detailsOf('statechange').at(-1).error.code, 'connection_lost', 'the old reason is forgotten');
  await s.accept({ resumed: true });
});

test('a refusal before there was a session rejects connect', async (t) => {
  const s = new Scripted(t);
  const connected = s.client.connect();
  await s.open();
  await s.tell({ type: 'error', code: 'origin_not_allowed', message: 'not from there', action: 'close', fatal: true });
  s.socket.end(4502);
  await assert.rejects(connected, { code: 'origin_not_allowed', message: 'not from there' });
});

test('other codes only break: the session waits', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (const code of [1001, 1005, 1006, 1011, 1013, 4000, 4001, 4002, 4003, 4004]) {
    await s.breakAndWait(code);
    assert.ok((await s.accept({ resumed: true })).resume, String(code));
  }
});

test('a handler of a break that connects at once', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.client.on('statechange', ({ retryInMs }) => retryInMs !== undefined && s.client.connect());
  s.socket.end(1012);
  await settle();
  assert.equal(s.sockets.length, 2);
  assert.equal((await s.accept({ session_id: 's2' })).resume, undefined, 'the session is known to be gone by then');
});

// The seat in a room: taken, kept over breaks, taken again, or not.

import assert from 'node:assert/strict';
import test from 'node:test';

import { settle } from './support/clock.js';
import { Scripted } from './support/scripted.js';

const refusal = (code, action = 'none', more = {}) => ({ type: 'error', code, message: code, action, fatal: false, ...more });

// Loses the session: the next one is `s2`.
async function loseSession(s, fields = {}) {
  await s.breakAndWait();
  await s.accept({ session_id: 's2', resume_error: 'session_expired', ...fields });
}

test('join says what is wanted, and is answered', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const joined = await s.join('kitchen', { options: { max_participants: 3 } },
    { metadata: { name: 'A' }, options: { knock: true }, replace: false });
  assert.deepEqual(s.socket.messages, [
    { type: 'join', id: 1, room: 'kitchen', options: { knock: true }, replace: false, metadata: { name: 'A' } },
  ]);
  assert.equal(joined.options.max_participants, 3);
  assert.deepEqual(s.detailsOf('joined'), [{ ...joined, rejoined: false }], 'and told, once');
});

test('before there is a connection it waits for one', async (t) => {
  const s = new Scripted(t);
  const joined = s.client.join('r');
  await s.connect();
  await s.answer('join', s.joined());
  assert.equal((await joined).room, 'r');
});

test('a first refusal is told to who asked', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (const [code, action] of [['room_full', 'retry'], ['banned', 'close'], ['permission_denied', 'none']]) {
    const refused = assert.rejects(s.client.join('r'), { code });
    await settle();
    await s.answer('join', refusal(code, action));
    await refused;
  }
  assert.equal(s.detailsOf('notrejoined').length, 0);
  assert.equal(s.detailsOf('error').length, 0, 'and to nobody else');
  await s.join('r');
  await assert.rejects(s.client.join('r'), { code: 'already_in_room' });
});

test('a knock: the answer takes long', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const joined = s.client.join('r');
  await settle();
  await s.answer('join', { type: 'knock' });
  assert.equal(s.detailsOf('knock')[0].client_id, undefined);
  await s.clock.advance(25_000);
  await s.answer('join', s.joined());
  assert.equal((await joined).room, 'r');
});

test('a knock over a break', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const joined = s.client.join('r');
  await settle();
  await s.answer('join', { type: 'knock' });
  await s.breakAndWait();
  await s.accept({ resumed: true, last_id: 1 });
  await s.say({ ...s.joined(), reply_to: 1 });
  assert.equal((await joined).room, 'r');
});

test('leave, also while the answer is not there', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const joined = s.client.join('r');
  const refused = assert.rejects(joined, { code: 'left' });
  s.client.leave();
  await refused;
  s.client.leave();
  assert.deepEqual(s.socket.messages.map(({ type }) => type), ['join', 'leave'], 'once');
  await s.answer('join', s.joined());
  assert.equal(s.detailsOf('joined').length, 0, 'it is not wanted any more');
  await s.say({ type: 'left', reason: 'left', reply_to: 2 });
  await s.join('another');
  await loseSession(s);
  assert.deepEqual(s.socket.messages.map(({ room }) => room), ['another']);
});

test('what left is not joined again', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.join('r');
  s.client.leave();
  await loseSession(s);
  assert.deepEqual(s.socket.messages, []);
});

test('a resumed session has its seat', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.join('r');
  await s.breakAndWait();
  await s.accept({ resumed: true, last_id: 1 });
  assert.deepEqual(s.socket.messages, []);
  assert.equal(s.detailsOf('joined').length, 1);
});

test('a new session takes it again, as first of all, but from nobody', async (t) => {
  const s = new Scripted(t, { clientId: 'alice', metadata: { name: 'A' } });
  await s.connect();
  await s.join('r', {}, { options: { locked: true } });
  s.client.on('sessionlost', () => s.client.send('message', { data: 'later' }));
  s.client.update({ name: 'B' });
  await loseSession(s);
  assert.deepEqual(s.socket.messages, [
    { type: 'join', id: 1, room: 'r', options: { locked: true }, replace: false, metadata: { name: 'B' } },
    { type: 'message', id: 2, data: 'later' },
  ]);
  await s.answer('join', s.joined('r', { participants: [{ client_id: 'bob', polite: true }] }));
  const { rejoined, participants } = s.detailsOf('joined').at(-1);
  assert.equal(rejoined, true);
  assert.equal(participants[0].client_id, 'bob');
});

test('a session that was lost before the answer: the first join goes on', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const joined = s.client.join('r', { replace: true });
  await settle();
  await loseSession(s);
  assert.deepEqual(s.socket.messages, [{ type: 'join', id: 1, room: 'r', replace: true }]);
  await s.answer('join', s.joined());
  assert.equal((await joined).room, 'r');
  assert.equal(s.detailsOf('joined')[0].rejoined, false);
});

test('where the room does not take us again yet, it is tried again', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.join('r');
  await loseSession(s);
  await s.answer('join', refusal('room_full', 'retry', { retry_after_ms: 2_000 }));
  const [{ room, error, retryInMs }] = s.detailsOf('rejoining');
  assert.deepEqual([room, error.code, retryInMs], ['r', 'room_full', 2_000]);
  await s.clock.advance(2_000);
  assert.equal(s.socket.said('join').length, 2);
  await s.answer('join', s.joined());
  assert.equal(s.detailsOf('joined').at(-1).rejoined, true);
});

test('leave, or close, ends these attempts', async (t) => {
  for (const how of ['leave', 'close']) {
    const s = new Scripted(t);
    await s.connect();
    await s.join('r');
    await loseSession(s);
    await s.answer('join', refusal('room_locked', 'retry'));
    s.client[how]();
    await s.clock.advance(9_000);
    assert.equal(s.socket.said('join').length, 1);
    assert.equal(s.detailsOf('notrejoined').length, 0);
    s.client.close();
    assert.equal(s.clock.waiting, 0);
    s.clock.uninstall();
  }
});

test('a verdict is one', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.join('r');
  await loseSession(s);
  await s.answer('join', refusal('banned', 'close'));
  const [{ room, error }] = s.detailsOf('notrejoined');
  assert.deepEqual([room, error.code], ['r', 'banned']);
  assert.equal(s.client.state, 'connected', 'the client is');
  await s.join('another');
});

test('somebody has the name that the server made for us: another name', async (t) => {
  const s = new Scripted(t);
  s.goodbyes = 2;
  await s.connect({ client_id: 'made-1' });
  await s.join('r');
  await s.breakAndWait();
  assert.equal((await s.accept({ client_id: 'made-1', session_id: 's2', resume_error: 'invalid' })).client_id, 'made-1');
  await s.answer('join', refusal('client_id_taken', 'retry'));
  assert.equal(s.sockets[1].closedWith, 1000, 'that session is of no use');
  assert.equal(s.sockets[1].said('join').length, 1);
  const hello = await s.accept({ client_id: 'made-2', session_id: 's3' });
  assert.deepEqual(hello, { type: 'hello' });
  assert.deepEqual(s.socket.messages, [{ type: 'join', id: 1, room: 'r', replace: false }]);
  await s.answer('join', s.joined());
  assert.equal(s.client.clientId, 'made-2');
  assert.equal(s.detailsOf('joined').at(-1).rejoined, true);
});

test('somebody has a name of our own: it may be what is left of us', async (t) => {
  const s = new Scripted(t, { clientId: 'alice' });
  await s.connect();
  await s.join('r');
  await loseSession(s);
  await s.answer('join', refusal('client_id_taken', 'retry', { retry_after_ms: 1_000 }));
  assert.equal(s.detailsOf('rejoining')[0].error.code, 'client_id_taken');
  await s.clock.advance(1_000);
  assert.deepEqual(s.socket.said('join').map(({ replace }) => replace), [false, false]);
  await s.answer('join', s.joined());
  assert.equal(s.client.clientId, 'alice');
});

test('a session that is lost while the room is tried again', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.join('r');
  await loseSession(s);
  await s.answer('join', refusal('room_full', 'retry', { retry_after_ms: 9_000 }));
  await s.breakAndWait();
  await s.accept({ session_id: 's3', resume_error: 'session_expired' });
  assert.equal(s.socket.said('join').length, 1, 'at once');
  await s.answer('join', s.joined());
  await s.clock.advance(9_000);
  assert.equal(s.socket.said('join').length, 1, 'and once');
});

test('kicked: over, for who is in and for who waits', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.join('r');
  await s.say({ type: 'kicked', reason: 'be nice' });
  await s.tell(refusal('kicked', 'close', { fatal: true }));
  s.socket.end(4503);
  assert.equal(s.detailsOf('kicked')[0].reason, 'be nice');
  assert.equal(s.detailsOf('statechange').at(-1).error.code, 'kicked');
  await assert.rejects(s.client.join('r'), { code: 'closed' });
});

test('close while the room has not answered', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const refused = assert.rejects(s.client.join('r'), { code: 'banned' });
  await settle();
  await s.tell(refusal('banned', 'close', { fatal: true }));
  s.socket.end(4502);
  await refused;
});

test('however much waits, the room is joined and left', async (t) => {
  const s = new Scripted(t);
  for (let i = 0; i < 1024; ++i) s.client.send('message', { data: i });
  assert.throws(() => s.client.send('message', { data: 0 }), { code: 'queue_full' });
  s.client.join('r').catch(() => {});
  s.client.leave();
  await s.connect();
  for (let id = 0; id !== s.socket.messages.at(-1).id;) await s.tell({ type: 'ack', id: id = s.socket.messages.at(-1).id });
  assert.deepEqual(s.socket.messages.slice(-2).map(({ type }) => type), ['join', 'leave']);
});

test('what a room allows only relays to know stays so', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.join('r');
  assert.equal(s.client.iceTransportPolicy, 'all');
  await s.say({ type: 'room_updated', options: { relay_only: true } });
  assert.equal(s.client.iceTransportPolicy, 'relay');
  await loseSession(s);
  assert.equal(s.client.iceTransportPolicy, 'relay');
  await s.answer('join', s.joined('r', { options: undefined }));
});

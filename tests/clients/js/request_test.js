// Messages that have an answer.

import assert from 'node:assert/strict';
import test from 'node:test';

import { settle } from './support/clock.js';
import { Scripted } from './support/scripted.js';

const claim = (s, options) => s.client.request('claim_offer', { offer_id: 'o' }, options);
const refusal = (code, action, more = {}) => ({ type: 'error', code, message: code, action, fatal: false, ...more });

test('an answer is its promise\'s, and nobody else\'s', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const created = s.client.request('create_offer', { sdp: 'v=0' });
  const claimed = claim(s);
  await settle();
  await s.answer('claim_offer', { type: 'offer', offer_id: 'o', sdp: 'theirs' });
  await s.answer('create_offer', { type: 'offer_created', offer_id: 'mine', expires_at: 'later' });
  assert.equal((await claimed).sdp, 'theirs');
  assert.equal((await created).offer_id, 'mine');
  assert.deepEqual(s.detailsOf('offer'), []);
  assert.deepEqual(s.detailsOf('offer_created'), []);
  await s.say({ type: 'offer', client_id: 'bob', sdp: 'other' });
  assert.equal(s.detailsOf('offer').length, 1, 'what answers nothing is everybody\'s');
});

test('a refusal too', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const refused = assert.rejects(claim(s), { name: 'SignalingError', code: 'offer_taken', replyTo: 1 });
  await settle();
  await s.answer('claim_offer', refusal('offer_taken', 'none'));
  await refused;
  assert.deepEqual(s.detailsOf('error'), []);
});

test('what cannot be sent rejects', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await assert.rejects(s.client.request('create_offer', { sdp: 'x'.repeat(70_000) }), { code: 'message_too_large' });
  await assert.rejects(s.client.request('create_offer', { sdp: 'x', get metadata() { throw new RangeError('mine'); } },
    { retries: 3 }), RangeError);
});

test('a fault that waiting may mend is tried again, under a new id', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const claimed = claim(s, { retries: 2 });
  await settle();
  await s.answer('claim_offer', refusal('internal', 'retry', { retry_after_ms: 3_000 }));
  await s.clock.advance(2_999);
  assert.equal(s.socket.said('claim_offer').length, 1, 'not sooner than the server says');
  await s.clock.advance(1);
  await s.answer('claim_offer', refusal('internal', 'retry'));
  await s.clock.advance(1_000);
  assert.deepEqual(s.socket.said('claim_offer').map(({ id }) => id), [1, 2, 3]);
  await s.answer('claim_offer', { type: 'offer', offer_id: 'o', sdp: 'theirs' });
  assert.equal((await claimed).sdp, 'theirs');
});

test('so often and no more', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const refused = assert.rejects(claim(s, { retries: 1 }), { code: 'internal' });
  await settle();
  await s.answer('claim_offer', refusal('internal', 'retry'));
  await s.clock.advance(500);
  await s.answer('claim_offer', refusal('internal', 'retry'));
  await refused;
});

test('without retries, and where it may not help, at once', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (const [options, action] of [[undefined, 'retry'], [{ retries: 5 }, 'none']]) {
    const refused = assert.rejects(claim(s, options), { code: 'offer_taken' });
    await settle();
    await s.answer('claim_offer', refusal('offer_taken', action));
    await refused;
  }
});

test('after close nothing is tried again', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const refused = assert.rejects(claim(s, { retries: 5 }), { code: 'internal' });
  await settle();
  s.socket.deliver({ ...refusal('internal', 'retry'), reply_to: 1, seq: 1 });
  s.client.close();
  await refused;
});

test('a session that is lost meanwhile does not end the pause', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  const claimed = claim(s, { retries: 1 });
  await settle();
  await s.answer('claim_offer', refusal('internal', 'retry', { retry_after_ms: 5_000 }));
  await s.breakAndWait();
  await s.accept({ session_id: 's2', resume_error: 'session_expired' });
  await s.clock.advance(5_000);
  await s.answer('claim_offer', { type: 'offer', offer_id: 'o', sdp: 'theirs' });
  assert.equal((await claimed).sdp, 'theirs');
});

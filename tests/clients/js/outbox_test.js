// What waits for the server: numbers, bounds, and what goes again.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Outbox } from '../../../gateway/clients/js/src/outbox.js';

const drain = (outbox) => {
  const ids = [];
  for (let kept = outbox.next(); kept; kept = outbox.next()) ids.push(kept.id);
  return ids;
};
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const fill = (outbox, count) => range(1, count).map(() => outbox.add('message', { data: 'x' }));

test('ids grow from 1, and a message is itself', () => {
  const outbox = new Outbox();
  assert.equal(outbox.add('message', { data: 'a' }), 1);
  assert.equal(outbox.add('leave', {}), 2);
  const { message, text } = outbox.next();
  assert.deepEqual(message, { type: 'message', id: 1, data: 'a' });
  assert.deepEqual(JSON.parse(text), message);
});

test('neither type nor id is the caller\'s', () => {
  const outbox = new Outbox();
  outbox.add('create_offer', { type: 'offer', id: 99, sdp: 'v=0' });
  assert.deepEqual(JSON.parse(outbox.next().text), { type: 'create_offer', id: 1, sdp: 'v=0' });
});

test('what a browser makes is taken as it is', () => {
  const outbox = new Outbox();
  // The fields of an RTCIceCandidate are its prototype's.
  class Candidate {
    get candidate() { return 'candidate:1'; }
    toJSON() { return { candidate: this.candidate, sdpMid: '0' }; }
  }
  outbox.add('ice_candidate', new Candidate());
  assert.deepEqual(outbox.next().message, { type: 'ice_candidate', id: 1, candidate: 'candidate:1', sdpMid: '0' });
});

test('64 are on their way, the others follow as they are acknowledged', () => {
  const outbox = new Outbox();
  fill(outbox, 100);
  assert.deepEqual(drain(outbox), range(1, 64));
  outbox.acknowledge(10);
  assert.deepEqual(drain(outbox), range(65, 74));
  outbox.acknowledge(74);
  assert.deepEqual(drain(outbox), range(75, 100));
  outbox.acknowledge(100);
  assert.deepEqual(outbox.clear(), []);
});

test('96 Ki characters are on their way', () => {
  const outbox = new Outbox();
  for (let i = 0; i < 5; ++i) outbox.add('message', { data: 'x'.repeat(40_000) });
  assert.deepEqual(drain(outbox), [1, 2]);
  outbox.acknowledge(1);
  assert.deepEqual(drain(outbox), [3]);
});

test('the largest goes alone', () => {
  const outbox = new Outbox();
  outbox.limit = 200_000;
  outbox.add('message', { data: 'x'.repeat(150_000) });
  outbox.add('message', { data: 'y' });
  assert.deepEqual(drain(outbox), [1]);
  outbox.acknowledge(1);
  assert.deepEqual(drain(outbox), [2]);
});

test('an old acknowledgement changes nothing', () => {
  const outbox = new Outbox();
  fill(outbox, 3);
  drain(outbox);
  outbox.acknowledge(2);
  outbox.acknowledge(1);
  assert.equal(outbox.resume(1), false, 'the server once had 2');
});

test('after a resume what is above last_id goes again, with its id, before anything new', () => {
  const outbox = new Outbox();
  fill(outbox, 5);
  assert.deepEqual(drain(outbox), range(1, 5));
  outbox.add('message', { data: 'new' });
  assert.equal(outbox.resume(3), true);
  assert.equal(outbox.add('message', { data: 'newer' }), 7);
  assert.deepEqual(drain(outbox), [4, 5, 6, 7]);
});

test('a resume counts the window anew', () => {
  const outbox = new Outbox();
  fill(outbox, 200);
  drain(outbox);
  assert.equal(outbox.resume(64), true);
  assert.deepEqual(drain(outbox), range(65, 128));
  for (let i = 0; i < 2; ++i) assert.equal(outbox.resume(70), true);
  assert.deepEqual(drain(outbox), range(71, 134));
});

test('an acknowledgement of what has not gone on this connection', () => {
  const outbox = new Outbox();
  fill(outbox, 3);
  drain(outbox);
  outbox.resume(0);
  assert.equal(outbox.next().id, 1);
  outbox.acknowledge(2);  // both came with the connection before
  assert.deepEqual(drain(outbox), [3]);
});

test('1024 messages are kept', () => {
  const outbox = new Outbox();
  fill(outbox, 1024);
  const full = { code: 'queue_full', action: 'retry', name: 'SignalingError' };
  assert.throws(() => outbox.add('lock', {}), full);
  outbox.acknowledge(1);
  assert.equal(outbox.add('lock', {}), 1025, 'no id was used up');
  assert.throws(() => outbox.add('lock', {}), full);
  for (const type of ['join', 'update', 'leave']) outbox.add(type, {});
  assert.equal(outbox.clear().length, 1024, 'what the client says by itself is not handed back');
});

test('what goes at once knows no window', () => {
  const outbox = new Outbox();
  fill(outbox, 200);
  let count = 0;
  while (outbox.next(true)) ++count;
  assert.equal(count, 200);
});

test('a mebi of characters is kept', () => {
  const outbox = new Outbox();
  for (let i = 0; i < 16; ++i) outbox.add('message', { data: 'x'.repeat(65_000) });
  assert.throws(() => outbox.add('message', { data: 'x'.repeat(65_000) }), { code: 'queue_full' });
  outbox.acknowledge(1);
  outbox.add('message', { data: 'x'.repeat(65_000) });
  assert.equal(outbox.clear().length, 16);
  for (let i = 0; i < 16; ++i) outbox.add('message', { data: 'x'.repeat(65_000) });
});

test('what is too large is refused at once, in bytes', () => {
  const outbox = new Outbox();
  const tooLarge = { code: 'message_too_large', action: 'none' };
  const overhead = JSON.stringify({ type: 'message', id: 1, data: '' }).length + 32;  // some room for an `ack`
  assert.throws(() => outbox.add('message', { data: 'x'.repeat(65_536 - overhead + 1) }), tooLarge);
  assert.throws(() => outbox.add('message', { data: '€'.repeat(22_000) }), tooLarge);
  assert.throws(() => outbox.add('message', { data: '😀'.repeat(16_400) }), tooLarge);
  assert.equal(outbox.add('message', { data: 'x'.repeat(65_536 - overhead) }), 1);
  assert.equal(outbox.add('message', { data: '€'.repeat(21_000) }), 2);
  outbox.limit = 1024;
  assert.throws(() => outbox.add('message', { data: 'x'.repeat(1024) }), { ...tooLarge, message: /1024 bytes/ });
  assert.equal(outbox.add('leave', {}), 3);
});

test('a new session begins at 1 and tells what the old one may not have got', () => {
  const outbox = new Outbox();
  fill(outbox, 3);
  drain(outbox);
  outbox.acknowledge(1);
  assert.deepEqual(outbox.clear().map(({ id }) => id), [2, 3]);
  assert.equal(outbox.add('leave', {}), 1);
  assert.deepEqual(drain(outbox), [1]);
  assert.equal(outbox.resume(0), true);
});

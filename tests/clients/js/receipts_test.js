// What came, and when the server is told of it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Receipts } from '../../../gateway/clients/js/src/receipts.js';
import { Clock } from './support/clock.js';

function fixture(t) {
  const clock = new Clock();
  clock.install();
  t.after(() => clock.uninstall());
  const told = [];
  const receipts = new Receipts(() => told.push(receipts.take()));
  return { clock, receipts, told };
}

test('one event is acknowledged after 500 ms, and once', async (t) => {
  const { clock, receipts, told } = fixture(t);
  assert.equal(receipts.note(1, 10), true);
  await clock.advance(499);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, [1]);
  await clock.advance(10_000);
  assert.deepEqual(told, [1]);
  assert.equal(clock.waiting, 0);
});

test('those that come meanwhile do not put it off', async (t) => {
  const { clock, receipts, told } = fixture(t);
  receipts.note(1, 10);
  await clock.advance(400);
  receipts.note(2, 10);
  await clock.advance(100);
  assert.deepEqual(told, [2]);
});

test('32 events are acknowledged at once', (t) => {
  const { clock, receipts, told } = fixture(t);
  for (let seq = 1; seq <= 65; ++seq) receipts.note(seq, 10);
  assert.deepEqual(told, [32, 64]);
  assert.equal(clock.waiting, 1);
  receipts.pause();
});

test('16 Ki characters are acknowledged at once', (t) => {
  const { receipts, told } = fixture(t);
  receipts.note(1, 16_383);
  assert.deepEqual(told, []);
  receipts.note(2, 1);
  assert.deepEqual(told, [2]);
  receipts.note(3, 16_384);
  assert.deepEqual(told, [2, 3]);
});

test('what goes with another message goes no second time', async (t) => {
  const { clock, receipts, told } = fixture(t);
  receipts.note(1, 10);
  assert.equal(receipts.take(), 1);
  assert.equal(receipts.take(), 0);
  await clock.advance(1_000);
  assert.deepEqual(told, []);
  assert.equal(clock.waiting, 0);
});

test('what came before is no news', (t) => {
  const { receipts } = fixture(t);
  receipts.note(1, 10);
  receipts.note(2, 10);
  assert.equal(receipts.note(2, 10), false);
  assert.equal(receipts.note(1, 10), false);
  assert.equal(receipts.last, 2);
  receipts.pause();
});

test('a new session begins at 0', async (t) => {
  const { clock, receipts, told } = fixture(t);
  receipts.note(1, 16_000);
  receipts.clear();
  assert.equal(receipts.last, 0);
  assert.equal(clock.waiting, 0);
  assert.equal(receipts.note(1, 1_000), true);
  assert.deepEqual(told, [], 'the characters count anew, too');
  receipts.clear();
});

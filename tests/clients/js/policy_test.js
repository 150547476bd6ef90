// What follows a close code, and how long it takes.

import assert from 'node:assert/strict';
import test from 'node:test';

import { afterClose, BACK_SOON, pauseBefore, Pauses } from '../../../gateway/clients/js/src/policy.js';
import { Clock } from './support/clock.js';

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const random = (t, value = 0.999_999) => {
  const original = Math.random;
  Math.random = () => value;
  t.after(() => { Math.random = original; });
};

test('close codes', () => {
  const resume = new Set([1001, 1005, 1006, 1011, 1013, 1014, 1015, ...range(4000, 4499)]);
  const renew = new Set([1012]);
  for (const code of [...range(1000, 1015), ...range(3000, 4999)]) {
    const expected = renew.has(code) ? 'renew' : resume.has(code) ? 'resume' : 'close';
    assert.equal(afterClose(code), expected, String(code));
  }
});

test('the server does not take our own code for a goodbye', () => {
  assert.notEqual(BACK_SOON, 1000);
  assert.equal(afterClose(BACK_SOON), 'resume');
});

test('pauses are anything between nothing and a bound that doubles, from 0.5 to 20 s', () => {
  const bounds = range(0, 9).map((attempt) => pauseBefore(attempt, () => 1));
  assert.deepEqual(bounds, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000, 20_000]);
  assert.equal(pauseBefore(5, () => 0), 0);
  assert.equal(pauseBefore(5, () => 0.25), 4_000);
  assert.equal(pauseBefore(5_000, () => 1), 20_000);
  for (let i = 0; i < 1_000; ++i) {
    const pause = pauseBefore(i % 10);
    assert.ok(pause >= 0 && pause < 20_000);
  }
});

test('each attempt that came to nothing doubles the bound; a connection that lived 10 s starts anew', async (t) => {
  const clock = new Clock();
  clock.install();
  t.after(() => clock.uninstall());
  random(t);
  const pauses = new Pauses();
  const next = (least = 0) => Math.round(pauses.next(least));
  assert.deepEqual([next(), next(), next()], [500, 1_000, 2_000]);
  pauses.connected();
  await clock.advance(9_000);
  assert.equal(next(), 4_000, 'connected, but not for long');
  pauses.connected();
  await clock.advance(10_001);
  assert.deepEqual([next(), next()], [500, 1_000]);
});

test('not sooner than the server says', (t) => {
  random(t, 0);
  assert.equal(new Pauses().next(3_000), 3_000);
  assert.equal(new Pauses().next(0), 0);
});

test('without a network there is time', (t) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const navigator = { onLine: false };
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  t.after(() => {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete globalThis.navigator;
  });
  random(t);
  const pauses = new Pauses();
  assert.deepEqual([pauses.next(0), pauses.next(0), pauses.next(60_000), pauses.next(2 ** 40)], [20_000, 20_000, 60_000, 600_000]);
  navigator.onLine = true;
  assert.equal(Math.round(pauses.next(0)), 500, 'those attempts did not count');
});

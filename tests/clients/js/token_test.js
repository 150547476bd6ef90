// Tokens come from the application, and it may fail at that.

import assert from 'node:assert/strict';
import test from 'node:test';

import { settle } from './support/clock.js';
import { Scripted } from './support/scripted.js';

const states = (s) => s.detailsOf('statechange').map(({ state, error }) => [state, error?.code].filter(Boolean).join(' '));

test('each hello has a token of its own', async (t) => {
  let count = 0;
  const s = new Scripted(t, { getToken: () => `token ${++count}` });
  assert.equal((await s.connect()).token, 'token 1');
  await s.breakAndWait();
  assert.equal((await s.accept({ resumed: true })).token, 'token 2');
});

test('it may come later', async (t) => {
  let give;
  const s = new Scripted(t, { getToken: () => new Promise((resolve) => { give = resolve; }) });
  s.client.connect();
  await s.clock.advance(9_000);
  assert.equal(s.sockets.length, 0, 'no connection without it');
  s.client.connect();
  give('token');
  await settle();
  assert.equal(s.sockets.length, 1);
  assert.equal((await s.accept()).token, 'token');
});

test('one that fails is asked for again', async (t) => {
  const fail = [() => { throw new Error('no network'); }, () => Promise.reject(new Error('logged out')), () => 'token'];
  const s = new Scripted(t, { getToken: () => fail.shift()() });
  const connected = s.client.connect();
  for (let i = 0; i < 2; ++i) {
    await settle();
    await s.clock.advance(s.clock.next);
  }
  assert.equal((await s.accept()).token, 'token');
  await connected;
  assert.deepEqual(states(s), ['connecting', 'connecting no_token', 'connecting no_token', 'connected']);
  assert.match(s.detailsOf('statechange')[1].error.message, /no network/);
});

test('one that takes over 10 s has failed', async (t) => {
  const s = new Scripted(t, { getToken: () => new Promise(() => {}) });
  s.client.connect();
  await s.clock.advance(10_000);
  assert.deepEqual(states(s), ['connecting', 'connecting no_token']);
  assert.equal(s.sockets.length, 0);
});

test('who comes back needs none', async (t) => {
  let token = () => 'token';
  const s = new Scripted(t, { getToken: () => token() });
  await s.connect();
  token = () => Promise.reject(new Error('logged out'));
  await s.breakAndWait();
  const hello = await s.accept({ resumed: true });
  assert.equal(hello.token, undefined);
  assert.ok(hello.resume);
});

test('a resume that is refused without one is no end', async (t) => {
  let token = () => 'token';
  const s = new Scripted(t, { getToken: () => token() });
  await s.connect();
  token = () => Promise.reject(new Error('logged out'));
  await s.breakAndWait();
  await s.open();
  await s.tell({ type: 'error', code: 'unauthenticated', action: 'close', fatal: true });
  s.socket.end(4501);
  assert.deepEqual(states(s), ['connecting', 'connected', 'reconnecting connection_lost', 'reconnecting unauthenticated']);
  assert.deepEqual(s.detailsOf('sessionlost').map(({ reason }) => reason), ['unauthenticated']);
  const before = s.sockets.length;
  await settle();
  await s.clock.advance(s.clock.next);
  assert.equal(s.sockets.length, before, 'another session needs one');
  token = () => 'another';
  await s.clock.advance(s.clock.next);
  const hello = await s.accept({ session_id: 's2' });
  assert.equal(hello.token, 'another');
  assert.equal(hello.resume, undefined);
});

test('a token that ends is replaced on the connection', async (t) => {
  let count = 0;
  const s = new Scripted(t, { getToken: async () => `token ${++count}` });
  await s.connect();
  await s.tell({ type: 'token_expiring', expires_at: '2030-01-01T00:00:00Z' });
  assert.deepEqual(s.socket.said('refresh'), [{ type: 'refresh', token: 'token 2' }]);
  assert.equal(s.detailsOf('token_expiring').length, 1);
});

test('where there is no other one, the next connection asks again', async (t) => {
  let token = () => 'token';
  const s = new Scripted(t, { getToken: () => token() });
  await s.connect();
  token = () => Promise.reject(new Error('logged out'));
  await s.tell({ type: 'token_expiring', expires_at: '2030-01-01T00:00:00Z' });
  assert.equal(s.detailsOf('error')[0].code, 'no_token');
  assert.equal(s.client.state, 'connected');
  token = () => 'another';
  await s.tell({ type: 'error', code: 'token_expired', action: 'reconnect', fatal: true });
  await s.breakAndWait(4002);
  assert.equal((await s.accept({ resumed: true })).token, 'another');
});

test('a token that is good for nothing closes', async (t) => {
  const s = new Scripted(t, { getToken: () => 'bad' });
  const connected = s.client.connect();
  await s.open();
  await s.tell({ type: 'error', code: 'unauthenticated', action: 'close', fatal: true });
  s.socket.end(4501);
  await assert.rejects(connected, { code: 'unauthenticated' });
});

test('one that comes when nobody waits for it any more', async (t) => {
  let settleToken;
  const s = new Scripted(t, {
    getToken: () => new Promise((resolve, reject) => { settleToken = { resolve, reject }; }),
  });
  s.client.connect();
  await settle();
  s.client.close();
  settleToken.resolve('late');
  await settle();
  assert.equal(s.sockets.length, 0);
});

test('one that fails when nobody waits for it any more', async (t) => {
  let fail;
  const s = new Scripted(t, { getToken: () => new Promise((_, reject) => { fail = reject; }) });
  s.client.connect();
  await settle();
  s.client.close();
  fail(new Error('late'));
  await settle();
  assert.deepEqual(states(s), ['connecting', 'closed']);
});

test('without getToken there is nothing to refresh', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  await s.tell({ type: 'token_expiring', expires_at: '2030-01-01T00:00:00Z' });
  assert.deepEqual(s.socket.said('refresh'), []);
});

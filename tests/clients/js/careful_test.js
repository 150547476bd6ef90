// What an application gets wrong is told at once, and spoils nothing that comes later.

import assert from 'node:assert/strict';
import test from 'node:test';

import { SignalingClient } from '../../../gateway/clients/js/src/index.js';
import { settle } from './support/clock.js';
import { Scripted } from './support/scripted.js';

test('a `hello` that the server does not take is the end, with its reason', async (t) => {
  const s = new Scripted(t, { clientId: 'Ann Smith' });
  const connected = s.client.connect();
  await s.open();
  await s.tell({ type: 'error', code: 'invalid_message', message: 'client_id: not an id', action: 'none', fatal: false });
  await assert.rejects(connected, { code: 'invalid_message', message: /client_id/ });
  assert.equal(s.client.state, 'closed');
});

test('metadata that no server takes are refused before they can spoil a session', async (t) => {
  const tooMuch = { text: 'ä'.repeat(2050) };
  assert.throws(() => new SignalingClient('https://signaling.example', { WebSocket: class {}, metadata: tooMuch }), /4096 bytes/);
  const s = new Scripted(t, { metadata: { name: 'A' } });
  await s.connect();
  assert.throws(() => s.client.update(tooMuch), TypeError);
  assert.throws(() => s.client.update({ age: 1 }), /strings/);
  await assert.rejects(s.client.join('r', { metadata: tooMuch }), TypeError);
  await s.join('r');
  assert.deepEqual(s.socket.said('join')[0].metadata, { name: 'A' });
});

test('what was sent goes before the goodbye, however much it is', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  for (let i = 0; i < 200; ++i) s.client.send('message', { data: i });
  assert.equal(s.socket.said('message').length, 64);
  s.client.close();
  assert.deepEqual(s.socket.said('message').map(({ data }) => data), [...Array(200).keys()]);
  assert.equal(s.socket.sent.at(-1).type, 'bye');
});

test('a listener that one before it has ended is not called', async (t) => {
  const s = new Scripted(t);
  let called = 0;
  s.client.on('connected', () => off());
  const off = s.client.on('connected', () => { ++called; });
  await s.connect();
  assert.equal(called, 0);
});

test('the address of a gateway, with or without the path', async (t) => {
  const urls = [];
  const WebSocket = class {
    constructor(url) {
      urls.push(url);
    }

    close() {}
  };
  for (const address of ['https://signaling.example', 'wss://signaling.example/v1/', 'http://signaling.example/prefix/']) {
    const client = new SignalingClient(address, { WebSocket });
    client.connect();
    await settle();
    client.close();
  }
  assert.deepEqual(urls, ['wss://signaling.example/v1', 'wss://signaling.example/v1', 'ws://signaling.example/prefix/v1']);
  assert.throws(() => new SignalingClient('ftp://signaling.example', { WebSocket }), TypeError);
});

test('to leave while a room does not take us again says nothing to the server', async (t) => {
  const s = new Scripted(t, { clientId: 'me' });
  await s.connect();
  await s.join('r');
  await s.breakAndWait(1012);
  await s.accept({ session_id: 's2' });
  await s.answer('join', { type: 'error', code: 'room_full', message: 'full', action: 'retry', fatal: false });
  s.client.leave();
  assert.deepEqual(s.socket.said('leave'), []);
  await s.clock.advance(5_000);
  assert.equal(s.socket.said('join').length, 1);
});

test('connect ends the pause before a room is joined again', async (t) => {
  const s = new Scripted(t, { clientId: 'me' });
  await s.connect();
  await s.join('r');
  await s.breakAndWait(1012);
  await s.accept({ session_id: 's2' });
  await s.answer('join', { type: 'error', code: 'room_full', message: 'full', action: 'retry', retry_after_ms: 60_000, fatal: false });
  s.client.connect();
  assert.equal(s.socket.said('join').length, 2);
});

test('after a lost session connect waits for the next one', async (t) => {
  const s = new Scripted(t);
  await s.connect();
  s.socket.end(1012);
  let connected = false;
  s.client.connect().then(() => { connected = true; });
  await settle();
  assert.equal(connected, false);
  await s.accept({ session_id: 's2' });
  assert.equal(connected, true);
});

test('a session that was not asked for is left, after a pause', async (t) => {
  const s = new Scripted(t);
  s.goodbyes = 2;
  await s.connect();
  await s.breakAndWait();
  await s.accept({ resumed: true, session_id: 'another' });
  assert.equal(s.detailsOf('sessionlost').length, 1);
  assert.equal(s.sockets.length, 2);
  await s.clock.advance(s.detailsOf('statechange').at(-1).retryInMs);
  assert.equal(s.sockets.length, 3);
});

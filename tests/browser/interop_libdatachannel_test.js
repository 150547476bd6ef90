// The JavaScript client in Node on libdatachannel (C++), by way of node-datachannel, meets the one in Chromium.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pair } from './support/pair.js';

const pair = new Pair('js', { stack: ['libdatachannel'], complaints: /answer not taken|no offer made|[A-Z]\w*Error\b|^error/ });

test('called, it is chatted with; then it is left', async () => {
  await pair.adaCalls({ sends: '', receives: '' });
  await pair.chat('hello');
  await pair.ada.page.evaluate(() => app.call.leave());
  await pair.peer.says(/^left ada/);
});

test('it calls', async () => {
  await pair.peerCalls({ sends: '', receives: '' });
  await pair.chat('hello');
});

test('camera and microphone, of which it makes nothing, do not hinder the chat', async () => {
  await pair.adaCalls();
  await pair.chat('hello');
});

test('it can not restart ICE, and is called anew where it would have to', async () => {
  await pair.adaCalls({ sends: '', receives: '' });
  await pair.chat('hello');
  pair.peer.tell('restart ada');
  await pair.peer.says(/no ICE restart/);
  await pair.ada.page.evaluate(() => app.participant('peer').restartIce());
  await pair.peer.says(/offer not taken/);
  await pair.chat('still here');
  pair.peer.tell('drop ada');
  await pair.peer.says(/^connection ada/, 2);
  await pair.ada.meets('peer');
  await pair.chat('hello again');
  assert.equal((await pair.ada.connections()).open, 1);
});

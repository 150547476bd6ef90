// An application on the Python client with aiortc meets one on the JavaScript client in Chromium.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pair } from './support/pair.js';

const pair = new Pair('python', { complaints: /Traceback|a handler failed|^error/ });

test('called, it is seen, heard and chatted with, and closes the connection of who leaves', async () => {
  await pair.adaCalls();
  await pair.mediaFlow();
  await pair.chat('hello');
  await pair.ada.page.evaluate(() => app.call.leave());
  await pair.peer.says(/^left ada/);
  await pair.peer.says(/^closed ada/);
});

test('it calls', async () => {
  await pair.peerCalls({ sends: 'audio' });
  await pair.ada.hears('peer');
  await pair.chat('hello');
});

test('a camera that comes later is negotiated', async () => {
  await pair.adaCalls({ sends: 'audio', receives: 'audio,video' });
  await pair.ada.hears('peer');
  await pair.addCamera();
  await pair.mediaFlow();
  await pair.chat('hello');
  assert.equal((await pair.ada.connections()).made, 1);
});

test('an ICE restart is answered with a new connection; the channel needs a new call', async () => {
  await pair.adaCalls();
  await pair.mediaFlow();
  await pair.ada.page.evaluate(() => app.participant('peer').restartIce());
  await pair.peer.says(/^connected ada/, 2);
  await pair.mediaFlow();
  assert.equal((await pair.ada.connections()).made, 1);
  await pair.ada.page.evaluate(() => app.participant('peer').callAgain());
  await pair.peer.says(/^connected ada/, 3);
  await pair.ada.meets('peer');
  await pair.mediaFlow();
  await pair.chat('hello');
});

test('media and chat go on without the gateway, and calls go out when it is back', async () => {
  await pair.adaCalls();
  await pair.mediaFlow();
  await pair.system.gateway.kill();
  await pair.peer.says(/^reconnecting/);
  await pair.mediaFlow();
  await pair.chat('hello');
  // This waits for the gateway.
  await pair.ada.page.evaluate(() => app.participant('peer').callAgain());
  await pair.system.startGateway();
  await pair.peer.says(/^resumed/);
  await pair.peer.says(/^connected ada/, 2);
  await pair.ada.meets('peer');
  await pair.mediaFlow();
  await pair.chat('hello again');
  assert.deepEqual(pair.peer.said(/^disconnected/), []);
});

// The JavaScript client in Node on werift, a WebRTC in TypeScript, meets the one in Chromium.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pair } from './support/pair.js';
import { until } from './support/until.js';

const pair = new Pair('js', { stack: ['werift'], complaints: /(offer|answer) not taken|no offer made|no ICE restart|(?<!not taken: )[A-Z]\w*Error\b|^error/ });

async function assertOneConnection() {
  assert.deepEqual(await pair.ada.connections(), { made: 1, open: 1 });
  assert.equal(pair.peer.said(/^connection ada/).length, 1);
}

test('called, it is seen, heard and chatted with; then it is left', async () => {
  await pair.adaCalls();
  await pair.mediaFlow();
  await pair.chat('hello');
  await assertOneConnection();
  await pair.ada.page.evaluate(() => app.call.leave());
  await pair.peer.says(/^left ada/);
});

test('it calls', async () => {
  await pair.peerCalls();
  await pair.mediaFlow();
  await pair.chat('hello');
  await assertOneConnection();
});

for (const who of ['adaCalls', 'peerCalls']) {
  test(`a camera that comes later is negotiated: ${who}`, async () => {
    await pair[who]({ sends: 'audio' });
    await pair.ada.hears('peer');
    await pair.addCamera();
    await pair.mediaFlow();
    await pair.chat('hello');
    await assertOneConnection();
  });

  test(`an ICE restart of either side goes unnoticed: ${who}`, async () => {
    await pair[who]();
    await pair.mediaFlow();
    for (const restart of [
      () => pair.ada.page.evaluate(() => app.participant('peer').restartIce()),
      () => pair.peer.tell('restart ada'),
    ]) {
      const before = await pair.ada.remoteUfrag('peer');
      await restart();
      await until('there are new credentials', async () => await pair.ada.remoteUfrag('peer') !== before);
      await pair.mediaFlow();
      await pair.chat('hello');
    }
    await assertOneConnection();
  });
}

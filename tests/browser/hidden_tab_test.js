// A hidden tab: browsers wake its timers once a minute, later than the server's timeout.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

const A_MINUTE = 60_000;

let system;
let browser;

before(async () => {
  system = await System.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

// A tab in a room, whose clock is ours; what it sends arrives at the server unless it is `muted`.
async function joined({ muted } = { muted: false }) {
  const sent = [];
  const received = [];
  let opened = 0;
  const tab = await Tab.open(browser, system.url, {
    route: (page) => {
      opened += 1;
      const server = page.connectToServer();
      page.onMessage((text) => {
        const message = JSON.parse(text);
        sent.push(message.type);
        if (!(muted && message.type === 'ping')) server.send(text);
      });
      server.onMessage((text) => {
        received.push(JSON.parse(text).type);
        page.send(text);
      });
    },
  });
  await tab.page.clock.install();
  await tab.join('Ada');
  return { tab, sent, received, sockets: () => opened };
}

test('one that wakes late asks the server before it takes it for gone', async () => {
  const { tab, received, sockets } = await joined();
  for (let pongs = 1; pongs <= 3; pongs += 1) {
    await tab.page.clock.fastForward(A_MINUTE);
    await until('it asks', () => received.filter((type) => type === 'pong').length >= pongs);
  }
  assert.equal(sockets(), 1);
  assert.equal(await tab.page.locator('#link-state').textContent(), 'Connected');
  assert.deepEqual(tab.errors, []);
  await tab.close();
});

test('a server that does not answer is given up', async () => {
  const { tab, sent, sockets } = await joined({ muted: true });
  await tab.page.clock.fastForward(A_MINUTE);
  await until('it asks', () => sent.includes('ping'));
  // Whatever comes is a sign of life, also of one who was here before.
  await until('it connects again', async () => {
    await tab.page.clock.fastForward(A_MINUTE);
    return sockets() === 2;
  });
  await tab.close();
});

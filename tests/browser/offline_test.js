// A tab without a network, for less and for more than its session waits (30 s).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as passes } from 'node:timers/promises';

import { Line } from './support/line.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

const opened = [];  // tabs and lines
let system;
let browser;

before(async () => {
  system = await System.start({ window: '30s' });
  browser = await launch();
});

after(async () => {
  for (const one of opened) await one.close();
  await browser?.close();
  await system?.stop();
});

// In a room of their own: Ada, and Grace, whose network can be unplugged.
async function pair(room) {
  const line = await Line.to(system.gateway.port);
  const ada = await Tab.joined(browser, system.url, 'Ada', { room });
  const grace = await Tab.joined(browser, line.url, 'Grace', { room });
  opened.push(ada, grace, line);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  const plug = (on) => {
    if (on) line.mend();
    else line.unplug();
    return grace.page.context().setOffline(!on);
  };
  return { ada, grace, plug };
}

const connections = (tab) => tab.page.evaluate(() => watched.connections.length);

async function offlineFor(ms, { grace, plug }) {
  const begin = Date.now();
  await plug(false);
  await grace.linked('reconnecting');
  // The silence is noticed at once, not after the server's 30 s.
  assert.ok(Date.now() - begin < 15_000, `after ${Date.now() - begin} ms`);
  await passes(ms - (Date.now() - begin));
  await plug(true);
  await grace.linked('on');
}

test('after 20 s it has its seat, and nobody had to negotiate', async () => {
  const tabs = await pair('short');
  const { ada, grace } = tabs;
  await offlineFor(20_000, tabs);
  await Promise.all([ada.sees('Ada', 'Grace'), grace.sees('Ada', 'Grace')]);
  await until('Ada sees her back', async () => await ada.stateOf('Grace') === '');
  assert.deepEqual([await connections(ada), await connections(grace)], [1, 1]);
  await Promise.all([ada.hears(1), grace.hears(1)]);
});

test('after 40 s it is told that the session is gone, and joins again', async () => {
  const tabs = await pair('long');
  const { ada, grace } = tabs;
  await grace.page.click('#bonnet summary');
  await offlineFor(40_000, tabs);
  await grace.page.waitForSelector('#bonnet-rows :text("the session is gone: session_expired")');
  await Promise.all([ada.sees('Ada', 'Grace'), grace.sees('Ada', 'Grace')]);
  await until('they negotiated again', async () =>
    await connections(ada) === 2 && await connections(grace) === 2);
  await Promise.all([ada.hears(1), grace.hears(1)]);
});

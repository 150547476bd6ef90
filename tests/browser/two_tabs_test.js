// Two tabs of one user, who has one name: they do not take the seat from each other in turns.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { notePage } from '../support/log_check.mjs';
import { Line } from './support/line.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let line;
let pages = [];

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  system = await System.start();
  line = await Line.to(system.gateway.port);
});
afterEach(async () => {
  await Promise.all(pages.map((page) => page.context().close()));
  pages = [];
  line.close();
  await system.stop();
});
after(() => browser?.close());

// A tab that keeps what its client tells.
async function openTab(url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  notePage(page);
  pages.push(page);
  await page.goto(url);
  await page.evaluate(async () => {
    const { SignalingClient } = await import('/client/index.js');
    window.client = new SignalingClient(location.origin, { clientId: 'ada' });
    window.told = [];
    client.on('statechange', ({ state, error }) => told.push(error ? `${state}: ${error.code}` : state));
    for (const type of ['joined', 'sessionlost']) client.on(type, () => told.push(type));
    for (const type of ['rejoining', 'notrejoined']) client.on(type, ({ error }) => told.push(`${type}: ${error.code}`));
    await client.connect();
  });
  return page;
}

const join = (page) => page.evaluate(() => client.join('room').then(() => 'joined', ({ code }) => code));
const told = (page) => page.evaluate(() => told);
const tells = (page, what) => until(async () => `${what} in ${await told(page)}`, async () => (await told(page)).includes(what));

test('the second is refused while the first is there, and the first notices nothing', async () => {
  const first = await openTab(system.url);
  assert.equal(await join(first), 'joined');
  const second = await openTab(system.url);
  assert.equal(await join(second), 'client_id_taken');
  assert.deepEqual(await told(first), ['connecting', 'connected', 'joined']);
});

test('the first that vanished is replaced, and stays away when it is back', async () => {
  const first = await openTab(line.url);
  assert.equal(await join(first), 'joined');
  const second = await openTab(system.url);
  line.cut();
  await until('the seat is given up', async () => await join(second) === 'joined');
  line.mend();
  await tells(first, 'closed: session_replaced');
  assert.deepEqual(await told(second), ['connecting', 'connected', 'joined']);
});

test('the first whose session is gone waits until the second has left', async () => {
  const first = await openTab(line.url);
  assert.equal(await join(first), 'joined');
  line.cut();
  await until('its session is gone', async () => await system.service.metric('signaling_sessions') === 0);
  const second = await openTab(system.url);
  assert.equal(await join(second), 'joined');
  line.mend();
  await first.evaluate(() => client.connect());
  await tells(first, 'rejoining: client_id_taken');
  assert.deepEqual(await told(second), ['connecting', 'connected', 'joined']);
  await second.evaluate(() => client.leave());
  await until('the seat is had again', async () => (await told(first)).at(-1) === 'joined');
  assert.ok((await told(first)).includes('sessionlost'));
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';

const NAMES = ['Ada', 'Ben', 'Chloe', 'Dev', 'Emi'];

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

test('five are a full mesh, the sixth is told so, and the five go on', async () => {
  const tabs = [];
  for (const name of NAMES) tabs.push(await Tab.joined(browser, system.url, name));
  for (const tab of tabs) await tab.sees(...NAMES);
  await Promise.all(tabs.map((tab) => tab.hears(4)));
  for (const tab of tabs) assert.equal(await tab.playing(), 4);

  const sixth = await Tab.open(browser, system.url);
  await sixth.page.fill('#name', 'Finn');
  await sixth.page.click('#join');
  await sixth.says(/room is full/);
  assert.equal(await sixth.page.locator('#call').isVisible(), false);
  assert.equal(await sixth.page.locator('#join').textContent(), 'Join');
  assert.deepEqual(await sixth.page.evaluate(() => watched.tracks.map((track) => track.readyState)), ['ended']);

  for (const tab of tabs) assert.deepEqual((await tab.names()).sort(), NAMES);
  await Promise.all(tabs.map((tab) => tab.hears(4)));

  // A seat that is given back is free.
  await tabs.pop().page.click('#leave');
  await tabs[0].sees(...NAMES.slice(0, 4));
  await sixth.join('Finn');
  tabs.push(sixth);
  await Promise.all(tabs.map((tab) => tab.hears(4)));
  for (const tab of tabs) assert.deepEqual(tab.errors, []);
});

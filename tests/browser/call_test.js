import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let tabs = [];

const joined = async (name, options) => {
  const tab = await Tab.joined(browser, system.url, name, options);
  tabs.push(tab);
  return tab;
};

before(async () => {
  system = await System.start();
  browser = await launch();
});
afterEach(async () => {
  for (const tab of tabs) {
    assert.deepEqual(tab.errors, []);
    await tab.close();
  }
  tabs = [];
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

test('two tabs hear each other', async () => {
  const ada = await joined('Ada');
  assert.match(await ada.page.locator('#invite').textContent(), /second tab/);
  const grace = await joined('Grace');
  await Promise.all([ada.sees('Ada', 'Grace'), grace.sees('Ada', 'Grace')]);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  for (const tab of [ada, grace]) {
    assert.equal(await tab.playing(), 1);
    assert.equal(await tab.page.locator('#invite').isVisible(), false);
    await tab.page.waitForSelector('.seat:nth-child(1).speaking');
    await tab.page.waitForSelector('.seat:nth-child(2).speaking');
  }
});

test('the muted are not heard, and the others see why', async () => {
  const ada = await joined('Ada');
  const grace = await joined('Grace');
  await ada.hears(1);
  await grace.page.click('#mute');
  await until('Ada sees that Grace is muted', async () => await ada.stateOf('Grace') === 'muted');

  // What was under way is heard first; then there is silence, over two beeps of the fake microphone.
  const [{ seconds: mutedAt }] = await ada.received();
  const [quiet] = await until('the rest is played', async () => {
    const streams = await ada.received();
    return streams[0].seconds > mutedAt + 1 && streams;
  });
  const [later] = await until('two more seconds are played', async () => {
    const streams = await ada.received();
    return streams[0].seconds > quiet.seconds + 2.2 && streams;
  });
  assert.ok(later.energy - quiet.energy < 1e-6, `energy ${later.energy - quiet.energy}`);

  await grace.page.click('#mute');
  await until('Ada sees that Grace speaks again', async () => await ada.stateOf('Grace') === '');
  await ada.hears(1);
});

test('who leaves is gone at once, and so is the sound', async () => {
  const ada = await joined('Ada');
  const grace = await joined('Grace');
  await ada.hears(1);
  await grace.page.click('#leave');
  await ada.sees('Ada');
  assert.equal(await ada.playing(), 0);
  assert.deepEqual(await ada.received(), []);
  assert.equal(await ada.page.locator('#invite').isVisible(), true);
  assert.deepEqual(await grace.received(), []);
  assert.deepEqual(await grace.page.evaluate(() => watched.tracks.map((track) => track.readyState)), ['ended']);
  await grace.join('Grace');
  await Promise.all([ada.hears(1), grace.hears(1)]);
});

test('a closed tab leaves too', async () => {
  const ada = await joined('Ada');
  const grace = await joined('Grace');
  await ada.hears(1);
  tabs.pop();
  await grace.close();
  await ada.sees('Ada');
  assert.equal(await ada.playing(), 0);
});

test('video that is offered is declined, and the voices stay', async () => {
  const ada = await joined('Ada');
  const grace = await joined('Grace');
  await ada.hears(1);
  await grace.page.evaluate(() => void watched.connections[0].addTransceiver('video'));
  const directions = ({ page }) => page.evaluate(() =>
    watched.connections[0].getTransceivers().map(({ currentDirection }) => currentDirection).join());
  await until('both settled', async () =>
    await directions(ada) === 'sendrecv,inactive' && await directions(grace) === 'sendrecv,inactive');
  await Promise.all([ada.hears(1), grace.hears(1)]);
});

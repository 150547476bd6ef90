// Keyboards, phones, and people without a microphone.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { checkFit } from './support/fit.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let tabs = [];

const keep = (tab) => {
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

test('who has no microphone is told so and can listen', async (t) => {
  const denying = await launch({ microphone: 'denied' });
  t.after(() => denying.close());
  const ada = keep(await Tab.joined(browser, system.url, 'Ada'));
  const grace = await Tab.open(denying, system.url);
  await grace.page.fill('#name', 'Grace');
  await grace.page.click('#join');
  await grace.says(/microphone is blocked/);
  assert.equal(await grace.page.locator('#lobby').isVisible(), true);

  await grace.join('Grace', '#listen');
  await grace.hears(1);
  await until('Ada sees a listener', async () => await ada.stateOf('Grace') === 'listening only');
  await grace.page.click('#mute');
  await grace.says(/microphone is blocked/);
  await grace.hears(1);
  await grace.close();
});

test('a listener can turn the microphone on later', async () => {
  const ada = keep(await Tab.open(browser, system.url));
  await ada.join('Ada', '#listen');
  const grace = keep(await Tab.open(browser, system.url));
  await grace.join('Grace', '#listen');
  await ada.sees('Ada', 'Grace');
  await until('they are connected', async () => await ada.stateOf('Grace') === 'listening only');
  await ada.page.click('#mute');
  await grace.hears(1);
  await grace.page.click('#mute');
  await ada.hears(1);
  assert.equal(await ada.page.locator('#mute-label').textContent(), 'Mute');
});

test('a lost microphone is told, and another one can be turned on', async () => {
  const ada = keep(await Tab.joined(browser, system.url, 'Ada'));
  const grace = keep(await Tab.joined(browser, system.url, 'Grace'));
  await ada.hears(1);
  await grace.page.evaluate(() => {
    // What the browser does when the device is unplugged.
    const [track] = watched.tracks;
    track.stop();
    track.dispatchEvent(new Event('ended'));
  });
  await grace.says(/microphone was lost/);
  await until('Ada sees it', async () => await ada.stateOf('Grace') === 'listening only');
  await grace.hears(1);
  await grace.page.click('#mute');
  await until('Ada sees it', async () => await ada.stateOf('Grace') === '');
  await ada.hears(1);
});

test('the keyboard is enough', async () => {
  const { page } = keep(await Tab.open(browser, system.url));
  const focused = () => page.evaluate(() => document.activeElement.id);
  for (const place of ['Voice', 'Offer', 'Robot', 'Viewer']) {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), place);
  }
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'room');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'name');
  await page.keyboard.type('Mia M');  // with the letter that mutes
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'join');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'listen');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#call', { state: 'visible' });
  assert.equal(await focused(), 'mute');
  assert.equal(await page.locator('#mute-label').textContent(), 'Mute');

  await page.keyboard.press('m');
  assert.equal(await page.locator('#mute-label').textContent(), 'Unmute');
  assert.equal(await page.locator('#announcer').textContent(), 'You are muted.');
  assert.equal(await page.evaluate(() => watched.tracks[0].enabled), false);
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#mute-label').textContent(), 'Mute');

  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'copy');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'leave');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#lobby', { state: 'visible' });
  assert.equal(await focused(), 'join');
});

test('on a phone nothing is too wide or too small to touch', async () => {
  const name = 'BartholomeaWilhelminaOfTheVeryLongNames1';
  keep(await Tab.joined(browser, system.url, name));
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [{ width: 320, height: 568 }, { width: 375, height: 700 }]) {
      const tab = await Tab.open(browser, system.url, { viewport, colorScheme, hasTouch: true, isMobile: true });
      await checkFit(tab.page);
      await tab.join(name);
      await tab.hears(1);
      await checkFit(tab.page);
      await tab.close();
    }
  }
});

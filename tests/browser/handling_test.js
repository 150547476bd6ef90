// The robot's and the viewer's page on a phone and by keyboard, and the state of the link in the header.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { checkFit, tabTo } from './support/fit.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';
import { RobotTab, ViewerTab } from './support/video_tabs.js';

const LONG = 'BartholomeaWilhelminaOfTheVeryLongNames1';

let system;
let browser;
let tabs = [];

const keep = (tab) => {
  tabs.push(tab);
  return tab;
};

before(async () => {
  browser = await launch();
  system = await System.start();
});
afterEach(async () => {
  for (const tab of tabs) {
    assert.deepEqual(tab.errors, []);
    await tab.close();
  }
  tabs = [];
  await until('nobody is left', async () => await system.service.metric('signaling_sessions') === 0);
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

for (const colorScheme of ['light', 'dark']) {
  test(`on a phone nothing is too wide or too small to touch, ${colorScheme}`, async () => {
    const phone = { viewport: { width: 360, height: 640 }, colorScheme, hasTouch: true, isMobile: true };
    const sender = keep(await RobotTab.open(browser, system.url, phone));
    await until('it has its choice', async () => await sender.page.locator('#source option').count() > 0);
    await checkFit(sender.page);
    await sender.join(LONG, 'test');
    await checkFit(sender.page);
    const ada = keep(await ViewerTab.open(browser, system.url, phone));
    await checkFit(ada.page);
    await ada.join(LONG);
    await ada.sees(LONG);
    await sender.watchedBy(LONG);
    await checkFit(ada.page);
    await checkFit(sender.page);
    await sender.page.click('#leave');
    await ada.waits(/has left/);
    await checkFit(ada.page);
  });
}

test('on a phone the state of the link stays in sight', async () => {
  const ada = keep(await ViewerTab.joined(browser, system.url, 'Ada', { viewport: { width: 360, height: 400 } }));
  await ada.page.mouse.wheel(0, 2000);
  await until('the page has moved', () => ada.page.evaluate(() => scrollY > 60));
  const box = await ada.page.locator('#link-state').boundingBox();
  assert.ok(box.y >= 0 && box.y < 20, `at ${box.y}`);
});

test('the keyboard is enough for the robot and the viewer', async () => {
  const sender = keep(await RobotTab.open(browser, system.url));
  const { page } = sender;
  await until('it has its choice', async () => await page.locator('#source option').count() > 1);
  const focused = (tab) => tab.page.evaluate(() => document.activeElement.id);
  await tabTo(page, 'name');
  await page.keyboard.type('crawler');
  await tabTo(page, 'source');
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'join');
  await page.keyboard.press('Space');
  await page.waitForSelector('#live', { state: 'visible' });
  assert.equal(await page.locator('#title').textContent(), 'crawler');
  assert.equal(await page.locator('#source-now').inputValue(), 'test');
  assert.equal(await focused(sender), 'copy');

  const ada = keep(await ViewerTab.open(browser, system.url));
  await tabTo(ada.page, 'name');
  await ada.page.keyboard.type('Ada');
  await tabTo(ada.page, 'join');
  await ada.page.keyboard.press('Enter');
  await ada.page.waitForSelector('#watch', { state: 'visible' });
  await ada.sees('crawler');
  await ada.page.keyboard.press('Shift+Tab');
  assert.equal(await ada.page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'crawler on the full screen');
  await ada.page.keyboard.press('Enter');
  const pressed = ada.screen('crawler').locator('.screen-full');
  await until('it is full', async () => await pressed.getAttribute('aria-pressed') === 'true');
  await ada.sees('crawler');
  await ada.page.keyboard.press('Enter');
  await until('it is not', async () => await pressed.getAttribute('aria-pressed') === 'false');
  await tabTo(ada.page, 'leave');
  await ada.page.keyboard.press('Enter');
  await ada.page.waitForSelector('#lobby', { state: 'visible' });
  assert.equal(await focused(ada), 'join');

  await tabTo(page, 'leave');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#lobby', { state: 'visible' });
  assert.equal(await focused(sender), 'join');
});

test('every page names the others, and the state of its link from the start to the end', async () => {
  for (const [open, here] of [
    [() => Tab.open(browser, system.url), 'Voice'],
    [() => RobotTab.open(browser, system.url), 'Robot'],
    [() => ViewerTab.open(browser, system.url), 'Viewer'],
  ]) {
    const tab = keep(await open());
    assert.deepEqual(await tab.page.locator('.top a').allTextContents(), ['Voice', 'Offer', 'Robot', 'Viewer']);
    assert.equal(await tab.page.locator('.top a[aria-current="page"]').textContent(), here);
    for (const link of await tab.page.locator('.top a').all()) {
      const address = await link.evaluate(({ href }) => href);
      assert.equal((await fetch(address)).status, 200, address);
    }
    assert.equal(await tab.link(), 'Not connected');
    await tab.page.click('#join');
    await tab.linked('on');
    assert.equal(await tab.link(), 'Connected');
    await tab.page.click('#leave');
    assert.equal(await tab.link(), 'Not connected');
  }
});

test('a server that is away is named as the reason, before joining and later', async () => {
  let open = false;
  let socket;
  const route = (client) => {
    if (!open) return void client.close({ code: 1013 });
    client.connectToServer();
    socket = client;
  };
  const ada = keep(await ViewerTab.open(browser, system.url, { route }));
  await ada.page.click('#join');
  await until('it says why', async () => await ada.link() === 'Connecting: the server cannot be reached');
  assert.match(await ada.page.locator('#join').textContent(), /cancel/);
  open = true;
  await ada.linked('on');
  socket.send(JSON.stringify({ type: 'error', code: 'draining', message: 'm', action: 'reconnect', fatal: true }));
  open = false;
  await socket.close({ code: 4000 });
  await until('it says why', async () => await ada.link() === 'Reconnecting: the server is restarting');
  await ada.page.click('#leave');
  assert.equal(await ada.link(), 'Not connected');
});

// The robot's page: where its picture comes from, and what it says when there is none.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { until } from './support/until.js';
import { RobotTab, ViewerTab } from './support/video_tabs.js';

let system;
let browser;
let tabs = [];

const keep = (tab) => {
  tabs.push(tab);
  return tab;
};
const open = async (from = browser) => keep(await RobotTab.open(from, system.url));
const robot = async (name = 'robot', source) => {
  const tab = await open();
  await tab.join(name, source);
  return tab;
};
const viewer = async (name) => keep(await ViewerTab.joined(browser, system.url, name));
const choices = (tab, select = '#source') => tab.page.locator(`${select} option`).allTextContents();

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
  await until('nobody is left', async () => await system.service.metric('signaling_sessions') === 0);
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

test('a machine without a camera sends the test picture', async (t) => {
  const blind = await launch({ cameras: 0 });
  t.after(() => blind.close());
  const sender = await open(blind);
  await until('there is one choice', async () => (await choices(sender)).join() === 'Test picture (a clock)');
  await sender.join('clock');
  const ada = await viewer('Ada');
  await ada.sees('clock');
});

test('a camera that is refused is told, and the test picture can be sent', async (t) => {
  const denying = await launch({ microphone: 'denied' });
  t.after(() => denying.close());
  const sender = await open(denying);
  await until('it has a choice', async () => (await choices(sender)).length === 2);
  await sender.page.click('#join');
  await sender.says(/camera is blocked.*test picture/);
  assert.equal(await sender.page.locator('#lobby').isVisible(), true);
  assert.equal(await sender.link(), 'Not connected');
  await sender.join('robot', 'test');
  const ada = await viewer('Ada');
  await ada.sees('robot');
});

test('the picture can be changed while it is watched', async (t) => {
  // The second of Chromium's fake cameras measures depths, and shows nothing.
  const rich = await launch({ cameras: 3 });
  t.after(() => rich.close());
  const sender = await open(rich);
  await sender.join('robot');
  await until('all can be chosen', async () => (await choices(sender, '#source-now')).length === 4);
  const ada = await viewer('Ada');
  await ada.sees('robot');
  for (const index of [2, 3, 0]) {
    await sender.page.selectOption('#source-now', { index });
    const chosen = await sender.page.locator('#source-now').inputValue();
    await until('it is sent', () => sender.page.evaluate((id) => {
      const [{ track }] = watched.connections[0].getSenders().filter(({ track: sent }) => sent?.kind === 'video');
      return id === 'test' ? !track.getSettings().deviceId?.match(/^[0-9a-f]{64}$/) : track.getSettings().deviceId === id;
    }, chosen));
    await ada.sees('robot');
  }
  // One device at a time is open.
  const live = await sender.page.evaluate(() => watched.tracks.filter(({ readyState }) => readyState === 'live').length);
  assert.equal(live, 1);
  assert.equal(await ada.page.evaluate(() => watched.connections.length), 1, 'no new negotiation was needed');
});

test('a lost camera is told to everybody, and another picture mends it', async () => {
  const sender = await robot();
  const ada = await viewer('Ada');
  await ada.sees('robot');
  await sender.page.evaluate(() => {
    // What the browser does when the device is unplugged.
    const [track] = watched.tracks;
    track.stop();
    track.dispatchEvent(new Event('ended'));
  });
  await sender.says(/camera was lost/);
  assert.match(await sender.page.locator('#own-words').textContent(), /No picture is sent/);
  await until('Ada is told', async () =>
    /has no picture/.test((await ada.screen('robot').locator('.screen-words:visible').allTextContents()).join()));
  await until('it is told that Ada waits', async () => (await sender.viewers()).join() === 'Ada,waits for a picture');
  // Who comes meanwhile gets the picture later as well.
  const ben = await viewer('Ben');
  await until('Ben is told', async () =>
    /has no picture/.test((await ben.screen('robot').locator('.screen-words:visible').allTextContents()).join()));
  await sender.page.selectOption('#source-now', 'test');
  await Promise.all([ada.sees('robot'), ben.sees('robot')]);
  assert.equal(await sender.page.locator('#notice').isVisible(), false);
});

// The labels of the cameras that are on.
const liveCameras = (tab) => tab.page.evaluate(() =>
  watched.tracks.filter(({ readyState }) => readyState === 'live').map(({ label }) => label));

// Runs in the page: what a call to the browser's `devices` waits for, until window.goOn().
function holdBack(method) {
  const original = navigator.mediaDevices[method].bind(navigator.mediaDevices);
  const held = new Promise((resolve) => { window.goOn = resolve; });
  window.asked = 0;
  navigator.mediaDevices[method] = async (...values) => {
    ++window.asked;
    await held;
    return original(...values);
  };
}

test('who changes the picture twice quickly sends the last one, and no other camera is on', async (t) => {
  const rich = await launch({ cameras: 3 });
  t.after(() => rich.close());
  const sender = await open(rich);
  await sender.join('robot');
  await until('all can be chosen', async () => (await choices(sender, '#source-now')).length === 4);
  const ada = await viewer('Ada');
  await ada.sees('robot');
  const sentLabel = () => sender.page.evaluate(() =>
    watched.connections[0].getSenders().find(({ track }) => track?.kind === 'video')?.track.label);
  // As if the camera took a while, as real ones do.
  await sender.page.evaluate(holdBack, 'getUserMedia');
  await sender.page.selectOption('#source-now', { index: 2 });
  await until('the camera is asked for', () => sender.page.evaluate(() => window.asked === 1));
  await sender.page.selectOption('#source-now', 'test');
  await until('the test picture is sent', async () => (await sentLabel()) && (await liveCameras(sender)).length === 0);
  const label = await sentLabel();
  await sender.page.evaluate(() => window.goOn());
  await until('the camera came too late', () => sender.page.evaluate(() => watched.tracks.length === 2));
  await ada.sees('robot');
  assert.deepEqual(await liveCameras(sender), []);
  assert.equal(await sentLabel(), label);
  assert.equal(await sender.page.locator('#source-now').inputValue(), 'test');

  await sender.page.selectOption('#source-now', { index: 0 });
  await sender.page.selectOption('#source-now', { index: 2 });
  const wanted = await sender.page.locator('#source-now option').nth(2).textContent();
  await until('the second camera is sent', async () => await sentLabel() === wanted);
  assert.deepEqual(await liveCameras(sender), [wanted]);
  await sender.page.click('#leave');
  assert.deepEqual(await liveCameras(sender), []);
});

for (const end of ['cancelled', 'lost']) {
  test(`a start whose camera is open and then ${end} can be made again`, async () => {
    const sender = await open();
    await until('it has a choice', async () => (await choices(sender)).length === 2);
    await sender.page.evaluate(holdBack, 'enumerateDevices');
    await sender.page.click('#join');
    await until('the cameras are listed', () => sender.page.evaluate(() => watched.tracks.length === 1 && window.asked === 1));
    if (end === 'cancelled') {
      await sender.page.click('#join');
    } else {
      await sender.page.evaluate(() => {
        const [track] = watched.tracks;
        track.stop();
        track.dispatchEvent(new Event('ended'));
      });
      await sender.says(/camera was lost/);
    }
    await sender.page.evaluate(() => window.goOn());
    await until('it is as before', async () => await sender.page.locator('#join').textContent() === 'Start');
    assert.deepEqual(await liveCameras(sender), []);
    await sender.join('robot');
    assert.equal((await liveCameras(sender)).length, 1);
  });
}

test('a lost camera is still told after the server went away and came back', async () => {
  let socket;
  const sender = keep(await RobotTab.open(browser, system.url, {
    route: (client) => { socket = { client, server: client.connectToServer() }; },
  }));
  await sender.join('robot');
  await sender.page.evaluate(() => {
    const [track] = watched.tracks;
    track.stop();
    track.dispatchEvent(new Event('ended'));
  });
  await sender.says(/camera was lost/);
  await socket.server.close({ code: 3000 });
  await socket.client.close({ code: 1011 });
  await sender.linked('reconnecting');
  await sender.says(/camera was lost/);
  await sender.linked('on');
  await sender.says(/camera was lost/);
  await sender.page.selectOption('#source-now', 'test');
  await until('nothing is told any more', async () => !(await sender.page.locator('#notice').isVisible()));
});

test('a name that is taken is told, and so is one that cannot be', async () => {
  await robot('crawler');
  const second = await open();
  await second.page.fill('#name', 'crawler');
  await second.page.click('#join');
  await second.says(/name is taken/);
  assert.equal(await second.link(), 'Not connected: this name is taken in this room');
  assert.equal(await second.page.locator('#join').textContent(), 'Start');
  const live = await second.page.evaluate(() => watched.tracks.filter(({ readyState }) => readyState === 'live').length);
  assert.equal(live, 0, 'the camera is off');

  await second.page.fill('#name', 'the robot');
  await second.page.click('#join');
  assert.equal(await second.page.evaluate(() => document.querySelector('#name').validity.patternMismatch), true);
  assert.equal(await second.page.locator('#lobby').isVisible(), true);
});

test('a full room is told, to robots and viewers', async () => {
  for (const name of ['Ada', 'Ben', 'Chloe', 'Dev', 'Emi']) await viewer(name);
  const sender = await open();
  await sender.page.click('#join');
  await sender.says(/room is full/);
  assert.equal(await sender.link(), 'Not connected: this room is full');
  const late = keep(await ViewerTab.open(browser, system.url));
  await late.page.click('#join');
  await late.says(/room is full/);
  assert.equal(await late.link(), 'Not connected: this room is full');
});

test('the link for viewers leads to the picture', async () => {
  const sender = await robot('crawler');
  assert.equal(await sender.page.locator('#viewer-link').textContent(), `${system.url}viewer?room=test`);
  const [page] = await Promise.all([sender.page.context().waitForEvent('page'), sender.page.click('#viewer-link')]);
  await until('the room is filled in', async () => await page.locator('#room').inputValue() === 'test');
  await page.click('#join');
  await until('it is watched', async () => (await sender.viewers()).some(([, state]) => state === 'watches'));
  await page.close();
  // The address leads back to the same robot.
  assert.equal(new URL(sender.page.url()).search, '?room=test&name=crawler');
  await sender.page.reload();
  await until('the name is filled in', async () => await sender.page.locator('#name').inputValue() === 'crawler');
  await sender.page.click('#join');
  await sender.linked('on');
});

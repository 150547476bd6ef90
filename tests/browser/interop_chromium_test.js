// An application on the JavaScript client, in Chromium on both sides.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { AppTab } from './support/app_tab.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let tabs = [];

const joined = async (name, query) => {
  const tab = await AppTab.joined(browser, system.url, name, { query });
  tabs.push(tab);
  return tab;
};

const talk = async (one, other) => {
  await one.says(other.name, 'hello');
  await other.heard(one.name, 'hello');
  await other.says(one.name, 'hello yourself');
  await one.heard(other.name, 'hello yourself');
};

const mediaFlow = (one, other) =>
  Promise.all([one.sees(other.name), one.hears(other.name), other.sees(one.name), other.hears(one.name)]);

before(async () => {
  system = await System.start();
  browser = await launch();
});
afterEach(async () => {
  const closing = tabs;
  tabs = [];
  for (const tab of closing) await tab.close();
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

test('two see and hear each other, and chat', async () => {
  const ada = await joined('ada', { chat: 'agreed' });
  const ben = await joined('ben', { chat: 'agreed' });
  await Promise.all([ada.meets('ben'), ben.meets('ada')]);
  await mediaFlow(ada, ben);
  await talk(ada, ben);
  // Both prepared a channel, and yet only the one who calls made an offer.
  for (const tab of [ada, ben]) assert.deepEqual(await tab.connections(), { made: 1, open: 1 });
});

test('a channel that only the called one wants is negotiated by it, after the call', async () => {
  const ada = await joined('ada', { chat: 'ours' });
  const ben = await joined('ben', { chat: 'theirs' });
  await talk(ada, ben);
  await mediaFlow(ada, ben);
  for (const tab of [ada, ben]) assert.deepEqual(await tab.connections(), { made: 1, open: 1 });
});

test('another track takes the place of the camera, and one that was missing is added', async () => {
  const ada = await joined('ada', { sends: 'audio' });
  const ben = await joined('ben');
  await Promise.all([ada.hears('ben'), ada.sees('ben'), ben.hears('ada')]);
  const { frames } = await ben.received('ada');
  assert.equal(frames, 0);

  // Ada has sent no picture so far: that has to be negotiated. In Ben's place another one comes without.
  const paint = ({ width, height }) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d');
    let hue = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${++hue % 360} 80% 50%)`;
      context.fillRect(0, 0, width, height);
    }, 40);
    app.call.setTrack('video', canvas.captureStream().getVideoTracks()[0]);
  };
  const shows = (tab, name, width) => until(`${tab.name} sees a picture of ${width} pixels`, () =>
    tab.page.evaluate(([id, wanted]) => document.getElementById(id)?.videoWidth === wanted, [name, width]));
  await ada.page.evaluate(paint, { width: 320, height: 240 });
  await shows(ben, 'ada', 320);
  await ben.page.evaluate(paint, { width: 160, height: 120 });
  await shows(ada, 'ben', 160);
  await mediaFlow(ada, ben);
  for (const tab of [ada, ben]) assert.deepEqual(await tab.connections(), { made: 1, open: 1 });
});

test('a third one comes, and goes', async () => {
  const ada = await joined('ada', { chat: 'agreed' });
  const ben = await joined('ben', { chat: 'agreed' });
  await mediaFlow(ada, ben);
  const eve = await joined('eve', { chat: 'agreed' });
  await Promise.all([ada.meets('ben', 'eve'), ben.meets('ada', 'eve'), eve.meets('ada', 'ben')]);
  await Promise.all([mediaFlow(ada, eve), mediaFlow(ben, eve)]);
  await talk(ben, eve);
  await eve.page.evaluate(() => app.call.leave());
  await Promise.all([ada.meets('ben'), ben.meets('ada')]);
  assert.deepEqual(await eve.connections(), { made: 2, open: 0 });
  for (const tab of [ada, ben]) {
    assert.deepEqual(await tab.connections(), { made: 2, open: 1 });
    assert.equal(await tab.page.locator('video').count(), 1);
  }
  await mediaFlow(ada, ben);
  await talk(ada, ben);
});

test('an ICE restart of either side goes unnoticed', async () => {
  const ada = await joined('ada', { chat: 'agreed' });
  const ben = await joined('ben', { chat: 'agreed' });
  await mediaFlow(ada, ben);
  for (const [one, other] of [[ada, ben], [ben, ada]]) {
    const before = await other.remoteUfrag(one.name);
    await one.page.evaluate((name) => app.participant(name).restartIce(), other.name);
    await until(`${other.name} has got new credentials`, async () => await other.remoteUfrag(one.name) !== before);
    await mediaFlow(ada, ben);
    await talk(ada, ben);
  }
  for (const tab of [ada, ben]) assert.deepEqual(await tab.connections(), { made: 1, open: 1 });
});

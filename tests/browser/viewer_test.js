// A robot's picture, from its page to the viewers' pages.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { openRaw } from './support/raw_client.js';
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
const robot = async (name = 'robot', source, options) => {
  const tab = keep(await RobotTab.open(browser, system.url, options));
  await tab.join(name, source);
  return tab;
};
const viewer = async (name, options) => keep(await ViewerTab.joined(browser, system.url, name, options));
const close = async (tab) => {
  tabs = tabs.filter((other) => other !== tab);
  assert.deepEqual(tab.errors, []);
  await tab.close();
};

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  system = await System.start();
});
afterEach(async () => {
  try {
    for (const tab of [...tabs]) await close(tab);
  } finally {
    tabs = [];
    await system?.stop();
  }
});
after(() => browser?.close());

test('the viewer sees the picture, and each knows of the other', async () => {
  const sender = await robot('crawler');
  assert.equal(await sender.page.locator('#count').textContent(), 'nobody watches');
  const ada = await viewer('Ada');
  await ada.sees('crawler');
  await sender.watchedBy('Ada');
  assert.equal(await sender.page.locator('#count').textContent(), '1 watches');
  const numbers = /^\d+ × \d+ · \d+ fps · [\d.]+ [kM]bit\/s$/;
  await until('both sides have numbers', async () =>
    numbers.test(await ada.screen('crawler').locator('.screen-flow').textContent()) &&
    numbers.test(await sender.page.locator('.person-flow').textContent()));
  // A picture without sound has no button for it, and nothing but the picture is sent.
  assert.equal(await ada.screen('crawler').locator('.screen-sound').isVisible(), false);
  const directions = await sender.page.evaluate(() =>
    watched.connections[0].getTransceivers().map(({ receiver, currentDirection }) => `${receiver.track.kind} ${currentDirection}`));
  assert.deepEqual(directions.sort(), ['audio inactive', 'video sendonly']);
  await ada.page.click('#leave');
  await until('nobody is left', async () => (await sender.viewers()).length === 0);
});

test('three watch at once, each over a connection of its own', async () => {
  const sender = await robot();
  const names = ['Ada', 'Ben', 'Chloe'];
  const viewers = [];
  for (const name of names) viewers.push(await viewer(name));
  await Promise.all(viewers.map((tab) => tab.sees('robot')));
  await sender.watchedBy(...names);
  for (const tab of viewers) assert.equal(await tab.page.locator('#count').textContent(), '3 watch');
  assert.equal((await sender.frames()).length, 3);
});

test('a viewer waits for the robot, sees it go, and the next one come', async () => {
  const ada = await viewer('Ada');
  await ada.waits();
  assert.equal(await ada.page.locator('#count').textContent(), 'only you watch');
  const first = await robot('robot', 'test');
  await ada.sees('robot');
  assert.equal(await ada.page.locator('#waiting').isVisible(), false);
  await close(first);
  await ada.waits(/robot has left/);
  const second = await robot('robot');
  await ada.sees('robot');
  await second.page.click('#leave');
  await ada.waits(/robot has left/);
});

test('two robots are two pictures', async () => {
  await robot('crawler');
  const ada = await viewer('Ada');
  const diver = await robot('diver', 'test');
  await ada.sees('crawler', 'diver');
  await diver.page.click('#leave');
  await ada.sees('crawler');
});

test('the picture goes on without the gateway, the pages say why, and are back with it', async () => {
  const sender = await robot();
  const ada = await viewer('Ada');
  await ada.sees('robot');
  await system.gateway.kill();
  await Promise.all([
    ada.says(/connection to the server is lost.*still see the picture/i),
    sender.says(/connection to the server is lost.*still sees the picture/i),
  ]);
  for (const tab of [ada, sender]) assert.equal(await tab.link(), 'Reconnecting: the server went away');
  await ada.sees('robot');
  await system.startGateway();
  await Promise.all([ada.linked('on'), sender.linked('on')]);
  await sender.watchedBy('Ada');
  await ada.sees('robot');
  for (const tab of [ada, sender]) {
    await until('one connection each is left', async () => (await tab.frames()).length === 1);
    assert.equal(await tab.page.locator('#notice').isVisible(), false);
    assert.equal(await tab.link(), 'Connected');
  }
});

test('a robot whose connection died is called again', async () => {
  const sender = await robot();
  const ada = await viewer('Ada');
  await ada.sees('robot');
  // As if its program had crashed, and nothing but its signaling were left.
  await sender.page.evaluate(() => watched.connections[0].close());
  await until('the viewer called again', async () => await ada.page.evaluate(() => watched.connections.length) > 1, 60_000);
  await ada.sees('robot');
  assert.equal((await ada.frames()).length, 1);
});

test('a picture that stands still is told, and called for again', async () => {
  const sender = await robot();
  const ada = await viewer('Ada');
  await ada.sees('robot');
  await sender.page.evaluate(async () => {
    const sending = watched.connections[0].getSenders().find(({ track }) => track);
    const parameters = sending.getParameters();
    parameters.encodings[0].active = false;
    await sending.setParameters(parameters);
  });
  const words = ada.screen('robot').locator('.screen-words:visible');
  await until('the viewer is told', async () => /stands still/.test((await words.allTextContents()).join()));
  await ada.sees('robot');
  await until('nothing is told any more', async () => await words.count() === 0);
  assert.equal((await ada.frames()).length, 1);
});

test('the last picture of a connection that broke does not pass for a live one', async () => {
  const sender = await robot();
  const ada = await viewer('Ada');
  await ada.sees('robot');
  const words = ada.screen('robot').locator('.screen-words');
  // Runs in the page: what the words over the picture are each time they are shown anew.
  await ada.page.evaluate(() => {
    window.told = [];
    const element = document.querySelector('.screen-words');
    new MutationObserver(() => window.told.push(element.hidden ? '' : element.textContent))
        .observe(element, { attributes: true, childList: true });
  });
  const pretend = (state) => ada.page.evaluate((pretended) => {
    const [connection] = watched.connections;
    if (pretended) Object.defineProperty(connection, 'connectionState', { configurable: true, get: () => pretended });
    else delete connection.connectionState;
    connection.dispatchEvent(new Event('connectionstatechange'));
  }, state);
  const setSending = (active) => sender.page.evaluate(async (on) => {
    const sending = watched.connections[0].getSenders().find(({ track }) => track);
    const parameters = sending.getParameters();
    parameters.encodings[0].active = on;
    await sending.setParameters(parameters);
  }, active);
  await setSending(false);
  await until('the picture stands still', async () => /stands still/.test(await words.textContent()));
  await ada.page.evaluate(() => { window.told = []; });
  await pretend('disconnected');
  await until('the connection is told', async () => /Reconnecting/.test(await words.textContent()));
  // The page reads once a second what arrives.
  const reads = await ada.page.evaluate(() => new Promise((resolve) => {
    let left = 3;
    const timer = setInterval(() => --left || (clearInterval(timer), resolve(window.told)), 1000);
  }));
  assert.deepEqual(reads.filter((text) => !text), [], 'the words stayed');
  assert.equal(await words.isVisible(), true);
  await setSending(true);
  await pretend('');
  await until('nothing is told any more', async () => !(await words.isVisible()));
  await ada.sees('robot');
});

test('a robot that knows no page calls first, with sound', async () => {
  const ada = await viewer('Ada');
  const page = await openRaw(browser, system.url, 'plain');
  await page.evaluate(async () => {
    window.client.send('join', { room: 'test' });
    await window.client.take('joined');
    const connection = new RTCPeerConnection();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
    connection.onicecandidate = ({ candidate }) => candidate && window.client.send('ice_candidate', candidate.toJSON());
    await connection.setLocalDescription();
    window.client.send('offer', { sdp: connection.localDescription.sdp });
    // It knows nothing of offers that meet: whoever is polite has to give way.
    for (;;) {
      const message = await window.client.next();
      if (message.type === 'answer') await connection.setRemoteDescription({ type: 'answer', sdp: message.sdp });
      if (message.type === 'ice_candidate' && connection.remoteDescription) {
        await connection.addIceCandidate(message).catch(() => {});
      }
      if (message.type === 'answer') break;
    }
    (async () => {
      for (;;) {
        const message = await window.client.next();
        if (message.type === 'ice_candidate') await connection.addIceCandidate(message).catch(() => {});
      }
    })();
  });
  await ada.sees('plain');
  const sound = ada.screen('plain').locator('.screen-sound');
  const muted = () => ada.page.evaluate(() => document.querySelector('.screen video').muted);
  assert.equal(await muted(), true);
  await sound.click();
  assert.equal(await muted(), false);
  assert.equal(await sound.getAttribute('aria-pressed'), 'true');
  await ada.hears(1);
  await page.context().close();
  await ada.waits(/plain has left/);
});

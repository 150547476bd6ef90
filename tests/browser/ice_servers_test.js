// What the pages do with the ICE servers that the server tells, and with fresh ones.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';
import { RobotTab, ViewerTab } from './support/video_tabs.js';

const turn = (username) => [
  { urls: ['stun:127.0.0.1:9'] }, { urls: ['turn:127.0.0.1:9?transport=udp'], username, credential: 'secret' },
];

let system;
let browser;
let tabs = [];

// The gateway, as if it had these ICE servers; `push` tells fresh ones.
const withServers = (iceServers) => {
  const pages = [];
  const route = (page) => {
    const server = page.connectToServer();
    server.onMessage((text) => {
      const message = JSON.parse(text);
      page.send(message.type === 'connected' ? JSON.stringify({ ...message, ice_servers: iceServers }) : text);
    });
    pages.push(page);
  };
  const push = (fresh) => {
    const message = { type: 'ice_servers', ice_servers: fresh, expires_at: new Date(Date.now() + 3_600_000).toISOString() };
    pages.forEach((page) => page.send(JSON.stringify(message)));
  };
  return { route, push };
};

// The user names of the TURN servers of all connections that are open.
const usernames = ({ page }) => page.evaluate(() => watched.connections
    .filter(({ signalingState }) => signalingState !== 'closed')
    .map((connection) => connection.getConfiguration().iceServers.map(({ username }) => username).filter(Boolean).join()));

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

test('connections are made with the servers, and get the fresh ones', async () => {
  const { route, push } = withServers(turn('first'));
  const sender = await RobotTab.open(browser, system.url);
  tabs.push(sender);
  await sender.join('robot', 'test');
  const ada = await ViewerTab.joined(browser, system.url, 'Ada', { route });
  tabs.push(ada);
  await ada.sees('robot');
  assert.deepEqual(await usernames(ada), ['first']);
  push(turn('second'));
  await until('the connection has the fresh ones', async () => (await usernames(ada)).join() === 'second');
  await ada.sees('robot');

  // One that is made now has them too; and a restart uses them.
  const diver = await RobotTab.open(browser, system.url);
  tabs.push(diver);
  await diver.join('diver', 'test');
  await ada.sees('robot', 'diver');
  assert.deepEqual(await usernames(ada), ['second', 'second']);
  const fragments = () => ada.page.evaluate(() => ['local', 'remote'].map((side) =>
    watched.connections[0][`${side}Description`].sdp.match(/^a=ice-ufrag:(.*)$/m)[1]));
  const before = await fragments();
  await ada.page.evaluate(() => watched.connections[0].restartIce());
  await until('both sides look for a way anew', async () => (await fragments()).every((one, i) => one !== before[i]));
  await ada.sees('robot', 'diver');
});

test('the voice page does the same', async () => {
  const { route, push } = withServers(turn('first'));
  const ada = await Tab.joined(browser, system.url, 'Ada');
  const grace = await Tab.joined(browser, system.url, 'Grace', { route });
  tabs.push(ada, grace);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  assert.deepEqual(await usernames(grace), ['first']);
  push(turn('second'));
  await until('the connection has the fresh ones', async () => (await usernames(grace)).join() === 'second');
  await ada.hears(1);
});

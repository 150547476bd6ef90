// Offers by id when something breaks: the server, one side's way to it, or the way between the two.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { Line } from './support/line.js';
import { OfferTab } from './support/offer_tab.js';
import { openRaw } from './support/raw_client.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let line;  // between the gateway and those tabs that are opened with its url
let tabs = [];

const startSystem = async (window) => {
  system = await System.start({ service: ['--claim_lease=2m'], window });
  line = await Line.to(system.gateway.port);
};

// Another system, whose sessions wait for as long as it takes to start a gateway.
const rememberLong = async () => {
  line.close();
  await system.stop();
  await startSystem('30s');
};

const open = async (name, url = system.url) => {
  const tab = await OfferTab.open(browser, url);
  tab.bears = /WebSocket connection/;
  tabs.push(tab);
  await tab.page.fill('#name', name);
  return tab;
};

const talking = async (url) => {
  const ada = await open('Ada');
  const grace = await open('Grace', url);
  await ada.make();
  await grace.take(await ada.id());
  await grace.page.click('#answer');
  await Promise.all([ada.talksWith('Grace'), grace.talksWith('Ada')]);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  return { ada, grace };
};

// Somebody without our page takes the offer and answers, but never says a candidate nor listens to one. In the answer the
// offer's section is called `mid`.
const answerRaw = async (id, mid = '0') => {
  const page = await openRaw(browser, system.url, 'mallory');
  await page.evaluate(async ([offerId, name]) => {
    client.send('claim_offer', { offer_id: offerId });
    const offer = await client.take('offer');
    window.connection = new RTCPeerConnection();
    await connection.setRemoteDescription({ type: 'offer', sdp: offer.sdp });
    await connection.setLocalDescription();
    const { sdp: good } = connection.localDescription;
    const sdp = good.replace('a=mid:0', `a=mid:${name}`).replace('BUNDLE 0', `BUNDLE ${name}`);
    client.send('answer', { offer_id: offerId, sdp });
  }, [id, mid]);
  return page;
};

const isWithdrawn = (page) => page.evaluate(async () => {
  while ((await client.next()).type !== 'offer_withdrawn');
});

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  await startSystem();
});
afterEach(async () => {
  const errors = tabs.flatMap((tab) => tab.errors);
  await Promise.all(tabs.map((tab) => tab.close()));
  tabs = [];
  line?.close();
  await system?.stop();
  assert.deepEqual(errors, []);
});
after(() => browser?.close());

test('without the gateway an offer waits, and is taken when it is back', async () => {
  await rememberLong();
  const ada = await open('Ada');
  await ada.make();
  const id = await ada.id();
  await system.gateway.kill();
  await ada.tells(/^Waiting for the server. The server went away. Trying again/, 'QUEUED', 'waiting');
  assert.equal(await ada.linkState(), 'Reconnecting: the server went away');
  await system.startGateway();
  await ada.tells(/^Waiting for somebody/, 'QUEUED', 'waiting', 45_000);
  const grace = await open('Grace');
  await grace.take(id);
  await grace.page.click('#answer');
  await Promise.all([ada.talksWith('Grace'), grace.talksWith('Ada')]);
  await Promise.all([ada.hears(1), grace.hears(1)]);
});

test('without the gateway a talk goes on, and both have it back', async () => {
  await rememberLong();
  const { ada, grace } = await talking();
  await system.gateway.kill();
  for (const [tab, other] of [[ada, 'Grace'], [grace, 'Ada']]) {
    await tab.tells(new RegExp(`^Talking with ${other}.*Trying again.*You still hear each other`), 'ANSWERED', 'talking');
    assert.match(await tab.linkState(), /^Reconnecting: /);
  }
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await system.startGateway();
  for (const tab of [ada, grace]) await tab.linked('on');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await grace.page.click('#leave');
  await ada.tells(/^The talk is over. Grace hung up/, 'WITHDRAWN');
});

test('an offer whose session is gone is gone, and the page says so and makes another', async () => {
  const ada = await open('Ada');
  await ada.make();
  const id = await ada.id();
  const grace = await open('Grace');
  await grace.take(id);
  await system.service.kill();
  await system.startService();
  await ada.tells(/^The offer is gone\. .*An offer ends with its maker/, 'EXPIRED');
  await grace.tells(/^The offer is lost to you/, 'QUEUED');
  await ada.page.click('#again');
  await ada.tells(/^Waiting for somebody/, 'QUEUED', 'waiting', 45_000);
  assert.notEqual(await ada.id(), id);
});

test('a talk whose session is gone goes on, and both can hang up', async () => {
  const { ada, grace } = await talking();
  await system.service.kill();
  await system.startService();
  for (const [tab, other] of [[ada, 'Grace'], [grace, 'Ada']]) {
    await tab.tells(new RegExp(`^Talking with ${other}.*You still hear each other.*no new one`), 'WITHDRAWN', 'talking');
    assert.match(await tab.linkState(), /^Not connected: /);
  }
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await grace.page.click('#leave');
  await grace.tells(/^The talk is over. You hung up/, 'WITHDRAWN');
  await ada.tells(/^The talk is over. The connection to Grace is lost/, 'WITHDRAWN', 'over', 60_000);
  assert.deepEqual(await ada.received(), []);
});

test('what does not come about can be cancelled', async () => {
  const ada = await open('Ada');
  await system.gateway.kill();
  await ada.page.click('#make');
  await ada.tells(/^Making the offer.*The server cannot be reached. Trying again/, '', '');
  await ada.page.click('#leave');
  await ada.tells(/^Cancelled. No offer was made/, '');
  assert.equal(await ada.linkState(), 'Not connected');
  assert.deepEqual(await ada.trackStates(), ['ended']);
  await system.startGateway();
  await ada.page.click('#again');
  await ada.tells(/^Waiting/, 'QUEUED', 'waiting');
});

test('an answer that the browser cannot take ends the offer, and the microphone with it', async () => {
  const ada = await open('Ada');
  await ada.make();
  const page = await answerRaw(await ada.id(), 'other');
  await ada.tells(/^No talk came about. This browser cannot use the answer of mallory/, 'WITHDRAWN');
  assert.deepEqual(await ada.trackStates(), ['ended']);
  await isWithdrawn(page);
  await page.context().close();
  await ada.page.click('#again');
  await ada.tells(/^Waiting/, 'QUEUED', 'waiting');
});

test('an answer without a connection ends after half a minute', async () => {
  const ada = await open('Ada');
  await ada.page.clock.install();
  await ada.make();
  const page = await answerRaw(await ada.id());
  await ada.tells(/^Connecting to mallory/, 'ANSWERED', 'connecting');
  assert.deepEqual(await ada.trackStates(), ['live']);
  await ada.page.clock.fastForward(30_000);
  await ada.tells(/^No talk came about. The two browsers found no way/, 'WITHDRAWN');
  assert.deepEqual(await ada.trackStates(), ['ended']);
  await isWithdrawn(page);
  await page.context().close();
});

test('who answers and gets no connection is told the same, or who gave up first', async () => {
  const page = await openRaw(browser, system.url, 'mallory');
  const answer = async (name) => {
    const id = await page.evaluate(async () => {
      window.connection = new RTCPeerConnection();
      connection.addTransceiver('audio');
      await connection.setLocalDescription();
      client.messages = [];
      client.send('create_offer', { sdp: connection.localDescription.sdp });
      return (await client.take('offer_created')).offer_id;
    });
    const tab = await open(name);
    await tab.page.clock.install();
    await tab.take(id);
    await tab.page.click('#answer');
    await tab.tells(/^Connecting to mallory/, 'ANSWERED', 'connecting');
    return { tab, id };
  };
  const { tab: grace } = await answer('Grace');
  await grace.page.clock.fastForward(30_000);
  await grace.tells(/^No talk came about. The two browsers found no way/, 'WITHDRAWN');
  assert.deepEqual(await grace.trackStates(), ['ended']);
  await isWithdrawn(page);

  const { tab: hedy, id } = await answer('Hedy');
  await page.evaluate((offerId) => client.send('withdraw_offer', { offer_id: offerId }), id);
  await hedy.tells(/^No talk came about. mallory ended it before there was a connection/, 'WITHDRAWN');
  assert.deepEqual(await hedy.trackStates(), ['ended']);
  await page.context().close();
});

test('one whose way to the server breaks is heard on, until it stays away', async () => {
  const { ada, grace } = await talking(line.url);
  line.cut();
  await grace.tells(/^Talking with Ada.*The server went away. Trying again.*You still hear/, 'ANSWERED', 'talking');
  await ada.tells(/^Talking with Grace.*Grace has lost the server. You still hear/, 'WITHDRAWN', 'talking');
  assert.equal(await ada.linkState(), 'Connected');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await ada.page.click('#leave');
  await ada.tells(/You hung up/, 'WITHDRAWN');
  line.mend();
  await grace.tells(/connection to Ada is lost/, 'WITHDRAWN', 'over', 60_000);
});

test('a tab that crashes is told as one that is gone', async () => {
  const { ada, grace } = await talking();
  tabs.splice(tabs.indexOf(grace), 1);
  const client = await grace.page.context().newCDPSession(grace.page);
  // Closes nothing in order: no goodbye to the server, and none to the other side.
  client.send('Page.crash').catch(() => {});
  await ada.tells(/^The talk is over/, 'WITHDRAWN', 'over', 60_000);
  await grace.close();
});

test('under the id of the offer the way is renewed, whoever begins', async () => {
  const { ada, grace } = await talking();
  const settled = ({ page }) => page.evaluate(() => {
    const [connection] = watched.connections;
    return watched.connections.length === 1 && connection.signalingState === 'stable' &&
        connection.connectionState === 'connected';
  });
  const passwords = ({ page }) => page.evaluate(() =>
    /a=ice-pwd:(.*)/.exec(watched.connections[0].currentRemoteDescription.sdp)[1]);
  for (const starters of [[ada], [grace], [ada, grace], [ada, grace], [ada, grace]]) {
    const before = await passwords(ada);
    await Promise.all(starters.map(({ page }) => page.evaluate(() => watched.connections[0].restartIce())));
    await until('the way is a new one', async () =>
      await passwords(ada) !== before && await settled(ada) && await settled(grace));
  }
  assert.equal(await ada.page.evaluate(() => watched.collisions), 0, 'the impolite side gave way');
  await Promise.all([ada.hears(1), grace.hears(1)]);
});

test('fresh ICE servers reach a talk under way', async () => {
  const { grace } = await talking();
  const servers = [{ urls: ['stun:127.0.0.1:3478'] }];
  await grace.page.evaluate((fresh) => {
    const message = JSON.stringify({ type: 'ice_servers', ice_servers: fresh, expires_at: '2030-01-01T00:00:00Z' });
    watched.sockets.at(-1).dispatchEvent(new MessageEvent('message', { data: message }));
  }, servers);
  await until('they are taken', () => grace.page.evaluate(() =>
    JSON.stringify(watched.connections[0].getConfiguration().iceServers).includes('stun:127.0.0.1:3478')));
  await grace.hears(1);
});

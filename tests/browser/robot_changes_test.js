// Robots that know no page, and what they may do to a viewer: come back under a name they had, say late what they are,
// say no.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { openRaw } from './support/raw_client.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { until } from './support/until.js';
import { ViewerTab } from './support/video_tabs.js';

let system;
let browser;
let ada;
let robots = [];

// A robot in the room that does with each offer what `answer(offer)`, run in its tab, does.
async function plainRobot(clientId, answer, metadata) {
  const page = await openRaw(browser, system.url, clientId);
  robots.push(page);
  await page.evaluate(async (about) => {
    window.client.send('join', { room: 'test', ...(about && { metadata: about }) });
    await window.client.take('joined');
    window.offers = 0;
  }, metadata);
  await page.evaluate(answer);
  return page;
}

// The same on the other address, for programs that know as little as can be: it has no name before it sends one.
async function namelessRobot(answer) {
  const page = await openRaw(browser, system.url, 'helper');
  robots.push(page);
  await page.evaluate(async () => {
    window.client.close();
    const messages = window.client.messages = [];
    window.client.socket = new WebSocket(`${location.origin.replace('http', 'ws')}/?room=test`);
    window.client.next = async () => {
      while (messages.length === 0) await new Promise((resolve) => { window.wake = resolve; });
      return messages.shift();
    };
    window.client.socket.onmessage = ({ data }) => {
      messages.push(JSON.parse(data));
      window.wake?.();
    };
    window.offers = 0;
  });
  await page.evaluate(answer);
  return page;
}

// Runs in a robot's tab: sends its camera to who calls, and is the crawler from then on where it had no name.
function sendCamera() {
  let connection;
  let asked = Promise.resolve();
  const handle = async (message) => {
    if (message.type === 'offer') {
      ++window.offers;
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      connection?.close();
      connection = new RTCPeerConnection();
      for (const track of stream.getTracks()) connection.addTrack(track, stream);
      connection.onicecandidate = ({ candidate }) => candidate && window.client.send('ice_candidate', candidate.toJSON());
      await connection.setRemoteDescription({ type: 'offer', sdp: message.sdp });
      await connection.setLocalDescription();
      window.client.send('answer', { sdp: connection.localDescription.sdp, client_id: 'crawler' });
    }
    if (message.type === 'ice_candidate') await connection?.addIceCandidate(message).catch(() => {});
  };
  (async () => {
    for (;;) {
      const message = await window.client.next();
      asked = asked.then(() => handle(message));
    }
  })();
}

// Runs in a robot's tab: its signaling ends without a goodbye.
const breakOff = () => window.client.socket.close(3000);

const screens = () => ada.page.locator('.screen-name').allTextContents();

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  system = await System.start();
  ada = await ViewerTab.joined(browser, system.url, 'Ada');
});
afterEach(async () => {
  try {
    assert.deepEqual(ada.errors, []);
    await ada.close();
    for (const page of robots) await page.context().close();
  } finally {
    robots = [];
    await system?.stop();
  }
});
after(() => browser?.close());

test('a robot that is started again and takes its old name later stays', async () => {
  const first = await plainRobot('crawler', sendCamera);
  await ada.sees('crawler');
  await first.evaluate(breakOff);
  await until('Ada sees it', async () => /may come back/.test(await ada.stateOf('crawler')));
  const second = await namelessRobot(sendCamera);
  await until('it is called', () => second.evaluate(() => window.offers > 0));
  await until('one is on the page', async () => (await screens()).join() === 'crawler');
  // The media of the one before end as well now. That does not take the new one away.
  await first.context().close();
  robots = robots.filter((page) => page !== first);
  await ada.sees('crawler');
  await second.context().close();
  robots = [];
  await ada.waits(/crawler has left/);
});

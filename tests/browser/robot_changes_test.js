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

// A robot in the room that does with what it gets what `handle(argument)`, run in its tab, does.
async function plainRobot(clientId, handle, argument) {
  const page = await openRaw(browser, system.url, clientId);
  robots.push(page);
  await page.evaluate(async () => {
    window.client.send('join', { room: 'test' });
    await window.client.take('joined');
    window.offers = 0;
  });
  await page.evaluate(handle, argument);
  return page;
}

// The same on the other address, for programs that know as little as can be: it has no name before it sends one.
async function namelessRobot(handle) {
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
  await page.evaluate(handle);
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
});

test('one who says late to be a viewer is not called any more, and one who says late to be a robot is called', async () => {
  const countOffers = () => {
    (async () => {
      for (;;) if ((await window.client.next()).type === 'offer') ++window.offers;
    })();
  };
  const late = await plainRobot('late', countOffers);
  await until('it is called', () => late.evaluate(() => window.offers === 1));
  await late.evaluate(() => window.client.send('update', { metadata: { role: 'viewer' } }));
  await ada.waits(/late has left/);
  const open = () => ada.page.evaluate(() =>
    watched.connections.filter(({ connectionState }) => connectionState !== 'closed').map(({ signalingState }) => signalingState));
  assert.deepEqual(await open(), ['stable'], 'no call is on its way');
  await late.evaluate(() => window.client.send('update', { metadata: { role: 'robot' } }));
  await until('it is called', () => late.evaluate(() => window.offers === 2));
  assert.deepEqual(await screens(), ['late']);
});

test('who declined is not called again before telling something new, who was busy is', async () => {
  await ada.page.click('#leave');
  await ada.page.clock.install();
  await ada.page.click('#join');
  await ada.waits();
  const rejectAll = (reason) => {
    (async () => {
      for (;;) {
        const { type, client_id: to } = await window.client.next();
        if (type !== 'offer') continue;
        ++window.offers;
        window.client.send('reject', { to, reason });
      }
    })();
  };
  const shy = await plainRobot('shy', rejectAll, 'declined');
  const busy = await plainRobot('working', rejectAll, 'busy');
  const offers = (page) => page.evaluate(() => window.offers);
  await until('the viewer is told', async () =>
    /does not want/.test(await ada.stateOf('shy')) && /is busy/.test(await ada.stateOf('working')));
  // In steps that leave the server time to answer.
  for (let seconds = 0; seconds < 70; seconds += 10) {
    await ada.page.clock.runFor(10_000);
    await until('still connected', async () => await ada.link() === 'Connected');
  }
  await until('the busy one is called again', async () => await offers(busy) === 2);
  await until('it is busy still', async () => /is busy/.test(await ada.stateOf('working')));
  assert.equal(await offers(shy), 1);
  assert.match(await ada.stateOf('shy'), /does not want/);
  await shy.evaluate(() => window.client.send('update', { metadata: { role: 'robot' } }));
  await until('it is called again', async () => await offers(shy) === 2);
});

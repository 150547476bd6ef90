// Both sides offer at once, a hundred times.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

const ROUNDS = 100;

let system;
let browser;

before(async () => {
  system = await System.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await system?.stop();
});

// Keeps each offer from its receiver until the other side has made one too: so every round is a collision.
class Meeting {
  held = new Map();  // tab -> what passes its offer on
  on = false;

  route(tab) {
    return (page) => {
      const server = page.connectToServer();
      page.onMessage((text) => {
        if (!this.on || JSON.parse(text).type !== 'offer' || this.held.has(tab)) return server.send(text);
        this.held.set(tab, () => server.send(text));
        if (this.held.size === 2) this.held.forEach((pass) => pass());
      });
    };
  }
}

test('offers that meet settle, a hundred times', async () => {
  const meeting = new Meeting();
  const tabs = [];
  for (const name of ['Ada', 'Grace']) {
    tabs.push(await Tab.joined(browser, system.url, name, { route: meeting.route(name) }));
  }
  const [ada, grace] = tabs;
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  // Of the descriptions that hold, which versions (RFC 8866, section 5.2) on this side and on the other.
  const state = ({ page }) => page.evaluate(() => {
    const [connection] = watched.connections;
    const version = ({ sdp }) => Number(/^o=\S+ \S+ (\d+)/m.exec(sdp)[1]);
    return {
      settled: watched.connections.length === 1 && connection.signalingState === 'stable' &&
          connection.connectionState === 'connected',
      local: version(connection.currentLocalDescription), remote: version(connection.currentRemoteDescription),
    };
  });
  let former = await state(ada);
  for (let round = 1; round <= ROUNDS; ++round) {
    meeting.held.clear();
    meeting.on = true;
    await Promise.all(tabs.map(({ page }) =>
      page.evaluate(() => watched.connections[0].dispatchEvent(new Event('negotiationneeded')))));
    former = await until(`both agree in round ${round}`, async () => {
      const [one, other] = await Promise.all(tabs.map(state));
      const agree = one.local === other.remote && other.local === one.remote;
      return agree && one.settled && other.settled && one.local > former.local && one;
    });
    assert.equal(meeting.held.size, 2);
    meeting.on = false;
  }
  assert.equal(await grace.page.evaluate(() => watched.collisions), ROUNDS);
  assert.equal(await ada.page.evaluate(() => watched.collisions), 0, 'the impolite side gave way');
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  for (const tab of tabs) {
    assert.deepEqual(tab.errors, []);
    await tab.close();
  }
});

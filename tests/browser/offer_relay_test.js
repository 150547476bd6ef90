// Offers by id through a real TURN server: addresses stay unknown, and the way between the two breaks and heals.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { ownAddresses, remotes } from './support/addresses.js';
import { OfferTab } from './support/offer_tab.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { RELAY_ADDRESS, TurnServer } from './support/turn_server.js';
import { until } from './support/until.js';

let system;
let browser;
let turn;
let tabs = [];

const open = async (name, options) => {
  const tab = await OfferTab.open(browser, system.url, '', options);
  tab.bears = /WebSocket connection/;
  tabs.push(tab);
  await tab.page.fill('#name', name);
  return tab;
};

const talking = async (options) => {
  const ada = await open('Ada');
  const grace = await open('Grace', options);
  await ada.make();
  await grace.take(await ada.id());
  await grace.page.click('#answer');
  await Promise.all([ada.talksWith('Grace'), grace.talksWith('Ada')]);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  return { ada, grace };
};

const connectionIs = (tab, state) => until(`the connection is ${state}`, () =>
  tab.page.evaluate((wanted) => watched.connections[0].connectionState === wanted, state));

before(async () => {
  turn = await TurnServer.start();
  system = await System.start({
    service: ['--relay_only', '--claim_lease=2m', `--turn_urls=${turn.url}`, `--turn_secret_file=${turn.secretFile}`],
  });
  browser = await launch();
});
afterEach(async () => {
  turn.thaw();
  const errors = tabs.flatMap((tab) => tab.errors);
  await Promise.all(tabs.map((tab) => tab.close()));
  tabs = [];
  assert.deepEqual(errors, []);
});
after(async () => {
  await browser?.close();
  await system?.stop();
  await turn?.stop();
});

test('in a relay-only service two talk by id, and neither side learns the other\'s address', async () => {
  const { ada, grace } = await talking();
  for (const tab of [ada, grace]) await tab.tells(/Sound goes through a relay, so that neither/, 'ANSWERED', 'talking');
  for (const [tab, other] of [[ada, grace], [grace, ada]]) {
    const addresses = await ownAddresses(other);
    assert.ok(addresses.length > 0, 'the other has an address that could have been learnt');
    assert.ok(!addresses.includes(RELAY_ADDRESS));
    const { candidates, sdp } = await remotes(tab);
    assert.ok(candidates.length > 0);
    for (const candidate of candidates) assert.deepEqual(candidate, { type: 'relay', address: RELAY_ADDRESS });
    for (const address of addresses) assert.ok(!sdp.includes(address), 'an address in the description');
  }
});

test('without the server a talk survives a connection that heals, and ends with one that does not', async () => {
  let socket;
  let away = false;
  const route = (client) => {
    if (away) return void client.close({ code: 1013 });
    const server = client.connectToServer();
    socket = { client, server };
  };
  const { ada, grace } = await talking({ route });
  away = true;
  await socket.server.close({ code: 3000 });  // not 1000, which would be a goodbye
  await socket.client.close({ code: 1011 });
  await ada.tells(/Grace has lost the server/, 'WITHDRAWN', 'talking');
  away = false;
  await grace.tells(/^Talking with Ada.*You still hear.*no new one/, 'WITHDRAWN', 'talking');
  turn.freeze();
  await Promise.all([ada, grace].map((tab) => connectionIs(tab, 'disconnected')));
  await ada.tells(/^Talking with Grace.*unsteady/, 'WITHDRAWN', 'talking');
  turn.thaw();
  await Promise.all([ada, grace].map((tab) => connectionIs(tab, 'connected')));
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await ada.tells(/^Talking with Grace.*You still hear/, 'WITHDRAWN', 'talking');

  turn.freeze();
  for (const [tab, other] of [[ada, 'Grace'], [grace, 'Ada']]) {
    await tab.tells(new RegExp(`^The talk is over. The connection to ${other} is lost`), 'WITHDRAWN', 'over', 60_000);
    assert.deepEqual(await tab.trackStates(), ['ended']);
  }
});

// Calls through a real TURN server with the credentials that the service gives: nobody learns anybody's address, and
// no credential ends before the next one is there.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';

import { ownAddresses, remotes } from './support/addresses.js';
import { openRaw } from './support/raw_client.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { RELAY_ADDRESS, TurnServer } from './support/turn_server.js';
import { until } from './support/until.js';

const TTL_S = 15;

let browser;
let turn;

before(async () => {
  browser = await launch();
  turn = await TurnServer.start();
});

after(async () => {
  await browser.close();
  await turn.stop();
});

// What a TURN server answers to these credentials: the candidates it relays, and the codes of its errors.
const allocate = (page, iceServers) => page.evaluate(async (servers) => {
  const connection = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: 'relay' });
  const found = { relayed: [], errors: [] };
  connection.onicecandidateerror = ({ errorCode }) => found.errors.push(errorCode);
  connection.createDataChannel('');
  const complete = new Promise((resolve) => {
    connection.onicecandidate = ({ candidate }) => {
      if (!candidate) resolve();
      else if (candidate.candidate) found.relayed.push(candidate.type);
    };
  });
  await connection.setLocalDescription();
  await complete;
  connection.close();
  return found;
}, iceServers);

// Lets the tab's connection look for a way anew, until it has found one.
async function restart(tab) {
  const selected = () => tab.page.evaluate(async () => {
    const reports = await watched.connections[0].getStats();
    const { selectedCandidatePairId: id } = [...reports.values()].find(({ type }) => type === 'transport');
    return reports.get(id)?.localCandidateId ?? null;
  });
  const before = await selected();
  await tab.page.evaluate(() => watched.connections[0].restartIce());
  await until('the restart found a new way', async () => {
    const now = await selected();
    return now && now !== before;
  });
}

const withTurn = (...more) => ({
  service: [`--turn_urls=${turn.url}`, `--turn_secret_file=${turn.secretFile}`, ...more],
});

describe('a call in a relay-only service', () => {
  let system;
  let ada;
  let grace;

  before(async () => {
    system = await System.start(withTurn('--relay_only'));
    ada = await Tab.joined(browser, system.url, 'Ada');
    grace = await Tab.joined(browser, system.url, 'Grace');
  });

  after(() => system.stop());

  test('sound flows, and neither side learns the other\'s address', async () => {
    await Promise.all([ada.hears(1), grace.hears(1)]);
    for (const [tab, other] of [[ada, grace], [grace, ada]]) {
      const addresses = await ownAddresses(other);
      assert.ok(addresses.length > 0, 'the other has an address that could have been learnt');
      assert.ok(!addresses.includes(RELAY_ADDRESS));
      const { candidates, sdp } = await remotes(tab);
      assert.ok(candidates.length > 0);
      for (const candidate of candidates) assert.deepEqual(candidate, { type: 'relay', address: RELAY_ADDRESS });
      for (const address of addresses) assert.ok(!sdp.includes(address), 'an address in the description');
    }
    assert.deepEqual([...ada.errors, ...grace.errors], []);
  });

  test('the TURN server saw the credentials of both sessions', async () => {
    const users = await until('two users with an allocation', () => {
      const names = turn.lines.map((line) => line.match(/user <(\d+:[\w-]{22})>.*ALLOCATE processed, success/)?.[1]);
      const distinct = new Set(names.filter(Boolean));
      return distinct.size >= 2 && distinct;
    });
    assert.equal(users.size, 2);
    await Promise.all([ada.close(), grace.close()]);
  });
});

test('without the policy the same call does tell addresses', async () => {
  const system = await System.start(withTurn());
  const ada = await Tab.joined(browser, system.url, 'Ada');
  const grace = await Tab.joined(browser, system.url, 'Grace');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  const addresses = await ownAddresses(grace);
  const { candidates } = await remotes(ada);
  assert.ok(candidates.some(({ address }) => addresses.includes(address)), JSON.stringify(candidates));
  await Promise.all([ada.close(), grace.close()]);
  await system.stop();
});

test('a credential that ended is refused, and was replaced before', async () => {
  const system = await System.start(withTurn(`--turn_ttl=${TTL_S}s`));
  const page = await openRaw(browser, system.url, 'ada');
  const expiry = ([{ username }]) => Number(username.split(':')[0]) * 1000;
  const first = await page.evaluate(() => client.connected.ice_servers);
  assert.deepEqual((await allocate(page, first)).relayed, ['relay'], 'it is good at first');

  const fresh = (await page.evaluate(() => client.take('ice_servers'))).ice_servers;
  const arrived = Date.now();
  assert.ok(arrived < expiry(first), 'the next one came too late');
  assert.ok(expiry(fresh) > expiry(first));
  await until('the first one ends', () => Date.now() > expiry(first) + 1000);

  const old = await allocate(page, first);
  assert.deepEqual(old.relayed, []);
  assert.ok(old.errors.includes(401), `refused with ${old.errors}`);
  assert.deepEqual((await allocate(page, fresh)).relayed, ['relay'], 'the next one is good');
  await page.context().close();
  await system.stop();
});

test('a secret is replaced while a call goes on', async () => {
  const server = await TurnServer.start();
  const system = await System.start({
    service: [`--turn_urls=${server.url}`, `--turn_secret_file=${server.secretFile}`, `--turn_ttl=${TTL_S}s`, '--relay_only'],
  });
  const ada = await Tab.joined(browser, system.url, 'Ada');
  const grace = await Tab.joined(browser, system.url, 'Grace');
  await Promise.all([ada.hears(1), grace.hears(1)]);

  await server.addSecret('second-secret');
  await server.writeSecrets('second-secret', 'first-secret');
  const signs = (secret, { username, credential }) =>
    createHmac('sha1', secret).update(username).digest('base64') === credential;
  const turnOf = () => ada.page.evaluate(() => watched.connections[0].getConfiguration().iceServers[0]);
  assert.ok(signs('first-secret', await turnOf()));
  await until('the call has a credential by the second secret', async () => signs('second-secret', await turnOf()));
  await server.removeSecret('first-secret');

  await restart(ada);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  const late = await openRaw(browser, system.url, 'late');
  const servers = await late.evaluate(() => client.connected.ice_servers);
  assert.deepEqual((await allocate(late, servers)).relayed, ['relay']);
  const [{ urls, username }] = servers;
  const byFirst = { urls, username, credential: createHmac('sha1', 'first-secret').update(username).digest('base64') };
  assert.ok((await allocate(late, [byFirst])).errors.includes(401), 'the first secret is no longer good');
  await late.context().close();
  await Promise.all([ada.close(), grace.close()]);
  await system.stop();
  await server.stop();
});

test('a call outlives the credentials it began with', async () => {
  const system = await System.start(withTurn('--relay_only', `--turn_ttl=${TTL_S}s`));
  const ada = await Tab.joined(browser, system.url, 'Ada');
  const grace = await Tab.joined(browser, system.url, 'Grace');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  const configured = (tab) => tab.page.evaluate(() => watched.connections[0].getConfiguration().iceServers[0].username);
  const first = await configured(ada);
  await until('the first credentials end', () => Date.now() > Number(first.split(':')[0]) * 1000 + 1000);
  assert.notEqual(await configured(ada), first, 'the page gave the fresh ones to the connection');

  await restart(ada);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  for (const tab of [ada, grace]) {
    for (const { type, address } of (await remotes(tab)).candidates) {
      assert.deepEqual([type, address], ['relay', RELAY_ADDRESS]);
    }
  }
  await Promise.all([ada.close(), grace.close()]);
  await system.stop();
});

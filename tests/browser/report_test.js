// What the pages say of their set-ups, in the service's metrics. No other set-up is there: each count is exact.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { OfferTab } from './support/offer_tab.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

const TYPES = ['host', 'srflx', 'prflx', 'relay', 'unknown'];
const FAULTS = ['busy', 'declined', 'unsupported', 'no_answer', 'peer_left', 'ice', 'dtls', 'timeout', 'other'];
// An unanswered call is made again after 15 s; Chromium gives up one that finds no way in about as much.
const FAILURE_MS = 60_000;

let browser;
let system;
let tabs = [];

const connectedBy = (type) => `signaling_setup_reports_total{candidate_type="${type}",state="connected"}`;
const FAILED = 'signaling_setup_reports_total{candidate_type="unknown",state="failed"}';
const stage = (part, name) => `signaling_setup_seconds_${part}{stage="${name}"}`;
const fault = (reason) => `signaling_setup_failures_total{reason="${reason}"}`;
const metric = (name) => system.service.metric(name);

const total = (sample, names) => names.map(sample).reduce((sum, value) => sum + value, 0);
const sum = async (names) => total(await system.service.metrics(), names);
const connected = () => sum(TYPES.map(connectedBy));

// By the browser's own word, when it first had one for the page. What ICE chose may change later.
const localType = (tab) => tab.page.evaluate(async () => {
  for (const stats of await Promise.all(watched.reports.get(watched.connections.at(-1)))) {
    const pair = stats.get([...stats.values()].find(({ type }) => type === 'transport')?.selectedCandidatePairId);
    if (pair) return stats.get(pair.localCandidateId).candidateType;
  }
  throw new Error('it never said');
});

// What both said is in the metrics, and nothing else.
async function bothConnected(first, second, longestMs) {
  await until('both have reported', async () => await connected() === 2);
  const types = await Promise.all([localType(first), localType(second)]);
  for (const type of TYPES) {
    assert.equal(await metric(connectedBy(type)), types.filter((one) => one === type).length, `${type} of ${types}`);
  }
  assert.equal(await metric(stage('count', 'connected')), 2);
  const seconds = await metric(stage('sum', 'connected'));
  assert.ok(seconds > 0 && seconds * 1000 < 2 * longestMs, `${seconds} s for both, of ${longestMs} ms`);
  assert.equal(await metric(stage('count', 'answer')), 1);
  assert.equal(await metric(FAILED), 0);
  assert.equal(await sum(FAULTS.map(fault)), 0);
  assert.equal(await system.gateway.metric('signaling_messages_total{direction="received",type="report"}'), 2);
  assert.equal(await system.gateway.metric('signaling_errors_total{code="invalid_message"}'), 0);
}

before(async () => {
  browser = await launch();
});
afterEach(async () => {
  const errors = tabs.flatMap((tab) => tab.errors);
  await Promise.all(tabs.map((tab) => tab.close()));
  tabs = [];
  await system?.stop();
  assert.deepEqual(errors, []);
});
after(() => browser?.close());

test('two tabs that call each other', async () => {
  system = await System.start();
  const began = performance.now();
  for (const name of ['Ada', 'Grace']) tabs.push(await Tab.joined(browser, system.url, name));
  const [ada, grace] = tabs;
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await bothConnected(ada, grace, performance.now() - began);
  // That looks for a way anew, and is no new set-up.
  const ufrag = () => ada.page.evaluate(() => /ice-ufrag:(\S+)/.exec(watched.connections[0].currentRemoteDescription.sdp)[1]);
  const old = await ufrag();
  await ada.page.evaluate(() => watched.connections[0].restartIce());
  await until('the restart is answered', async () => await ufrag() !== old);
  await ada.hears(1);
  await bothConnected(ada, grace, performance.now() - began);
});

test('an offer by id: how long it waits for people is no part of its set-up', async () => {
  system = await System.start({ service: ['--claim_lease=2m'] });
  tabs.push(await OfferTab.open(browser, system.url), await OfferTab.open(browser, system.url));
  const [ada, grace] = tabs;
  await ada.make();
  await grace.take(await ada.id());
  const taken = performance.now();
  await until('she has thought about it', () => performance.now() - taken > 3_000);
  const answers = performance.now();
  await grace.page.click('#answer');
  await Promise.all([ada.talksWith(''), grace.talksWith('')]);
  await bothConnected(ada, grace, performance.now() - answers);
  assert.equal(await metric(stage('count', 'claim')), 1);
  assert.ok(await metric(stage('sum', 'answer')) >= 3);
});

test('two that find no way to each other', async () => {
  // Only relays are allowed, and there is none.
  system = await System.start({ service: ['--relay_only'] });
  for (const name of ['Ada', 'Grace']) tabs.push(await Tab.joined(browser, system.url, name));
  // By one scrape: the other of the two reports its failure any moment.
  await until('it is reported with its reason, and with no other', async () => {
    const sample = await system.service.metrics();
    const failed = sample(FAILED);
    return failed > 0 && [['ice', 'timeout'], FAULTS].every((reasons) => total(sample, reasons.map(fault)) === failed);
  }, FAILURE_MS);
  assert.equal(await connected(), 0);
  assert.equal(await metric(stage('count', 'connected')), 0);
});

// What is told of a set-up: once, by who has measured it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Peer } from '../../../gateway/clients/js/src/index.js';
import { Calls, track } from './support/calls.js';
import { Clock, settle } from './support/clock.js';
import { FakeNetwork } from './support/fake_network.js';
import { Scripted } from './support/scripted.js';

// Two Peers; what one says reaches the other so many milliseconds later.
class Pair {
  clock = new Clock();
  network = new FakeNetwork();
  reports = { a: [], b: [] };
  lost = new Set();

  constructor(t, { delayMs = 0, ...options } = {}) {
    this.clock.install();
    const { warn } = console;
    console.warn = () => {};
    t.after(() => {
      console.warn = warn;
      this.a.close();
      this.b.close();
      this.clock.uninstall();
    });
    const make = (name, rest) => new Peer({
      configuration: {}, receives: ['audio'], tracks: [track('audio')], changed: () => {}, ...this.network.browser, ...options, ...rest,
      report: (outcome) => this.reports[name].push(outcome),
      send: (type, fields) => {
        if (this.lost.has(type)) return;
        setTimeout(() => this[name === 'a' ? 'b' : 'a'].receive({ type, ...fields }), delayMs);
      },
    });
    this.a = make('a', { polite: false, calls: true });
    this.b = make('b', { polite: true, calls: false });
  }
}

test('each side measures from the offer to the connection', async (t) => {
  const pair = new Pair(t, { delayMs: 100 });
  await pair.clock.advance(1_000);
  assert.deepEqual(pair.reports.a, [{ state: 'connected', setup_ms: 200, candidate_type: 'host' }]);
  assert.deepEqual(pair.reports.b, [{ state: 'connected', setup_ms: 100, candidate_type: 'host' }]);
});

test('an ICE restart, a renegotiation and what fails later are no new set-up', async (t) => {
  const pair = new Pair(t);
  await pair.clock.advance(10);
  pair.a.restartIce();
  await pair.clock.advance(10);
  pair.b.setTrack('audio', null);
  pair.a.connection.createDataChannel('chat');
  await pair.clock.advance(10);
  for (const state of ['disconnected', 'failed', 'connected']) pair.a.connection.become(state);
  pair.a.giveUp();
  await pair.clock.advance(10);
  assert.deepEqual([pair.reports.a.length, pair.reports.b.length], [1, 1]);
});

test('why it failed: no way was found, or nobody to be sure of at its end', async (t) => {
  for (const [iceState, reason] of [['failed', 'ice'], ['connected', 'dtls']]) {
    const pair = new Pair(t);
    pair.network.works = false;
    await pair.clock.advance(0);
    await pair.clock.advance(5_000);
    pair.a.connection.become('failed', iceState);
    pair.a.connection.become('connected');
    await settle();
    assert.deepEqual(pair.reports.a, [{ state: 'failed', setup_ms: 5_000, reason }]);
    assert.deepEqual(pair.reports.b, []);
    pair.a.close();
    pair.b.close();
    pair.clock.uninstall();
  }
});

test('an answer that this browser does not take', async (t) => {
  const failed = [];
  const pair = new Pair(t, { failed: (error) => failed.push(error) });
  pair.lost.add('answer');
  await pair.clock.advance(10);
  await pair.a.receive({ type: 'answer', sdp: 'nonsense' });
  assert.equal(failed.length, 1);
  assert.deepEqual(pair.reports.a, [{ state: 'failed', setup_ms: 10, reason: undefined }]);
});

test('what has waited to be answered does not count, where that is said', async (t) => {
  const pair = new Pair(t, { delayMs: 100 });
  await pair.clock.advance(50);
  pair.a.beginSetup();
  await pair.clock.advance(1_000);
  assert.equal(pair.reports.a[0].setup_ms, 150);
});

test('no more than the server takes, and nothing of what never began', async (t) => {
  const pair = new Pair(t);
  pair.network.works = false;
  pair.b.giveUp();
  assert.deepEqual(pair.reports.b, []);
  await pair.clock.advance(3_600_000);
  pair.a.giveUp();
  assert.deepEqual(pair.reports.a, [{ state: 'failed', setup_ms: 600_000, reason: 'timeout' }]);
});

const FIREFOX = [
  { id: 'T', type: 'transport' },
  { id: 'P1', type: 'candidate-pair', selected: false, localCandidateId: 'L1' },
  { id: 'P2', type: 'candidate-pair', selected: true, localCandidateId: 'L2' },
  { id: 'L1', type: 'local-candidate', candidateType: 'host' },
  { id: 'L2', type: 'local-candidate', candidateType: 'relay' },
];

// No pair is in the first answers: Chromium's may be older than the connection.
const notYet = (times, stats) => async () => new Map(--times < 0 ? stats.map((one) => [one.id, one]) : []);

test('the type of the candidate, as far as a browser tells', async (t) => {
  const before = [{ id: 'P', type: 'candidate-pair', selected: true, localCandidateId: 'L' }, { id: 'L', candidateType: 'relayed' }];
  const cases = [
    ['one that marks the pair', async () => new Map(FIREFOX.map((one) => [one.id, one])), 'relay'],
    ['one with names of its own', async () => new Map(before.map((one) => [one.id, one])), undefined],
    ['one that says nothing', async () => new Map(), undefined],
    ['one that does not know yet', notYet(3, FIREFOX), 'relay'],
    ['one that does not know for long', notYet(10, FIREFOX), undefined],
    ['one that has none', undefined, undefined],
    ['one that fails', async () => { throw new TypeError('no'); }, undefined],
  ];
  for (const [name, getStats, expected] of cases) {
    const pair = new Pair(t);
    pair.a.connection.getStats = getStats;
    await pair.clock.advance(1_000);
    assert.deepEqual(pair.reports.a, [{ state: 'connected', setup_ms: 0, candidate_type: expected }], name);
    pair.a.close();
    pair.b.close();
    pair.clock.uninstall();
  }
});

test('in a call both tell the server, about each other', async (t) => {
  const calls = new Calls(t);
  await calls.pair();
  await settle();
  const common = { type: 'report', state: 'connected', setup_ms: 0, candidate_type: 'host' };
  assert.deepEqual(calls.gateway.reports.sort((a, b) => a.from < b.from ? -1 : 1).map(({ ack, ...report }) => report), [
    { ...common, to: 'b', from: 'a' },
    { ...common, to: 'a', from: 'b' },
  ]);
});

test('who calls, and gives up to wait, says so once for each connection', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  await calls.pair();
  await calls.clock.advance(15_000);
  const timeouts = () => calls.gateway.reports.map(({ from, to, state, setup_ms: ms, reason }) => [from, to, state, ms, reason]);
  assert.deepEqual(timeouts(), [['b', 'a', 'failed', 15_000, 'timeout']]);
  await calls.clock.advance(30_000);
  assert.deepEqual(timeouts().at(-1), ['b', 'a', 'failed', 30_000, 'timeout']);
  assert.equal(timeouts().length, 2);
});

test('who was told no has not waited in vain', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [a, b] = await calls.pair();
  a.client.send('reject', { to: 'b', reason: 'busy' });
  await settle();
  assert.equal(b.other('a').refusal, 'busy');
  await calls.clock.advance(60_000);
  assert.deepEqual(calls.gateway.reports, []);
});

test('who cannot be called now is waited for on the same connection, and nothing is told yet', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [, b] = await calls.pair();
  calls.gateway.session('b').say({ type: 'participant_connection', client_id: 'a', connected: false });
  await settle();
  const connection = b.connectionTo('a');
  await calls.clock.advance(15_000);
  assert.equal(b.connectionTo('a'), connection);
  assert.deepEqual(calls.gateway.reports, []);
});

test('a report has no id, and is not kept for later', async (t) => {
  const server = new Scripted(t);
  server.client.report({ to: 'b', state: 'connected' });
  await server.connect();
  server.client.report({ offer_id: 'o', state: 'connected', setup_ms: 7, candidate_type: 'relay' });
  server.socket.end(1006);
  await settle();
  server.client.report({ to: 'b', state: 'failed', reason: 'ice' });
  while (server.sockets.length === 1) await server.clock.advance(server.clock.next);
  await server.accept({ resumed: true });
  assert.deepEqual(server.sockets.flatMap((socket) => socket.said('report')),
      [{ type: 'report', offer_id: 'o', state: 'connected', setup_ms: 7, candidate_type: 'relay' }]);
});

test('a trace is named in the address of each connection', async (t) => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const server = new Scripted(t, { traceparent });
  await server.connect();
  await server.breakAndWait();
  await server.accept({ resumed: true });
  for (const { url } of server.sockets) assert.equal(url, `wss://signaling.example/v1?traceparent=${traceparent}`);
});

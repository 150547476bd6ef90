// Two Peers that negotiate, whatever meets what.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Peer } from '../../../gateway/clients/js/src/index.js';
import { settle } from './support/clock.js';
import { FakeNetwork, Interleaver } from './support/fake_network.js';

const track = (kind, id = kind) => ({ kind, id });

// Two sides and the way between them: `a` is impolite.
class Pair {
  warnings = [];
  sent = { a: [], b: [] };
  rejected = [];

  constructor(t, { interleaver = null, a = {}, b = {} } = {}) {
    const { warn } = console;
    console.warn = (...words) => this.warnings.push(words.join(' '));
    t.after(() => { console.warn = warn; });
    this.network = new FakeNetwork(interleaver);
    this.held = null;  // messages are kept here while they must not arrive
    this.#interleaver = interleaver;
    this.a = this.#make('a', { polite: false, calls: true, ...a });
    this.b = this.#make('b', { polite: true, calls: false, ...b });
  }

  #interleaver;

  #make(name, options) {
    return new Peer({
      configuration: {}, receives: ['audio', 'video'], changed: () => {}, ...this.network.browser, ...options,
      send: (type, fields) => {
        this.sent[name].push(type);
        if (type === 'reject') return void this.rejected.push(fields.reason);
        const deliver = () => this[name === 'a' ? 'b' : 'a'].receive({ type, ...fields });
        if (this.held) this.held.push(deliver);
        else if (this.#interleaver) this.#interleaver.add(name, deliver);
        else queueMicrotask(deliver);
      },
    });
  }

  async settle() {
    do await settle();
    while (this.#interleaver?.step());
  }

  close() {
    this.a.close();
    this.b.close();
    assert.deepEqual(this.network.connections, []);
  }

  stands() {
    for (const peer of [this.a, this.b]) {
      assert.equal(peer.state, 'connected');
      assert.equal(peer.connection.signalingState, 'stable');
    }
    assert.ok(this.a.connection.fits(this.b.connection));
  }
}

const kinds = (peer) => peer.tracks.map(({ kind }) => kind).sort();

test('who calls offers what it sends and asks for what it wants', async (t) => {
  const made = [];
  const pair = new Pair(t, {
    a: { tracks: [track('audio')], made: (connection) => made.push(connection) },
    b: { tracks: [track('audio'), track('video')] },
  });
  await pair.settle();
  pair.stands();
  assert.deepEqual(made, [pair.a.connection]);
  assert.deepEqual(pair.sent, { a: ['offer', 'ice_candidate'], b: ['answer', 'ice_candidate'] });
  assert.deepEqual(kinds(pair.a), ['audio', 'video']);
  assert.deepEqual(kinds(pair.b), ['audio']);
  assert.deepEqual(pair.a.stream.getTracks(), pair.a.tracks);
  assert.deepEqual(pair.warnings, []);
  pair.close();
});

test('what is not wanted is declined', async (t) => {
  const pair = new Pair(t, {
    a: { tracks: [track('audio'), track('video')] },
    b: { tracks: [track('audio'), track('video')], receives: ['audio'] },
  });
  await pair.settle();
  pair.stands();
  assert.deepEqual(kinds(pair.b), ['audio']);
  assert.deepEqual(kinds(pair.a), ['audio', 'video']);
  pair.close();

  const nothing = new Pair(t, { a: { tracks: [track('audio')] }, b: { receives: [] } });
  await nothing.settle();
  assert.deepEqual([kinds(nothing.a), kinds(nothing.b)], [[], []]);
  assert.equal(nothing.b.stream, null);
  nothing.close();
});

test('a track is replaced, or another one added, while it stands', async (t) => {
  const pair = new Pair(t, { a: { tracks: [track('audio')] } });
  await pair.settle();
  const before = pair.sent.a.length;
  pair.a.setTrack('audio', track('audio', 'another'));
  pair.a.setTrack('audio', null);
  await pair.settle();
  assert.equal(pair.sent.a.length, before, 'without a negotiation');
  pair.a.setTrack('video', null);
  pair.b.setTrack('video', track('video'));
  await pair.settle();
  pair.stands();
  assert.deepEqual(kinds(pair.a), ['video']);
  pair.close();
});

test('a track before there is anything is there when there is', async (t) => {
  const pair = new Pair(t);
  pair.b.setTrack('audio', track('audio'));
  await pair.settle();
  assert.deepEqual(kinds(pair.a), ['audio']);
  pair.close();
});

test('who stops to send is not played any more', async (t) => {
  const pair = new Pair(t, { a: { tracks: [track('audio'), track('video')] } });
  await pair.settle();
  assert.deepEqual(kinds(pair.b), ['audio', 'video']);
  pair.a.connection.transceivers.find(({ kind }) => kind === 'video').direction = 'recvonly';
  pair.a.restartIce();
  await pair.settle();
  assert.deepEqual(kinds(pair.b), ['audio']);
  pair.close();
});

test('two offers that meet: the impolite ignores, the polite gives way, the candidates are no error', async (t) => {
  const pair = new Pair(t, { a: { tracks: [track('audio')] }, b: { tracks: [track('audio')] } });
  await pair.settle();
  pair.held = [];
  pair.sent = { a: [], b: [] };
  pair.a.restartIce();
  pair.b.restartIce();
  await pair.settle();
  assert.deepEqual([pair.sent.a, pair.sent.b], [['offer', 'ice_candidate'], ['offer', 'ice_candidate']]);
  const deliver = pair.held;
  pair.held = null;
  for (const message of deliver) message();
  await pair.settle();
  pair.stands();
  assert.deepEqual(pair.warnings, []);
  assert.deepEqual(pair.rejected, []);
  assert.deepEqual(pair.sent.a, ['offer', 'ice_candidate'], 'its offer held');
  pair.close();
});

test('both change things at once, in any order: it settles every time', async (t) => {
  for (let seed = 1; seed <= 300; ++seed) {
    const interleaver = new Interleaver(seed);
    const pair = new Pair(t, {
      interleaver, a: { tracks: [track('audio')], receives: ['audio', 'video'] }, b: { tracks: [track('audio')] },
    });
    await pair.settle();
    pair.stands();
    const changes = [
      () => pair.a.restartIce(), () => pair.b.restartIce(),
      () => pair.a.setTrack('video', track('video')), () => pair.b.setTrack('video', track('video')),
    ];
    for (const [index, change] of changes.entries()) interleaver.add(`change ${index}`, change);
    for (let i = 0; i < 4; ++i) interleaver.add('more', changes[interleaver.pick(4)]);
    await pair.settle();
    pair.stands();
    assert.deepEqual([kinds(pair.a), kinds(pair.b)], [['audio', 'video'], ['audio', 'video']], `seed ${seed}`);
    assert.deepEqual(pair.warnings, [], `seed ${seed}`);
    assert.deepEqual(pair.rejected, [], `seed ${seed}`);
    pair.close();
  }
});

test('an offer that would be ignored begins nothing anew; one from another connection does', async (t) => {
  const pair = new Pair(t);
  const foreign = { sdp: 'a=fingerprint:sha-256 elsewhere\r\n' };
  assert.equal(pair.b.beginsAnew(foreign), false, 'it waits for one');
  await pair.settle();
  const own = { sdp: pair.b.connection.localDescription.sdp };
  assert.equal(pair.a.beginsAnew(own), false);
  assert.equal(pair.a.beginsAnew(foreign), true);
  assert.equal(pair.b.beginsAnew(foreign), true);
  assert.equal(pair.a.beginsAnew({ sdp: '' }), true, 'nor does it have to say a certificate');
  pair.held = [];
  pair.a.restartIce();
  pair.b.restartIce();
  await pair.settle();
  assert.equal(pair.a.beginsAnew(foreign), false, 'impolite, with an offer out');
  assert.equal(pair.b.beginsAnew(foreign), true);
  pair.close();
  assert.equal(pair.a.beginsAnew(foreign), true);
});

test('two first offers that meet: the polite one forgets its own', async (t) => {
  const pair = new Pair(t, { b: { calls: true } });
  pair.held = [];
  await pair.settle();
  const offer = pair.a.connection.localDescription;
  assert.equal(pair.b.beginsAnew(offer), true);
  assert.equal(pair.a.beginsAnew(pair.b.connection.localDescription), false);
  pair.close();
});

test('ICE that failed starts again', async (t) => {
  const pair = new Pair(t);
  await pair.settle();
  pair.network.works = false;
  pair.a.connection.become('failed');
  pair.b.connection.become('failed');
  await pair.settle();
  assert.equal(pair.a.state, 'failed');
  pair.network.works = true;
  pair.network.look();
  await pair.settle();
  pair.stands();
  assert.notEqual(pair.a.connection.localDescription.ufrag, 'pc1+1');
  pair.close();
});

test('an implementation that knows no ICE restart', async (t) => {
  const pair = new Pair(t);
  await pair.settle();
  pair.a.connection.restartIce = () => { throw new Error('not here'); };
  pair.a.connection.become('failed');
  pair.a.restartIce();
  await pair.settle();
  assert.deepEqual(pair.warnings, ['no ICE restart: Error', 'no ICE restart: Error']);
  pair.close();
});

test('an implementation that asks for a negotiation whenever it likes', async (t) => {
  const pair = new Pair(t, { a: { tracks: [track('audio')] } });
  const ask = () => pair.a.connection.onnegotiationneeded({});
  ask();
  ask();
  pair.held = [];
  await pair.settle();
  ask();
  await pair.settle();
  assert.equal(pair.sent.a.filter((type) => type === 'offer').length, 1);
  for (const message of pair.held.splice(0)) message();
  pair.held = null;
  await pair.settle();
  pair.stands();
  pair.close();
});

test('who does not call waits for an offer, whatever is made before', async (t) => {
  const pair = new Pair(t, { b: { made: (connection) => connection.createDataChannel('chat') } });
  pair.held = [];
  await pair.settle();
  assert.deepEqual(pair.sent.b, []);
  for (const message of pair.held.splice(0)) message();
  pair.held = null;
  await pair.settle();
  pair.stands();
  assert.equal(pair.b.connection.channels[0].readyState, 'open', 'it is asked for again');
  pair.close();
});

test('an offer that cannot be taken is refused, an answer that cannot is told', async (t) => {
  const failed = [];
  const pair = new Pair(t, { a: { failed: (error) => failed.push(error.message) } });
  await pair.b.receive({ type: 'offer', sdp: 'nonsense' });
  assert.deepEqual(pair.rejected, ['unsupported']);
  pair.held = [];
  await pair.settle();
  await pair.a.receive({ type: 'answer', sdp: 'nonsense' });
  assert.deepEqual(failed, ['not a description']);
  const deliver = pair.held;
  pair.held = null;
  for (const message of deliver) message();
  await pair.settle();
  pair.stands();
  await pair.a.receive({ type: 'answer', sdp: pair.b.connection.localDescription.sdp });
  assert.equal(failed.length, 1, 'an answer to nothing is none');
  await pair.a.receive({ type: 'ice_candidate', candidate: 'candidate:1', usernameFragment: 'foreign' });
  await pair.a.receive({ type: 'of_tomorrow' });
  assert.equal(pair.warnings.length, 4);
  for (const words of pair.warnings) assert.doesNotMatch(words, /candidate:1|fingerprint/, 'no content is logged');
  pair.stands();
  pair.close();
});

test('an answer that comes to one who does not wait for it hurts nobody without `failed`', async (t) => {
  const pair = new Pair(t);
  pair.held = [];
  await pair.settle();
  await pair.a.receive({ type: 'answer', sdp: 'nonsense' });
  assert.equal(pair.warnings.length, 1);
  pair.close();
});

test('after close nothing is said', async (t) => {
  const pair = new Pair(t);
  pair.close();
  await pair.a.receive({ type: 'offer', sdp: 'v=0' });
  await pair.settle();
  assert.deepEqual(pair.sent, { a: [], b: [] });
  assert.deepEqual(pair.warnings, []);
});

test('closed in the middle of an offer', async (t) => {
  const interleaver = new Interleaver(1);
  const pair = new Pair(t, { interleaver });
  await settle();
  interleaver.step();
  await settle();
  pair.close();
  await pair.settle();
  assert.deepEqual(pair.sent.a, []);
  assert.deepEqual(pair.warnings, []);
});

test('an offer that cannot be made is told in the log', async (t) => {
  const network = new FakeNetwork();
  const { RTCPeerConnection } = network.browser;
  const pair = new Pair(t, { a: { RTCPeerConnection: class extends RTCPeerConnection {
    setLocalDescription() { return Promise.reject(new Error('no codecs')); }
  } } });
  await pair.settle();
  assert.deepEqual(pair.warnings, ['no offer made: Error']);
  pair.close();
});

test('fresh ICE servers reach what stands; older browsers cannot', async (t) => {
  const pair = new Pair(t);
  const configuration = { iceServers: [{ urls: ['stun:stun.example'] }] };
  pair.a.configure(configuration);
  assert.equal(pair.a.connection.configuration, configuration);
  pair.b.connection.setConfiguration = undefined;
  pair.b.configure(configuration);
  pair.close();
});

test('without a MediaStream there are tracks', async (t) => {
  const pair = new Pair(t, { a: { tracks: [track('audio')] }, b: { MediaStream: null, tracks: [track('video')] } });
  await pair.settle();
  assert.deepEqual(kinds(pair.b), ['audio']);
  assert.equal(pair.b.stream, null);
  assert.deepEqual(kinds(pair.a), ['video']);
  pair.close();
});

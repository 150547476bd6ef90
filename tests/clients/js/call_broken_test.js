// Calls while the server, or the way between two, is not there.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Calls, track } from './support/calls.js';
import { settle } from './support/clock.js';
import { fingerprintOf } from './support/fake_peer_connection.js';

const offers = (calls, from) => calls.gateway.got.filter((message) => message.from === from && message.type === 'offer').length;

// Lets it come back; the pauses of both sides are over by then.
const comeBack = (calls) => calls.clock.advance(20_000);

test('a break of the signaling changes nothing for the media', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const connection = a.connectionTo('b');
  calls.gateway.cut('a');
  assert.equal(a.client.state, 'reconnecting');
  assert.equal(a.call.state, 'joined');
  assert.equal(a.connectionTo('b'), connection);
  await comeBack(calls);
  assert.equal(a.client.state, 'connected');
  assert.equal(a.connectionTo('b'), connection);
  calls.connected(a, b);
  assert.equal(offers(calls, 'a') + offers(calls, 'b'), 1);
});

test('what is to change meanwhile changes when it is back', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  calls.gateway.cut('a');
  a.call.setTrack('video', track('video'));
  await settle();
  assert.equal(b.other('a').tracks.length, 1);
  await comeBack(calls);
  assert.equal(b.other('a').tracks.length, 2);
  calls.connected(a, b);
});

test('after a resume a connection that is disconnected looks for another way', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const before = a.connectionTo('b').localDescription.ufrag;
  calls.network.works = false;
  a.connectionTo('b').become('disconnected');
  assert.equal(a.other('b').stands, true);
  calls.gateway.cut('a');
  await settle();
  assert.equal(a.connectionTo('b').localDescription.ufrag, before);
  calls.network.works = true;
  await comeBack(calls);
  assert.notEqual(a.connectionTo('b').localDescription.ufrag, before);
  calls.connected(a, b);
});

test('ICE that failed starts again, through the server', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  calls.network.works = false;
  const connection = a.connectionTo('b');
  connection.become('failed');
  await settle();
  calls.network.works = true;
  b.connectionTo('a').become('failed');
  await settle();
  assert.equal(a.connectionTo('b'), connection);
  calls.connected(a, b);
});

test('a lost session: the old connection is played until the new one stands', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const [oldOfA, oldOfB] = [a.connectionTo('b'), b.connectionTo('a')];
  const { stream } = a.other('b');
  calls.network.works = false;
  calls.gateway.forget();
  await settle();
  assert.deepEqual([a.call.state, b.call.state], ['rejoining', 'rejoining']);
  assert.equal(a.connectionTo('b'), oldOfA);
  await comeBack(calls);
  assert.deepEqual([a.call.state, b.call.state], ['joined', 'joined']);
  assert.deepEqual(a.told('joined').at(-1), { rejoined: true });
  assert.equal(a.connectionTo('b'), oldOfA, 'the new one does not stand yet');
  assert.equal(a.other('b').stream, stream);
  assert.equal(a.other('b').stands, true);
  assert.equal(calls.network.connections.length, 4);
  calls.network.works = true;
  calls.network.look();
  await settle();
  assert.notEqual(a.connectionTo('b'), oldOfA);
  assert.notEqual(a.other('b').stream, stream);
  assert.equal(oldOfA.connectionState, 'closed');
  assert.equal(oldOfB.connectionState, 'closed');
  assert.equal(calls.network.connections.length, 2);
  calls.connected(a, b);
  assert.deepEqual(a.told('participantleft'), []);
  assert.deepEqual([...a.told('participantjoined'), ...b.told('participantjoined')].map(({ back }) => back), [false, true]);
});

test('a new connection that never stands takes over 20 s after it was last tried', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const old = a.connectionTo('b');
  calls.network.works = false;
  calls.gateway.cut('b');
  calls.gateway.end('b', 'timeout');
  await calls.clock.advance(500);
  assert.equal(a.other('b').away, false);
  assert.equal(calls.network.connections.length, 4);
  await calls.clock.advance(15_000);  // that is how long the caller is patient; it tries again
  await calls.clock.advance(19_000);
  assert.equal(a.connectionTo('b'), old);
  await calls.clock.advance(1_000);
  assert.notEqual(a.connectionTo('b'), old);
  assert.equal(old.connectionState, 'closed');
});

test('an old connection that ends takes the new one\'s place', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const old = a.connectionTo('b');
  calls.network.works = false;
  calls.gateway.forget();
  await comeBack(calls);
  assert.equal(a.connectionTo('b'), old);
  old.become('disconnected');
  assert.equal(a.connectionTo('b'), old, 'unsteady ones often heal');
  old.become('failed');
  assert.notEqual(a.connectionTo('b'), old);
  assert.equal(a.other('b').stands, false);
});

for (const reason of ['timeout', 'replaced', 'overflow']) {
  test(`a participant whose session is over (${reason}) is waited for 30 s, as long as it is heard`, async (t) => {
    const calls = new Calls(t);
    const [a] = await calls.pair();
    const participant = a.other('b');
    calls.gateway.vanish('b', reason);
    await settle();
    assert.deepEqual([participant.away, participant.state, participant.stands], [true, 'connected', true]);
    participant.callAgain();
    assert.equal(calls.network.connections.length, 2, 'nobody is called who is not there');
    await calls.clock.advance(29_999);
    assert.equal(a.other('b'), participant);
    await calls.clock.advance(1);
    assert.equal(a.other('b'), undefined);
    assert.deepEqual(a.told('participantleft'), [{ participant }]);
  });
}

test('but no longer than it is heard', async (t) => {
  const calls = new Calls(t);
  const [a] = await calls.pair();
  calls.gateway.vanish('b', 'timeout');
  await settle();
  a.connectionTo('b').become('disconnected');
  assert.equal(a.call.participants.size, 1);
  a.connectionTo('b').become('failed');
  assert.equal(a.call.participants.size, 0);
  assert.equal(a.told('participantleft').length, 1);
});

test('who was never heard is not waited for', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [a] = await calls.pair();
  calls.gateway.vanish('b', 'timeout');
  await settle();
  assert.equal(a.call.participants.size, 0);
});

test('who comes back within it is the same', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const participant = a.other('b');
  calls.gateway.cut('b');
  calls.gateway.end('b', 'timeout');
  await settle();
  assert.equal(participant.away, true);
  await comeBack(calls);
  assert.equal(a.other('b'), participant);
  assert.equal(participant.away, false);
  assert.deepEqual(a.told('participantjoined').at(-1), { participant, back: true });
  await calls.clock.advance(60_000);
  calls.connected(a, b);
});

test('who is not in the room when we are back is waited for as well', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  calls.gateway.refuses = ({ clientId }) => clientId === 'b' ? 'room_locked' : null;
  calls.gateway.forget();
  await comeBack(calls);
  assert.equal(a.call.state, 'joined');
  assert.equal(b.call.state, 'rejoining');
  assert.equal(a.other('b').away, true);
  assert.equal(a.other('b').state, 'connected');
  assert.equal(b.other('a').state, 'connected', 'the media go on');
  calls.gateway.refuses = () => null;
  await comeBack(calls);
  calls.connected(a, b);
});

test('a room that has no seat for us may have one later; a verdict ends the call', async (t) => {
  const calls = new Calls(t);
  const [, b] = await calls.pair();
  calls.gateway.cut('b');
  calls.gateway.end('b', 'timeout');
  calls.gateway.refuses = () => 'room_full';
  await comeBack(calls);
  assert.equal(b.call.state, 'rejoining');
  calls.gateway.refuses = () => ({ code: 'banned', action: 'close' });
  await comeBack(calls);
  assert.equal(b.call.state, 'ended');
  assert.equal(b.told('ended')[0].error.code, 'banned');
  assert.equal(b.client.state, 'connected');
  assert.equal(b.call.participants.size, 0);
});

test('those who knocked, and what we said to whom, are of the old session', async (t) => {
  const calls = new Calls(t);
  const a = await calls.member('a');
  calls.gateway.session('a').say({ type: 'knock', client_id: 'x' });
  await settle();
  a.call.admit('x');
  calls.gateway.forget();
  await settle();
  assert.deepEqual(a.told('knocking').at(-1), { clientIds: [], isNew: false });
  await comeBack(calls);
});

test('unreachable: it has its seat, but no server', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const connection = (connected) => calls.gateway.session('a').say({ type: 'participant_connection', client_id: 'b', connected });
  connection(false);
  await settle();
  assert.equal(a.other('b').unreachable, true);
  a.other('b').callAgain();
  assert.equal(calls.network.connections.length, 2);
  connection(true);
  await settle();
  assert.equal(a.other('b').unreachable, false);
  calls.connected(a, b);
});

test('a call that is not answered is made again, after pauses that grow', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [, b] = await calls.pair();
  for (const patience of [15_000, 30_000, 60_000, 60_000]) {
    const before = offers(calls, 'b');
    await calls.clock.advance(patience - 1);
    assert.equal(offers(calls, 'b'), before, `not before ${patience}`);
    await calls.clock.advance(1);
    assert.equal(offers(calls, 'b'), before + 1);
    assert.equal(calls.network.connections.length, 2, 'nothing is left of the one before');
  }
  calls.network.works = true;
  calls.network.look();
  await settle();
  assert.equal(b.other('a').state, 'connected');
  await calls.clock.advance(60_000);
  assert.equal(offers(calls, 'b'), 5);
});

test('whoever was unreachable is called as soon as it is back', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [a, b] = await calls.pair();
  const connection = (connected) => calls.gateway.session('b').say({ type: 'participant_connection', client_id: 'a', connected });
  connection(false);
  await calls.clock.advance(15_000);
  assert.equal(offers(calls, 'b'), 1, 'it would not hear it');
  calls.network.works = true;
  connection(true);
  await settle();
  assert.equal(offers(calls, 'b'), 2);
  calls.connected(a, b);
});

test('restartIce and callAgain, when asked', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const before = a.connectionTo('b');
  const { ufrag } = before.localDescription;
  a.other('b').restartIce();
  await settle();
  assert.equal(a.connectionTo('b'), before);
  assert.notEqual(before.localDescription.ufrag, ufrag);
  calls.connected(a, b);
  a.other('b').callAgain();
  await settle();
  assert.notEqual(a.connectionTo('b'), before);
  calls.connected(a, b);
  assert.equal(calls.network.connections.length, 2);
});

test('refusals: some are final until something changes, busy is not', async (t) => {
  const calls = new Calls(t);
  calls.gateway.drops.add('answer');
  const [a, b] = await calls.pair();
  const refuse = async (reason) => {
    calls.gateway.session('b').say({ type: 'reject', client_id: 'a', reason });
    await settle();
    assert.equal(b.other('a').refusal, reason);
    assert.equal(b.other('a').stands, false);
  };
  await refuse('busy');
  await calls.clock.advance(59_999);
  assert.equal(offers(calls, 'b'), 1);
  await calls.clock.advance(1);
  assert.equal(offers(calls, 'b'), 2, 'it is asked again');
  for (const [count, reason] of ['declined', 'unsupported'].entries()) {
    await refuse(reason);
    b.other('a').callAgain();
    await calls.clock.advance(300_000);
    assert.equal(offers(calls, 'b'), 2 + count, reason);
    a.client.update({ round: reason });
    await settle();
    assert.equal(b.other('a').refusal, '', 'something about them is different');
    assert.equal(offers(calls, 'b'), 3 + count);
  }
});

test('who has taken a connection and cannot follow its change may take a new one', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [, b] = await calls.pair();
  calls.gateway.session('b').say({ type: 'reject', client_id: 'a', reason: 'unsupported' });
  await settle();
  assert.equal(b.other('a').refusal, '');
  await calls.clock.advance(15_000);
  assert.equal(offers(calls, 'b'), 2);
});

test('an offer of theirs is no refusal any more', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [a, b] = await calls.pair();
  calls.gateway.session('b').say({ type: 'reject', client_id: 'a', reason: 'declined' });
  await settle();
  a.other('b').callAgain();
  await settle();
  assert.equal(b.other('a').refusal, '');
});

test('what the room does not permit', async (t) => {
  const calls = new Calls(t);
  calls.network.works = false;
  const [, b] = await calls.pair({}, { tracks: [track('video')] });
  const { id } = calls.gateway.got.find(({ type }) => type === 'offer');
  const refuse = (replyTo) => calls.gateway.session('b').say({
    type: 'error', code: 'media_not_allowed', message: 'audio only', action: 'none', reply_to: replyTo,
  });
  refuse(99);
  await settle();
  assert.equal(b.other('a').refusal, '', 'of another message');
  refuse(id);
  await settle();
  assert.equal(b.other('a').refusal, 'media_not_allowed');
  assert.equal(b.told('declined').length, 2);
  await calls.clock.advance(300_000);
  assert.equal(offers(calls, 'b'), 1);
});

test('an offer that this browser cannot take is refused', async (t) => {
  const calls = new Calls(t);
  await calls.pair();
  calls.gateway.session('a').say({ type: 'offer', client_id: 'b', sdp: `a=fingerprint:sha-256 ${fingerprintOf('pc2')}\r\nnonsense` });
  await settle();
  assert.deepEqual(calls.gateway.got.filter(({ type }) => type === 'reject').map(({ reason }) => reason), ['unsupported']);
  assert.equal(calls.warnings.length, 1);
});

test('two who call each other at once', async (t) => {
  const calls = new Calls(t);
  const both = { calls: () => true };
  const [a, b] = await calls.pair(both, both);
  calls.connected(a, b);
  assert.equal(calls.network.connections.length, 2);
  assert.deepEqual(calls.warnings, []);
});

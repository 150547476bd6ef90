// Calls while the server is there.

import assert from 'node:assert/strict';
import test from 'node:test';

import { Call, SignalingClient } from '../../../gateway/clients/js/src/index.js';
import { Calls, track } from './support/calls.js';
import { settle } from './support/clock.js';

const kinds = (participant) => participant.tracks.map(({ kind }) => kind).sort();
const types = (calls, from) => calls.gateway.got.filter((message) => message.from === from).map(({ type }) => type);

test('two who see each other; the one who came later calls', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair({ metadata: { name: 'A' } }, { tracks: [track('audio'), track('video')] });
  calls.connected(a, b);
  assert.deepEqual(types(calls, 'b'), ['join', 'offer', 'ice_candidate']);
  assert.deepEqual(types(calls, 'a'), ['join', 'answer', 'ice_candidate']);
  assert.equal(b.other('a').metadata.name, 'A');
  assert.deepEqual(kinds(a.other('b')), ['audio', 'video']);
  assert.deepEqual(a.other('b').stream.getTracks(), a.other('b').tracks);
  assert.deepEqual(kinds(b.other('a')), ['audio']);
  assert.deepEqual([a.call.state, b.call.state], ['joined', 'joined']);
  assert.deepEqual(a.told('joined'), [{ rejoined: false }]);
  assert.deepEqual(a.told('participantjoined').map(({ participant, back }) => [participant.clientId, back]), [['b', false]]);
  assert.deepEqual(b.told('participantjoined'), [], 'who was there before is in `joined`');
  assert.equal(a.told('connection')[0].connection, a.connectionTo('b'));
  assert.deepEqual(calls.warnings, []);
});

test('three of them', async (t) => {
  const calls = new Calls(t);
  const members = [await calls.member('a'), await calls.member('b'), await calls.member('c')];
  calls.connected(...members);
  assert.equal(calls.network.connections.length, 6);
  assert.deepEqual([...members[2].call.participants.keys()], ['a', 'b']);
});

test('who leaves is gone at once; the client stays', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const participant = a.other('b');
  b.call.leave();
  b.call.leave();
  await settle();
  assert.equal(a.call.participants.size, 0);
  assert.deepEqual(a.told('participantleft'), [{ participant }]);
  assert.equal(participant.stream, null);
  assert.equal(b.call.state, 'ended');
  assert.equal(b.client.state, 'connected');
  assert.deepEqual(b.told('ended'), [], 'it was wanted');
  await assert.rejects(b.call.join(), /once/);
  const again = new Call(b.client, { room: 'r', ...calls.network.browser });
  await again.join();
  await settle();
  assert.equal(a.other('b').state, 'connected');
  again.leave();
});

test('kicked, or closed by a moderator: gone too', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  calls.gateway.session('b').tell({ type: 'error', code: 'kicked', message: 'go', action: 'close', fatal: true });
  await settle();
  calls.gateway.end('b', 'kicked');
  await settle();
  assert.equal(a.call.participants.size, 0);
  assert.equal(b.call.state, 'ended');
  assert.equal(b.told('ended')[0].error.code, 'kicked');
  assert.equal(b.call.participants.size, 0);
});

test('a client that is closed ends its call', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  b.client.close();
  await settle();
  assert.equal(b.call.state, 'ended');
  assert.deepEqual(b.told('ended'), []);
  assert.equal(a.call.participants.size, 0, 'and the others see it at once');
});

test('a room that does not take us', async (t) => {
  const calls = new Calls(t);
  calls.gateway.refuses = () => 'room_full';
  const a = await calls.member('a', { waits: true });
  assert.equal(a.call.state, 'ended');
  assert.equal(a.told('ended')[0].error.code, 'room_full');
});

test('leave before the room has answered', async (t) => {
  const calls = new Calls(t);
  calls.gateway.up = false;
  const client = new SignalingClient('https://signaling.example', { WebSocket: calls.gateway.WebSocket });
  const call = new Call(client, { room: 'r', ...calls.network.browser });
  const refused = assert.rejects(call.join(), { code: 'left' });
  assert.equal(call.state, 'joining');
  call.leave();
  await refused;
  assert.equal(call.state, 'ended');
  client.close();
});

test('setTrack reaches who is there and who comes', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  a.call.setTrack('video', track('video'));
  await settle();
  assert.deepEqual(kinds(b.other('a')), ['audio', 'video']);
  const sender = () => a.connectionTo('b').transceivers.find(({ kind }) => kind === 'audio').sender;
  a.call.setTrack('audio', track('audio', 'another microphone'));
  assert.equal(sender().track.id, 'another microphone');
  a.call.setTrack('audio', null);
  assert.equal(sender().track, null);
  const c = await calls.member('c', { tracks: [] });
  assert.deepEqual(kinds(c.other('a')), ['video']);
});

test('who calls, and who gives way, may be said', async (t) => {
  const calls = new Calls(t);
  const robots = { calls: ({ metadata }) => metadata.role === 'robot', polite: ({ metadata }) => metadata.role !== 'robot' };
  const viewer = await calls.member('viewer', { metadata: { role: 'viewer' }, ...robots });
  const robot = await calls.member('robot', { metadata: { role: 'robot' }, calls: () => false, polite: () => true });
  calls.connected(viewer, robot);
  const other = await calls.member('another', { metadata: { role: 'viewer' }, ...robots });
  calls.connected(robot, other);
  assert.equal(viewer.other('another').state, 'new', 'viewers do not call each other');
  assert.deepEqual(types(calls, 'robot').slice(0, 2), ['join', 'answer']);
});

test('what the server says of ICE holds for new and standing connections', async (t) => {
  const calls = new Calls(t);
  const first = [{ urls: ['turn:turn.example'], username: '1', credential: 'x' }];
  calls.gateway.connected = { ice_servers: first, ice_transport_policy: 'relay' };
  const [a, b] = await calls.pair({ configuration: { bundlePolicy: 'max-bundle' } });
  assert.deepEqual(a.connectionTo('b').configuration,
    { bundlePolicy: 'max-bundle', iceServers: first, iceTransportPolicy: 'relay' });
  const fresh = [{ urls: ['turn:turn.example'], username: '2', credential: 'y' }];
  calls.gateway.session('a').tell({ type: 'ice_servers', ice_servers: fresh, expires_at: 'later' });
  await settle();
  assert.deepEqual(a.connectionTo('b').configuration.iceServers, fresh);
  assert.deepEqual(b.connectionTo('a').configuration.iceServers, first, 'its own are its own');
});

test('a room becomes relay_only', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  assert.equal(a.connectionTo('b').configuration.iceTransportPolicy, 'all');
  calls.gateway.everybody({ type: 'room_updated', options: { relay_only: true, max_participants: 2 } });
  await settle();
  for (const member of [a, b]) {
    assert.equal(member.call.seats, 2);
    assert.equal(member.call.participants.values().next().value.connection.configuration.iceTransportPolicy, 'relay');
  }
  calls.gateway.everybody({ type: 'room_updated', options: {} });
  await settle();
  assert.equal(a.call.seats, 2);
});

test('a relay_only room is one before anything is made', async (t) => {
  const calls = new Calls(t);
  calls.gateway.joined = { options: { relay_only: true, max_participants: 3 } };
  const [a, b] = await calls.pair();
  assert.equal(a.call.seats, 3);
  for (const { configuration } of calls.network.connections) assert.equal(configuration.iceTransportPolicy, 'relay');
  calls.connected(a, b);
});

test('what they say of themselves', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const changes = [];
  a.call.on('change', (call) => changes.push(call));
  b.client.update({ name: 'B' });
  await settle();
  assert.deepEqual(a.other('b').metadata, { name: 'B' });
  assert.equal(changes[0], a.call);
  calls.connected(a, b);
});

test('a participant that takes another name', async (t) => {
  const calls = new Calls(t);
  const [a, b] = await calls.pair();
  const participant = a.other('b');
  const say = (client_id, fields) => calls.gateway.session('a').say({
    type: 'participant_updated', client_id, participant: { polite: false, metadata: undefined, ...fields },
  });
  say('b', { client_id: 'bea' });
  say('nobody', { client_id: 'x' });
  await settle();
  assert.equal(a.other('bea'), participant);
  assert.equal(participant.clientId, 'bea');
  assert.equal(participant.state, 'connected', 'the connection is the same');
  assert.equal(a.other('b'), undefined);
  assert.equal(a.call.participants.size, 1);
  assert.equal(b.call.participants.size, 1);
});

test('the name of somebody who is waited for', async (t) => {
  const calls = new Calls(t);
  const [a] = await calls.pair();
  calls.gateway.end('b', 'timeout');
  await settle();
  assert.equal(a.other('b').away, true);
  const c = await calls.member('c');
  calls.gateway.session('a').say({ type: 'participant_updated', client_id: 'c', participant: { client_id: 'b', polite: false } });
  await settle();
  assert.deepEqual([...a.call.participants.keys()], ['b']);
  assert.equal(a.other('b').away, false);
  assert.equal(a.told('participantleft').length, 1);
  c.call.leave();
});

test('knocking: for who wants in and for who decides', async (t) => {
  const calls = new Calls(t);
  const a = await calls.member('a');
  const door = (client_id) => calls.gateway.session('a').say({ type: 'knock', client_id });
  door('x');
  door('x');
  door('y');
  await settle();
  assert.deepEqual(a.told('knocking'), [{ clientIds: ['x'], isNew: true }, { clientIds: ['x', 'y'], isNew: true }]);
  assert.equal(a.told('waiting').length, 0);
  a.call.admit('x');
  a.call.admit('y');
  await settle();
  const [x, y] = calls.gateway.got.filter(({ type }) => type === 'admit');
  assert.equal(x.client_id, 'x');
  const refuse = (id, code) => calls.gateway.session('a').say({ type: 'error', code, action: 'retry', reply_to: id });
  refuse(x.id, 'room_full');
  refuse(y.id, 'peer_unavailable');
  await settle();
  assert.deepEqual(a.told('notadmitted'), [
    { clientId: 'x', code: 'room_full' }, { clientId: 'y', code: 'peer_unavailable' },
  ]);
  assert.deepEqual(a.told('knocking').at(-1), { clientIds: ['x'], isNew: false }, 'x goes on knocking');
  await calls.member('x');
  assert.deepEqual(a.told('knocking').at(-1), { clientIds: [], isNew: false });
  calls.gateway.session('x').say({ type: 'knock' });
  await settle();
  assert.equal(calls.members[1].told('waiting').length, 1);
});

test('the room is locked, and open again', async (t) => {
  const calls = new Calls(t);
  const a = await calls.member('a');
  calls.gateway.everybody({ type: 'room_locked', locked: true, client_id: 'x' });
  calls.gateway.everybody({ type: 'room_locked', locked: false });
  await settle();
  assert.deepEqual(a.told('locked'), [{ locked: true }, { locked: false }]);
});

test('what is of nobody here is nobody\'s', async (t) => {
  const calls = new Calls(t);
  const a = await calls.member('a');
  for (const type of ['offer', 'answer', 'ice_candidate', 'reject', 'participant_left', 'participant_connection']) {
    calls.gateway.session('a').say({ type, client_id: 'nobody', sdp: 'v=0' });
  }
  calls.gateway.session('a').tell({ type: 'error', code: 'unavailable', action: 'retry' });
  await settle();
  assert.equal(a.call.participants.size, 0);
  assert.equal(calls.network.connections.length, 0);
});

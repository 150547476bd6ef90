// Compiled only: what an application in TypeScript may write, and (each line below an @ts-expect-error) what it may not.

import {
  Call, Peer, SignalingClient, SignalingError,
  type Answers, type CallEvents, type CallOptions, type Candidate, type ClientEvents, type ClientMessages, type ClientOptions,
  type ClientState, type Joined, type CallParticipant, type ParticipantInfo, type PeerOptions, type Report,
  type ServerMessages, type SetupOutcome,
} from 'webrtc-signaling-client';

declare const track: MediaStreamTrack;
declare const description: RTCSessionDescription;
declare const candidate: RTCIceCandidate;

// --- A client ---

const options: ClientOptions = { clientId: 'a', metadata: { name: 'A' }, getToken: async () => 'token', traceparent: '00-1-2-01' };
const client = new SignalingClient('https://signaling.example', options);
new SignalingClient(new URL('wss://signaling.example'), { getToken: () => 'token' });
const connected: Promise<void> = client.connect();
const state: ClientState = client.state;
const name: string = client.clientId;
new RTCPeerConnection({ iceServers: client.iceServers, iceTransportPolicy: client.iceTransportPolicy });

// @ts-expect-error no address
new SignalingClient();
// @ts-expect-error metadata are strings
new SignalingClient('https://signaling.example', { metadata: { age: 1 } });
// @ts-expect-error no such option
new SignalingClient('https://signaling.example', { url: '' });
// @ts-expect-error a token is a string
new SignalingClient('https://signaling.example', { getToken: () => 1 });
// @ts-expect-error it is read only
client.state = 'closed';
// @ts-expect-error no such state
if (client.state === 'open') client.close();

// --- Messages ---

const id: number = client.send('message', { data: { any: ['thing'] }, to: 'b' });
client.send('offer', { sdp: description.sdp, to: 'b' });
client.send('ice_candidate', candidate);
client.send('ice_candidate', { ...candidate.toJSON(), candidate: '', offer_id: 'o' });
client.send('leave', {});
// @ts-expect-error no such message
client.send('massage', { data: 1 });
// @ts-expect-error it sends this by itself
client.send('hello', {});
// @ts-expect-error wrong type of a field
client.send('kick', { client_id: 1 });
// @ts-expect-error a field is missing
client.send('answer', { to: 'b' });
// @ts-expect-error no such field
client.send('lock', { lock: true });
// @ts-expect-error no such reason
client.send('reject', { reason: 'tired' });

const created: Promise<Answers['create_offer']> = client.request('create_offer', { sdp: '', candidates: [candidate.toJSON() as Candidate] });
created.then(({ offer_id, expires_at }) => offer_id + expires_at);
client.request('claim_offer', { offer_id: 'o' }, { retries: 3 }).then(({ sdp, candidates }) => [sdp, candidates?.length]);
// @ts-expect-error it has no answer
client.request('message', { data: 1 });
// @ts-expect-error the answer has no such field
client.request('claim_offer', { offer_id: 'o' }).then(({ sdq }) => sdq);

client.report({ to: 'b', state: 'connected', setup_ms: 120, candidate_type: 'relay' });
client.report({ offer_id: 'o', state: 'failed', reason: 'ice' });
// @ts-expect-error of nobody
client.report({ state: 'connected' });
// @ts-expect-error a reason is for what failed
client.report({ to: 'b', state: 'connected', reason: 'ice' });
// @ts-expect-error it is numbered by nobody
client.send('report', { to: 'b', state: 'connected' });

const joined: Promise<Joined> = client.join('r', { metadata: {}, replace: false, options: { media: 'audio', allowed: ['b'] } });
joined.then(({ participants }) => participants.map((one: ParticipantInfo) => one.client_id));
// @ts-expect-error no such kind of room
client.join('r', { options: { media: 'video' } });

// --- Its events ---

const off: () => void = client.on('message', ({ client_id, data }) => console.log(client_id?.length, data.anything));
off();
client.on('statechange', ({ state, error, retryInMs }) => [state === 'reconnecting', error?.code, retryInMs?.toFixed()]);
client.on('sessionlost', ({ reason, messages }) => reason + messages.length);
client.on('joined', ({ rejoined, room }) => rejoined && room.length);
client.on('rejoining', ({ room, error, retryInMs }) => room + error.code + retryInMs);
client.on('notrejoined', ({ room, error }) => room + error.code);
client.on('error', (error) => error instanceof SignalingError && error.retryAfterMs > error.replyTo);
client.on('participant_left', ({ reason }) => reason === 'timeout');
client.on('go_away', ({ reconnect_after_ms }) => reconnect_after_ms.toFixed());
client.on('sent', (message) => message.type);
const listener = (event: ClientEvents['offer_claimed']) => event.offer_id.length;
client.on('offer_claimed', listener);
// @ts-expect-error no such event
client.on('open', () => {});
// @ts-expect-error no such reason
client.on('participant_left', ({ reason }) => reason === 'bored');
// @ts-expect-error not a field of this event
client.on('joined', ({ member }) => member);
// @ts-expect-error only it itself tells
client.emit('error', new SignalingError({ code: 'x' }));

// --- A call ---

const callOptions: CallOptions = {
  room: 'r', tracks: [track], receives: ['video'], options: { max_participants: 2 }, configuration: { bundlePolicy: 'max-bundle' },
  calls: ({ metadata }) => metadata?.role === 'robot', polite: ({ polite }) => polite,
};
const call = new Call(client, callOptions);
const done: Promise<void> = call.join();
const participant: CallParticipant | undefined = call.participants.get('b');
const stream: MediaStream | null | undefined = participant?.stream;
participant?.callAgain();
// @ts-expect-error that is the call's own affair
participant?.close();
// @ts-expect-error who is there, the server says
call.participants.delete('b');
call.setTrack('audio', null);
call.admit('b');
call.on('change', ({ state, seats }: CallEvents['change']) => state === 'rejoining' && seats);
call.on('participantjoined', ({ participant, back }) => back && participant.metadata.name);
call.on('connection', ({ connection }) => connection.createDataChannel('chat'));
call.on('knocking', ({ clientIds }) => clientIds.forEach((clientId) => call.admit(clientId)));
call.on('ended', ({ error }) => error.message);
call.on('waiting', () => {});
// @ts-expect-error a call is in a room
new Call(client, { tracks: [track] });
// @ts-expect-error no such event
call.on('participant_joined', () => {});
// @ts-expect-error no such state
if (call.state === 'left') call.leave();

// --- A peer ---

const peerOptions: PeerOptions = {
  polite: true, calls: false, configuration: {}, send: (type, fields) => client.send(type, { offer_id: 'o', ...fields }),
  changed: () => {}, report: (outcome: SetupOutcome) => client.report({ offer_id: 'o', ...outcome }),
};
const peer = new Peer(peerOptions);
client.on('offer', (message) => peer.receive(message));
peer.beginSetup();
peer.giveUp();
peer.configure({ iceServers: client.iceServers });
const connection: RTCPeerConnection = peer.connection;
// @ts-expect-error what it says has to go somewhere
new Peer({ polite: true, calls: false, configuration: {}, changed: () => {} });

export type Everything = [ClientMessages, Report, ServerMessages];
export { connected, connection, done, id, name, state, stream };

// Descriptions and candidates of werift, one JSON object a line for store.py.

import { setTimeout as sleep } from 'node:timers/promises';

import { RTCPeerConnection } from 'werift';

const STUN = { urls: 'stun:192.0.2.10:3479' };
const TURN = { urls: 'turn:192.0.2.10:3478', username: 'user', credential: 'password' };

const SCENARIOS = [
  { name: 'data', config: { iceServers: [] }, prepare: (a) => a.createDataChannel('data') },
  { name: 'data_ipv6', config: { iceServers: [STUN], iceUseIpv6: true }, prepare: (a) => a.createDataChannel('data') },
  { name: 'audio', config: { iceServers: [STUN] }, prepare: (a, b) => [a, b].map((one) => one.addTransceiver('audio')) },
  { name: 'audio_turn', config: { iceServers: [STUN, TURN] }, prepare: (a, b) => [a, b].map((one) => one.addTransceiver('audio')) },
  { name: 'audio_relay', config: { iceServers: [TURN], iceTransportPolicy: 'relay' }, prepare: (a) => a.addTransceiver('audio') },
  { name: 'media', config: { iceServers: [STUN], bundlePolicy: 'max-bundle' },
    prepare: (a) => {
      a.addTransceiver('audio');
      a.addTransceiver('video', { direction: 'sendonly' });
      a.createDataChannel('data');
    } },
  { name: 'media_apart', config: { iceServers: [STUN], bundlePolicy: 'disable' },
    prepare: (a) => {
      a.addTransceiver('audio');
      a.addTransceiver('video', { direction: 'recvonly' });
    } },
];

async function capture({ name, config, prepare }) {
  const candidates = [];
  const a = new RTCPeerConnection(config);
  const b = new RTCPeerConnection(config);
  for (const [from, to] of [[a, b], [b, a]]) {
    from.onIceCandidate.subscribe((candidate) => {
      if (!candidate?.candidate) return;
      candidates.push(candidate.candidate);
      to.addIceCandidate(candidate).catch(() => {});
    });
  }
  prepare(a, b);
  await a.setLocalDescription(await a.createOffer());
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription(await b.createAnswer());
  await a.setRemoteDescription(b.localDescription);
  for (let i = 0; i < 50 && (a.iceGatheringState !== 'complete' || b.iceGatheringState !== 'complete'); ++i) await sleep(100);
  console.log(JSON.stringify({ name, offer: a.localDescription.sdp, answer: b.localDescription.sdp, candidates }));
  await a.close();
  await b.close();
}

for (const scenario of SCENARIOS) await capture(scenario);
process.exit(0);  // werift keeps timers

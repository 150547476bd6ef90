// Descriptions and candidates of libdatachannel, one JSON object a line for store.py.

import { setTimeout as sleep } from 'node:timers/promises';

import * as rtc from 'node-datachannel';

const STUN = ['stun:192.0.2.10:3479'];
const TURN = [{ hostname: '192.0.2.10', port: 3478, username: 'user', password: 'password', relayType: 'TurnUdp' }];

function audio(direction) {
  const track = new rtc.Audio('audio', direction);
  track.addOpusCodec(111);
  track.addSSRC(42, 'example', 'stream', 'audio');
  return track;
}

function video(direction) {
  const track = new rtc.Video('video', direction);
  track.addH264Codec(96);
  track.addVP8Codec(97);
  track.setBitrate(3000);
  return track;
}

const SCENARIOS = [
  { name: 'data', prepare: (a) => [a.createDataChannel('data')] },
  { name: 'data_stun', config: { iceServers: STUN }, prepare: (a) => [a.createDataChannel('data')] },
  { name: 'data_turn', config: { iceServers: [...STUN, ...TURN] }, prepare: (a) => [a.createDataChannel('data')] },
  { name: 'data_relay', config: { iceServers: TURN, iceTransportPolicy: 'relay' }, prepare: (a) => [a.createDataChannel('data')] },
  { name: 'data_tcp', config: { enableIceTcp: true }, prepare: (a) => [a.createDataChannel('data')] },
  { name: 'audio', media: true, prepare: (a) => [a.addTrack(audio('SendRecv'))] },
  { name: 'media', media: true,
    prepare: (a) => [a.addTrack(audio('SendOnly')), a.addTrack(video('SendOnly')), a.createDataChannel('data')] },
];

async function capture({ name, config, media, prepare }) {
  const candidates = [];
  const descriptions = {};
  const kept = [];  // what would be closed with the last reference
  const options = { iceServers: [], disableAutoNegotiation: media ?? false, ...config };
  const a = new rtc.PeerConnection('a', options);
  const b = new rtc.PeerConnection('b', options);
  for (const [from, to, kind] of [[a, b, 'offer'], [b, a, 'answer']]) {
    from.onLocalDescription((sdp, type) => {
      descriptions[kind] = sdp;
      to.setRemoteDescription(sdp, type);
      if (media && kind === 'offer') b.setLocalDescription('answer');
    });
    from.onLocalCandidate((candidate, mid) => {
      candidates.push(candidate);
      to.addRemoteCandidate(candidate, mid);
    });
  }
  b.onTrack((track) => kept.push(track));
  b.onDataChannel((channel) => kept.push(channel));
  kept.push(...prepare(a));
  if (media) a.setLocalDescription('offer');
  for (let i = 0; i < 50 && (a.gatheringState() !== 'complete' || b.gatheringState() !== 'complete'); ++i) await sleep(100);
  console.log(JSON.stringify({ name: `${name}_trickle`, ...descriptions }));
  console.log(JSON.stringify({ name, offer: a.localDescription().sdp, answer: b.localDescription()?.sdp, candidates }));
  a.close();
  b.close();
}

console.error(`libdatachannel ${rtc.getLibraryVersion()}`);
for (const scenario of SCENARIOS) await capture(scenario);
process.exit(0);  // what is collected after the cleanup of the library aborts

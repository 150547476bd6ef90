// Descriptions and candidates of Chromium, one JSON object a line for store.py.

import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../browser/package.json', import.meta.url))('playwright-core');

const STUN = { urls: 'stun:192.0.2.10:3479' };
const TURN = { urls: 'turn:192.0.2.10:3478', username: 'user', credential: 'password' };

// Runs in the page. Each scenario prepares two connections; then A offers and B answers, as often as there are turns.
async function capture({ name, config, media, prepare, turns, trickle }) {
  const AsyncFunction = (async () => {}).constructor;
  const a = new RTCPeerConnection(config);
  const b = new RTCPeerConnection(config);
  const candidates = new Set();
  const gathered = (connection) => new Promise((resolve) => {
    if (connection.iceGatheringState === 'complete') resolve();
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState === 'complete') resolve();
    });
    setTimeout(resolve, 5000);
  });
  for (const [from, to] of [[a, b], [b, a]]) {
    from.addEventListener('icecandidate', ({ candidate }) => {
      if (!candidate) return;
      candidates.add(candidate.candidate);
      to.addIceCandidate(candidate).catch(() => {});
    });
  }
  const stream = media ? await navigator.mediaDevices.getUserMedia(media) : null;
  await new AsyncFunction('a', 'b', 'stream', prepare)(a, b, stream);
  const captures = [];
  for (const [i, turn] of ['', ...turns].entries()) {
    await new AsyncFunction('a', 'b', 'stream', turn)(a, b, stream);
    await a.setLocalDescription();
    const first = { offer: a.localDescription.sdp };
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription();
    first.answer = b.localDescription.sdp;
    await a.setRemoteDescription(b.localDescription);
    await Promise.all([gathered(a), gathered(b)]);
    const suffix = turns.length > 0 ? `_${i + 1}` : '';
    if (trickle) captures.push({ name: `${name}_trickle`, ...first });
    captures.push({ name: name + suffix, offer: a.currentLocalDescription.sdp, answer: b.currentLocalDescription.sdp });
  }
  captures.at(-1).candidates = [...candidates];
  a.close();
  b.close();
  for (const track of stream?.getTracks() ?? []) track.stop();
  return captures;
}

const ADD = 'for (const track of stream.getTracks()) a.addTrack(track, stream);';
const BOTH = `${ADD} for (const track of stream.getTracks()) b.addTrack(track, stream);`;
const AUDIO = { audio: true };
const VIDEO = { audio: true, video: true };
const SCENARIOS = [
  // Where a page may not use a microphone, host candidates are mDNS names.
  { name: 'audio_mdns', mdns: true, prepare: "a.addTransceiver('audio'); b.addTransceiver('audio');", trickle: true },
  { name: 'data_mdns', mdns: true, prepare: "a.createDataChannel('data');", config: { iceServers: [STUN] } },
  { name: 'empty', prepare: '' },
  { name: 'audio', media: AUDIO, prepare: BOTH, trickle: true },
  { name: 'audio_recvonly', media: AUDIO, prepare: ADD },
  { name: 'audio_turn', media: AUDIO, prepare: BOTH, config: { iceServers: [STUN, TURN] } },
  { name: 'audio_relay', media: AUDIO, prepare: BOTH, config: { iceServers: [TURN], iceTransportPolicy: 'relay' }, trickle: true },
  { name: 'data_turn', media: AUDIO, prepare: "a.createDataChannel('data');", config: { iceServers: [STUN, TURN] } },
  { name: 'video', media: VIDEO, prepare: BOTH },
  { name: 'simulcast', media: VIDEO,
    prepare: "a.addTransceiver(stream.getVideoTracks()[0], { sendEncodings: [{ rid: 'q', scaleResolutionDownBy: 4 }, { rid: 'h', scaleResolutionDownBy: 2 }, { rid: 'f' }] });" },
  { name: 'max_bundle', media: VIDEO, prepare: `${BOTH} a.createDataChannel('data');`, config: { bundlePolicy: 'max-bundle' }, trickle: true },
  { name: 'max_compat', media: VIDEO, prepare: `${BOTH} a.createDataChannel('data');`, config: { bundlePolicy: 'max-compat', rtcpMuxPolicy: 'negotiate' } },
  { name: 'renegotiation', media: VIDEO, prepare: 'a.addTrack(stream.getAudioTracks()[0], stream);',
    turns: ['a.addTrack(stream.getVideoTracks()[0], stream);', 'a.getTransceivers()[1].stop();'] },
  { name: 'ice_restart', media: AUDIO, prepare: BOTH, turns: ['a.restartIce();'] },
];

const server = createServer((request, response) => response.end('<!doctype html>'));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
for (const mdns of [true, false]) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--use-fake-device-for-media-stream', '--disable-background-networking',
      '--disable-component-update', '--no-first-run', ...(mdns ? [] : ['--use-fake-ui-for-media-stream'])],
  });
  console.error(`Chromium ${browser.version()}`);
  for (const scenario of SCENARIOS.filter((one) => (one.mdns ?? false) === mdns)) {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const captures = await page.evaluate(capture, { config: {}, turns: [], ...scenario });
    for (const one of captures) console.log(JSON.stringify(one));
    await page.close();
  }
  await browser.close();
}
server.close();

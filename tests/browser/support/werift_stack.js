// werift: WebRTC in TypeScript, for Node. It has no codecs: RTP packets are what goes in and comes out.

import * as werift from 'werift';

export const { MediaStream } = werift;
export const receives = ['audio', 'video'];
// One of each kind for all participants, who are one in the tests.
export const tracks = receives.map((kind) => new werift.MediaStreamTrack({ kind }));

export class RTCPeerConnection extends werift.RTCPeerConnection {
  constructor(configuration) {
    super(configuration);
    // werift 0.24 keeps this where it answers: without it, "negotiationneeded" does not come again from then on.
    this.signalingStateChange.subscribe((state) => {
      if (state === 'stable') this.negotiationneeded = false;
    });
  }
}

const echoed = new Set();

const KEY_FRAME_MS = 1_000;

// Sends a participant's packets back. A decoder that lost some of them waits for a key frame, and who echoes asks for it in
// its place (RFC 4585, section 6.3.1).
export function echo({ tracks: theirs, connection }) {
  for (const track of theirs) {
    if (echoed.has(track)) continue;
    echoed.add(track);
    const ours = tracks.find(({ kind }) => kind === track.kind);
    track.onReceiveRtp.subscribe((packet) => ours.writeRtp(packet.clone()));
    if (track.kind !== 'video') continue;
    const { receiver } = connection.getTransceivers().find((one) => one.receiver.tracks.includes(track));
    const timer = setInterval(() => {
      if (connection.connectionState === 'closed') clearInterval(timer);
      else receiver.sendRtcpPLI(track.ssrc).catch(() => {});
    }, KEY_FRAME_MS);
  }
}

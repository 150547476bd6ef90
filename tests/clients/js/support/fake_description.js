// SDP that the real server takes, with what a FakePeerConnection wants to know beside it.

const CODECS = { audio: ['111', 'opus/48000/2'], video: ['96', 'VP8/90000'] };

function section({ kind, mid, direction }, { type, fingerprint, ufrag }) {
  const isData = kind === 'application';
  const [payload, codec] = CODECS[kind] ?? [];
  return [
    isData ? 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel' : `m=${kind} 9 UDP/TLS/RTP/SAVPF ${payload}`,
    'c=IN IP4 0.0.0.0', `a=mid:${mid}`, `a=ice-ufrag:${ufrag}`, `a=ice-pwd:${'p'.repeat(22)}`,
    `a=fingerprint:sha-256 ${fingerprint}`, `a=setup:${type === 'offer' ? 'actpass' : 'active'}`,
    ...isData ? ['a=sctp-port:5000'] : ['a=rtcp-mux', `a=${direction}`, `a=rtpmap:${payload} ${codec}`],
  ];
}

export function write(type, { fingerprint, ufrag, media }) {
  const lines = [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=x-media:${JSON.stringify(media)}`,
    ...media.flatMap((one) => section(one, { type, fingerprint, ufrag })),
  ];
  return read({ type, sdp: `${lines.join('\r\n')}\r\n` });
}

export function read({ type, sdp }) {
  const value = (name) => new RegExp(`^a=${name}:(.*\\S)`, 'm').exec(sdp)?.[1];
  if (!value('ice-ufrag')) throw new Error('not a description');
  return {
    type, sdp, fingerprint: value('fingerprint').split(' ')[1], ufrag: value('ice-ufrag'), media: JSON.parse(value('x-media')),
  };
}

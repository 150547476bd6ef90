// One RTCPeerConnection to one participant, negotiated the way the W3C calls "perfect": both sides run the same code
// and may start a negotiation at any time. Where two offers meet, the polite side takes its own back, and the other
// ignores the one it got. Who is polite, the server says.
// https://www.w3.org/TR/webrtc/#perfect-negotiation-example

import { Statistics } from './statistics.js';

export class Peer {
  #connection;
  #polite;
  #receives;
  #send;
  #changed;
  #failed;
  #tracks = new Map();         // kind -> MediaStreamTrack
  #senders = new Map();        // kind -> RTCRtpSender
  #sent = new MediaStream();   // empty: what is sent together is played together by its id
  #statistics;
  #remoteFingerprint = '';
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  #mediaAdded = false;

  // What the participant sends: a MediaStream, null until something comes. Where that changes, it is another one.
  stream = null;

  // `tracks`: what is sent, at most one of each kind. `receives`: the kinds that are wanted, like ['audio', 'video'].
  // What is offered of other kinds is declined. `calls`: this side begins; without, it waits for an offer.
  // `send(type, fields)` passes a signal to the participant, `changed()` is called when `state` or `stream` changed, and
  // `failed(error)` when our offer got an answer that this browser cannot take: nothing else will come of that offer.
  constructor({ polite, configuration, tracks = [], receives = [], calls, send, changed, failed = () => {} }) {
    this.#polite = polite;
    this.#receives = receives;
    this.#send = send;
    this.#changed = changed;
    this.#failed = failed;
    for (const track of tracks) this.#tracks.set(track.kind, track);
    const connection = new RTCPeerConnection(configuration);
    this.#connection = connection;
    this.#statistics = new Statistics(connection);
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => {
      // Passed on as it is, also the empty one that ends the candidates. Null only says that gathering is over.
      if (candidate) this.#send('ice_candidate', candidate.toJSON());
    };
    connection.oniceconnectionstatechange = () => {
      if (connection.iceConnectionState === 'failed') connection.restartIce();
    };
    connection.onconnectionstatechange = () => this.#changed();
    connection.ontrack = ({ track }) => {
      if (!this.#receives.includes(track.kind)) return;
      this.#play([...(this.stream?.getTracks() ?? []), track]);
    };
    if (!calls) return;
    this.#addMedia();
    // An offer has to ask for what it wants beside what it sends.
    for (const kind of receives) {
      if (!this.#tracks.has(kind)) connection.addTransceiver(kind, { direction: 'recvonly' });
    }
  }

  // new, connecting, connected, disconnected, failed or closed.
  get state() {
    return this.#connection.connectionState;
  }

  // A signal from the participant, in the order in which the server delivered it.
  async receive(message) {
    try {
      switch (message.type) {
        case 'offer':
        case 'answer':
          await this.#describe({ type: message.type, sdp: message.sdp });
          break;
        case 'ice_candidate':
          await this.#addCandidate(message);
          break;
      }
    } catch (error) {
      if (this.state === 'closed') return;
      console.warn(`${message.type} not taken:`, error.message);
      if (message.type === 'offer') this.#send('reject', { reason: 'unsupported' });
      // In another state it was an answer to nothing.
      if (message.type === 'answer' && this.#connection.signalingState === 'have-local-offer') this.#failed(error);
    }
  }

  // Whether a new Peer, one that does not call, should answer this offer: where it comes from another RTCPeerConnection
  // than the one this peer is connected with (each has a certificate of its own), and where it meets our first offer,
  // which is more easily forgotten than taken back with all it asked for. An offer that would be ignored begins nothing.
  beginsAnew({ sdp }) {
    if (!this.#remoteFingerprint) return this.#polite && !this.#ready;
    if (this.#remoteFingerprint === fingerprintIn(sdp)) return false;
    return this.#polite || this.#ready || this.state === 'closed';
  }

  // What is sent of this kind from now on; null sends nothing.
  setTrack(kind, track) {
    if (track) this.#tracks.set(kind, track);
    else this.#tracks.delete(kind);
    const sender = this.#senders.get(kind);
    if (sender) sender.replaceTrack(track).catch(() => {});
    else if (track && this.#mediaAdded) this.#addTrack(track);
  }

  // Fresh ICE servers. They count from the next ICE restart on; what stands stays. Older browsers cannot do it.
  configure(configuration) {
    this.#connection.setConfiguration?.(configuration);
  }

  // What flows now; see statistics.js.
  statistics() {
    return this.#statistics.read();
  }

  close() {
    const connection = this.#connection;
    connection.onnegotiationneeded = connection.onicecandidate = connection.ontrack = null;
    connection.oniceconnectionstatechange = connection.onconnectionstatechange = null;
    connection.close();
  }

  #addMedia() {
    if (this.#mediaAdded) return;
    this.#mediaAdded = true;
    for (const track of this.#tracks.values()) this.#addTrack(track);
  }

  #addTrack(track) {
    this.#senders.set(track.kind, this.#connection.addTrack(track, this.#sent));
  }

  async #offer() {
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      this.#sendDescription();
    } catch (error) {
      if (this.state !== 'closed') console.warn('no offer made:', error.message);
    } finally {
      this.#makingOffer = false;
    }
  }

  get #ready() {
    return !this.#makingOffer && (this.#connection.signalingState === 'stable' || this.#settingAnswer);
  }

  async #describe(description) {
    const connection = this.#connection;
    const isOffer = description.type === 'offer';
    this.#ignoringOffer = isOffer && !this.#ready && !this.#polite;
    if (this.#ignoringOffer) return;

    if (isOffer) this.#addMedia();
    this.#settingAnswer = !isOffer;
    try {
      await connection.setRemoteDescription(description);
    } finally {
      this.#settingAnswer = false;
    }
    this.#remoteFingerprint = fingerprintIn(description.sdp);
    if (isOffer) {
      this.#declineTheUnwanted();
      await connection.setLocalDescription();
      this.#sendDescription();
    }
    this.#dropWhatEnded();
  }

  #declineTheUnwanted() {
    for (const transceiver of this.#connection.getTransceivers()) {
      if (transceiver.direction === 'stopped') continue;
      const { kind } = transceiver.receiver.track;
      if (this.#receives.includes(kind)) continue;
      transceiver.direction = transceiver.sender === this.#senders.get(kind) ? 'sendonly' : 'inactive';
    }
  }

  // A participant can stop to send in a later description.
  #dropWhatEnded() {
    if (!this.stream) return;
    const ended = new Set();
    for (const { currentDirection, receiver } of this.#connection.getTransceivers()) {
      if (currentDirection && !currentDirection.includes('recv')) ended.add(receiver.track);
    }
    const tracks = this.stream.getTracks();
    if (tracks.some((track) => ended.has(track))) this.#play(tracks.filter((track) => !ended.has(track)));
  }

  #play(tracks) {
    this.stream = tracks.length ? new MediaStream(tracks) : null;
    this.#changed();
  }

  async #addCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) {
    try {
      await this.#connection.addIceCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment });
    } catch (error) {
      // The candidates of an ignored offer fit nothing here.
      if (!this.#ignoringOffer) throw error;
    }
  }

  #sendDescription() {
    const { type, sdp } = this.#connection.localDescription;
    this.#send(type, { sdp });
  }
}

function fingerprintIn(sdp) {
  return /^a=fingerprint:(.*\S)/m.exec(sdp)?.[1] ?? '';
}

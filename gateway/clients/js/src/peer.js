// One RTCPeerConnection to one participant, negotiated the way the W3C calls "perfect": both sides run the same code
// and may start a negotiation at any time. Where two offers meet, the polite side takes its own back, and the other
// ignores the one it got. Who is polite, the server says.
// https://www.w3.org/TR/webrtc/#perfect-negotiation-example

import { Setup } from './setup.js';

/**
 * @typedef {object} PeerOptions
 * @property {boolean} polite
 * @property {boolean} calls  this side begins; without, it waits for an offer
 * @property {RTCConfiguration} configuration
 * @property {MediaStreamTrack[]} [tracks]  what is sent, at most one of each kind
 * @property {string[]} [receives]  the kinds that are wanted; what is offered of others is declined
 * @property {(type: 'offer' | 'answer' | 'ice_candidate' | 'reject', fields: any) => void} send  to the participant
 * @property {() => void} changed  `state` or `tracks` did
 * @property {(error: unknown) => void} [failed]  our offer got an answer that this browser cannot take: nothing else will
 *     come of that offer
 * @property {(outcome: import('./protocol.js').SetupOutcome) => void} [report]  once, what became of the first negotiation: for
 *     `SignalingClient.report`
 * @property {(connection: RTCPeerConnection) => void} [made]  before anything is negotiated
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]  where there is no global one
 * @property {typeof MediaStream} [MediaStream]
 */

export class Peer {
  /** What the participant sends: another array after each change. @type {MediaStreamTrack[]} */
  tracks = [];
  /** The same to play, null until something comes. @type {MediaStream | null} */
  stream = null;

  #connection;
  #setup;
  #calls;
  #polite;
  #receives;
  #send;
  #changed;
  #failed;
  #MediaStream;
  /** @type {Map<string, MediaStreamTrack>} by kind */
  #outgoing = new Map();
  /** @type {Map<string, RTCRtpSender>} by kind */
  #senders = new Map();
  /** @type {MediaStream[]} an empty one: what is sent together is played together by its id */
  #together;
  #remoteFingerprint = '';
  #answering = '';  // the fingerprint in the offer that is being answered
  #makingOffer = false;
  #ignoringOffer = false;
  #settingAnswer = false;
  #mediaAdded = false;

  /** @param {PeerOptions} options */
  constructor({
    polite, calls, configuration, tracks = [], receives = [], send, changed, failed = () => {}, report = () => {},
    made = () => {}, RTCPeerConnection = globalThis.RTCPeerConnection, MediaStream = globalThis.MediaStream,
  }) {
    this.#calls = calls;
    this.#polite = polite;
    this.#receives = receives;
    this.#send = send;
    this.#changed = changed;
    this.#failed = failed;
    this.#MediaStream = MediaStream;
    this.#together = MediaStream ? [new MediaStream()] : [];
    for (const track of tracks) this.#outgoing.set(track.kind, track);
    const connection = new RTCPeerConnection(configuration);
    this.#connection = connection;
    this.#setup = new Setup(connection, report);
    connection.onnegotiationneeded = () => this.#offer();
    connection.onicecandidate = ({ candidate }) => {
      // Passed on as it is, also the empty one that ends the candidates. Null only says that gathering is over.
      if (candidate) this.#send('ice_candidate', candidate.toJSON());
    };
    connection.oniceconnectionstatechange = () => {
      this.#setup.look();
      if (connection.iceConnectionState === 'failed') this.restartIce();
    };
    connection.onconnectionstatechange = () => {
      this.#setup.look();
      this.#changed();
    };
    connection.ontrack = ({ track }) => {
      if (!this.#receives.includes(track.kind)) return;
      this.#play([...this.tracks, track]);
    };
    made(connection);
    if (!calls) return;
    this.#addMedia();
    // An offer has to ask for what it wants beside what it sends.
    for (const kind of receives) {
      if (!this.#outgoing.has(kind)) connection.addTransceiver(kind, { direction: 'recvonly' });
    }
  }

  /** Whether an offer of ours waits for its answer. */
  get asks() {
    return this.#connection.signalingState === 'have-local-offer';
  }

  get connection() {
    return this.#connection;
  }

  get state() {
    return this.#connection.connectionState;
  }

  /** Whether a negotiation with them has been done once. */
  get answered() {
    return this.#remoteFingerprint !== '';
  }

  /**
   * A signal from the participant, in the order in which the server delivered it.
   * @param {any} message
   */
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
      // What browsers say of it may hold addresses.
      console.warn(`${message.type} not taken:`, /** @type {Error} */ (error).name);
      if (message.type === 'offer') this.#send('reject', { reason: 'unsupported' });
      // In another state it was an answer to nothing.
      if (message.type === 'answer' && this.#connection.signalingState === 'have-local-offer') {
        this.#setup.fail();
        this.#failed(error);
      }
    }
  }

  /**
   * Whether a new Peer, one that does not call, should answer this offer: where it comes from another RTCPeerConnection
   * than the one this peer is connected with (each has a certificate of its own), and where it meets our first offer,
   * which is more easily forgotten than taken back with all it asked for. An offer that would be ignored begins nothing.
   * @param {{sdp: string}} offer
   */
  beginsAnew({ sdp }) {
    // Who called, and called again before we were through with the first, waits for the answer to the last.
    if (this.#answering) return this.#answering !== fingerprintIn(sdp);
    if (!this.answered) return this.#polite && !this.#ready;
    if (this.#remoteFingerprint === fingerprintIn(sdp)) return false;
    return this.#polite || this.#ready || this.state === 'closed';
  }

  /**
   * What is sent of this kind from now on; null sends nothing.
   * @param {string} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    if (track) this.#outgoing.set(kind, track);
    else this.#outgoing.delete(kind);
    const sender = this.#senders.get(kind);
    if (sender) sender.replaceTrack(track).catch(() => {});
    else if (track && this.#mediaAdded) this.#addTrack(track);
  }

  /**
   * Fresh ICE servers. They count from the next ICE restart on; what stands stays. Older browsers cannot do it.
   * @param {RTCConfiguration} configuration
   */
  configure(configuration) {
    try {
      this.#connection.setConfiguration?.(configuration);
    } catch (error) {
      // One that the application has closed, say.
      console.warn('not configured:', /** @type {Error} */ (error).name);
    }
  }

  /** Looks for another way, while what flows goes on (RFC 8445, section 2.4). */
  restartIce() {
    try {
      this.#connection.restartIce();
    } catch (error) {
      // Not every implementation can. Whoever calls does it anew in a while.
      console.warn('no ICE restart:', /** @type {Error} */ (error).name);
    }
  }

  /** The set-up is measured from now on: what was before, our offer waited for somebody to answer it. */
  beginSetup() {
    this.#setup.begin(true);
  }

  /** There is no more waiting for a connection. Reports that, where there has been none. */
  giveUp() {
    this.#setup.fail('timeout');
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
    for (const track of this.#outgoing.values()) this.#addTrack(track);
  }

  /** @param {MediaStreamTrack} track */
  #addTrack(track) {
    this.#senders.set(track.kind, this.#connection.addTrack(track, ...this.#together));
  }

  async #offer() {
    // Who does not call waits for an offer, whatever `made` has already asked for. What has no place in that offer is
    // asked for again when it is answered.
    if (!this.#calls && !this.answered) return;
    // Not every implementation waits with this event until the negotiation under way is over.
    if (this.#connection.signalingState !== 'stable' || this.#makingOffer) return;
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      this.#sendDescription();
    } catch (error) {
      if (this.state !== 'closed') console.warn('no offer made:', /** @type {Error} */ (error).name);
    } finally {
      this.#makingOffer = false;
    }
  }

  get #ready() {
    return !this.#makingOffer && (this.#connection.signalingState === 'stable' || this.#settingAnswer);
  }

  /** @param {{type: 'offer' | 'answer', sdp: string}} description */
  async #describe(description) {
    const connection = this.#connection;
    const isOffer = description.type === 'offer';
    this.#ignoringOffer = isOffer && !this.#ready && !this.#polite;
    if (this.#ignoringOffer) return;

    if (isOffer) {
      this.#setup.begin();
      this.#addMedia();
    }
    this.#settingAnswer = !isOffer;
    this.#answering = isOffer ? fingerprintIn(description.sdp) : '';
    try {
      await connection.setRemoteDescription(description);
      this.#remoteFingerprint = fingerprintIn(description.sdp);
      if (isOffer) {
        this.#declineTheUnwanted();
        await connection.setLocalDescription();
        this.#sendDescription();
      }
    } finally {
      this.#settingAnswer = false;
      this.#answering = '';
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
    const ended = new Set();
    for (const { currentDirection, receiver } of this.#connection.getTransceivers()) {
      if (currentDirection && !currentDirection.includes('recv')) ended.add(receiver.track);
    }
    if (this.tracks.some((track) => ended.has(track))) this.#play(this.tracks.filter((track) => !ended.has(track)));
  }

  /** @param {MediaStreamTrack[]} tracks */
  #play(tracks) {
    this.tracks = tracks;
    this.stream = tracks.length && this.#MediaStream ? new this.#MediaStream(tracks) : null;
    this.#changed();
  }

  /** @param {RTCIceCandidateInit} candidate */
  async #addCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment }) {
    // The candidates of an ignored offer fit nothing here. By the time that shows, the next description may be here.
    const ignoring = this.#ignoringOffer;
    try {
      await this.#connection.addIceCandidate({ candidate, sdpMid, sdpMLineIndex, usernameFragment });
    } catch (error) {
      if (!ignoring) throw error;
    }
  }

  #sendDescription() {
    const description = this.#connection.localDescription;
    if (description?.type === 'offer') this.#setup.begin();
    if (description) this.#send(/** @type {'offer' | 'answer'} */ (description.type), { sdp: description.sdp });
  }
}

/** @param {string} sdp */
function fingerprintIn(sdp) {
  return /^a=fingerprint:(.*\S)/m.exec(sdp)?.[1] ?? '';
}

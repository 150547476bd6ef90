// An RTCPeerConnection as far as negotiation goes (W3C WebRTC, section 4.4): states, the chain of operations, implicit
// descriptions and rollback, the negotiation-needed flag, transceivers, and credentials that belong to one description.
// Two of them connect when what each has of the other fits.

import { read, write } from './fake_description.js';

const REVERSED = { sendrecv: 'sendrecv', sendonly: 'recvonly', recvonly: 'sendonly', inactive: 'inactive' };
const directionOf = (send, recv) => send ? (recv ? 'sendrecv' : 'sendonly') : recv ? 'recvonly' : 'inactive';
const sends = (direction) => direction.startsWith('send');
const receives = (direction) => direction.includes('recv');
const both = (a, b) => directionOf(sends(a) && sends(b), receives(a) && receives(b));

class InvalidStateError extends Error {}
class OperationError extends Error {}

// One that its digits tell apart.
export const fingerprintOf = (name) => name.replace(/\D/g, '').padStart(64, '0').match(/../g).join(':');

// At the other end is the channel of another connection.
class FakeDataChannel {
  readyState = 'connecting';
  onopen = null;
  onmessage = null;
  #other;

  constructor(label) {
    this.label = label;
  }

  pairWith(other) {
    this.#other = other;
    other.#other = this;
    this.readyState = other.readyState = 'open';
  }

  send(data) {
    queueMicrotask(() => this.#other.onmessage?.({ data }));
  }
}

export class FakePeerConnection {
  signalingState = 'stable';
  connectionState = 'new';
  iceConnectionState = 'new';
  configuration;
  fingerprint;
  candidates = [];  // credentials of those that were taken
  transceivers = [];
  onnegotiationneeded = null;
  onicecandidate = null;
  oniceconnectionstatechange = null;
  onconnectionstatechange = null;
  ontrack = null;
  ondatachannel = null;
  onicegatheringstatechange = null;
  iceGatheringState = 'new';
  channels = [];
  stats = [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P2' },
    { id: 'P1', type: 'candidate-pair', localCandidateId: 'L1' },
    { id: 'P2', type: 'candidate-pair', localCandidateId: 'L2' },
    { id: 'L1', type: 'local-candidate', candidateType: 'relay' },
    { id: 'L2', type: 'local-candidate', candidateType: 'host' },
  ];

  #network;
  #chain = Promise.resolve();
  #operations = 0;
  #checkLater = false;
  #negotiationNeeded = false;
  #restart = false;
  #generation = 0;
  #current = { local: null, remote: null };
  #pending = { local: null, remote: null };

  constructor(network, configuration) {
    this.#network = network;
    this.configuration = configuration;
    this.name = network.add(this);
    this.fingerprint = fingerprintOf(this.name);
  }

  get localDescription() {
    return this.#pending.local ?? this.#current.local;
  }

  get remoteDescription() {
    return this.#pending.remote ?? this.#current.remote;
  }

  // --- What a page calls ---

  addTrack(track, ...streams) {
    const known = this.transceivers.find(({ kind, sender }) => kind === track.kind && !sender.track && !sender.used);
    const transceiver = known ?? this.#transceiver(track.kind, 'sendrecv');
    if (known) known.direction = directionOf(true, receives(known.direction));
    Object.assign(transceiver.sender, { track, streams, used: true });
    transceiver.byTrack = true;
    this.#check();
    return transceiver.sender;
  }

  addTransceiver(kind, { direction = 'sendrecv' } = {}) {
    const transceiver = this.#transceiver(kind, direction);
    this.#check();
    return transceiver;
  }

  getTransceivers() {
    return this.transceivers.filter(({ kind }) => kind !== 'application');
  }

  createDataChannel(label) {
    const channel = new FakeDataChannel(label);
    this.channels.push(channel);
    if (!this.transceivers.some(({ kind }) => kind === 'application')) this.#transceiver('application', 'sendrecv');
    this.#check();
    return channel;
  }

  setConfiguration(configuration) {
    if (this.signalingState === 'closed') throw new InvalidStateError('closed');
    this.configuration = configuration;
  }

  restartIce() {
    if (!this.#current.local) return;
    this.#restart = true;
    this.#check();
  }

  setLocalDescription() {
    return this.#enqueue(() => this.signalingState === 'have-remote-offer' ? this.#answer() : this.#offer());
  }

  setRemoteDescription(description) {
    return this.#enqueue(() => this.#take(read(description)));
  }

  addIceCandidate({ usernameFragment }) {
    return this.#enqueue(() => {
      if (!this.remoteDescription) throw new InvalidStateError('no remote description');
      const known = [this.#pending.remote, this.#current.remote].some((one) => one?.ufrag === usernameFragment);
      if (!known) throw new OperationError(`unknown credentials ${usernameFragment}`);
      this.candidates.push(usernameFragment);
    });
  }

  async getStats() {
    return new Map(this.stats.map((one) => [one.id, one]));
  }

  close() {
    this.signalingState = this.connectionState = this.iceConnectionState = 'closed';
    this.#network.remove(this);
  }

  // --- What the network does ---

  become(state, iceState = state) {
    if (this.connectionState === state || this.signalingState === 'closed') return;
    this.connectionState = state;
    this.iceConnectionState = iceState;
    this.oniceconnectionstatechange?.({});
    this.onconnectionstatechange?.({});
  }

  // Opens the channels that are not open yet, of this side.
  openChannels(other) {
    for (const channel of this.channels) {
      if (channel.readyState !== 'connecting') continue;
      const theirs = new FakeDataChannel(channel.label);
      other.channels.push(theirs);
      channel.pairWith(theirs);
      other.ondatachannel?.({ channel: theirs });
      channel.onopen?.({});
    }
  }

  fits(other) {
    const [mine, theirs] = [this.#current, other.#current];
    return this.signalingState === 'stable' && other.signalingState === 'stable' &&
      mine.remote?.fingerprint === other.fingerprint && theirs.remote?.fingerprint === this.fingerprint &&
      mine.remote.ufrag === theirs.local.ufrag && theirs.remote.ufrag === mine.local.ufrag;
  }

  // -------------------------------------------------------------------------------------------------------------------

  #transceiver(kind, direction) {
    const receiver = { track: { kind, id: `${this.name} ${kind}` } };
    const sender = { track: null, replaceTrack: async (track) => { sender.track = track; } };
    const transceiver = { kind, direction, currentDirection: null, mid: null, sender, receiver, isReceiving: false };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  #enqueue(operation) {
    if (this.signalingState === 'closed') return Promise.reject(new InvalidStateError('closed'));
    ++this.#operations;
    const result = this.#chain.then(() => this.#network.pause(this)).then(() => {
      if (this.signalingState === 'closed') throw new InvalidStateError('closed');
      return operation();
    });
    this.#chain = result.catch(() => {}).then(() => {
      if (--this.#operations || !this.#checkLater) return;
      this.#checkLater = false;
      this.#check();
    });
    return result;
  }

  async #check() {
    if (this.#operations) return void (this.#checkLater = true);
    await this.#network.pause(this);
    if (this.signalingState === 'closed') return;
    if (this.#operations) return void (this.#checkLater = true);
    if (this.signalingState !== 'stable') return;
    const needed = this.#isNegotiationNeeded();
    const isNew = needed && !this.#negotiationNeeded;
    this.#negotiationNeeded = needed;
    if (isNew) this.onnegotiationneeded?.({});
  }

  #isNegotiationNeeded() {
    if (this.#restart) return true;
    const { local, remote } = this.#current;
    return this.transceivers.some(({ mid, direction }) => {
      if (mid === null) return true;
      const [mine, theirs] = [local, remote].map((one) => one.media.find((media) => media.mid === mid)?.direction);
      if (local.type === 'offer') return mine !== direction && REVERSED[theirs] !== direction;
      return mine !== both(direction, REVERSED[theirs]);
    });
  }

  #offer() {
    const ufrag = this.#current.local && !this.#restart ? this.#current.local.ufrag : this.#credentials();
    const taken = new Set(this.transceivers.map(({ mid }) => mid));
    for (const transceiver of this.transceivers) {
      if (transceiver.mid !== null) continue;
      let mid = 0;
      while (taken.has(String(mid))) ++mid;
      taken.add(transceiver.mid = String(mid));
      transceiver.isProvisional = true;
    }
    const media = this.transceivers.map(({ mid, kind, direction }) => ({ mid, kind, direction }));
    this.#pending.local = write('offer', { fingerprint: this.fingerprint, ufrag, media });
    this.signalingState = 'have-local-offer';
    this.#gather();
  }

  #answer() {
    const { remote } = this.#pending;
    const restarts = remote.ufrag !== this.#current.remote?.ufrag;
    const ufrag = restarts ? this.#credentials() : this.#current.local.ufrag;
    const media = remote.media.map(({ mid, kind, direction }) => {
      const transceiver = this.transceivers.find((one) => one.mid === mid);
      transceiver.currentDirection = both(transceiver.direction, REVERSED[direction]);
      return { mid, kind, direction: transceiver.currentDirection };
    });
    if (restarts) this.#restart = false;
    this.#agree(write('answer', { fingerprint: this.fingerprint, ufrag, media }), remote);
    if (restarts) this.#gather();
  }

  #take(description) {
    const known = this.#current.remote?.fingerprint;
    if (known && known !== description.fingerprint) throw new OperationError('another certificate');
    if (description.type === 'answer') {
      if (this.signalingState !== 'have-local-offer') throw new InvalidStateError(`answer in ${this.signalingState}`);
      for (const transceiver of this.transceivers) transceiver.isProvisional = false;
      for (const { mid, direction } of description.media) {
        const transceiver = this.transceivers.find((one) => one.mid === mid);
        transceiver.currentDirection = REVERSED[direction];
        this.#receive(transceiver, direction);
      }
      if (this.#pending.local.ufrag !== this.#current.local?.ufrag) this.#restart = false;
      this.#agree(this.#pending.local, description);
      return;
    }
    // An offer of our own is rolled back.
    for (const transceiver of this.transceivers) {
      if (transceiver.isProvisional) Object.assign(transceiver, { mid: null, isProvisional: false });
    }
    this.#pending = { local: null, remote: description };
    this.signalingState = 'have-remote-offer';
    for (const { mid, kind, direction } of description.media) {
      let transceiver = this.transceivers.find((one) => one.mid === mid) ??
        this.transceivers.find((one) => one.mid === null && one.kind === kind && one.byTrack && receives(direction));
      transceiver ??= this.#transceiver(kind, 'recvonly');
      transceiver.mid = mid;
      this.#receive(transceiver, direction);
    }
  }

  #receive(transceiver, direction) {
    const wasReceiving = transceiver.isReceiving;
    transceiver.isReceiving = sends(direction);
    if (transceiver.kind === 'application') return;
    if (transceiver.isReceiving && !wasReceiving) this.ontrack?.({ track: transceiver.receiver.track });
  }

  #agree(local, remote) {
    this.#current = { local, remote };
    this.#pending = { local: null, remote: null };
    this.signalingState = 'stable';
    this.#negotiationNeeded = false;
    this.#check();
    this.#network.look();
  }

  #credentials() {
    return `${this.name}+${++this.#generation}`;
  }

  async #gather() {
    const { ufrag, media } = this.localDescription;
    // Not before who waits for the description has it.
    for (let i = 0; i < 10; ++i) await null;
    await this.#network.pause(this);
    // What was rolled back meanwhile is not gathered for any more.
    if (![this.#pending.local, this.#current.local].some((one) => one?.ufrag === ufrag)) return;
    const fields = {
      candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: media[0].mid, sdpMLineIndex: 0, usernameFragment: ufrag,
    };
    this.onicecandidate?.({ candidate: { ...fields, toJSON: () => fields } });
    this.onicecandidate?.({ candidate: null });
    this.iceGatheringState = 'complete';
    this.onicegatheringstatechange?.({});
  }
}

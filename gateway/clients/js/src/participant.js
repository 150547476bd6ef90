// One of the others in a call, and the connection to them.
//
// While a new connection is made, the one before is seen and heard. A call that does not get through is made again
// after growing pauses, with a new connection: what is left of the old one, on either side, cannot hinder it. Who said
// no is not called again until something is different about them.

import { Peer } from './peer.js';

// So long the old connection of a pair is played while the new one is made.
const TAKE_OVER_MS = 20_000;
const FIRST_PATIENCE_MS = 15_000;
const LONGEST_PATIENCE_MS = 60_000;
// Unsteady connections often heal by themselves.
const STANDING = new Set(['connected', 'disconnected']);
// The refusals that waiting does not change.
const FINAL = new Set(['declined', 'unsupported', 'media_not_allowed']);

/** @typedef {ReturnType<typeof setTimeout>} Timer */
/**
 * How Peers are made. `mayCall()`: whether a call would reach them, now or when we have the server again. `mayHear()`:
 * whether their answer would reach us now. `changed` is the participant's own affair.
 * @typedef {Omit<import('./peer.js').PeerOptions, 'changed'> & {mayCall: () => boolean, mayHear: () => boolean}} How
 */

/**
 * What an application has of it; the rest is the call's business.
 * @typedef {Readonly<Pick<Participant, 'clientId' | 'metadata' | 'away' | 'unreachable' | 'stream' | 'tracks' | 'refusal' |
 *     'state' | 'connection' | 'stands' | 'callAgain' | 'restartIce'>>} CallParticipant
 */

export class Participant {
  /** @type {string} */
  clientId;
  /** @type {Record<string, string>} what they say of themselves */
  metadata = {};
  /** Not in the room any more for the server, but still connected with us. */
  away = false;
  /** Has its seat, but no connection to the server at present. */
  unreachable = false;
  /** @type {MediaStream | null} what to play */
  stream = null;
  /** @type {MediaStreamTrack[]} the same, where there is no MediaStream */
  tracks = [];
  /** Why they do not want to be connected: busy, declined, unsupported or media_not_allowed. */
  refusal = '';

  #changed;
  #how = /** @type {How} */ (/** @type {unknown} */ (null));  // from `connect` on
  /** @type {Peer | null} */
  #peer = null;
  /** @type {Peer | null} the one before, played until the other stands */
  #former = null;
  #patience = FIRST_PATIENCE_MS;
  #closed = false;
  /** @type {Timer | undefined} */
  #takeOverTimer;
  /** @type {Timer | undefined} */
  #awayTimer;
  /** @type {Timer | undefined} */
  #againTimer;

  /**
   * @param {string} clientId
   * @param {(participant: Participant) => void} changed
   */
  constructor(clientId, changed) {
    this.clientId = clientId;
    this.#changed = () => changed(this);
  }

  /** Of the connection that is wanted: new, connecting, connected, disconnected, failed or closed. */
  get state() {
    return this.#peer?.state ?? 'new';
  }

  /** The connection whose tracks are played: for its statistics, say. */
  get connection() {
    return (this.#former ?? this.#peer)?.connection ?? null;
  }

  /** Whether there is a connection, be it the one before and be it unsteady. */
  get stands() {
    return STANDING.has(this.state) || (this.#former !== null && STANDING.has(this.#former.state));
  }

  /** Calls anew, because what stands is of no use. */
  callAgain() {
    if (this.#mayCall) this.connect(this.#how, true);
  }

  /** Looks for another way for the media, while they flow on. */
  restartIce() {
    if (this.stands) this.#peer?.restartIce();
  }

  // --- For the call only ---------------------------------------------------------------------------------------------

  /**
   * A new connection.
   * @param {How} how
   */
  connect(how, calls = how.calls) {
    if (this.#closed) return;
    this.away = false;
    this.#how = how;
    clearTimeout(this.#awayTimer);
    clearTimeout(this.#againTimer);
    this.#againTimer = undefined;
    if (this.#peer?.state === 'connected') {
      this.#dropFormer();
      this.#former = this.#peer;
    } else {
      // An attempt that came to nothing. The one before it, where there is one, is played on.
      this.#peer?.close();
    }
    clearTimeout(this.#takeOverTimer);
    if (this.#former) this.#takeOverTimer = setTimeout(() => this.#takeOver(), TAKE_OVER_MS);
    this.#peer = null;
    try {
      /** @type {Peer} */
      const peer = new Peer({ ...how, calls, changed: () => this.#peerChanged(peer) });
      this.#peer = peer;
    } catch (error) {
      // A configuration that this browser does not take, say. It is tried again as what does not get through.
      console.error('no connection made:', /** @type {Error} */ (error).name);
    }
    if (this.#closed) return this.close();  // by who was told of the connection
    if (!this.#former) this.#play(null);
    this.#expect();
  }

  /**
   * @param {any} message
   */
  receive(message) {
    if (message.type === 'offer' && this.#peer?.beginsAnew(message)) this.connect(this.#how, false);
    if (message.type !== 'ice_candidate') this.refusal = '';
    this.#peer?.receive(message);
  }

  /**
   * @param {string} reason
   */
  refuse(reason) {
    // They took this connection once, and only cannot follow its change: an ICE restart, say. A new one they may take.
    if (reason === 'unsupported' && this.#peer?.answered) return;
    this.refusal = reason;
    this.#expectAnew(LONGEST_PATIENCE_MS);
    this.#changed();
  }

  /**
   * They told something about themselves: who calls may be another one now, and a refusal is void.
   * @param {How} how
   */
  adapt(how) {
    const { calls, polite } = this.#how;
    const anew = calls !== how.calls || polite !== how.polite || FINAL.has(this.refusal);
    this.#how = how;
    this.refusal = '';
    if (anew && !this.stands) this.connect(how);
    else this.#expect();
  }

  /**
   * They have a connection to the server again: that nobody answered meanwhile says nothing about the next call.
   */
  reached() {
    if (!this.#how.calls || this.stands || this.refusal) return;
    this.#expectAnew();
    // What we offered meanwhile waited for them at the server.
    if (!this.#peer?.asks) this.callAgain();
  }

  /**
   * We have one again. Where ours was gone with the network, the way of the media may be as well; and what was not answered
   * may be answered now.
   */
  heal() {
    if (this.state === 'disconnected') this.#peer?.restartIce();
    else if (!this.stands && !this.refusal) this.#expectAnew();
  }

  /**
   * @param {string} kind
   * @param {MediaStreamTrack | null} track
   * @param {MediaStreamTrack[]} tracks  all, for connections from now on
   */
  setTrack(kind, track, tracks) {
    this.#how = { ...this.#how, tracks };
    this.#peer?.setTrack(kind, track);
    this.#former?.setTrack(kind, track);
  }

  /**
   * @param {RTCConfiguration} configuration
   */
  configure(configuration) {
    this.#how = { ...this.#how, configuration };
    this.#peer?.configure(configuration);
  }

  /**
   * Their session is gone, and they may come back.
   * @param {number} milliseconds
   * @param {() => void} giveUp
   */
  wait(milliseconds, giveUp) {
    if (this.state === 'connected') this.#dropFormer();
    // What cannot be negotiated to its end does not take over from what stands.
    clearTimeout(this.#takeOverTimer);
    clearTimeout(this.#awayTimer);
    this.away = true;
    this.#awayTimer = setTimeout(giveUp, milliseconds);
  }

  close() {
    this.#closed = true;
    this.#dropFormer();
    clearTimeout(this.#awayTimer);
    clearTimeout(this.#againTimer);
    this.#peer?.close();
    this.#play(null);
  }

  /** @param {Peer} peer */
  #peerChanged(peer) {
    if (peer === this.#former) {
      if (STANDING.has(peer.state)) return this.#changed();
      this.#dropFormer();
    }
    if (this.state === 'connected') this.#patience = FIRST_PATIENCE_MS;
    if (!this.#former || this.state === 'connected') this.#takeOver();
    this.#expect();
    this.#changed();
  }

  // The side that calls sees to it that there is a connection.
  #expect() {
    const wanted = this.#how.calls && this.state !== 'connected' && !FINAL.has(this.refusal);
    if (wanted && this.#againTimer) return;
    clearTimeout(this.#againTimer);
    this.#againTimer = wanted ? setTimeout(() => this.#callInVain(), this.#patience) : undefined;
  }

  #expectAnew(patience = FIRST_PATIENCE_MS) {
    this.#patience = patience;
    clearTimeout(this.#againTimer);
    this.#againTimer = undefined;
    this.#expect();
  }

  get #mayCall() {
    return !FINAL.has(this.refusal) && this.#how.mayCall();
  }

  #callInVain() {
    this.#againTimer = undefined;
    this.#patience = Math.min(2 * this.#patience, LONGEST_PATIENCE_MS);
    // Without the server there is no telling whether they have answered.
    if (this.#how.mayHear() && this.#mayCall) {
      // What they refused, they have answered.
      if (!this.refusal) this.#peer?.giveUp();
      this.callAgain();
    }
    this.#expect();
    this.#changed();
  }

  #takeOver() {
    this.#dropFormer();
    this.#play(this.#peer);
  }

  /** @param {Peer | null} peer */
  #play(peer) {
    this.stream = peer?.stream ?? null;
    this.tracks = peer?.tracks ?? [];
  }

  #dropFormer() {
    clearTimeout(this.#takeOverTimer);
    this.#former?.close();
    this.#former = null;
  }
}

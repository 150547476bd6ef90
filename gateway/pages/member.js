// One of the others in a room, and the connection to them.
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

export class Member {
  clientId;
  metadata = {};
  peer = null;
  away = false;    // No longer in the room for the server, but still connected with us.
  unreachable = false;  // Has its seat, but no connection to the server at present.
  stream = null;   // What to play.
  refusal = '';    // Why they do not want to be connected: busy, declined, unsupported or media_not_allowed.

  #changed;
  #how = null;     // how Peers are made
  #former = null;  // The connection before `peer`, played until that one stands.
  #patience = FIRST_PATIENCE_MS;
  #closed = false;
  #timers = { takeOver: 0, away: 0, again: 0 };

  constructor(clientId, changed) {
    this.clientId = clientId;
    this.#changed = changed;
  }

  // Whether there is a connection, be it the one before and be it unsteady.
  get stands() {
    return STANDING.has(this.peer.state) || STANDING.has(this.#former?.state);
  }

  // The Peer whose stream is played.
  get played() {
    return this.#former ?? this.peer;
  }

  // A new connection. `how` is what Peer wants, and `mayCall()`: whether a call would reach them now.
  connect(how, calls = how.calls) {
    if (this.#closed) return;
    this.away = false;
    this.#how = how;
    clearTimeout(this.#timers.away);
    if (this.peer?.state === 'connected') {
      this.#dropFormer();
      this.#former = this.peer;
    } else {
      // An attempt that came to nothing. The one before it, where there is one, is played on.
      this.peer?.close();
    }
    clearTimeout(this.#timers.takeOver);
    if (this.#former) this.#timers.takeOver = setTimeout(() => this.#takeOver(), TAKE_OVER_MS);
    const peer = new Peer({ ...how, calls, changed: () => this.#peerChanged(peer) });
    this.peer = peer;
    if (!this.#former) this.stream = null;
    this.#expect();
  }

  receive(message) {
    if (message.type === 'offer' && this.peer.beginsAnew(message)) this.connect(this.#how, false);
    if (message.type !== 'ice_candidate') this.refusal = '';
    this.peer.receive(message);
  }

  refuse(reason) {
    this.refusal = reason;
    this.#patience = LONGEST_PATIENCE_MS;
    clearTimeout(this.#timers.again);
    this.#timers.again = 0;
    this.#expect();
    this.#changed();
  }

  // They came back or told something about themselves: who calls may be another one now, and a refusal is void.
  adapt(how) {
    const { calls, polite } = this.#how;
    const anew = calls !== how.calls || polite !== how.polite || FINAL.has(this.refusal);
    this.#how = how;
    this.refusal = '';
    if (anew && !this.stands) this.connect(how);
    else this.#expect();
  }

  // Calls anew, because what stands is of no use.
  callAgain() {
    if (!FINAL.has(this.refusal) && this.#how.mayCall()) this.connect(this.#how, true);
  }

  // They have a connection to the server again: that nobody answered meanwhile says nothing about the next call.
  reached() {
    if (!this.#how.calls || this.stands || this.refusal) return;
    this.#patience = FIRST_PATIENCE_MS;
    clearTimeout(this.#timers.again);
    this.#timers.again = 0;
    this.callAgain();
    this.#expect();
  }

  setTrack(kind, track, tracks) {
    this.#how = { ...this.#how, tracks };
    this.peer.setTrack(kind, track);
    this.#former?.setTrack(kind, track);
  }

  configure(configuration) {
    this.#how = { ...this.#how, configuration };
    this.peer.configure(configuration);
  }

  // Their connection to the server is gone.
  wait(milliseconds, giveUp) {
    if (this.peer.state === 'connected') this.#dropFormer();
    // What cannot be negotiated to its end does not take over from what stands.
    clearTimeout(this.#timers.takeOver);
    this.away = true;
    this.#timers.away = setTimeout(giveUp, milliseconds);
  }

  close() {
    this.#closed = true;
    this.#dropFormer();
    clearTimeout(this.#timers.away);
    clearTimeout(this.#timers.again);
    this.peer.close();
    this.stream = null;
  }

  #peerChanged(peer) {
    if (peer === this.#former) {
      if (STANDING.has(peer.state)) return this.#changed();
      this.#dropFormer();
    }
    if (this.peer.state === 'connected') this.#patience = FIRST_PATIENCE_MS;
    if (!this.#former || this.peer.state === 'connected') this.#takeOver();
    this.#expect();
    this.#changed();
  }

  // The side that calls sees to it that there is a connection.
  #expect() {
    const wanted = this.#how.calls && this.peer.state !== 'connected' && !FINAL.has(this.refusal);
    if (wanted && this.#timers.again) return;
    clearTimeout(this.#timers.again);
    this.#timers.again = wanted ? setTimeout(() => this.#callInVain(), this.#patience) : 0;
  }

  #callInVain() {
    this.#timers.again = 0;
    this.#patience = Math.min(2 * this.#patience, LONGEST_PATIENCE_MS);
    this.callAgain();
    this.#expect();
    this.#changed();
  }

  #takeOver() {
    this.#dropFormer();
    this.stream = this.peer.stream;
  }

  #dropFormer() {
    clearTimeout(this.#timers.takeOver);
    this.#former?.close();
    this.#former = null;
  }
}

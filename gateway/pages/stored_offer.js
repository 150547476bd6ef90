// The life of one offer by id, on either side of it, and the call that comes of it.
//
//   opening ─▶ queued ⇄ claimed ─▶ answered ─▶ over          who made it
//   opening ──────────▶ claimed ─▶ answered ─▶ over          who takes it
//
// Unlike in a room nobody has to be there: the server keeps the offer and its candidates, gives them to the first who
// asks for the id, and passes on what the two say under that id. The offer belongs to the maker's session and ends with
// it; a session outlives a broken connection, which is made again. A talk outlives the session too: once connected, the
// two hear each other without the server.
//
// Events: `change` (read the fields again).

import { Peer } from './client/index.js';
import { nameOf } from './offer_id.js';

// Reasons that say: the session is gone, not that somebody wanted to go.
const GONE = new Set(['maker_left', 'claimer_left']);
// What a page of ours lets a person enter.
const LONGEST_NAME = 40;
// What comes under the id of an offer.
const SIGNALS = [
  'offer_claimed', 'offer_requeued', 'offer_rejected', 'offer_expired', 'offer_withdrawn',
  'offer', 'answer', 'ice_candidate', 'reject',
];
// No server gives more time to answer.
const LONGEST_LEASE_MS = 300_000;
// How long a bad connection may take to become a good one, by the reason for which it is given up then.
const PATIENCE_MS = {
  no_connection: 30_000,    // there never was one
  connection_lost: 15_000,  // it heals by itself, or never: the two cannot agree on another one
};

export class StoredOffer extends EventTarget {
  state = 'opening';
  stored = '';         // the state in which the server has it, in the protocol's words, as far as we know
  id = '';
  other = '';          // the name of the other side, as far as there is one
  reason = '';         // why it is queued again, or over: the server's word, or one of ours (offer_words.js has all)
  error = null;        // what the server refused with, or why it is gone or away
  away = false;        // the server, for now: it is connected with again
  peer = null;
  serverGone = false;  // of us: the talk goes on, but nothing new can be agreed
  otherGone = false;   // of the other side: the same
  isMaker;

  #client;
  #configuration = {};
  #metadata = {};
  #tracks = [];
  #ttlMs = 0;
  #deadline = 0;         // on this computer's clock
  #ahead = 0;            // how much the server's clock is ahead of ours
  #wasConnected = false;
  #hasTalked = false;
  #doubt = '';           // why the connection may have to be given up, and the timer of that
  #doubtTimer = 0;
  #creating = false;
  #answerId = 0;
  #waiting = [];         // signals that have to wait: for the id to send, or for the Peer to receive

  constructor({ client, isMaker }) {
    super();
    this.isMaker = isMaker;
    this.#client = client;
    const on = (type, handle) => client.on(type, (detail) => this.state === 'over' || handle(detail));
    on('connected', ({ resumed }) => this.#connected(resumed));
    on('ice_servers', () => this.#configure());
    on('error', (error) => this.#refused(error));
    on('sessionlost', () => this.#lost());
    on('statechange', (change) => this.#linkChanged(change));
    for (const type of SIGNALS) on(type, (message) => message.offer_id === this.id && this.#handle({ ...message, type }));
  }

  // --- Who makes it ---

  make({ tracks, metadata, ttlMs }) {
    this.#tracks = tracks;
    this.#metadata = metadata;
    this.#ttlMs = ttlMs;
    this.#client.connect().catch(() => {});
  }

  // --- Who takes it: `take`, and then one of the other three ---

  take(id) {
    this.id = id;
    this.#client.connect().catch(() => {});
  }

  answer(tracks) {
    if (this.state !== 'claimed' || this.isMaker || this.peer) return;
    this.#tracks = tracks;
    this.#connect();
    for (const message of this.#waiting.splice(0)) this.peer.receive(message);
  }

  // The maker hears it, and the offer is over.
  decline() {
    this.#reject('declined', 'declined_by_me', 'REJECTED');
  }

  // Somebody else may take it.
  putBack() {
    this.#reject('busy', 'put_back_by_me', 'QUEUED');
  }

  // --- Both ---

  // Takes the offer back, or hangs up.
  leave() {
    if (this.state === 'over') return;
    const talks = this.state === 'answered';
    if (this.id && (this.isMaker || talks)) this.#withdraw();
    if (talks) this.#end('hung_up_by_me', 'WITHDRAWN');
    else if (this.state === 'opening') this.#end('cancelled_by_me', '');
    else if (this.isMaker) this.#end('withdrawn_by_me', 'WITHDRAWN');
    else this.#end('put_back_by_me', 'QUEUED');
  }

  setTrack(track) {
    this.#tracks = track ? [track] : [];
    this.peer?.setTrack('audio', track);
  }

  // The way of the sound: a `relay`, `direct`, or `either`, as the browsers find it.
  get way() {
    const { iceServers, iceTransportPolicy } = this.#configuration;
    if (iceTransportPolicy === 'relay') return 'relay';
    return iceServers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url))) ? 'either' : 'direct';
  }

  // Until the offer ends, or the right to answer it; null where this computer's clock cannot tell.
  secondsLeft() {
    if (!this.#deadline) return null;
    return Math.max(0, Math.ceil((this.#deadline - Date.now()) / 1000));
  }

  // -------------------------------------------------------------------------------------------------------------------

  #connected(resumed) {
    this.#wasConnected = true;
    this.away = false;
    this.error = null;
    this.#configure();
    if (resumed) return this.#changed();
    if (this.isMaker) this.#connect();
    else this.#claim();
  }

  async #claim() {
    let claimed;
    try {
      claimed = await this.#client.request('claim_offer', { offer_id: this.id });
    } catch (error) {
      // With the next session it is tried again.
      return error.code === 'session_lost' ? undefined : this.#end('refused', '', error);
    }
    const { candidates = [], metadata = {}, client_id: clientId, expires_at: expiresAt, ...offer } = claimed;
    this.other = metadata.name?.trim().slice(0, LONGEST_NAME) || nameOf(clientId);
    this.#waiting = [offer, ...candidates.map((candidate) => ({ type: 'ice_candidate', ...candidate }))];
    this.#enter('claimed', expiresAt);
  }

  #configure() {
    const { iceServers, iceTransportPolicy } = this.#client;
    this.#configuration = { iceServers, iceTransportPolicy };
    this.peer?.configure(this.#configuration);
  }

  // The maker is the one who calls; where two new offers meet later, the claimer gives way.
  #connect() {
    // What was made in a session that is gone before the offer was stored.
    this.peer?.close();
    this.#creating = false;
    if (this.isMaker) this.#waiting = [];
    this.peer = new Peer({
      polite: !this.isMaker,
      calls: this.isMaker,
      configuration: this.#configuration,
      tracks: this.#tracks,
      receives: ['audio'],
      send: (type, fields) => this.#send(type, fields),
      changed: () => this.#peerChanged(),
      report: (outcome) => this.#client.report({ offer_id: this.id, ...outcome }),
      // Later ones change nothing: what was agreed before holds.
      failed: () => this.#hasTalked || this.#giveUp('answer_not_taken'),
    });
  }

  #send(type, fields) {
    if (this.serverGone) return;
    if (this.isMaker && type === 'offer' && !this.#creating) {
      this.#creating = true;
      this.#create(fields);
    } else if (!this.id) {
      this.#waiting.push({ type, fields });  // candidates are found faster than the server answers
    } else {
      const id = this.#client.send(type, { offer_id: this.id, ...fields });
      if (this.state !== 'claimed' || type !== 'answer') return;
      this.#answerId = id;
      this.#enter('answered');
    }
  }

  async #create({ sdp }) {
    let created;
    try {
      created = await this.#client.request('create_offer', { sdp, ttl_ms: this.#ttlMs, metadata: this.#metadata });
    } catch (error) {
      return error.code === 'session_lost' ? undefined : this.#end('refused', '', error);
    }
    if (this.state === 'over') return;
    this.id = created.offer_id;
    this.#ahead = Date.parse(created.expires_at) - this.#ttlMs - Date.now();
    for (const { type, fields } of this.#waiting.splice(0)) this.#send(type, fields);
    this.#enter('queued', created.expires_at);
  }

  #reject(reason, ours, stored) {
    if (this.state !== 'claimed') return;
    this.#client.send('reject', { offer_id: this.id, reason });
    this.#end(ours, stored);
  }

  #handle(message) {
    switch (message.type) {
      case 'offer_claimed':
        this.other = nameOf(message.client_id);
        this.#enter('claimed', message.expires_at);
        break;
      case 'offer_requeued':
        if (!this.isMaker) return this.#end(message.reason, 'QUEUED');
        this.#enter('queued', message.expires_at, message.reason);
        break;
      case 'offer_rejected':
        this.#end(message.reason, 'REJECTED');
        break;
      case 'offer_expired':
        this.#end(message.reason, 'EXPIRED');
        break;
      case 'offer_withdrawn':
        this.#withdrawn(message.reason);
        break;
      case 'answer':
        if (this.state === 'claimed') {
          // Until now it waited for people.
          this.peer.beginSetup();
          this.#enter('answered');
        }
        this.peer.receive(message);
        break;
      case 'offer':
      case 'ice_candidate':
        if (this.peer) this.peer.receive(message);
        else this.#waiting.push(message);
        break;
      case 'reject':
        // Of something that was to change in the talk; what was agreed before holds.
        console.warn(`the other side refused: ${message.reason}`);
        break;
    }
  }

  // What came too late, as a candidate after the end, is of no importance; but without our answer there is no talk.
  #refused(error) {
    if (error.replyTo && error.replyTo === this.#answerId) this.#end('refused', '', error);
    else console.warn(`${error.code}: ${error.message}`);
  }

  // Whose session broke may still be heard; whoever hung up says no reason.
  #withdrawn(reason = '') {
    const talks = this.#hasTalked && !this.#isBroken();
    if (!talks || !GONE.has(reason)) {
      const byThem = this.state !== 'answered' ? 'withdrawn' : this.#hasTalked ? 'hung_up' : 'given_up';
      return this.#end(reason || byThem, 'WITHDRAWN');
    }
    this.stored = 'WITHDRAWN';
    this.otherGone = true;
    this.reason = reason;
    this.#peerChanged();
  }

  #linkChanged({ state, error }) {
    if (!error) return;
    this.error = error;
    if (state !== 'closed') {
      this.away = this.#wasConnected;
      this.#changed();
    } else if (this.#wasConnected) {
      this.#lost();
    } else {
      this.#end('refused', '', error);
    }
  }

  // Our session is over, and with it the offer. Another session would be no side of it.
  #lost() {
    if (this.state === 'opening') return;  // nothing is lost
    this.away = false;
    if (this.state === 'answered') {
      this.serverGone = true;
      this.stored = 'WITHDRAWN';
      this.#client.close();
      this.#peerChanged();
    } else {
      this.#end('server_lost', this.isMaker ? 'EXPIRED' : 'QUEUED');
    }
  }

  #peerChanged() {
    this.#watchConnection();
    if (this.state !== 'over') this.#changed();
  }

  // While both sides have the server, a connection that breaks is made anew.
  #watchConnection() {
    if (this.state !== 'answered') return;
    const connected = this.peer.state === 'connected';
    if (connected) this.#hasTalked = true;
    const alone = this.serverGone || this.otherGone;
    let doubt = '';
    if (!this.#hasTalked) doubt = 'no_connection';
    else if (alone && !connected) doubt = 'connection_lost';
    if (doubt && alone && this.#isBroken()) return this.#giveUp(doubt);
    if (doubt === this.#doubt) return;
    this.#doubt = doubt;
    clearTimeout(this.#doubtTimer);
    if (doubt) this.#doubtTimer = setTimeout(() => this.#giveUp(doubt), PATIENCE_MS[doubt]);
  }

  #giveUp(reason) {
    this.peer.giveUp();
    this.#withdraw();
    this.#end(reason, 'WITHDRAWN');
  }

  #withdraw() {
    if (this.stored !== 'WITHDRAWN') this.#client.send('withdraw_offer', { offer_id: this.id });
  }

  // For good, where nothing new is agreed. A connection that is merely disconnected heals by itself when it can.
  #isBroken() {
    return ['failed', 'closed'].includes(this.peer.state);
  }

  #enter(state, expiresAt = '', reason = '') {
    if (this.state === 'over') return;
    this.state = state;
    this.stored = state.toUpperCase();
    this.reason = reason;
    this.#deadline = this.#onOurClock(expiresAt);
    this.#watchConnection();
    this.#changed();
  }

  // Only a maker knows how far the clocks differ, since it knows how long its offer was to last. Where ours is plainly
  // wrong, no time is better than a wrong one.
  #onOurClock(expiresAt) {
    const deadline = Date.parse(expiresAt) - this.#ahead;  // NaN without a time
    const left = deadline - Date.now();
    return left > 0 && (this.isMaker || left <= LONGEST_LEASE_MS) ? deadline : 0;
  }

  #end(reason, stored, error = this.error) {
    if (this.state === 'over') return;
    this.state = 'over';
    this.stored = stored;
    this.reason = reason;
    this.error = error;
    this.#deadline = 0;
    clearTimeout(this.#doubtTimer);
    this.#client.close();
    this.peer?.close();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

// A seat in a room, and a Participant for each of the others in it.
//
// Media do not pass the server, so they go on while it is away. A session that is resumed changes nothing for them.
// Where it was lost, the seat is taken again by a new one and every pair negotiates afresh; until the new connection of a
// pair stands, the old one is played.

import { Emitter } from './emitter.js';
import { Participant } from './participant.js';

// So long somebody whose session ended without a goodbye is waited for.
const COME_BACK_MS = 30_000;
// Somebody in the room has these reasons to be gone without having wanted to.
const INVOLUNTARY = new Set(['timeout', 'replaced', 'overflow']);

/**
 * @typedef {import('./protocol.js').ParticipantInfo} ParticipantInfo
 * @typedef {import('./participant.js').CallParticipant} CallParticipant
 */

/**
 * @typedef {object} CallOptions
 * @property {string} room
 * @property {Record<string, string>} [metadata]  what the others see of you, at most 4 KiB
 * @property {import('./protocol.js').NewRoom} [options]  for the room, where it is not there yet
 * @property {MediaStreamTrack[]} [tracks]  what you send, at most one of each kind
 * @property {string[]} [receives]  the kinds that you want; by default audio and video
 * @property {(participant: ParticipantInfo) => boolean} [calls]  whether we call, and they answer; by default the one who
 *     came later calls, so that the first negotiation needs no luck
 * @property {(participant: ParticipantInfo) => boolean} [polite]  whether we give way where two offers meet; by default
 *     as the server says, who sees to it that just one of the two does
 * @property {RTCConfiguration} [configuration]  beside `iceServers` and `iceTransportPolicy`, which the server says
 * @property {any} [RTCPeerConnection]  where there is no global one
 * @property {any} [MediaStream]
 */

/**
 * @typedef {object} CallEvents
 * @property {Call} change  read `state`, `participants` and what is in them again
 * @property {{participant: CallParticipant, back: boolean}} participantjoined  `back`: one that was waited for
 * @property {{participant: CallParticipant}} participantleft
 * @property {{participant: CallParticipant, connection: RTCPeerConnection}} connection  a new one, before it is negotiated:
 *     for data channels, say
 * @property {{rejoined: boolean}} joined
 * @property {undefined} waiting  somebody has to let you in
 * @property {{clientIds: string[], isNew: boolean}} knocking  those who wait for you to `admit` them
 * @property {{clientId: string, code: string}} notadmitted
 * @property {{locked: boolean}} locked  the room is, or is open again
 * @property {{error: import('./errors.js').SignalingError}} declined  the room does not permit what you send or want
 * @property {{error: import('./errors.js').SignalingError}} ended  it is over for you, in another way than by `leave`
 */

/** @extends {Emitter<CallEvents>} */
export class Call extends Emitter {
  /** @type {'new' | 'joining' | 'joined' | 'rejoining' | 'ended'} `rejoining`: the session was lost; the media go on */
  state = 'new';
  /** How many the room takes. */
  seats = 5;
  /** @type {Map<string, Participant>} by their client_ids */
  #participants = new Map();
  #client;
  #options;
  /** @type {Map<string, MediaStreamTrack>} by kind */
  #tracks = new Map();
  /** @type {Set<string>} client_ids */
  #knocking = new Set();
  /** @type {Map<number, string>} id of our message -> client_id */
  #admitting = new Map();
  /** @type {Map<Participant, number>} id of the last description we sent them in this session */
  #described = new Map();
  /** @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {import('./client.js').SignalingClient} client for one call at a time
   * @param {CallOptions} options
   */
  constructor(client, { tracks = [], ...options }) {
    super();
    this.#client = client;
    this.#options = { receives: ['audio', 'video'], ...options };
    for (const track of tracks) this.#tracks.set(track.kind, track);
  }

  /** @returns {ReadonlyMap<string, CallParticipant>} the others by their client_id, in the order of their joins */
  get participants() {
    return this.#participants;
  }

  /** Joins. Rejects where the room does not take us; then the call has ended. */
  async join() {
    if (this.state !== 'new') throw new Error('a call is joined once');
    this.state = 'joining';
    this.#listen();
    const { room, metadata, options } = this.#options;
    try {
      // What `connect` rejects with, `join` does too.
      this.#client.connect().catch(() => {});
      await this.#client.join(room, { metadata, options });
    } catch (error) {
      this.#end(/** @type {any} */ (error));
      throw error;
    }
  }

  /** Leaves the room; the client stays connected. */
  leave() {
    if (this.#over) return;
    this.#close();
    this.#client.leave();
  }

  /**
   * What the others see or hear from now on; null for nothing.
   * @param {string} kind
   * @param {MediaStreamTrack | null} track
   */
  setTrack(kind, track) {
    if (track) this.#tracks.set(kind, track);
    else this.#tracks.delete(kind);
    const tracks = [...this.#tracks.values()];
    for (const participant of this.#participants.values()) participant.setTrack(kind, track, tracks);
  }

  /**
   * Lets in who knocks. Where there is no seat, it goes on knocking (`notadmitted`, `room_full`).
   * @param {string} clientId
   */
  admit(clientId) {
    this.#admitting.set(this.#client.send('admit', { client_id: clientId }), clientId);
  }

  // -------------------------------------------------------------------------------------------------------------------

  #listen() {
    const client = this.#client;
    /** @param {string} clientId */
    const who = (clientId) => this.#participants.get(clientId);
    /** @param {any} message  under the id of a stored offer it is none of the call's */
    const take = (message) => message.offer_id || who(message.client_id)?.receive(message);
    this.#listeners = [
      client.on('connected', ({ resumed }) => this.#connected(resumed)),
      client.on('ice_servers', () => this.#configure()),
      client.on('joined', (joined) => this.#enter(joined)),
      client.on('sessionlost', () => this.#lost()),
      client.on('notrejoined', ({ error }) => this.#end(error)),
      client.on('statechange', ({ state, error }) => state === 'closed' ? this.#end(error) : this.#changed()),
      client.on('knock', ({ client_id: id }) => id ? this.#atTheDoor(id, true) : this.emit('waiting', undefined)),
      client.on('room_updated', ({ options }) => this.#update(options)),
      client.on('room_locked', ({ locked }) => this.emit('locked', { locked })),
      client.on('participant_joined', ({ participant }) => {
        this.#atTheDoor(participant.client_id, false);
        for (const [id, clientId] of this.#admitting) clientId === participant.client_id && this.#admitting.delete(id);
        this.#seat(participant, true);
      }),
      client.on('participant_updated', ({ client_id: id, participant }) => {
        const known = who(id);
        if (known) this.#adapt(known, participant);
      }),
      client.on('participant_connection', ({ client_id: id, connected }) => {
        const known = who(id);
        if (known) this.#reaches(known, connected);
      }),
      client.on('participant_left', ({ client_id: id, reason }) => {
        const known = who(id);
        if (known && INVOLUNTARY.has(reason)) this.#waitFor(known);
        else if (known) this.#remove(known);
      }),
      client.on('offer', take),
      client.on('answer', take),
      client.on('ice_candidate', take),
      client.on('reject', ({ client_id: id, reason, offer_id: offerId }) => offerId || who(id)?.refuse(reason)),
      client.on('error', (error) => this.#refused(error)),
    ];
  }

  /** @param {boolean} resumed */
  #connected(resumed) {
    this.#configure();
    if (!resumed) return;
    for (const participant of this.#participants.values()) participant.heal();
  }

  /** @param {import('./protocol.js').Joined & {rejoined: boolean}} joined */
  #enter({ options, participants, rejoined }) {
    if (this.#over) return;
    this.state = 'joined';
    this.seats = options?.max_participants ?? this.seats;
    this.#configure();
    const present = new Set(participants.map((participant) => participant.client_id));
    for (const participant of this.#participants.values()) {
      if (!present.has(participant.clientId)) this.#waitFor(participant);
    }
    for (const participant of participants) this.#seat(participant);
    this.#changed();
    if (!this.#over) this.emit('joined', { rejoined });
  }

  #lost() {
    if (this.state === 'joined') this.state = 'rejoining';
    this.#described.clear();
    this.#admitting.clear();
    for (const clientId of this.#knocking) this.#atTheDoor(clientId, false);
    this.#changed();
  }

  /** @param {import('./protocol.js').RoomOptions} options */
  #update(options) {
    this.seats = options.max_participants ?? this.seats;
    this.#configure();
    this.#changed();
  }

  /** @param {ParticipantInfo} info */
  #seat(info, tell = false) {
    if (this.#over) return;
    const known = this.#participants.get(info.client_id);
    const participant = known ?? new Participant(info.client_id, (changed) => this.#participantChanged(changed));
    this.#participants.set(info.client_id, participant);
    participant.metadata = info.metadata ?? {};
    participant.refusal = '';
    participant.unreachable = info.connected === false;
    participant.connect(this.#howTo(info, participant));
    if (tell) this.emit('participantjoined', { participant, back: known !== undefined });
    this.#changed();
  }

  /**
   * @param {ParticipantInfo} info
   * @param {Participant} participant
   * @returns {import('./participant.js').How}
   */
  #howTo(info, participant) {
    const { calls, polite, receives, RTCPeerConnection, MediaStream } = this.#options;
    return {
      polite: polite ? polite(info) : info.polite,
      calls: calls ? calls(info) : info.polite,
      mayCall: () => this.state === 'joined' && !participant.away && !participant.unreachable,
      mayHear: () => this.#client.state === 'connected',
      configuration: this.#configuration,
      tracks: [...this.#tracks.values()],
      receives,
      send: (type, fields) => this.#signal(participant, type, fields),
      report: (outcome) => this.state === 'joined' && this.#client.report({ to: participant.clientId, ...outcome }),
      made: (connection) => this.emit('connection', { participant, connection }),
      RTCPeerConnection,
      MediaStream,
    };
  }

  /**
   * @param {Participant} participant
   * @param {'offer' | 'answer' | 'ice_candidate' | 'reject'} type
   * @param {any} fields
   */
  #signal(participant, type, fields) {
    // Between two sessions it would reach nobody: who is there then is negotiated with anew.
    if (this.state !== 'joined') return;
    try {
      const id = this.#client.send(type, { to: participant.clientId, ...fields });
      if (type === 'offer' || type === 'answer') this.#described.set(participant, id);
    } catch (error) {
      // Too much waits for the server. The side that calls sees to it that there is a connection.
      console.warn(`${type} not sent:`, /** @type {import('./errors.js').SignalingError} */ (error).code);
    }
  }

  /**
   * @param {Participant} participant
   * @param {ParticipantInfo} info
   */
  #adapt(participant, info) {
    participant.metadata = info.metadata ?? {};
    if (info.client_id !== participant.clientId) {
      // The name may be that of one we still wait for: a robot that was started again.
      const before = this.#participants.get(info.client_id);
      if (before) this.#remove(before);
      this.#participants.delete(participant.clientId);
      participant.clientId = info.client_id;
      this.#participants.set(info.client_id, participant);
    }
    participant.adapt(this.#howTo(info, participant));
    this.#changed();
  }

  /** @param {import('./errors.js').SignalingError} error */
  #refused(error) {
    const clientId = this.#admitting.get(error.replyTo);
    this.#admitting.delete(error.replyTo);
    if (clientId) {
      if (error.code !== 'room_full') this.#atTheDoor(clientId, false);
      this.emit('notadmitted', { clientId, code: error.code });
    } else if (error.code === 'media_not_allowed') {
      for (const [participant, id] of this.#described) {
        if (id === error.replyTo) participant.refuse(error.code);
      }
      this.emit('declined', { error });
    }
  }

  /**
   * What we say to them meanwhile waits at the server.
   * @param {Participant} participant
   * @param {boolean} connected
   */
  #reaches(participant, connected) {
    participant.unreachable = !connected;
    if (connected) participant.reached();
    this.#changed();
  }

  /**
   * They did not come back to the server in time, but maybe the connection to us stands.
   * @param {Participant} participant
   */
  #waitFor(participant) {
    if (!participant.stands) return this.#remove(participant);
    participant.wait(COME_BACK_MS, () => this.#remove(participant));
    this.#changed();
  }

  /** @param {Participant} participant */
  #participantChanged(participant) {
    if (participant.away && !participant.stands) this.#remove(participant);
    else this.#changed();
  }

  /** @param {Participant} participant */
  #remove(participant) {
    if (this.#participants.get(participant.clientId) !== participant) return;
    this.#participants.delete(participant.clientId);
    this.#described.delete(participant);
    participant.close();
    this.emit('participantleft', { participant });
    this.#changed();
  }

  /**
   * @param {string} clientId
   * @param {boolean} isThere
   */
  #atTheDoor(clientId, isThere) {
    if (isThere === this.#knocking.has(clientId)) return;
    if (isThere) this.#knocking.add(clientId);
    else this.#knocking.delete(clientId);
    this.emit('knocking', { clientIds: [...this.#knocking], isNew: isThere });
  }

  // Also for who asks in the middle of something: a listener may have left.
  get #over() {
    return this.state === 'ended';
  }

  get #configuration() {
    const { iceServers, iceTransportPolicy } = this.#client;
    return { ...this.#options.configuration, iceServers, iceTransportPolicy };
  }

  // For the connections from now on, and for those that stand when they next look for a way.
  #configure() {
    const configuration = this.#configuration;
    for (const participant of this.#participants.values()) participant.configure(configuration);
  }

  /** @param {import('./errors.js').SignalingError} [error] */
  #end(error) {
    if (this.#over) return;
    this.#close();
    if (error) this.emit('ended', { error });
  }

  #close() {
    this.state = 'ended';
    for (const off of this.#listeners) off();
    for (const participant of this.#participants.values()) participant.close();
    this.#participants.clear();
    this.#knocking.clear();
    this.#changed();
  }

  #changed() {
    this.emit('change', this);
  }
}

// A seat in a room, and a Member for each of the others in it.
//
// Media do not pass the server, so they go on while the server is away. The session of a connection that broke is not
// gone on with: the seat is taken again by a new one, and every pair negotiates afresh. Until the new connection of a
// pair stands, the old one is played.
//
// Events: `change` (read `joined` and `members` again), `news` ({text}: who came and went), `broken` ({error, pauseMs,
// wasJoined}: it tries again by itself), `refused` ({error}: this room is over for us), `waiting` (somebody has to let us
// in), `door` ({clientIds, isNew}: those who wait for us to `admit` them), `declined` ({error}: the room does not permit
// what we want to send or receive).

import { Member } from './member.js';
import { displayName } from './words.js';

// So long somebody whose signaling broke is waited for.
const COME_BACK_MS = 30_000;
// Somebody in the room has these reasons to be gone without having wanted to.
const INVOLUNTARY = new Set(['timeout', 'replaced', 'overflow']);
// Who came back and got one of these answers need not ask again.
const SHUT_OUT = new Set(['banned', 'permission_denied']);
// A seat that was ours may still be held by the connection that broke.
const SEAT_PAUSE_MS = 1_000;

const isPolite = ({ polite }) => polite;

export class Room extends EventTarget {
  joined = false;
  seats = 5;
  members = new Map();  // client_id -> Member; the others, in the order of their joins

  #name;
  #metadata;
  #signaling;
  #tracks = new Map();       // kind -> MediaStreamTrack
  #receives;
  #calls;
  #polite;
  #nameOf;
  #keepsName;
  #configuration = {};
  #knocking = new Set();     // client_ids
  #admitting = new Map();    // id of our message -> client_id
  #described = new Map();    // Member -> id of the last description we sent them in this session
  #wasJoined = false;
  #over = false;
  #online = () => this.join();

  // `media`: {tracks, receives} as Peer wants them. `calls(participant)`: whether we call, and they answer; by default
  // the one who came later calls, so that the first negotiation needs no luck. `polite(participant)`: whether we give way
  // where two offers meet; the server sees to it that just one does. `nameOf(member)`: for the news. `keepsName`: who
  // comes back waits until the old name is free, instead of coming back under a new one.
  constructor({
    name, metadata, media: { tracks = [], receives = [] }, signaling,
    calls = isPolite, polite = isPolite, nameOf = displayName, keepsName = false,
  }) {
    super();
    this.#name = name;
    this.#metadata = metadata;
    this.#signaling = signaling;
    for (const track of tracks) this.#tracks.set(track.kind, track);
    this.#receives = receives;
    this.#calls = calls;
    this.#polite = polite;
    this.#nameOf = nameOf;
    this.#keepsName = keepsName;
    const on = (type, handle) => signaling.addEventListener(type, ({ detail }) => this.#over || handle(detail));
    on('connected', (message) => this.#connected(message));
    on('event', (message) => this.#handle(message));
    on('ice_servers', (message) => this.#configure({ iceServers: message.ice_servers }));
    on('notice', ({ error }) => console.warn(`${error.code}: ${error.message}`));
    on('broken', (detail) => this.#broken(detail));
    on('ended', ({ error }) => this.#refuse(error));
  }

  // Also in the middle of a pause: now.
  join() {
    if (this.#over) return;
    addEventListener('online', this.#online);
    this.#signaling.open();
  }

  leave() {
    this.#over = true;
    removeEventListener('online', this.#online);
    this.#signaling.close();
    for (const member of this.members.values()) member.close();
    this.members.clear();
    this.joined = false;
  }

  // Ourselves, as the others see us.
  get own() {
    return { clientId: this.#signaling.clientId, metadata: this.#metadata };
  }

  // What the others see or hear from now on; null for nothing.
  setTrack(kind, track) {
    if (track) this.#tracks.set(kind, track);
    else this.#tracks.delete(kind);
    for (const member of this.members.values()) member.setTrack(kind, track, this.#tracksNow);
  }

  // What the others see of us.
  setMetadata(metadata) {
    this.#metadata = metadata;
    if (this.joined) this.#signaling.send('update', { metadata });
  }

  // Whoever has a seat then is `participant_joined`; where there is none, it goes on knocking.
  admit(clientId) {
    this.#admitting.set(this.#signaling.send('admit', { client_id: clientId }), clientId);
  }

  #atTheDoor(clientId, isThere) {
    if (isThere === this.#knocking.has(clientId)) return;
    if (isThere) this.#knocking.add(clientId);
    else this.#knocking.delete(clientId);
    this.#tell('door', { clientIds: [...this.#knocking], isNew: isThere });
  }

  #leaveTheDoor() {
    this.#admitting.clear();
    for (const clientId of this.#knocking) this.#atTheDoor(clientId, false);
  }

  #notAdmitted(clientId, { code }) {
    this.#news(code === 'room_full' ? 'There is no free seat.' : 'Nobody waits any more.');
    if (code !== 'room_full') this.#atTheDoor(clientId, false);
  }

  async #connected({ ice_servers: iceServers = [], ice_transport_policy: iceTransportPolicy = 'all' }) {
    // What a room allowed to be known only to relays stays so while we come back.
    const relayed = this.#configuration.iceTransportPolicy === 'relay';
    this.#configure({ iceServers, iceTransportPolicy: relayed ? 'relay' : iceTransportPolicy });
    try {
      this.#enter(await this.#signaling.request('join', { room: this.#name, metadata: this.#metadata }));
    } catch (error) {
      if (!this.#over && this.#signaling.connected) this.#notJoined(error);
    }
  }

  #notJoined(error) {
    if (!this.#wasJoined || SHUT_OUT.has(error.code)) return this.#refuse(error);
    // Coming back: what stands in the way may go away. Whoever holds our old name keeps it.
    if (error.code === 'client_id_taken' && !this.#keepsName) this.#signaling.clientId = '';
    this.#signaling.reopen(error, SEAT_PAUSE_MS);
  }

  #enter({ options, participants }) {
    const back = this.#wasJoined;
    this.joined = this.#wasJoined = true;
    this.seats = options?.max_participants ?? this.seats;
    if (options?.relay_only) this.#configure({ iceTransportPolicy: 'relay' });
    const present = new Set(participants.map((participant) => participant.client_id));
    for (const member of this.members.values()) {
      if (!present.has(member.clientId)) this.#waitFor(member);
    }
    for (const participant of participants) this.#seat(participant);
    this.#changed();
    if (back) this.#news('Connected again.');
  }

  #handle(message) {
    const member = this.members.get(message.client_id);
    switch (message.type) {
      case 'knock':
        if (message.client_id) this.#atTheDoor(message.client_id, true);
        else this.#tell('waiting');
        break;
      case 'room_updated':
        if (message.options.relay_only) this.#configure({ iceTransportPolicy: 'relay' });
        this.seats = message.options.max_participants;
        this.#changed();
        break;
      case 'room_locked':
        this.#news(message.locked ? 'The room is locked: nobody can come in.' : 'The room is open again.');
        break;
      case 'participant_joined':
        this.#atTheDoor(message.client_id, false);
        this.#seat(message.participant, true);
        break;
      case 'participant_updated':
        if (member) this.#update(member, message.participant);
        break;
      case 'participant_connection':
        if (member) this.#reaches(member, message.connected);
        break;
      case 'participant_left':
        if (!member) break;
        if (INVOLUNTARY.has(message.reason)) this.#waitFor(member);
        else this.#remove(member);
        break;
      case 'offer':
      case 'answer':
      case 'ice_candidate':
        member?.receive(message);
        break;
      case 'reject':
        member?.refuse(message.reason);
        break;
      case 'error':
        if (this.#admitting.has(message.reply_to)) {
          this.#notAdmitted(this.#admitting.get(message.reply_to), message);
          break;
        }
        if (message.code === 'media_not_allowed') this.#notPermitted(message);
        // Somebody left while we were sending to them. Nothing is lost.
        if (message.code !== 'peer_unavailable') console.warn(`${message.code}: ${message.message}`);
        break;
    }
  }

  #seat(participant, tell = false) {
    let member = this.members.get(participant.client_id);
    const known = member !== undefined;
    if (!known) {
      member = new Member(participant.client_id, () => this.#memberChanged(member));
      this.members.set(member.clientId, member);
    }
    member.metadata = participant.metadata ?? {};
    member.refusal = '';
    member.unreachable = participant.connected === false;
    member.connect(this.#howTo(member, participant));
    if (tell) this.#news(`${this.#nameOf(member)} ${known ? 'is back' : 'joined'}.`);
    this.#changed();
  }

  // What Member wants to know.
  #howTo(member, participant) {
    return {
      polite: this.#polite(participant),
      calls: this.#calls(participant),
      mayCall: () => this.joined && !member.away && !member.unreachable,
      configuration: this.#configuration,
      tracks: this.#tracksNow,
      receives: this.#receives,
      send: (type, fields) => {
        const id = this.#signaling.send(type, { to: member.clientId, ...fields });
        if (type === 'offer' || type === 'answer') this.#described.set(member, id);
      },
    };
  }

  #update(member, participant) {
    member.metadata = participant.metadata ?? {};
    if (participant.client_id !== member.clientId) {
      // The name may be that of one we still wait for: a robot that was started again.
      const before = this.members.get(participant.client_id);
      if (before) this.#remove(before);
      this.members.delete(member.clientId);
      member.clientId = participant.client_id;
      this.members.set(member.clientId, member);
    }
    member.adapt(this.#howTo(member, participant));
    this.#changed();
  }

  // The room does not permit what we offered or answered somebody.
  #notPermitted(error) {
    for (const [member, id] of this.#described) {
      if (id === error.reply_to) member.refuse(error.code);
    }
    this.#tell('declined', { error });
  }

  // What we say to them meanwhile waits at the server.
  #reaches(member, connected) {
    member.unreachable = !connected;
    if (connected) member.reached();
    this.#changed();
  }

  // They did not come back to the server in time, but maybe the connection to us stands.
  #waitFor(member) {
    if (!member.stands) return this.#remove(member);
    member.wait(COME_BACK_MS, () => this.#remove(member));
    this.#changed();
  }

  #memberChanged(member) {
    if (member.away && !member.stands) this.#remove(member);
    else this.#changed();
  }

  #remove(member) {
    if (this.members.get(member.clientId) !== member) return;
    this.members.delete(member.clientId);
    this.#described.delete(member);
    member.close();
    this.#news(`${this.#nameOf(member)} left.`);
    this.#changed();
  }

  #broken({ error, pauseMs }) {
    this.#leaveTheDoor();
    this.#described.clear();
    this.joined = false;
    this.#changed();
    this.#tell('broken', { error, pauseMs, wasJoined: this.#wasJoined });
  }

  #refuse(error) {
    this.leave();
    this.#tell('refused', { error });
  }

  // For the connections from now on, and for those that stand when they next look for a way.
  #configure(changes) {
    this.#configuration = { ...this.#configuration, ...changes };
    for (const member of this.members.values()) member.configure(this.#configuration);
  }

  get #tracksNow() {
    return [...this.#tracks.values()];
  }

  #changed() {
    this.#tell('change');
  }

  #news(text) {
    this.#tell('news', { text });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

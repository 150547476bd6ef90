// The messages of the protocol, as docs/protocol.md has them: the JSON as it is on the wire, in its own names.

export type Metadata = Record<string, string>;
/** `retry`: again later. `reconnect`: the client does it. `close`, `none`: do not. */
export type Action = 'retry' | 'reconnect' | 'close' | 'none';

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

export interface RoomOptions {
  max_participants?: number;
  /** `audio`: descriptions with other media are refused. */
  media?: 'any' | 'audio';
  /** Participants never learn each other's addresses. */
  relay_only?: boolean;
  /** Who joins waits until a moderator admits it. */
  knock?: boolean;
  locked?: boolean;
}

/** Where the join creates the room; where it exists they are ignored. */
export interface NewRoom extends RoomOptions {
  /** Only these may join; with `knock`, these need not. */
  allowed?: string[];
}

export interface ParticipantInfo {
  client_id: string;
  metadata?: Metadata;
  /** RFC 3339, in UTC. */
  joined_at?: string;
  /** Whether *you* give way where two offers meet (W3C, "perfect negotiation"). */
  polite: boolean;
  /** Whether it has a connection to the server now. */
  connected?: boolean;
}

export interface Candidate {
  /** Empty: there are no more. */
  candidate: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
  usernameFragment?: string | null;
}

/** To whom a signal goes: a participant, or the other side of a stored offer; by default the only other participant. */
export interface Target {
  to?: string;
  offer_id?: string;
}

/** What you may send, but for what the client sends by itself. */
export interface ClientMessages {
  join: { room: string; metadata?: Metadata; replace?: boolean; options?: NewRoom };
  leave: {};
  offer: { sdp: string } & Target;
  answer: { sdp: string } & Target;
  ice_candidate: Candidate & Target;
  reject: { reason: 'busy' | 'declined' | 'unsupported' } & Target;
  create_offer: { sdp: string; candidates?: Candidate[]; ttl_ms?: number; allowed?: string[]; metadata?: Metadata };
  claim_offer: { offer_id: string };
  withdraw_offer: { offer_id: string };
  /** Any JSON, at most 16 KiB, to one or to everybody else in the room. */
  message: { data: any; to?: string };
  update: { metadata: Metadata };
  kick: { client_id: string; ban_ms?: number; reason?: string };
  lock: { locked: boolean };
  close_room: { reason?: string };
  admit: { client_id: string };
}

/** How a set-up went, as `connectionState` of the RTCPeerConnection tells. */
export type SetupOutcome = {
  /** From the offer, sent or received, until then; of one's own offer by id from its answer. 0 to 600 000. */
  setup_ms?: number;
} & (
  /** `candidate_type`: of the local end of the selected pair. */
  | { state: 'connected'; candidate_type?: 'host' | 'srflx' | 'prflx' | 'relay' }
  | { state: 'failed'; reason?: 'ice' | 'dtls' | 'timeout' }
);

/** With whom, and how it went. */
export type Report = ({ to: string } | { offer_id: string }) & SetupOutcome;

interface Numbered {
  seq: number;
  /** The id of the message that it answers. */
  reply_to?: number;
}

export interface ErrorFields {
  code: string;
  message?: string;
  action?: Action;
  retry_after_ms?: number;
  reply_to?: number;
  fatal?: boolean;
}

export interface Connected {
  type: 'connected';
  client_id: string;
  session_id: string;
  resume_token: string;
  resume_window_ms: number;
  resumed: boolean;
  resume_error?: 'session_expired' | 'events_lost' | 'invalid';
  last_id: number;
  ice_servers?: IceServer[];
  ice_servers_expire_at?: string;
  ice_transport_policy?: RTCIceTransportPolicy;
  ping_interval_ms: number;
  timeout_ms: number;
  limits?: Record<string, number>;
  features?: string[];
  token_expires_at?: string;
}

export interface Joined extends Numbered {
  type: 'joined';
  room: string;
  options: RoomOptions;
  /** The others. */
  participants: ParticipantInfo[];
}

interface OfferChange extends Numbered {
  offer_id: string;
  client_id?: string;
  reason?: string;
  expires_at?: string;
}

interface Signal extends Numbered {
  /** The sender. */
  client_id: string;
  offer_id?: string;
}

export interface Description extends Signal {
  sdp: string;
}

export interface OfferMessage extends Description {
  /** Of a stored offer: all so far. */
  candidates?: Candidate[];
  /** Of the right to answer it. */
  expires_at?: string;
  metadata?: Metadata;
}

export interface ServerMessages {
  connected: Connected;
  joined: Joined;
  left: Numbered & { reason?: string };
  participant_joined: Numbered & { client_id: string; participant: ParticipantInfo };
  /** `client_id`: the one so far. */
  participant_updated: Numbered & { client_id: string; participant: ParticipantInfo };
  participant_left: Numbered & {
    client_id: string;
    reason: 'left' | 'timeout' | 'kicked' | 'replaced' | 'overflow' | 'closed';
  };
  /** Its connection to the server broke over a second ago, or is back. It keeps its seat meanwhile. */
  participant_connection: Numbered & { client_id: string; connected: boolean };
  offer: OfferMessage;
  answer: Description;
  ice_candidate: Signal & Candidate;
  reject: Signal & { reason: string };
  /** Of a back end where there is no `client_id`. */
  message: Numbered & { client_id?: string; data: any };
  offer_created: OfferChange;
  offer_claimed: OfferChange;
  offer_requeued: OfferChange;
  offer_rejected: OfferChange;
  offer_expired: OfferChange;
  offer_withdrawn: OfferChange;
  /** Who wants to come in; without a `client_id` it is you, and somebody has to let you. */
  knock: Numbered & { client_id?: string };
  room_locked: Numbered & { locked: boolean; client_id?: string };
  room_updated: Numbered & { options: RoomOptions };
  room_closed: { reason?: string };
  kicked: { reason?: string };
  ice_servers: { ice_servers: IceServer[]; expires_at?: string };
  go_away: { reason: string; reconnect_after_ms: number };
  token_expiring: { expires_at: string };
}

/** What answers a request. */
export interface Answers {
  create_offer: OfferChange & { expires_at: string };
  claim_offer: OfferMessage & { expires_at: string };
  withdraw_offer: OfferChange;
}

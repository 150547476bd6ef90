// What an application gives to a SignalingClient, and what it is told.

import type { SignalingError } from './errors.js';
import type { Joined, Metadata, ServerMessages } from './protocol.js';
import type { StateChange } from './transport.js';

export interface ClientOptions {
  /** 1 to 128 of `[A-Za-z0-9._~:@-]`; by default the server makes one. */
  clientId?: string;
  /** What the others see of you, at most 4 KiB. */
  metadata?: Metadata;
  /** Is asked before each connection, and before a token ends. */
  getToken?: () => string | Promise<string>;
  /** W3C Trace Context: the trace that this is part of, for the server's logs. */
  traceparent?: string;
  /** Where there is no global one (Node before 22). */
  WebSocket?: any;
}

export interface OwnEvents {
  statechange: StateChange;
  /** A session ended; the server may never have got `messages`. */
  sessionlost: { reason: string; messages: any[] };
  /** Also when the room was joined again. */
  joined: Joined & { rejoined: boolean };
  /** The room does not take us again yet ... */
  rejoining: { room: string; error: SignalingError; retryInMs: number };
  /** ... nor will it. */
  notrejoined: { room: string; error: SignalingError };
  /** Of a message that was sent, or of none in particular. */
  error: SignalingError;
  /** Every message, for who wants to look on. */
  sent: any;
  received: any;
}

export type ClientEvents = Omit<ServerMessages, keyof OwnEvents> & OwnEvents;

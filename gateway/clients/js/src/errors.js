/**
 * What the server refused, or why something cannot be done. `code` is one of the protocol's, or one of ours:
 * `closed` (the client is), `session_lost` (the session ended before the answer came), `queue_full` (too much waits
 * unacknowledged), `left` (`leave` came before the answer to `join`), `no_token` (`getToken` failed), `no_websocket` (none
 * could be made to this address), `no_life` and `connection_lost` (of a connection that is being made again).
 */
export class SignalingError extends Error {
  /** @param {import('./protocol.js').ErrorFields} fields */
  constructor({ code, message, action = 'none', retry_after_ms: retryAfterMs = 0, reply_to: replyTo = 0, fatal = false }) {
    super(message || code);
    this.name = 'SignalingError';
    this.code = code;
    /** What to do: `retry` (send it again later), `reconnect` (the client does it), `close` or `none` (do not). */
    this.action = action;
    /** Not again sooner, in milliseconds. */
    this.retryAfterMs = retryAfterMs;
    /** The id of the message that it answers, as `send` returned it; 0 where it answers none. */
    this.replyTo = replyTo;
    /** Whether the connection is closed after it. */
    this.fatal = fatal;
  }
}

export function closedError() {
  return new SignalingError({ code: 'closed', message: 'the client is closed' });
}

/**
 * Of a connection that will be made again.
 * @param {string} message
 */
export function brokenError(message) {
  return new SignalingError({ code: 'connection_lost', message, action: 'reconnect' });
}

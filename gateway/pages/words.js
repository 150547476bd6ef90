// What the pages say in words: why something did not work, by the `code` of the server's errors, and what goes on.

// code -> [the reason, what to do about it]
const REASONS = {
  room_full: ['this room is full', 'Try again when somebody has left, or take another room.'],
  room_locked: ['this room is locked', 'Nobody can come in at present.'],
  room_closed: ['this room was closed'],
  kicked: ['you were removed from this room'],
  banned: ['you were removed from this room', 'You cannot come back yet.'],
  permission_denied: ['you were not let into this room'],
  room_not_found: ['there is no such room', 'You may join it when somebody has opened it.'],
  unauthenticated: ['this server wants to know who you are', 'Ask whoever runs it for a link with your token.'],
  token_expired: ['your token has ended', 'Ask for a new link.'],
  rate_limited: ['that was too much at once', 'Wait a little.'],
  client_id_taken: ['this name is taken in this room', 'The connection that has it is still open.'],
  too_many_connections: ['the server has no free place', 'Try again later.'],
  origin_not_allowed: ['this server does not serve pages from this address'],
  session_replaced: ['you joined this room from somewhere else', 'So this connection was closed.'],
  media_not_allowed: ['this room is for sound only'],
  draining: ['the server is restarting'],
  slow_consumer: ['your connection was too slow to keep up'],
  unavailable: ['the server cannot be reached'],
  connection_lost: ['the server cannot be reached'],
  no_life: ['the server does not answer'],
};

// The state of a connection between two browsers.
const STATES = {
  new: 'connecting …',
  connecting: 'connecting …',
  disconnected: 'connection unsteady',
  failed: 'no connection, trying again',
  closed: 'no connection',
};

const REFUSALS = {
  busy: 'is busy',
  declined: 'does not want to be connected',
  unsupported: 'cannot talk with this browser',
  media_not_allowed: 'cannot be seen: this room is for sound only',
};

// Whether the way to the server broke, in contrast to all that the server says by itself.
export function isUnreachable({ code }) {
  return ['connection_lost', 'no_life', 'unavailable'].includes(code);
}

// `error` has `code` and, from the server, `message`. As part of a sentence:
export function reasonFor(error) {
  return REASONS[error.code]?.[0] ?? `the server refused: ${error.message || error.code}`;
}

// As a sentence or two.
export function wordsFor(error) {
  const reason = reasonFor(error);
  const advice = REASONS[error.code]?.[1];
  return `${reason[0].toUpperCase()}${reason.slice(1)}.${advice ? ` ${advice}` : ''}`;
}

// What there is to say about the connection to a participant; nothing where all is well.
export function connectionWords(participant) {
  if (participant.away || participant.unreachable) return 'lost the server, may come back';
  if (participant.refusal) return REFUSALS[participant.refusal] ?? 'said no';
  const { state } = participant;
  if (state === 'connected') return '';
  return participant.stream ? 'reconnecting …' : STATES[state];
}

export function displayName(participant) {
  return participant.metadata.name || `Guest ${participant.clientId.slice(-4)}`;
}

// Robots go by their ids.
export function robotName(participant) {
  return participant.metadata.name || participant.clientId;
}

// One of the flows in statistics.js: "1280 × 720 · 30 fps · 1.2 Mbit/s".
export function flowWords({ width, height, framesPerSecond, bitsPerSecond }) {
  const rate = bitsPerSecond < 1e6 ? `${Math.round(bitsPerSecond / 1e3)} kbit/s` : `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
  return width ? `${width} × ${height} · ${Math.round(framesPerSecond)} fps · ${rate}` : rate;
}

// What the page says when something did not work, by the `code` of the server's errors.

const WORDS = {
  room_full: 'This room is full. Try again when somebody has left, or take another room.',
  room_locked: 'This room is locked: nobody can come in at present.',
  room_closed: 'This room was closed.',
  kicked: 'You were removed from this room.',
  banned: 'You were removed from this room and cannot come back yet.',
  permission_denied: 'You were not let into this room.',
  client_id_taken: 'Your name in this room is taken by a connection that is still open.',
  too_many_connections: 'The server has no free place for another connection.',
  origin_not_allowed: 'This server does not serve pages from this address.',
  session_replaced: 'You joined this room from somewhere else, so this connection was closed.',
  draining: 'The server is restarting.',
  slow_consumer: 'Your connection was too slow to keep up.',
  unavailable: 'The server cannot be reached.',
};

// `error` has `code` and, from the server, `message`.
export function wordsFor(error) {
  return WORDS[error.code] ?? `The server refused: ${error.message || error.code}.`;
}

export function displayName(member) {
  return member.metadata.name || `Guest ${member.clientId.slice(-4)}`;
}

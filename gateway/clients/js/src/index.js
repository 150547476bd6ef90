/** Signaling for WebRTC. See README.md; the protocol is docs/protocol.md of the same project. */

export { Call } from './call.js';
export { SignalingClient } from './client.js';
export { SignalingError } from './errors.js';
export { Peer } from './peer.js';

/**
 * @typedef {import('./participant.js').CallParticipant} CallParticipant
 * @typedef {import('./call.js').CallOptions} CallOptions
 * @typedef {import('./call.js').CallEvents} CallEvents
 * @typedef {import('./api.js').ClientOptions} ClientOptions
 * @typedef {import('./api.js').ClientEvents} ClientEvents
 * @typedef {import('./transport.js').ClientState} ClientState
 * @typedef {import('./peer.js').PeerOptions} PeerOptions
 * @typedef {import('./protocol.js').ClientMessages} ClientMessages
 * @typedef {import('./protocol.js').ServerMessages} ServerMessages
 * @typedef {import('./protocol.js').Answers} Answers
 * @typedef {import('./protocol.js').Candidate} Candidate
 * @typedef {import('./protocol.js').Joined} Joined
 * @typedef {import('./protocol.js').ParticipantInfo} ParticipantInfo
 * @typedef {import('./protocol.js').Report} Report
 * @typedef {import('./protocol.js').SetupOutcome} SetupOutcome
 */

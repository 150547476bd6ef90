// What the offer page says about a StoredOffer.

import { isUnreachable, reasonFor, wordsFor } from './words.js';

// Errors that mean something of their own here.
const REFUSED = {
  offer_not_found: 'There is no such offer: it is over, or the id is not complete.',
  offer_taken: 'Somebody else was faster: this offer is taken. It may come back if it is not answered.',
  offer_expired: 'This offer has expired: it waited too long, or its maker is gone.',
  claim_lost: 'Your time to answer was over: the offer is back in the queue, or somebody else has it.',
  too_many_offers: 'The server keeps no more offers of this connection.',
  permission_denied: 'This offer is for somebody else.',
};

// What became of it, by `reason`: [title, sentence].
const OVER = {
  ttl_expired: () => ['The offer has expired', 'Nobody answered it in time.'],
  declined: ({ other }) => ['Declined', `${other} does not want to talk.`],
  declined_by_me: ({ other }) => ['You declined', `${other} is told so, and the offer is over.`],
  put_back_by_me: () => ['Left to others', 'The offer is back in the queue: whoever has its id may take it.'],
  withdrawn: ({ other }) => ['The offer was withdrawn', `${other} took it back.`],
  withdrawn_by_me: () => ['Withdrawn', 'Nobody can take this offer any more.'],
  cancelled_by_me: ({ isMaker }) => ['Cancelled', `No offer was ${isMaker ? 'made' : 'taken'}.`],
  deleted: () => ['The offer was deleted', 'Whoever runs the server ended it.'],
  maker_left: ({ other }) => ['The offer is over', `${other} is gone.`],
  claimer_left: ({ other }) => ['The talk is over', `${other} is gone.`],
  lease_expired: () => ['Too late to answer', 'Your time was over, and the offer is back in the queue.'],
  unsupported: () => ['No talk came about', 'This browser found no way to talk with the other one.'],
  answer_not_taken: ({ other }) => ['No talk came about', `This browser cannot use the answer of ${other}.`],
  no_connection: () => ['No talk came about', 'The two browsers found no way to each other.'],
  given_up: ({ other }) => ['No talk came about', `${other} ended it before there was a connection.`],
  hung_up: ({ other }) => ['The talk is over', `${other} hung up.`],
  hung_up_by_me: () => ['The talk is over', 'You hung up.'],
  connection_lost: ({ other }) => [
    'The talk is over', `The connection to ${other} is lost, and without the server there is no new one.`,
  ],
  server_lost: ({ isMaker, error }) => (isMaker
      ? ['The offer is gone', `${wordsFor(error)} An offer ends with its maker’s connection.`]
      : ['The offer is lost to you', `${wordsFor(error)} If its maker is still there, you may take it again.`]),
  refused: ({ error }) => ['That did not work', REFUSED[error.code] ?? wordsFor(error)],
};

const WAYS = {
  direct: 'Sound goes straight from browser to browser.',
  either: 'Sound goes straight from browser to browser, or through a relay where there is no other way.',
  relay: 'Sound goes through a relay, so that neither side learns the other’s address.',
};

// Why it is in the queue once more.
const BACK = {
  lease_expired: (other) => `${other} took it and did not answer in time.`,
  claimer_left: (other) => `${other} took it and went away.`,
  busy: (other) => `${other} took it and leaves it to others.`,
  unsupported: (other) => `The browser of ${other} cannot talk with yours.`,
};

// How far it is (waiting, taken, connecting, talking or over), and a title and a sentence for people.
export function storyOf(offer) {
  const { state, isMaker, reason } = offer;
  const other = offer.other || 'The other side';
  const story = (step, title, text) => ({ step, title, text });
  switch (state) {
    case 'opening':
      return story('', isMaker ? 'Making the offer …' : 'Asking for the offer …',
          offer.error ? `${wordsFor(offer.error)} Trying again …` : 'Connecting to the server.');
    case 'queued':
      if (offer.away) return story('waiting', 'Waiting for the server', wordsOfAway(offer));
      if (reason) return story('waiting', 'Back in the queue', BACK[reason]?.(other) ?? `${other} did not answer.`);
      return story('waiting', 'Waiting for somebody to take it',
          'Pass the id or the link on. The first to take it talks with you.');
    case 'claimed':
      if (offer.away) return story('taken', isMaker ? `Taken by ${other}` : `${other} offers a talk`, wordsOfAway(offer));
      if (isMaker) {
        return story('taken', `Taken by ${other}`,
            'Nobody else can take it now. If no answer comes in time, it waits again.');
      }
      return story('taken', `${other} offers a talk`,
          'It is yours alone until the time is over. Then it goes back to the queue.');
    case 'answered':
      return talkOf(offer, story);
    default: {
      const told = OVER[reason] ?? (() => ['The offer is over', `The server says: ${reason}.`]);
      return story('over', ...told({ isMaker, other, error: offer.error }));
    }
  }
}

// The server keeps the offer for a while, so that the page can come back to it.
function wordsOfAway(offer) {
  return `${goneWords(offer)} Trying again …`;
}

function goneWords({ error }) {
  return isUnreachable(error) ? 'The server went away.' : wordsFor(error);
}

function talkOf({ peer, other, error, way, away, serverGone, otherGone }, story) {
  let gone = '';
  if (away) gone = `${goneWords({ error })} Trying again …`;
  else if (serverGone) gone = goneWords({ error });
  else if (otherGone) gone = `${other} has lost the server.`;
  const limits = (serverGone || otherGone) && 'Should this connection break, there is no new one.';
  const text = (...sentences) => sentences.filter(Boolean).join(' ');
  switch (peer.state) {
    case 'connected':
      return story('talking', `Talking with ${other}`,
          gone ? text(gone, 'You still hear each other.', limits) : WAYS[way]);
    case 'disconnected':
      return story('talking', `Talking with ${other}`, text(gone, 'The connection is unsteady.', limits));
    case 'failed':
      return story('connecting', `No connection to ${other}`, 'Trying again …');
    default:
      return story('connecting', `Connecting to ${other} …`,
          text(gone, 'The offer is answered. The two browsers look for a way to each other.', limits));
  }
}

// The link to the server: state and reason for showLink().
export function linkOf(offer) {
  if (!offer) return ['off'];
  const { state, error, away, serverGone, reason } = offer;
  const goneFor = () => isUnreachable(error) ? 'the server went away' : reasonFor(error);
  if (state === 'opening') return error ? ['connecting', reasonFor(error)] : ['connecting'];
  if (away && state !== 'over') return ['reconnecting', goneFor()];
  if (serverGone || reason === 'server_lost') return ['off', goneFor()];
  return state === 'over' ? ['off'] : ['on'];
}

// 75 -> 1:15
export function clockOf(seconds) {
  const two = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// What a page that is in a Room tells about the way to the server and about the door, the same on all of them.

import { announce, hideNotice, showLink, showNotice } from './notice.js';
import { reasonFor, wordsFor } from './words.js';

const $ = (id) => document.getElementById(id);

// The address of the WebSocket, beside the page.
export function signalingAddress() {
  const address = new URL('v1', document.baseURI);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address;
}

// `goesOn()`: a sentence on what works without the server. `over(words)`: the room is over for us.
export function followRoom(room, { goesOn, over }) {
  showLink('connecting');
  room.addEventListener('change', () => {
    if (!room.joined) return;
    showLink('on');
    hideNotice('connection');
  });
  room.addEventListener('news', ({ detail }) => announce(detail.text));
  room.addEventListener('waiting', () => {
    showLink('waiting', 'somebody in the room has to let you in');
    showNotice('info', 'Somebody in the room has to let you in.', { about: 'connection' });
  });
  room.addEventListener('broken', ({ detail: { error, wasJoined } }) => {
    const lost = error.code === 'unavailable' && wasJoined;
    showLink(wasJoined ? 'reconnecting' : 'connecting', lost ? 'the server went away' : reasonFor(error));
    const words = lost ? 'The connection to the server is lost.' : wordsFor(error);
    const sentences = [words, wasJoined ? goesOn() : '', 'Trying again …'].filter(Boolean);
    const action = { label: 'Try now', run: () => room.join() };
    showNotice('warning', sentences.join(' '), { action, about: 'connection' });
  });
  room.addEventListener('declined', ({ detail: { error } }) => showNotice('warning', wordsFor(error)));
  room.addEventListener('refused', ({ detail: { error } }) => {
    over(wordsFor(error));
    showLink('off', reasonFor(error));
  });
  room.addEventListener('door', ({ detail }) => showDoor(room, detail));
}

// Those who knock stay on the page until each is in, or is known not to wait any more.
function showDoor(room, { clientIds, isNew }) {
  const count = clientIds.length;
  $('door').hidden = count === 0;
  $('door-text').textContent = count > 1 ? `${count} people want to come in.` : 'Somebody wants to come in.';
  $('door-open').onclick = () => clientIds.forEach((id) => room.admit(id));
  if (isNew) announce($('door-text').textContent);
}

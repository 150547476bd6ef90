// A page's seat in a room: the Call, the client that carries it, and what is told about the way to the server and about the
// door, the same on all pages.

import { lookUnderTheBonnet } from './bonnet.js';
import { Call, SignalingClient } from './client/index.js';
import { credentialOr } from './credential.js';
import { announce, hideNotice, showLink, showNotice } from './notice.js';
import { displayName, isUnreachable, reasonFor, wordsFor } from './words.js';

const $ = (id) => document.getElementById(id);

export class Room {
  call;

  #client;
  #metadata;
  #tell;
  #wasJoined = false;
  #left = false;

  // `clientId`: to be kept whatever happens; without, the server makes one. `options`: of the Call.
  // `changed()`: look again. `goesOn()`: a sentence on what works without the server. `over(words)`: the room is over for
  // us. `nameOf(participant)`: for the news.
  constructor({ clientId, ...options }, { changed, goesOn, over, nameOf = displayName }) {
    this.#metadata = options.metadata;
    this.#tell = { changed, goesOn, over, nameOf };
    this.#client = new SignalingClient(new URL('v1', document.baseURI), credentialOr(clientId));
    lookUnderTheBonnet(this.#client);
    this.call = new Call(this.#client, options);
    this.#follow();
  }

  // Whether the seat is ours, be it without the server at present.
  get joined() {
    return this.#wasJoined && this.call.state !== 'ended';
  }

  get participants() {
    return this.call.participants;
  }

  // Ourselves, as the others see us.
  get own() {
    return { clientId: this.#client.clientId, metadata: this.#metadata };
  }

  join() {
    showLink('connecting');
    this.call.join().catch((error) => this.#end(error));
  }

  leave() {
    this.#left = true;
    this.call.leave();
    this.#client.close();
  }

  setMetadata(metadata) {
    this.#metadata = metadata;
    if (!this.#left) this.#client.update(metadata);
  }

  #follow() {
    const { call } = this;
    const { changed, nameOf } = this.#tell;
    const client = this.#client;
    client.on('error', ({ code, message }) => {
      // Somebody left while we were sending to them. Nothing is lost.
      if (code !== 'peer_unavailable') console.warn(`${code}: ${message}`);
    });
    client.on('statechange', ({ state, error }) => error && state !== 'closed' && this.#broken(error));
    client.on('rejoining', ({ error }) => this.#broken(error));
    client.on('connected', ({ resumed }) => resumed && call.state === 'joined' && this.#connected());
    call.on('joined', ({ rejoined }) => {
      this.#wasJoined = true;
      this.#connected();
      changed();
      if (rejoined) announce('Connected again.');
    });
    call.on('change', () => this.#left || changed());
    call.on('participantjoined', ({ participant, back }) =>
      announce(`${nameOf(participant)} ${back ? 'is back' : 'joined'}.`));
    call.on('participantleft', ({ participant }) => announce(`${nameOf(participant)} left.`));
    call.on('locked', ({ locked }) =>
      announce(locked ? 'The room is locked: nobody can come in.' : 'The room is open again.'));
    call.on('waiting', () => {
      showLink('waiting', 'somebody in the room has to let you in');
      showNotice('info', 'Somebody in the room has to let you in.', { about: 'connection' });
    });
    call.on('declined', ({ error }) => showNotice('warning', wordsFor(error)));
    call.on('knocking', (door) => this.#showDoor(door));
    call.on('notadmitted', ({ code }) =>
      announce(code === 'room_full' ? 'There is no free seat.' : 'Nobody waits any more.'));
    call.on('ended', ({ error }) => this.#end(error));
  }

  #connected() {
    showLink('on');
    hideNotice('connection');
  }

  #broken(error) {
    const wasJoined = this.#wasJoined;
    const lost = isUnreachable(error) && wasJoined;
    showLink(wasJoined ? 'reconnecting' : 'connecting', lost ? 'the server went away' : reasonFor(error));
    const words = lost ? 'The connection to the server is lost.' : wordsFor(error);
    const sentences = [words, wasJoined ? this.#tell.goesOn() : '', 'Trying again …'].filter(Boolean);
    const action = { label: 'Try now', run: () => this.#client.connect() };
    showNotice('warning', sentences.join(' '), { action, about: 'connection' });
  }

  #end(error) {
    if (this.#left) return;
    this.leave();
    this.#tell.over(wordsFor(error));
    showLink('off', reasonFor(error));
  }

  // Those who knock stay on the page until each is in, or is known not to wait any more.
  #showDoor({ clientIds, isNew }) {
    const count = clientIds.length;
    $('door').hidden = count === 0;
    $('door-text').textContent = count > 1 ? `${count} people want to come in.` : 'Somebody wants to come in.';
    $('door-open').onclick = () => clientIds.forEach((id) => this.call.admit(id));
    if (isNew) announce($('door-text').textContent);
  }
}

// The place of one robot on the viewer's page: its picture, what goes on, and buttons for sound and full screen.

import { readStatistics } from './statistics.js';
import { connectionWords, flowWords, robotName } from './words.js';

// A picture that stands still for so long is told, and for so long called again; then after growing pauses.
const STILL_MS = 3_000;
const FIRST_PATIENCE_MS = 10_000;
const LONGEST_PATIENCE_MS = 60_000;

export class Screen {
  element;

  #participant;
  #parts;
  #connection = null;   // the one that was read last
  #frames = 0;
  #movedAt = performance.now();
  #waitsSince = performance.now();  // for a picture that moves, or for what the last call brings
  #patience = FIRST_PATIENCE_MS;

  constructor(participant) {
    this.#participant = participant;
    const template = document.getElementById('screen');
    this.element = template.content.firstElementChild.cloneNode(true);
    const part = (selector) => this.element.querySelector(selector);
    this.#parts = {
      video: part('video'), words: part('.screen-words'),
      name: part('.screen-name'), state: part('.screen-state'), flow: part('.screen-flow'),
      sound: part('.screen-sound'), soundIcon: part('.screen-sound use'), full: part('.screen-full'),
    };
    const { video, sound, full } = this.#parts;
    full.hidden = !document.fullscreenEnabled && !video.webkitEnterFullscreen;
    full.addEventListener('click', () => this.#pressFull());
    this.element.addEventListener('fullscreenchange', () => full.setAttribute('aria-pressed', String(this.#isFull)));
    sound.addEventListener('click', () => this.#hear(video.muted));
  }

  show() {
    const participant = this.#participant;
    const { video, words, name, state, sound, full } = this.#parts;
    const { stream } = participant;
    name.textContent = robotName(participant);
    sound.setAttribute('aria-label', `Sound of ${robotName(participant)}`);
    full.setAttribute('aria-label', `${robotName(participant)} on the full screen`);
    if (video.srcObject !== stream) {
      video.srcObject = stream;
      this.#play();
    }
    sound.hidden = !stream?.getAudioTracks().length;

    const connection = connectionWords(participant);
    state.textContent = connection || 'connected';
    this.element.dataset.state = connection ? 'off' : 'on';
    const missing = this.#missing(connection);
    words.hidden = !missing;
    words.textContent = missing;
  }

  // Reads what arrives. To be called once a second.
  async read() {
    const { connection } = this.#participant;
    if (connection?.connectionState !== 'connected') {
      this.#parts.flow.textContent = '';
      this.#waitsSince = performance.now();
      return this.show();
    }
    const { route, flows } = await readStatistics(connection);
    if (!this.element.isConnected) return;
    const video = flows.find(({ direction, kind }) => direction === 'received' && kind === 'video');
    this.#parts.flow.textContent = video ? `${flowWords(video)}${route === 'relay' ? ' · over a relay' : ''}` : '';
    // A page in the background need not decode, and who has no picture need not send one.
    const moves = !video || connection !== this.#connection || video.frames > this.#frames || document.hidden || !this.#hasPicture;
    this.#connection = connection;
    this.#frames = video?.frames ?? 0;
    if (moves) {
      this.#movedAt = this.#waitsSince = performance.now();
      if (this.#frames) this.#patience = FIRST_PATIENCE_MS;
    } else if (performance.now() - this.#waitsSince > this.#patience) {
      this.#waitsSince = performance.now();
      this.#patience = Math.min(2 * this.#patience, LONGEST_PATIENCE_MS);
      this.#participant.callAgain();
    }
    this.show();
  }

  remove() {
    if (this.#isFull) document.exitFullscreen().catch(() => {});
    this.#parts.video.srcObject = null;
    this.element.remove();
  }

  get #hasPicture() {
    return this.#participant.metadata.picture !== 'none';
  }

  // Why there is no picture, or none that moves; nothing where there is one.
  #missing(connection) {
    if (!this.#hasPicture) return 'The robot has no picture at present.';
    if (!this.#participant.stream) return connection ? sentence(connection) : 'The robot sends nothing yet.';
    if (!this.#participant.stream.getVideoTracks().length) return 'Only sound comes.';
    // The last picture of a connection that is gone must not pass for what happens now.
    if (this.#participant.connection?.connectionState !== 'connected') return sentence(connection);
    return performance.now() - this.#movedAt > STILL_MS ? 'The picture stands still.' : '';
  }

  async #play() {
    const { video } = this.#parts;
    if (!video.srcObject) return;
    try {
      await video.play();
    } catch (error) {
      // Without sound it is always permitted.
      if (error.name === 'NotAllowedError' && !video.muted) this.#hear(false);
    }
  }

  #hear(on) {
    const { video, sound, soundIcon } = this.#parts;
    video.muted = !on;
    sound.setAttribute('aria-pressed', String(on));
    soundIcon.setAttribute('href', on ? '#icon-sound' : '#icon-silent');
    this.#play();
  }

  #pressFull() {
    // With its buttons, so that the keyboard and the sound stay within reach.
    if (this.#isFull) document.exitFullscreen().catch(() => {});
    else if (this.element.requestFullscreen) this.element.requestFullscreen().catch(() => {});
    else this.#parts.video.webkitEnterFullscreen();  // iPhones show videos only
  }

  get #isFull() {
    return document.fullscreenElement === this.element;
  }
}

function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}`;
}

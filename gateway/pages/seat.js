// The place of one person on the page: face, name, what goes on, level, and the sound.

import { Meter } from './meter.js';

const HUES = 6;

export class Seat {
  element;

  #audio;
  #meter = null;
  #stream = null;
  #parts;

  constructor(hue) {
    const template = document.getElementById('seat');
    this.element = template.content.firstElementChild.cloneNode(true);
    this.element.dataset.hue = hue % HUES;
    const part = (selector) => this.element.querySelector(selector);
    this.#parts = {
      initials: part('.initials'), name: part('.name'), text: part('.state-text'), icon: part('.state .icon'),
    };
    this.#audio = part('audio');
  }

  // `icon`: muted, headphones or nothing. `dim`: no sound can come from here now.
  show({ name, text, icon = '', dim = false }) {
    const { initials, name: nameElement, text: textElement, icon: iconElement } = this.#parts;
    initials.textContent = initialsOf(name);
    nameElement.textContent = nameElement.title = name;
    textElement.textContent = text;
    iconElement.toggleAttribute('hidden', !icon);
    if (icon) iconElement.firstElementChild.setAttribute('href', `#icon-${icon}`);
    this.element.classList.toggle('dim', dim);
  }

  // Measures the stream, and plays it unless it is our own. Null stops both.
  listenTo(stream, context, { play }) {
    if (stream === this.#stream) return;
    this.#stream = stream;
    this.#meter?.close();
    this.#meter = stream ? new Meter(context, stream) : null;
    if (!stream) this.draw(0);
    if (play) this.#audio.srcObject = stream;
  }

  // Resolves to false where the browser holds the sound back until somebody touches the page.
  async play() {
    if (!this.#stream || !this.#audio.paused) return true;
    try {
      await this.#audio.play();
    } catch (error) {
      return error.name !== 'NotAllowedError';
    }
    return true;
  }

  draw(now) {
    const { level, speaking } = this.#meter?.read(now) ?? { level: 0, speaking: false };
    this.element.style.setProperty('--level', level.toFixed(2));
    this.element.classList.toggle('speaking', speaking);
  }

  remove() {
    this.#meter?.close();
    this.#meter = null;
    this.#audio.srcObject = null;
    this.element.remove();
  }
}

function initialsOf(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join('');
}

// Two people on the page: our microphone and seat, the other's seat and sound, the levels of both.

import { openMicrophone } from './microphone.js';
import { Seat } from './seat.js';

export class Talk {
  track = null;   // our microphone; null where we only listen
  muted = false;

  #list;
  #microphoneLost;
  #stream = null;   // our track, for our own meter
  #context = null;  // the AudioContext of both meters
  #own = null;
  #other = null;
  #drawnAt = 0;

  // `list` is the element for the seats; `microphoneLost()` is called when the microphone goes away by itself.
  constructor(list, { microphoneLost }) {
    this.#list = list;
    this.#microphoneLost = microphoneLost;
  }

  // To be called in a click, because browsers let only a person's touch start sound.
  wake() {
    this.#context ??= new AudioContext();
    this.#context.resume();
  }

  // Whether there is a microphone now; throws words for people where there is none. Asking takes as long as a person
  // takes, so it may be no longer `wanted()` then.
  async takeMicrophone(wanted) {
    const opened = await openMicrophone();
    if (!wanted()) {
      opened.stop();
      return false;
    }
    this.dropMicrophone();
    this.track = opened;
    this.#stream = new MediaStream([opened]);
    opened.onended = () => {
      this.dropMicrophone();
      this.#microphoneLost();
    };
    return true;
  }

  dropMicrophone() {
    if (this.track) {
      this.track.onended = null;
      this.track.stop();
    }
    this.track = this.#stream = null;
    this.muted = false;
  }

  toggleMute() {
    this.muted = !this.muted;
    this.track.enabled = !this.muted;
  }

  // `stream` is what the other sends, or null.
  show({ ownName, otherName, otherState, stream }) {
    if (!this.#own) {
      this.#own = new Seat(0);
      this.#other = new Seat(1);
      this.#list.append(this.#own.element, this.#other.element);
      requestAnimationFrame((now) => this.#draw(now));
    }
    let [text, icon] = ['you', ''];
    if (!this.track) [text, icon] = ['you, listening only', 'headphones'];
    else if (this.muted) [text, icon] = ['you, muted', 'muted'];
    this.#own.show({ name: ownName, text, icon, dim: icon !== '' });
    this.#own.listenTo(this.#stream, this.#context, { play: false });
    this.#other.show({ name: otherName, text: otherState, dim: !stream });
    this.#other.listenTo(stream, this.#context, { play: true });
  }

  // Resolves to false where the browser holds the sound back until somebody touches the page.
  async play() {
    return this.#other ? this.#other.play() : true;
  }

  // Both seats are free again, and the microphone is off.
  end() {
    this.dropMicrophone();
    this.#context?.suspend();
    this.#own?.remove();
    this.#other?.remove();
    this.#own = this.#other = null;
  }

  // Twenty times a second looks alive and spares batteries.
  #draw(now) {
    if (!this.#own) return;
    requestAnimationFrame((next) => this.#draw(next));
    if (now - this.#drawnAt < 50) return;
    this.#drawnAt = now;
    this.#own.draw(now);
    this.#other.draw(now);
  }
}

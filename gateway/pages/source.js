// Where a robot's picture comes from: one of the cameras, or the test picture. The choice is kept in step between
// several <select>s, and follows the cameras as they come and go.

import { listCameras, openCamera, watchCameras } from './camera.js';
import { TestPicture } from './test_picture.js';

const TEST = 'test';
const ANY_CAMERA = '';

export class Source {
  track = null;  // what is sent
  #selects;
  #picture = null;

  // `chosen()` is called when a person chose another one.
  constructor(selects, chosen) {
    this.#selects = selects;
    for (const select of selects) {
      select.addEventListener('change', () => {
        this.#choose(select.value);
        chosen();
      });
    }
    watchCameras(() => this.list());
  }

  // Reads again what there is to choose from.
  async list() {
    const cameras = await listCameras();
    const named = cameras.filter(({ id, label }) => id && label);
    const choices = [];
    if (named.length) choices.push(...named.map(({ id, label }) => [id, label]));
    else if (cameras.length) choices.push([ANY_CAMERA, 'Camera']);
    choices.push([TEST, 'Test picture (a clock)']);
    const open = this.#picture ? TEST : this.track?.getSettings().deviceId;
    const current = open ?? this.#selects[0].value;
    for (const select of this.#selects) {
      select.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
    }
    this.#choose(choices.some(([value]) => value === current) ? current : choices[0][0]);
  }

  // Opens what is chosen; throws a CameraError. What was open is closed first: phones have one camera at a time.
  // Asking takes as long as a person takes, so it may be no longer `wanted()` then: the result is null.
  async open(name, wanted) {
    this.close();
    const chosen = this.#selects[0].value;
    const picture = chosen === TEST ? new TestPicture(name) : null;
    const track = picture?.track ?? await openCamera(chosen);
    if (!wanted()) {
      track.stop();
      return null;
    }
    this.#picture = picture;
    this.track = track;
    // Labels are only told to whom a camera was permitted.
    await this.list();
    return track;
  }

  close() {
    if (this.track) this.track.onended = null;
    this.track?.stop();
    this.#picture?.stop();
    this.track = this.#picture = null;
  }

  #choose(value) {
    for (const select of this.#selects) select.value = value;
  }
}

// Where a robot's picture comes from: one of the cameras, or the test picture. The choice is kept in step between
// several <select>s, and follows the cameras as they come and go.

import { listCameras, openCamera, watchCameras } from './camera.js';
import { TestPicture } from './test_picture.js';

const TEST = 'test';
const ANY_CAMERA = '';

export class Source {
  track = null;  // what is sent
  #selects;
  #lost;
  #picture = null;
  #turn = 0;                         // raised by open() and close(): what was begun before is not wanted any more
  #lastCamera = Promise.resolve();   // when the last one that was asked for is open, refused or not wanted any more

  // `chosen()` is called when a person chose another one, `lost()` when the open camera went away; `track` is null then.
  constructor(selects, { chosen, lost }) {
    this.#selects = selects;
    this.#lost = lost;
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

  // Opens what is chosen; throws a CameraError. What was open is closed first: phones have one camera at a time. Asking
  // takes as long as a person takes, and whoever opened or closed meanwhile comes before: the result is false then.
  async open(name) {
    this.close();
    const turn = this.#turn;
    const wanted = () => turn === this.#turn;
    const chosen = this.#selects[0].value;
    if (chosen === TEST) {
      this.#picture = new TestPicture(name);
      this.track = this.#picture.track;
    } else if (!(await this.#openCamera(chosen, wanted))) {
      return false;
    }
    // Labels are only told to whom a camera was permitted.
    await this.list();
    return wanted();
  }

  close() {
    ++this.#turn;
    if (this.track) this.track.onended = null;
    this.track?.stop();
    this.#picture?.stop();
    this.track = this.#picture = null;
  }

  // Not before the one that was asked for last is out of the way. Whether it is open now.
  #openCamera(id, wanted) {
    const opened = this.#lastCamera.then(async () => {
      if (!wanted()) return false;
      let track = null;
      try {
        track = await openCamera(id);
      } catch (error) {
        if (wanted()) throw error;
      }
      if (!wanted()) {
        track?.stop();
        return false;
      }
      this.track = track;
      track.onended = () => {
        this.close();
        this.list();
        this.#lost();
      };
      return true;
    });
    this.#lastCamera = opened.catch(() => {});
    return opened;
  }

  #choose(value) {
    for (const select of this.#selects) select.value = value;
  }
}

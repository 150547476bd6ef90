// How loud a track is, and whether somebody speaks in it.

const FLOOR_DB = -60;
const CEILING_DB = -12;
const SPEAKING_LEVEL = 0.3;
const HOLD_MS = 400;         // Speech has gaps; the sign for it should not flicker.
const FALL_PER_SECOND = 2;   // Up at once, down gently.

export class Meter {
  #source;
  #analyser;
  #samples;
  #level = 0;
  #readAt = 0;
  #spokeAt = -Infinity;

  constructor(context, stream) {
    this.#source = context.createMediaStreamSource(stream);
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source.connect(this.#analyser);
  }

  // `now` in milliseconds; the level is between 0 and 1.
  read(now) {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    const decibel = 10 * Math.log10(sum / this.#samples.length || 1e-12);
    const measured = Math.min(1, Math.max(0, (decibel - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
    const fallen = this.#level - FALL_PER_SECOND * (now - this.#readAt) / 1000;
    this.#level = Math.max(measured, fallen, 0);
    this.#readAt = now;
    if (measured > SPEAKING_LEVEL) this.#spokeAt = now;
    return { level: this.#level, speaking: now - this.#spokeAt < HOLD_MS };
  }

  close() {
    this.#source.disconnect();
    this.#analyser.disconnect();
  }
}

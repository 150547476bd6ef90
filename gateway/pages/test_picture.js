// A picture that moves, for machines without a camera: a clock to the tenth of a second, so that one sees on the other
// side how late it comes, and a hand that goes round once a second.

const WIDTH = 960;
const HEIGHT = 540;
const FRAMES_PER_SECOND = 20;
const COLOURS = ['#8fd3ee', '#f0b988', '#c9b4f5', '#f3a6c5', '#b2dc93', '#4bcfa4'];

export class TestPicture {
  track;

  #context;
  #name;
  #ticker = new Worker(new URL('ticker.js', import.meta.url));

  constructor(name) {
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.#name = name;
    this.#context = canvas.getContext('2d', { alpha: false });
    this.#draw();
    [this.track] = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks();
    this.#ticker.onmessage = () => this.#draw();
    this.#ticker.postMessage(1000 / FRAMES_PER_SECOND);
  }

  stop() {
    this.#ticker.terminate();
    this.track.stop();
  }

  #draw() {
    const now = new Date();
    const context = this.#context;
    context.fillStyle = '#0c1311';
    context.fillRect(0, 0, WIDTH, HEIGHT);
    COLOURS.forEach((colour, i) => {
      context.fillStyle = colour;
      context.fillRect(i * WIDTH / COLOURS.length, HEIGHT - 36, WIDTH / COLOURS.length + 1, 36);
    });
    this.#drawHand(now.getMilliseconds() / 1000);
    context.textAlign = 'left';
    context.fillStyle = '#e8f1ed';
    context.font = '600 84px ui-monospace, "DejaVu Sans Mono", monospace';
    const two = (number) => String(number).padStart(2, '0');
    const seconds = `${two(now.getSeconds())}.${Math.floor(now.getMilliseconds() / 100)}`;
    context.fillText(`${two(now.getHours())}:${two(now.getMinutes())}:${seconds}`, 386, 262, 520);
    context.fillStyle = '#9fb2aa';
    context.font = '500 36px system-ui, "DejaVu Sans", sans-serif';
    context.fillText(this.#name, 390, 326, 520);
  }

  #drawHand(turn) {
    const context = this.#context;
    const [x, y, radius] = [206, 252, 128];
    context.lineWidth = 10;
    context.lineCap = 'round';
    context.strokeStyle = '#2a3934';
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
    const angle = (turn - 0.25) * 2 * Math.PI;
    context.strokeStyle = '#4bcfa4';
    context.beginPath();
    context.arc(x, y, radius, -Math.PI / 2, angle);
    context.stroke();
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + Math.cos(angle) * (radius - 30), y + Math.sin(angle) * (radius - 30));
    context.stroke();
  }
}

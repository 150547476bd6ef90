// The robot's page and the viewer's page.

import { Tab } from './tabs.js';
import { until } from './until.js';

// Runs in the page: what each open connection has decoded and sent.
async function countFrames() {
  const open = watched.connections.filter((connection) => connection.connectionState !== 'closed');
  return Promise.all(open.map(async (connection) => {
    const sum = { decoded: 0, encoded: 0 };
    for (const report of (await connection.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.kind === 'video') sum.decoded += report.framesDecoded;
      if (report.type === 'outbound-rtp' && report.kind === 'video') sum.encoded += report.framesEncoded;
    }
    return sum;
  }));
}

// Runs in the page: a few pixels of the picture of this robot, as one text.
function readPixels(name) {
  const screen = [...document.querySelectorAll('.screen')].find((one) => one.textContent.includes(name));
  const video = screen?.querySelector('video');
  if (!video?.videoWidth || video.paused) return '';
  const canvas = new OffscreenCanvas(64, 36);
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0, 64, 36);
  return context.getImageData(0, 0, 64, 36).data.join();
}

export class RobotTab extends Tab {
  static open(browser, url, { room = 'test', ...options } = {}) {
    return super.open(browser, url, { address: `robot?room=${room}`, ...options });
  }

  // `source`: "test" for the test picture, nothing for the camera.
  async join(name, source) {
    await this.page.fill('#name', name);
    if (source) await this.page.selectOption('#source', source);
    await this.page.click('#join');
    await this.page.waitForSelector('#live', { state: 'visible' });
  }

  frames() {
    return this.page.evaluate(countFrames);
  }

  // [[name, state]] of the viewers.
  async viewers() {
    const rows = await this.page.locator('.person').all();
    return Promise.all(rows.map((row) => Promise.all([
      row.locator('.person-name').textContent(), row.locator('.person-state').textContent(),
    ])));
  }

  watchedBy(...names) {
    const wanted = [...names].sort().join();
    return until(`the viewers ${wanted}`, async () =>
      (await this.viewers()).map(([name, state]) => state === 'watches' ? name : `${name}?`).sort().join() === wanted);
  }
}

export class ViewerTab extends Tab {
  static open(browser, url, { room = 'test', ...options } = {}) {
    return super.open(browser, url, { address: `viewer?room=${room}`, ...options });
  }

  async join(name) {
    await this.page.fill('#name', name);
    await this.page.click('#join');
    await this.page.waitForSelector('#watch', { state: 'visible' });
  }

  frames() {
    return this.page.evaluate(countFrames);
  }

  screen(name) {
    return this.page.locator('.screen', { has: this.page.locator('.screen-name', { hasText: name }) });
  }

  stateOf(name) {
    return this.screen(name).locator('.screen-state').textContent();
  }

  // Frames are decoded on exactly so many connections, on each more and more, and the pictures of these robots move.
  async sees(...names) {
    const before = await until(`pictures of ${names}`, async () => {
      const streams = (await this.frames()).filter(({ decoded }) => decoded > 0);
      return streams.length === names.length && streams;
    });
    await until('more frames are decoded', async () => {
      const now = (await this.frames()).filter(({ decoded }) => decoded > 0);
      return now.length === names.length && now.every(({ decoded }, i) => decoded > before[i].decoded + 10);
    });
    for (const name of names) {
      const first = await until(`a picture of ${name}`, () => this.page.evaluate(readPixels, name));
      await until(`the picture of ${name} moves`, async () => await this.page.evaluate(readPixels, name) !== first);
      assertState(name, await this.stateOf(name));
    }
  }

  waits(pattern = /No robot is here yet/) {
    return until(`it waits: ${pattern}`, async () => {
      const [text] = await this.page.locator('#waiting:visible').allTextContents();
      return text && /Waiting for the robot/.test(text) && pattern.test(text);
    });
  }
}

function assertState(name, state) {
  if (state !== 'connected') throw new Error(`${name} is ${state}`);
}

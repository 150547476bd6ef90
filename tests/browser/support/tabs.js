// Chromium with a fake microphone that beeps once a second and a fake camera, and what a person sees and hears in its tabs.

import { chromium } from 'playwright-core';

import { notePage } from '../../support/log_check.mjs';
import { until } from './until.js';

const FAKE_DEVICES = '--use-fake-device-for-media-stream';
const FLAGS = [
  '--no-sandbox', FAKE_DEVICES, '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
];

// `microphone`, and with it the camera: allowed or denied. `cameras`: how many there are.
export function launch({ microphone = 'allowed', cameras = 1 } = {}) {
  const answer = microphone === 'allowed' ? '' : '=deny';
  const flags = FLAGS.map((flag) => flag === FAKE_DEVICES ? `${flag}=device-count=${cameras}` : flag);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', ...flags, `--use-fake-ui-for-media-stream${answer}`],
  });
}

// Runs in the page before its own scripts: keeps what the page makes, so that the test can look at it.
function watch() {
  // `reports`: those of each connection that were asked for while it was connected.
  const watched = { connections: [], sockets: [], tracks: [], reports: new Map(), collisions: 0 };
  window.watched = watched;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...values) {
      super(...values);
      watched.connections.push(this);
    }

    setRemoteDescription(description) {
      // An own offer is taken back for one of the other side.
      if (description.type === 'offer' && this.signalingState === 'have-local-offer') ++watched.collisions;
      return super.setRemoteDescription(description);
    }

    getStats(...selector) {
      const report = super.getStats(...selector);
      if (this.connectionState === 'connected') watched.reports.set(this, [...watched.reports.get(this) ?? [], report]);
      return report;
    }
  };
  window.WebSocket = class extends WebSocket {
    constructor(...values) {
      super(...values);
      watched.sockets.push(this);
    }
  };
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    watched.tracks.push(...stream.getTracks());
    return stream;
  };
}

export class Tab {
  page;
  errors = [];  // what the page threw, did not find or was not allowed

  // `route` gets the page's WebSocket before it is connected; `address` is that of the page below `url`; `prepare` gets
  // the page before it is loaded.
  static async open(browser, url, { room = 'test', address = `?room=${room}`, route, prepare, ...context } = {}) {
    const tab = new this();
    const opened = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context });
    tab.page = await opened.newPage();
    notePage(tab.page);
    tab.page.on('pageerror', (error) => tab.errors.push(error));
    tab.page.on('console', (line) => {
      if (/Content Security Policy/.test(line.text())) tab.errors.push(line.text());
    });
    tab.page.on('response', (response) => {
      if (response.status() >= 400) tab.errors.push(`${response.status()} ${response.url()}`);
    });
    await tab.page.addInitScript(watch);
    if (route) await tab.page.routeWebSocket('**/v1', route);
    await prepare?.(tab.page);
    await tab.page.goto(`${url}${address}`);
    return tab;
  }

  static async joined(browser, url, name, options) {
    const tab = await this.open(browser, url, options);
    await tab.join(name);
    return tab;
  }

  async join(name, button = '#join') {
    await this.page.fill('#name', name);
    await this.page.click(button);
    await this.page.waitForSelector('#call', { state: 'visible' });
  }

  close() {
    return this.page.context().close();
  }

  // The names on the seats that are taken, our own first.
  names() {
    return this.page.locator('.seat:not(.free) .name').allTextContents();
  }

  stateOf(name) {
    return this.page.locator('.seat', { has: this.page.locator('.name', { hasText: name }) })
        .locator('.state-text').textContent();
  }

  sees(...names) {
    const wanted = [...names].sort().join();
    return until(`the seats of ${wanted}`, async () => (await this.names()).sort().join() === wanted);
  }

  notice() {
    return this.page.locator('#notice:visible').textContent({ timeout: 15_000 });
  }

  says(pattern) {
    return until(`the page says ${pattern}`, async () => {
      const texts = await this.page.locator('#notice:visible').allTextContents();
      return texts.some((text) => pattern.test(text));
    });
  }

  // What arrives on each connection that is not closed: {bytes, energy, seconds}.
  received() {
    return this.page.evaluate(async () => {
      const open = watched.connections.filter((connection) => connection.connectionState !== 'closed');
      return Promise.all(open.map(async (connection) => {
        const sum = { bytes: 0, energy: 0, seconds: 0 };
        for (const report of (await connection.getStats()).values()) {
          if (report.type !== 'inbound-rtp' || report.kind !== 'audio') continue;
          sum.bytes += report.bytesReceived;
          sum.energy += report.totalAudioEnergy;
          sum.seconds += report.totalSamplesDuration;
        }
        return sum;
      }));
    });
  }

  // Sound, not only packets, arrives from exactly `count` others.
  async hears(count) {
    const before = await until(`${count} connections`, async () => {
      const streams = await this.received();
      return streams.length === count && streams.every(({ bytes }) => bytes > 0) && streams;
    });
    await until(`sound from ${count} others`, async () => {
      const now = await this.received();
      return now.length === count &&
          now.every((stream, i) => stream.bytes > before[i].bytes + 1000 && stream.energy > before[i].energy + 1e-4);
    });
  }

  // The link to the server: on, reconnecting ...
  linked(state) {
    return this.page.waitForSelector(`#link-state[data-state="${state}"]`, { timeout: 45_000 });
  }

  link() {
    return this.page.locator('#link-state').textContent();
  }

  // As many elements play as there are others to hear.
  playing() {
    return this.page.evaluate(() => [...document.querySelectorAll('audio')].filter(({ srcObject }) => srcObject).length);
  }
}

// A tab with an application on the client: support/app.html, served below the gateway's address.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { Tab } from './tabs.js';
import { until } from './until.js';

const PAGE = await readFile(new URL('app.html', import.meta.url));

export class AppTab extends Tab {
  name;

  // `options`: the query of the page, beside those of Tab.
  static async joined(browser, url, name, { query = {}, ...options } = {}) {
    const tab = await this.open(browser, url, {
      address: `app?${new URLSearchParams({ name, ...query })}`,
      prepare: (page) => page.route(({ pathname }) => pathname === '/app',
          (route) => route.fulfill({ body: PAGE, contentType: 'text/html' })),
      // Chromium takes a page that comes from here for one of the internet. Where one permission is given, none is asked for.
      permissions: ['local-network-access', 'camera', 'microphone'],
      ...options,
    });
    tab.name = name;
    await until(() => `${name} is in the room ${tab.errors}`,
        () => tab.page.evaluate(() => window.app?.call.state === 'joined'));
    return tab;
  }

  // Connected with exactly these.
  meets(...names) {
    const wanted = [...names].sort().join();
    return until(`${this.name} is connected with ${wanted}`, async () => await this.page.evaluate(() =>
      [...app.call.participants.values()].map(({ clientId, state }) => state === 'connected' ? clientId : `${clientId}?`)
          .sort().join()) === wanted);
  }

  // {frames, energy, bytes, state}
  received(name) {
    return this.page.evaluate((from) => app.received(from), name);
  }

  // From now on more and more of it is decoded.
  async sees(name) {
    const before = await this.received(name);
    await until(`${this.name} sees frames of ${name}`, async () => (await this.received(name)).frames > before.frames + 10);
  }

  // Not only packets: sound.
  async hears(name) {
    const before = await this.received(name);
    await until(`${this.name} hears ${name}`, async () => (await this.received(name)).energy > before.energy + 1e-4);
  }

  // Over the data channel.
  async says(name, text) {
    await until(`${this.name} has a channel to ${name}`, () => this.page.evaluate((to) => app.canSay(to), name));
    await this.page.evaluate(([to, words]) => app.say(to, words), [name, text]);
  }

  heard(name, text) {
    return until(`${this.name} hears "${text}" from ${name}`, async () =>
      (await this.page.evaluate(() => app.heard)).some(([from, words]) => from === name && words === text));
  }

  // The ICE credentials of the other side that count now.
  remoteUfrag(name) {
    return this.page.evaluate((from) =>
      /^a=ice-ufrag:(\S+)/m.exec(app.participant(from)?.connection?.currentRemoteDescription?.sdp)?.[1], name);
  }

  // How many connections were made, and how many of them are open.
  connections() {
    return this.page.evaluate(() => ({
      made: watched.connections.length,
      open: watched.connections.filter(({ connectionState }) => connectionState !== 'closed').length,
    }));
  }

  async close() {
    await super.close();
    assert.deepEqual(this.errors, []);
  }
}

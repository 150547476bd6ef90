// The tests of one file in which Ada, an application in Chromium, meets another program, the peer, which sends everything
// back. Hooks of node:test bring up and down what they need.

import assert from 'node:assert/strict';
import { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { AppTab } from './app_tab.js';
import { Program } from './program.js';
import { System } from './system.js';
import { launch } from './tabs.js';

const PROGRAMS = {
  js: [process.execPath, fileURLToPath(new URL('node_peer.js', import.meta.url))],
  python: ['/usr/bin/python3', '-B', fileURLToPath(new URL('aiortc_peer.py', import.meta.url))],
};

export class Pair {
  system;
  ada;
  peer;
  #program;
  #stack;
  #browser;

  // `program`: js or python. `stack`: its arguments before the address. `complaints`: no line of it may match.
  constructor(program, { stack = [], complaints }) {
    this.#program = PROGRAMS[program];
    this.#stack = stack;
    before(async () => {
      this.system = await System.start();
      this.#browser = await launch();
    });
    afterEach(async () => {
      const { ada, peer } = this;
      this.ada = this.peer = null;
      await ada?.close();
      const code = await peer?.end();
      if (!peer) return;
      assert.deepEqual(peer.said(complaints), [], peer.lines.join('\n'));
      assert.equal(code, 0, peer.lines.join('\n'));
    });
    after(async () => {
      await this.#browser?.close();
      await this.system?.stop();
    });
  }

  // Who calls comes second. `query`: of Ada's page.
  async peerCalls(query) {
    await this.#open({ calls: 'none', chat: 'theirs', ...query });
    await this.#start('all');
    await this.ada.meets('peer');
  }

  async adaCalls(query) {
    await this.#start();
    await this.#open({ calls: 'all', chat: 'ours', ...query });
    await this.ada.meets('peer');
  }

  // What Ada says comes back to her.
  async chat(text) {
    await this.ada.says('peer', text);
    await this.ada.heard('peer', `peer heard ${text}`);
  }

  // And so does what she shows.
  mediaFlow() {
    return Promise.all([this.ada.sees('peer'), this.ada.hears('peer')]);
  }

  addCamera() {
    return this.ada.page.evaluate(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      app.call.setTrack('video', stream.getVideoTracks()[0]);
    });
  }

  async #start(...more) {
    const [command, ...args] = this.#program;
    this.peer = new Program(command, [...args, ...this.#stack, this.system.url.replace('http', 'ws'), 'peer', ...more]);
    await this.peer.says(/^joined/);
  }

  async #open(query) {
    this.ada = await AppTab.joined(this.#browser, this.system.url, 'ada', { query });
  }
}

// Clients of the real processes, whose connections a test can cut.

import assert from 'node:assert/strict';
import { WebSocket } from 'ws';

import { SignalingClient } from '../../../../gateway/clients/js/src/index.js';
import { System } from '../../../browser/support/system.js';
import { secrets } from '../../../support/log_check.mjs';

export { System };

// Each process that is started listens for the end of this one.
process.setMaxListeners(0);

// The first event of this type that is wanted.
export function next(emitter, type, wanted = () => true, timeoutMs = 60_000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`waited ${timeoutMs} ms in vain for ${type}`));
    }, timeoutMs);
    const off = emitter.on(type, (detail) => {
      if (!wanted(detail)) return;
      clearTimeout(timer);
      off();
      resolve(detail);
    });
  });
}

export class RealClient extends SignalingClient {
  #sockets;

  constructor(url, options = {}) {
    const sockets = [];
    class Socket extends WebSocket {
      constructor(...all) {
        super(...all);
        sockets.push(this);
        this.on('message', (data) => secrets.addMessage(String(data)));
      }

      send(text, ...all) {
        secrets.addMessage(String(text));
        super.send(text, ...all);
      }
    }
    super(url, { WebSocket: Socket, ...options });
    this.#sockets = sockets;
  }

  get connections() {
    return this.#sockets.length;
  }

  // As a network does it: without a word.
  cut() {
    this.#sockets.at(-1)?.terminate();
  }

  assertNoSocketIsLeft() {
    for (const { readyState } of this.#sockets) assert.ok(readyState >= WebSocket.CLOSING);
  }
}

// A system that is stopped at the end of the test; nothing may be left of its clients by then.
export async function start(t, flags = {}) {
  const system = await System.start({ ...flags, service: ['--resume_window=30s', ...flags.service ?? []] });
  const clients = [];
  t.after(async () => {
    for (const client of clients) {
      client.close();
      client.assertNoSocketIsLeft?.();
    }
    await system.stop();
  });
  // One that is closed at the end.
  const adopt = (client) => {
    clients.push(client);
    return client;
  };
  return { system, adopt, client: (options) => adopt(new RealClient(system.url, options)) };
}

// Clients come back at once: a test of what arrives is none of how long they wait.
export function comeBackSoon(t) {
  const { random } = Math;
  Math.random = () => random() / 40;
  t.after(() => { Math.random = random; });
}

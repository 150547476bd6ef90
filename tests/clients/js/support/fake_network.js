// Where FakePeerConnections meet, and what decides in which order things happen.

import { FakePeerConnection } from './fake_peer_connection.js';

export class FakeMediaStream {
  #tracks;

  constructor(tracks = []) {
    this.#tracks = tracks;
  }

  getTracks() {
    return [...this.#tracks];
  }
}

export class FakeNetwork {
  connections = [];  // those that are not closed, the oldest first
  works = true;

  #made = 0;
  #interleaver;

  // Without an Interleaver everything happens as soon as it can.
  constructor(interleaver = null) {
    this.#interleaver = interleaver;
  }

  // What a Peer or a Call wants of a browser.
  get browser() {
    const network = this;
    return {
      RTCPeerConnection: class extends FakePeerConnection {
        constructor(configuration) {
          super(network, configuration);
        }
      },
      MediaStream: FakeMediaStream,
    };
  }

  add(connection) {
    this.connections.push(connection);
    return `pc${++this.#made}`;
  }

  remove(connection) {
    this.connections = this.connections.filter((one) => one !== connection);
  }

  pause(connection) {
    if (!this.#interleaver) return Promise.resolve();
    return new Promise((resolve) => this.#interleaver.add(connection, resolve));
  }

  // Whether some fit by now.
  look() {
    if (!this.works) return;
    queueMicrotask(() => {
      const pairs = this.connections.map((one) => [one, this.connections.find((other) => other !== one && one.fits(other))]);
      for (const [one, other] of pairs) if (other) one.become('connected');
      for (const [one, other] of pairs) if (other) one.openChannels(other);
    });
  }
}

// Runs what waits in a random order, but what waits in one queue in its own.
export class Interleaver {
  #queues = new Map();
  #random;

  constructor(seed) {
    let state = seed * 2654435761 % 2 ** 32 || 1;
    this.#random = () => {  // xorshift
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) / 2 ** 32;
    };
  }

  add(queue, task) {
    if (!this.#queues.has(queue)) this.#queues.set(queue, []);
    this.#queues.get(queue).push(task);
  }

  pick(count) {
    return Math.floor(this.#random() * count);
  }

  // False where nothing waits.
  step() {
    const waiting = [...this.#queues.values()].filter((tasks) => tasks.length);
    if (!waiting.length) return false;
    waiting[this.pick(waiting.length)].shift()();
    return true;
  }
}

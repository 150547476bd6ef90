// The line between tabs and the gateway: a TCP proxy that can be cut like a cable.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Line {
  url;
  #server;
  #port;
  #sockets = new Set();
  #pairs = new Map();  // a tab's socket -> the one to the gateway
  #state = 'up';  // up, cut (nothing connects) or dead (whatever is said disappears)

  // `port`: of the gateway.
  static async to(port) {
    const line = new Line();
    line.#port = port;
    line.#server = createServer((near) => line.#accept(near)).listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    line.url = `http://127.0.0.1:${line.#server.address().port}/`;
    return line;
  }

  // What stands breaks, and nothing can be connected.
  cut() {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  // As without a network: for the tab what stands seems to stand, and nothing gets through any more. The gateway hears of
  // it at once (else it would find out by its own pings, and the session would wait so much longer).
  unplug() {
    this.#state = 'dead';
    for (const [near, far] of this.#pairs) {
      near.unpipe().resume();
      far.resetAndDestroy();
    }
  }

  // What is connected from now on gets through; what stood before is gone.
  mend() {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#state = 'up';
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #accept(near) {
    this.#keep(near);
    if (this.#state === 'cut') return near.resetAndDestroy();
    if (this.#state === 'dead') return near.resume();
    const far = connect(this.#port, '127.0.0.1');
    this.#keep(far);
    near.pipe(far).pipe(near);
    this.#pairs.set(near, far);
    near.once('close', () => {
      this.#pairs.delete(near);
      far.destroy();
    });
    far.once('close', () => this.#state === 'dead' || near.destroy());
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

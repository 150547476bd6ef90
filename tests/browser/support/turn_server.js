// A real TURN server (coturn) on a loopback address of its own, so that what was relayed is told from what was not.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { secrets as known } from '../../support/log_check.mjs';
import { until } from './until.js';

export const RELAY_ADDRESS = '127.0.0.2';
const REALM = 'test';

const run = promisify(execFile);

async function freePort() {
  const socket = createSocket('udp4');
  socket.bind(0, RELAY_ADDRESS);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

export class TurnServer {
  lines = [];

  #child;
  #folder;
  #port;

  static async start() {
    const server = new TurnServer();
    server.#folder = await mkdtemp(path.join(tmpdir(), 'turn-'));
    server.#port = await freePort();
    await server.addSecret('first-secret');
    await server.writeSecrets('first-secret');
    const configuration = path.join(server.#folder, 'turnserver.conf');
    await writeFile(configuration, [
      `listening-ip=${RELAY_ADDRESS}`, `relay-ip=${RELAY_ADDRESS}`, `listening-port=${server.#port}`,
      'use-auth-secret', `realm=${REALM}`, `userdb=${server.#database}`, 'fingerprint', 'allow-loopback-peers', 'no-tls',
      'no-dtls', 'no-tcp', 'no-tcp-relay', 'no-cli', 'verbose', 'log-file=stdout', 'simple-log',
      `pidfile=${server.#folder}/pid`, '',
    ].join('\n'));
    server.#child = spawn(process.env.TURNSERVER ?? 'turnserver', ['-c', configuration], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const failed = once(server.#child, 'error').then(([error]) => { throw error; });
    process.once('exit', () => server.#child.kill('SIGKILL'));
    for (const stream of [server.#child.stdout, server.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => server.lines.push(line));
    }
    const ready = until(() => `the start of turnserver\n${server.lines.join('\n')}`, () => {
      assert.equal(server.#child.exitCode, null, server.lines.join('\n'));
      return server.lines.some((line) => /IPv4\. UDP listener opened on/.test(line));
    });
    await Promise.race([ready, failed]);
    return server;
  }

  // For the service's flags.
  get url() {
    return `turn:${RELAY_ADDRESS}:${this.#port}?transport=udp`;
  }

  get secretFile() {
    return path.join(this.#folder, 'secret');
  }

  // Nothing gets through from now on, and nobody is told.
  freeze() {
    this.#child.kill('SIGSTOP');
  }

  thaw() {
    this.#child.kill('SIGCONT');
  }

  // As an operator does it: in the database of the running server, and in the file of the service.
  addSecret(secret) {
    return run('turnadmin', ['-s', secret, '-r', REALM, '-b', this.#database]);
  }

  removeSecret(secret) {
    return run('turnadmin', ['-X', secret, '-r', REALM, '-b', this.#database]);
  }

  async writeSecrets(...secrets) {
    for (const secret of secrets) known.add(secret);
    const written = `${this.secretFile}.new`;
    await writeFile(written, `${secrets.join('\n')}\n`);
    await rename(written, this.secretFile);
  }

  get #database() {
    return path.join(this.#folder, 'turndb');
  }

  async stop() {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
    await rm(this.#folder, { recursive: true });
  }
}

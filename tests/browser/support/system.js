// The real processes, on free ports.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { Watch } from '../../support/log_check.mjs';
import { reserve } from './ports.js';
import { until } from './until.js';

const START_MS = 20_000;
const STOP_MS = 15_000;
// Short, so that what a test leaves behind is gone soon; longer than a page takes to come back.
const RESUME_WINDOW = '4s';
const LAST_SESSION_MS = 60_000;

class Process {
  #child;
  #lines = [];
  #events = new Map();  // the first log line of each event
  #watch;

  static async start(name, flags) {
    const directory = process.env.SIGNALING_BIN_DIR;
    assert.ok(directory, 'SIGNALING_BIN_DIR has to name the directory of the binaries');
    const binary = path.join(directory, name);
    await access(binary);
    const started = new Process(binary, flags);
    const told = () => `${name}\n${started.#lines.join('\n')}`;
    try {
      await until(() => `the start of ${told()}`, () => {
        assert.equal(started.#child.exitCode, null, `ended: ${told()}`);
        return started.#events.has('listening') && started.#events.has('ready');
      }, START_MS);
    } catch (error) {
      started.end();
      throw error;
    }
    return started;
  }

  constructor(binary, given) {
    const flags = given.some((flag) => flag.startsWith('--log_level')) ? given : ['--log_level=debug', ...given];
    this.#watch = new Watch(path.basename(binary), flags);
    // No setting but the flags comes from outside.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SIGNALING_')));
    this.#child = spawn(binary, flags, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => this.end());  // where a test is cut off
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        this.#watch.line(line);
        if (!line.startsWith('{')) return;
        const entry = JSON.parse(line);
        if (!this.#events.has(entry.event)) this.#events.set(entry.event, entry);
      });
    }
  }

  get debugLines() {
    return this.#watch.debugLines;
  }

  get port() {
    return this.#events.get('listening').port;
  }

  // Of one moment: a function that gives a sample by its name.
  async metrics() {
    const { internal_port: port } = this.#events.get('listening');
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const lines = text.split('\n');
    return (name) => {
      const line = lines.find((candidate) => candidate.startsWith(`${name} `));
      assert.ok(line, `no metric ${name}`);
      return Number(line.slice(name.length + 1));
    };
  }

  async metric(name) {
    return (await this.metrics())(name);
  }

  end() {
    this.#child.kill('SIGKILL');
  }

  async kill() {
    const exited = once(this.#child, 'close');
    this.end();
    await exited;
    this.#watch.check();
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    // All that it said is read by then.
    const exited = once(this.#child, 'close', { signal: AbortSignal.timeout(STOP_MS) });
    this.#child.kill('SIGTERM');
    const [code] = await exited;
    assert.equal(code, 0, this.#lines.slice(-20).join('\n'));
    this.#watch.check();
  }
}

export class System {
  service;
  gateway;
  #flags;

  // `service` and `gateway`: flags of theirs beside the ports. `window`: for how long a session waits for its client.
  static async start({ service = [], gateway = [], window = RESUME_WINDOW } = {}) {
    const system = new System();
    system.#flags = { service: [`--resume_window=${window}`, ...service], gateway };
    await system.startService();
    await system.startGateway();
    return system;
  }

  get url() {
    return `http://127.0.0.1:${this.gateway.port}/`;
  }

  // On the port of the one before, where there was one.
  async startService() {
    const port = this.service?.port ?? await reserve();
    this.service = await Process.start('signaling-service', [
      `--port=${port}`, '--internal_port=0', '--rate_limits=off', ...this.#flags.service,
    ]);
  }

  async startGateway() {
    const port = this.gateway?.port ?? await reserve();
    this.gateway = await Process.start('signaling-gateway', [
      `--port=${port}`, '--internal_port=0', '--rate_limits=off', `--service=127.0.0.1:${this.service.port}`,
      ...this.#flags.gateway,
    ]);
  }

  // To be called when all tabs are closed.
  async stop() {
    try {
      await until('no connection is left', async () => await this.gateway.metric('signaling_connections') === 0);
      // Also one that waits for a client without a goodbye.
      await until('no session is left', async () => await this.service.metric('signaling_sessions') === 0, LAST_SESSION_MS);
      await this.gateway.stop();
      await this.service.stop();
    } finally {
      this.gateway.end();
      this.service.end();
    }
  }
}

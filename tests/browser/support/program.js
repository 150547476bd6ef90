// A program beside the browser that says in lines what happens to it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { until } from './until.js';

const STOP_MS = 15_000;

const children = new Set();
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));  // where a test is cut off

export class Program {
  lines = [];
  #child;

  // `options` of spawn.
  constructor(command, args, options) {
    this.#child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    children.add(this.#child);
    this.#child.stdin.on('error', () => {});  // it has ended; who waits for its words hears so
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
    }
  }

  get ended() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  says(pattern, times = 1) {
    return until(() => `${times} times ${pattern} in\n${this.lines.join('\n')}`, () => this.said(pattern).length >= times);
  }

  said(pattern) {
    return this.lines.filter((line) => pattern.test(line));
  }

  tell(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  // The exit code, or the signal that ended it.
  async end(signal = 'SIGINT') {
    if (!this.ended) {
      const exited = once(this.#child, 'exit', { signal: AbortSignal.timeout(STOP_MS) });
      this.#child.kill(signal);
      await exited;
    }
    return this.#child.exitCode ?? this.#child.signalCode;
  }
}

// The examples of the README: short, and they run, against the real processes.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'node:test';
import { WebSocket } from 'ws';

import { Call } from '../../../gateway/clients/js/src/index.js';
import { FakeNetwork } from './support/fake_network.js';
import { LIBRARY, readmeExamples, temporaryFolder } from './support/package.js';
import { next, start } from './support/real.js';

const LONGEST = 15;
const INDEX = pathToFileURL(path.join(LIBRARY, 'src/index.js')).href;
const WS = import.meta.resolve?.('ws') ?? new URL('node_modules/ws/wrapper.mjs', import.meta.url).href;

const track = (kind) => ({ kind, id: `${kind} of the example` });

// Globals of a browser, as far as the examples need them.
function browser(t, globals) {
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    t.after(() => before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]);
  }
}

// Runs one; returns what it made.
async function run(t, code, { system, adopt }) {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'example.mjs');
  const address = system.url.replace(/\/$/, '');
  await writeFile(file, `${code
    .replace('https://signaling.example/client/index.js', INDEX)
    .replace('\'webrtc-signaling-client\'', `'${INDEX}'`)
    .replace('\'ws\'', `'${WS}'`)
    .replace(/https:\/\/signaling\.example|http:\/\/localhost:8765/, address)}\nexport { client };\n`);
  const made = await import(pathToFileURL(file).href);
  adopt(made.client);
  return made;
}

const examples = await readmeExamples();
const [video, maker, taker, node] = examples;

test(`each has at most ${LONGEST} lines`, () => {
  assert.equal(examples.length, 4);
  for (const code of examples) {
    const lines = code.trimEnd().split('\n');
    assert.ok(lines.length <= LONGEST, `${lines.length} lines:\n${code}`);
    for (const line of lines) assert.ok(line.length <= 125, line);
  }
});

test('a video call', async (t) => {
  const { client, ...real } = await start(t);
  const network = new FakeNetwork();
  const shown = new Set();
  let play;
  const played = new Promise((resolve) => { play = resolve; });
  const element = () => ({
    set srcObject(stream) { if (stream) play(stream); },
    get srcObject() { return null; },
    remove() { shown.delete(this); },
  });
  browser(t, {
    ...network.browser, WebSocket,
    navigator: { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [track('audio'), track('video')] }) } },
    document: { createElement: element, body: { appendChild: (video) => shown.add(video) && video } },
  });
  const other = client({ clientId: 'other' });
  const call = new Call(other, { room: 'kitchen', tracks: [track('video')], ...network.browser });
  await call.join();
  const came = next(call, 'participantjoined');
  const example = await run(t, video, real);
  const { participant } = await came;
  assert.equal(participant.metadata.name, 'Ann');
  if (!participant.stream) await next(call, 'change', () => participant.stream);
  assert.equal((await played).getTracks()[0].kind, 'video');
  assert.equal(shown.size, 1);
  const left = next(example.client, 'participant_left');
  call.leave();
  await left;
  assert.equal(shown.size, 0);
});

test('an offer by id, made by one and taken by another', async (t) => {
  const real = await start(t);
  const network = new FakeNetwork();
  browser(t, { ...network.browser, WebSocket, location: { hash: '' } });
  const { log } = console;
  t.after(() => { console.log = log; });
  const said = new Promise((resolve) => { console.log = resolve; });
  await run(t, maker, real);
  globalThis.location.hash = `#${globalThis.location.hash}`;
  await run(t, taker, real);
  assert.equal(await said, 'hello');
});

test('a program in Node', async (t) => {
  const { client, ...real } = await start(t);
  const { log } = console;
  t.after(() => { console.log = log; });
  const states = [];
  console.log = (state) => states.push(state);
  const handlers = process.listeners('SIGINT');
  const { client: clock } = await run(t, node, real);
  const one = client({ clientId: 'one' });
  one.connect();
  await one.join('kitchen');
  const answer = next(one, 'message');
  one.send('message', { to: 'clock', data: 'time?' });
  assert.ok(Math.abs(Date.parse((await answer).data) - Date.now()) < 60_000);
  const left = next(one, 'participant_left');
  const [onInterrupt] = process.rawListeners('SIGINT').filter((handler) => !handlers.includes(handler.listener ?? handler));
  onInterrupt();
  assert.equal((await left).client_id, 'clock');
  assert.equal(clock.state, 'closed');
  assert.deepEqual(states, ['connecting', 'connected', 'closed']);
});

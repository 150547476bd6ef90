// The Python robots, as the programs that they are, and the viewer's page.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Program } from './support/program.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { RELAY_ADDRESS, TurnServer } from './support/turn_server.js';
import { until } from './support/until.js';
import { ViewerTab } from './support/video_tabs.js';

const EXAMPLES = fileURLToPath(new URL('../../gateway/clients/python/examples', import.meta.url));

// `program` and its arguments. Returns when it has said `ready`.
async function start(ready, ...command) {
  const robot = new Program('/usr/bin/python3', ['-B', ...command], { cwd: EXAMPLES });
  robots.push(robot);
  await robot.says(ready);
  return robot;
}

// Newer versions of aiortc hear of it first from the connection itself.
const HUNG_UP = /hung up, (it left: left|connection closed)/;

let system;
let browser;
let tabs = [];
let robots = [];

const socket = () => system.url.replace('http', 'ws');
const onClient = (name = 'robot') =>
  start(/waiting for viewers/, 'robot.py', '--url', socket(), '--room', 'test', '--client-id', name);
const plain = (name) =>
  start(/^connected/, 'plain_robot.py', `${socket()}?room=test&client_id=${name}`);
const viewer = async (name) => {
  const tab = await ViewerTab.joined(browser, system.url, name);
  tabs.push(tab);
  return tab;
};

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  system = await System.start();
});
afterEach(async () => {
  const [closing, ending] = [tabs, robots];
  tabs = [];
  robots = [];
  for (const tab of closing) await tab.close();
  for (const robot of ending) await robot.end('SIGKILL');
  // First of all, as it may be why something below is left.
  for (const tab of closing) assert.deepEqual(tab.errors, []);
  for (const robot of ending) {
    assert.deepEqual(robot.lines.filter((line) => /Traceback|a handler failed/.test(line)), [], robot.lines.join('\n'));
  }
  await system?.stop();
});
after(() => browser?.close());

test('the robot on the client is seen, and closes the connection of who leaves', async () => {
  const robot = await onClient('crawler');
  const ada = await viewer('Ada');
  await ada.sees('crawler');
  await ada.page.click('#leave');
  await robot.says(HUNG_UP);
  assert.equal(await robot.end(), 0);
});

test('the robot of the plain format is seen, also again', async () => {
  const robot = await plain('plain');
  const ada = await viewer('Ada');
  await ada.sees('plain');
  await ada.page.click('#leave');
  await robot.says(/^participant_left/);
  const ben = await viewer('Ben');
  await ben.sees('plain');
  assert.equal(await robot.end(), 0);
});

test('three watch one robot', async () => {
  const robot = await onClient();
  const viewers = [];
  for (const name of ['Ada', 'Ben', 'Chloe']) viewers.push(await viewer(name));
  await Promise.all(viewers.map((tab) => tab.sees('robot')));
  const [ada, ...others] = viewers;
  tabs.splice(tabs.indexOf(ada), 1);
  await ada.close();
  await robot.says(HUNG_UP);
  await Promise.all(others.map((tab) => tab.sees('robot')));
  assert.equal(await robot.end('SIGTERM'), 0);
});

test('a robot that is killed and started again is seen again', async () => {
  const ada = await viewer('Ada');
  await ada.waits();
  for (const start of [onClient, () => plain('robot')]) {
    const first = await start();
    await ada.sees('robot');
    await first.end('SIGKILL');
    await ada.waits(/robot has left/);
  }
  await onClient();
  await ada.sees('robot');
});

test('the picture goes on without the gateway, and a viewer can call anew when it is back', async () => {
  const robot = await onClient();
  const ada = await viewer('Ada');
  await ada.sees('robot');
  await system.gateway.kill();
  await robot.says(/who is watching goes on watching/);
  await ada.sees('robot');
  await system.startGateway();
  await robot.says(/signaling is back/);
  await ada.linked('on');
  await ada.sees('robot');
  assert.equal(robot.said(/viewer .*: connected/).length, 1);
  await ada.page.evaluate(() => watched.connections.at(-1).restartIce());
  await robot.says(/hung up, it calls anew/);
  await robot.says(/viewer .*: connected/, 2);
  await until('one connection is left', async () => (await ada.frames()).length === 1);
  await ada.sees('robot');
});

test('an ICE restart and a viewer that calls anew are answered with a new connection', async () => {
  const robot = await onClient();
  const ada = await viewer('Ada');
  await ada.sees('robot');
  await ada.page.evaluate(() => watched.connections.at(-1).restartIce());
  await robot.says(/hung up, it calls anew/);
  await robot.says(/: connected/, 2);
  await ada.sees('robot');
});

test('where only relays are allowed, the picture comes and no address of the robot', async () => {
  const turn = await TurnServer.start();
  try {
    await system.stop();
    system = await System.start({
      service: ['--relay_only', `--turn_urls=${turn.url}`, `--turn_secret_file=${turn.secretFile}`],
    });
    const robot = await onClient();
    const ada = await viewer('Ada');
    await ada.sees('robot');
    const remote = await ada.page.evaluate(async () => {
      const reports = [...(await watched.connections.at(-1).getStats()).values()];
      return reports.filter(({ type }) => type === 'remote-candidate')
          .map(({ candidateType, address }) => `${candidateType} ${address}`);
    });
    assert.deepEqual([...new Set(remote)], [`relay ${RELAY_ADDRESS}`]);
    await robot.end();
    await tabs.pop().close();
  } finally {
    await turn.stop();
  }
});

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { Line } from './support/line.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let line;  // between the gateway and those tabs that are opened with its url
let tabs = [];

const pair = async () => {
  for (const name of ['Ada', 'Grace']) tabs.push(await Tab.joined(browser, system.url, name));
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  return tabs;
};

// Another system, whose sessions do not wait long.
const forgetSoon = async () => {
  await system.stop();
  line.close();
  system = await System.start();
  line = await Line.to(system.gateway.port);
};

const linked = () => Promise.all(tabs.map((tab) => tab.linked('on')));

const connections = (tab) => tab.page.evaluate(() => watched.connections.map(({ signalingState }) => signalingState));

// In the session from before: nothing was negotiated again.
const wentOn = async () => {
  await linked();
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  for (const tab of tabs) {
    assert.deepEqual(await connections(tab), ['stable']);
    assert.equal(await tab.page.locator('#notice').isVisible(), false);
  }
};

// In new sessions.
const backTogether = async () => {
  await linked();
  await Promise.all(tabs.map((tab) => tab.sees('Ada', 'Grace')));
  // One connection each, and nothing of the one before is left, nor of one to a seat whose owner was not back yet.
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  for (const tab of tabs) {
    assert.equal(await tab.playing(), 1);
    const signaling = await connections(tab);
    assert.equal(signaling.filter((state) => state !== 'closed').length, 1);
    assert.ok(signaling.length > 1);
    assert.equal(await tab.page.locator('#notice').isVisible(), false);
  }
};

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  system = await System.start({ window: '30s' });
  line = await Line.to(system.gateway.port);
});
afterEach(async () => {
  try {
    for (const tab of tabs) {
      assert.deepEqual(tab.errors, []);
      await tab.close();
    }
  } finally {
    tabs = [];
    line?.close();
    await system?.stop();
  }
});
after(() => browser?.close());

test('the call goes on without the gateway, and its signaling does when it is back', async () => {
  await pair();
  for (const tab of tabs) {
    await tab.page.evaluate(() => {
      const [connection] = watched.connections;
      watched.states = [];
      connection.addEventListener('connectionstatechange', () => watched.states.push(connection.connectionState));
    });
  }
  const played = () => Promise.all(tabs.map(async (tab) => (await tab.received())[0].seconds));
  const [begin, playedBefore] = [Date.now(), await played()];
  await system.gateway.kill();
  await Promise.all(tabs.map((tab) => tab.says(/connection to the server is lost.*still hear each other/i)));
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  assert.equal(await tabs[0].link(), 'Reconnecting: the server went away');
  await system.startGateway();
  await wentOn();
  // What was played is as long as it took: the media never stopped.
  const took = (Date.now() - begin) / 1000;
  const playedAfter = await played();
  playedAfter.map((seconds, i) => seconds - playedBefore[i])
      .forEach((seconds) => assert.ok(seconds > 0.8 * took - 1, `${seconds} of ${took} s`));
  for (const tab of tabs) assert.deepEqual(await tab.page.evaluate(() => watched.states), []);
  // A new way is agreed on over the new connection to the server.
  const password = () => tabs[1].page.evaluate(() =>
    /a=ice-pwd:(.*)/.exec(watched.connections[0].currentRemoteDescription.sdp)[1]);
  const before = await password();
  await tabs[0].page.evaluate(() => watched.connections[0].restartIce());
  await until('both agree on a new way', async () => await password() !== before);
  await wentOn();
});

test('what was said without the gateway arrives when it is back', async () => {
  await pair();
  const [ada, grace] = tabs;
  await system.gateway.kill();
  await ada.page.click('#mute');
  await ada.page.evaluate(() => watched.connections[0].restartIce());
  const password = () => grace.page.evaluate(() =>
    /a=ice-pwd:(.*)/.exec(watched.connections[0].currentRemoteDescription.sdp)[1]);
  const before = await password();
  await system.startGateway();
  await until('Grace sees that Ada is muted', async () => /muted/.test(await grace.stateOf('Ada')), 45_000);
  await until('and has her offer', async () => await password() !== before);
  await ada.page.click('#mute');
  await wentOn();
});

test('the call goes on without the service, and the page is back with it', async () => {
  await forgetSoon();
  await pair();
  await system.service.kill();
  await Promise.all(tabs.map((tab) => tab.says(/server.*still hear each other/i)));
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  await system.startService();
  await backTogether();
});

// Ada and Grace in a call; the line is Grace's.
const pairOnLine = async () => {
  const ada = await Tab.joined(browser, system.url, 'Ada');
  tabs.push(ada);
  let id = '';
  const grace = await Tab.open(browser, line.url);
  tabs.push(grace);
  grace.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    const message = JSON.parse(payload);
    if (message.type === 'connected') id = message.client_id;
  }));
  await grace.join('Grace');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  return { ada, grace, id };
};

const tryNow = ({ page }) => page.evaluate(() => document.querySelector('#notice:not([hidden]) #notice-action')?.click());

// Runs in a page: another client takes the name, and the seat.
function takeName(name) {
  const socket = new WebSocket(`ws://${location.host}/v1`);
  socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', client_id: name }));
  return new Promise((resolve, reject) => {
    socket.onclose = () => reject(new Error('closed'));
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(data);
      if (type === 'connected') socket.send('{"type":"join","room":"test"}');
      if (type === 'joined') resolve();
      window.taken = socket;
      if (type === 'error') reject(new Error(data));
    };
  });
}

test('one whose signaling breaks is heard on and has its seat', async () => {
  const { ada, grace } = await pairOnLine();
  line.cut();
  await grace.says(/connection to the server is lost/);
  await until('Ada sees it', async () => /may come back/.test(await ada.stateOf('Grace')));
  await ada.hears(1);
  line.mend();
  await tryNow(grace);
  await wentOn();
  await until('Ada sees her back', async () => await ada.stateOf('Grace') === '');
});

test('a second break while the pair negotiates takes nothing from the call', async () => {
  let socket;
  let held = false;
  // As if the session had been gone: no resume, and the seat is ours again although its old session waits.
  const forget = (text) => {
    const { resume, replace, ...message } = JSON.parse(text);
    return JSON.stringify(message);
  };
  const route = (client) => {
    const server = client.connectToServer();
    client.onMessage((text) => {
      if (!held || !/"type":"(offer|answer|ice_candidate)"/.test(text)) server.send(forget(text));
    });
    socket = { client, server };
  };
  const ada = await Tab.joined(browser, system.url, 'Ada');
  const grace = await Tab.joined(browser, system.url, 'Grace', { route });
  tabs.push(ada, grace);
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  held = true;
  for (const breaks of [1, 2]) {
    await socket.server.close({ code: 3000 });
    await socket.client.close({ code: 1011 });
    await grace.linked('reconnecting');
    assert.deepEqual([await ada.playing(), await grace.playing()], [1, 1], `in break ${breaks}`);
    await grace.linked('on');
    await until('Ada sees her back', async () => /reconnecting/.test(await ada.stateOf('Grace')));
    assert.deepEqual([await ada.playing(), await grace.playing()], [1, 1], `after break ${breaks}`);
  }
  // The first connection of all is still the one that is heard.
  for (const tab of tabs) assert.equal(await tab.page.evaluate(() => watched.connections[0].connectionState), 'connected');
});

// Runs in a page: its first connection seems to be in this state.
function pretend(state) {
  const [connection] = watched.connections;
  Object.defineProperty(connection, 'connectionState', { configurable: true, get: () => state });
  connection.dispatchEvent(new Event('connectionstatechange'));
}

test('one whose session is gone is waited for while the connection is unsteady, not when it failed', async () => {
  await forgetSoon();
  const { ada } = await pairOnLine();
  line.cut();
  await until('Ada sees it', async () => /may come back/.test(await ada.stateOf('Grace')));
  await until('the seat is free', async () => await system.service.metric('signaling_participants') === 1);
  await ada.page.evaluate(pretend, 'disconnected');
  assert.match(await ada.stateOf('Grace'), /may come back/);
  await ada.page.evaluate(pretend, 'connected');
  await ada.sees('Ada', 'Grace');
  await ada.page.evaluate(pretend, 'failed');
  await ada.sees('Ada');
});

test('who comes back and finds the seat taken says so, and leaves it to who has it', async () => {
  const { ada, grace, id } = await pairOnLine();
  line.cut();
  await until('Ada sees it', async () => /may come back/.test(await ada.stateOf('Grace')));
  await ada.page.evaluate(takeName, id);
  line.mend();
  await tryNow(grace);
  await grace.says(/joined this room from somewhere else/);
  assert.equal(await grace.page.locator('#lobby').isVisible(), true);
  await ada.page.evaluate(() => taken.close(1000));
});

for (const [code, words] of [[4504, /joined this room from somewhere else/], [4502, /does not serve/]]) {
  test(`the page does not come back after ${code}`, async () => {
    let opened = 0;
    let socket;
    const route = (client) => {
      ++opened;
      client.connectToServer();
      socket = client;
    };
    const tab = await Tab.joined(browser, system.url, 'Ada', { route });
    tabs.push(tab);
    const reason = code === 4504 ? 'session_replaced' : 'origin_not_allowed';
    socket.send(JSON.stringify({ type: 'error', code: reason, message: 'm', action: 'close', fatal: true }));
    await socket.close({ code });
    await tab.says(words);
    assert.equal(await tab.page.locator('#lobby').isVisible(), true);
    assert.equal(opened, 1);
  });
}

test('a server that cannot be reached is told before joining, and found when it is there', async () => {
  const tab = await Tab.open(browser, system.url);
  tabs.push(tab);
  await system.gateway.kill();
  await tab.page.click('#join');
  await tab.says(/server cannot be reached/);
  assert.match(await tab.page.locator('#join').textContent(), /cancel/);
  await system.startGateway();
  await tab.page.waitForSelector('#call', { state: 'visible', timeout: 45_000 });
});

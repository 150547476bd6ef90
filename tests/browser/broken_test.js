import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let tabs = [];

const pair = async () => {
  for (const name of ['Ada', 'Grace']) tabs.push(await Tab.joined(browser, system.url, name));
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  return tabs;
};

const backTogether = async () => {
  await Promise.all(tabs.map((tab) => tab.page.waitForSelector('#link-state[data-state="on"]', { timeout: 45_000 })));
  await Promise.all(tabs.map((tab) => tab.sees('Ada', 'Grace')));
  // One connection each, and nothing of the one before is left, nor of one to a seat whose owner was not back yet.
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  for (const tab of tabs) {
    assert.equal(await tab.playing(), 1);
    const signaling = await tab.page.evaluate(() => watched.connections.map((connection) => connection.signalingState));
    assert.equal(signaling.filter((state) => state !== 'closed').length, 1);
    assert.ok(signaling.length > 1);
    assert.equal(await tab.page.locator('#notice').isVisible(), false);
  }
};

before(async () => {
  browser = await launch();
});
beforeEach(async () => {
  system = await System.start();
});
afterEach(async () => {
  try {
    for (const tab of tabs) {
      assert.deepEqual(tab.errors, []);
      await tab.close();
    }
  } finally {
    tabs = [];
    await system?.stop();
  }
});
after(() => browser?.close());

test('the call goes on without the gateway, and the page is back with it', async () => {
  await pair();
  await system.gateway.kill();
  await Promise.all(tabs.map((tab) => tab.says(/connection to the server is lost.*still hear each other/i)));
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  assert.equal(await tabs[0].page.locator('#link-state').textContent(), 'Reconnecting: the server went away');
  await system.startGateway();
  await backTogether();
});

test('the call goes on without the service, and the page is back with it', async () => {
  await pair();
  await system.service.kill();
  await Promise.all(tabs.map((tab) => tab.says(/server.*still hear each other/i)));
  await Promise.all(tabs.map((tab) => tab.hears(1)));
  await system.startService();
  await backTogether();
});

// Ada and Grace in a call, and a switch that keeps Grace's page from the gateway.
const pairWithSwitch = async () => {
  let socket;
  let open = true;
  const session = { id: '' };
  const route = (client) => {
    if (!open) return void client.close({ code: 1013 });
    const server = client.connectToServer();
    server.onMessage((text) => {
      const message = JSON.parse(text);
      if (message.type === 'connected') session.id = message.client_id;
      client.send(text);
    });
    socket = { client, server };
  };
  const ada = await Tab.joined(browser, system.url, 'Ada');
  const grace = await Tab.joined(browser, system.url, 'Grace', { route });
  tabs.push(ada, grace);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  const cut = async () => {
    open = false;
    await socket.server.close({ code: 3000 });  // not 1000, which would be a goodbye
    await socket.client.close({ code: 1011 });
  };
  const mend = () => {
    open = true;
    // Unless the page was faster.
    return grace.page.evaluate(() => document.querySelector('#notice:not([hidden]) #notice-action')?.click());
  };
  return { ada, grace, cut, mend, session };
};

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
      if (type === 'error') reject(new Error(data));
    };
  });
}

test('one whose signaling breaks is heard on and takes the old seat again', async () => {
  const { ada, grace, cut, mend } = await pairWithSwitch();
  await cut();
  await grace.says(/connection to the server is lost/);
  await until('Ada sees it', async () => /may come back/.test(await ada.stateOf('Grace')));
  await ada.hears(1);
  await mend();
  await backTogether();
});

test('a second break while the pair negotiates takes nothing from the call', async () => {
  let socket;
  let held = false;
  const route = (client) => {
    const server = client.connectToServer();
    client.onMessage((text) => held && /"type":"(offer|answer|ice_candidate)"/.test(text) || server.send(text));
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

test('one whose signaling broke is waited for while the connection is unsteady, not when it failed', async () => {
  const { ada, cut } = await pairWithSwitch();
  await cut();
  await until('Ada sees it', async () => /may come back/.test(await ada.stateOf('Grace')));
  await ada.page.evaluate(pretend, 'disconnected');
  assert.match(await ada.stateOf('Grace'), /may come back/);
  await ada.page.evaluate(pretend, 'connected');
  await ada.sees('Ada', 'Grace');
  await ada.page.evaluate(pretend, 'failed');
  await ada.sees('Ada');
});

test('who comes back and finds the old name taken gets a new one', async () => {
  const { ada, grace, cut, mend, session } = await pairWithSwitch();
  const { id } = session;
  await cut();
  await until('Ada sees it', async () => /may come back/.test(await ada.stateOf('Grace')));
  await ada.page.evaluate(takeName, id);
  await mend();
  await grace.says(/taken/);
  await grace.page.waitForSelector('#link-state[data-state="on"]', { timeout: 45_000 });
  await ada.sees('Ada', 'Grace', `Guest ${id.slice(-4)}`);
  await until('Ada hears Grace', async () => await ada.stateOf('Grace') === '');
  assert.notEqual(session.id, id);
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

test('close codes and pauses are those of the protocol', async () => {
  const tab = await Tab.open(browser, system.url);
  tabs.push(tab);
  const { again, never, bounds, none } = await tab.page.evaluate(async () => {
    const { mayReconnect, pauseBefore } = await import('/signaling.js');
    return {
      again: [1001, 1006, 1011, 1012, 1013, 4000, 4001, 4005, 4499].filter((code) => !mayReconnect(code)),
      never: [1000, 1003, 1007, 1009, 4500, 4501, 4502, 4504, 4506, 4999].filter(mayReconnect),
      bounds: [0, 1, 2, 5, 6, 30].map((attempt) => pauseBefore(attempt, () => 1)),
      none: pauseBefore(5, () => 0),
    };
  });
  assert.deepEqual(again, []);
  assert.deepEqual(never, []);
  assert.deepEqual(bounds, [500, 1000, 2000, 16_000, 20_000, 20_000]);
  assert.equal(none, 0);
});

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

// What the network and the page do to a client in a browser.

import assert from 'node:assert/strict';
import test from 'node:test';

import { settle } from './support/clock.js';
import { Scripted } from './support/scripted.js';

class Target extends EventTarget {
  count = 0;

  addEventListener(...all) {
    ++this.count;
    super.addEventListener(...all);
  }

  removeEventListener(...all) {
    --this.count;
    super.removeEventListener(...all);
  }
}

// A browser's globals; returns what does things to them.
function browser(t) {
  const window = new Target();
  const document = Object.assign(new Target(), { visibilityState: 'visible', baseURI: 'https://page.example/' });
  const navigator = { onLine: true };
  const put = {
    document, navigator,
    addEventListener: window.addEventListener.bind(window), removeEventListener: window.removeEventListener.bind(window),
  };
  const before = Object.keys(put).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(put)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  t.after(() => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else if (name !== 'removeEventListener') delete globalThis[name];  // the client of the test is closed after this
    }
  });
  const happen = (target, type, fields = {}) => target.dispatchEvent(Object.assign(new Event(type), fields));
  return {
    window, document,
    online: () => { navigator.onLine = true; happen(window, 'online'); },
    offline: () => { navigator.onLine = false; happen(window, 'offline'); },
    show: () => { document.visibilityState = 'visible'; happen(document, 'visibilitychange'); },
    hide: () => { document.visibilityState = 'hidden'; happen(document, 'visibilitychange'); },
    pageshow: () => happen(window, 'pageshow', { persisted: true }),
    pagehide: (persisted) => happen(window, 'pagehide', { persisted }),
  };
}

test('online ends the pause', async (t) => {
  const page = browser(t);
  const s = new Scripted(t);
  await s.connect();
  page.offline();
  s.socket.end(1006);
  assert.equal(s.detailsOf('statechange').at(-1).retryInMs, 7_500, 'without a network there is time');
  await s.clock.advance(5_000);
  page.online();
  await settle();
  assert.equal(s.sockets.length, 2);
  await s.accept({ resumed: true });
});

test('so does a page that is looked at again', async (t) => {
  for (const name of ['show', 'pageshow']) {
    const page = browser(t);
    const s = new Scripted(t);
    await s.connect();
    s.socket.end(1006);
    page.hide();
    await settle();
    assert.equal(s.sockets.length, 1);
    page[name]();
    await settle();
    assert.equal(s.sockets.length, 2);
    s.client.close();
    s.clock.uninstall();
  }
});

test('a connection that stands is asked whether it does, for 5 s', async (t) => {
  for (const name of ['online', 'offline', 'show', 'pageshow']) {
    const page = browser(t);
    const s = new Scripted(t);
    await s.connect();
    page[name]();
    assert.equal(s.socket.said('ping').length, 1, name);
    await s.clock.advance(4_000);
    await s.tell({ type: 'pong' });
    await s.clock.advance(5_000);
    assert.equal(s.client.state, 'connected');
    page[name]();
    await s.clock.advance(5_000);
    assert.equal(s.client.state, 'reconnecting');
    assert.equal(s.sockets[0].closedWith, 4000, 'the session waits');
    s.client.close();
    s.clock.uninstall();
  }
});

test('one that is not there yet has its own time', async (t) => {
  const page = browser(t);
  const s = new Scripted(t);
  s.client.connect();
  await s.open();
  page.online();
  await s.clock.advance(9_000);
  assert.equal(s.sockets.length, 1);
  assert.deepEqual(s.socket.sent.map(({ type }) => type), ['hello']);
  page.online();
  await s.accept();
});

test('a page that goes for good says goodbye', async (t) => {
  const page = browser(t);
  const s = new Scripted(t);
  await s.connect();
  page.pagehide(false);
  assert.deepEqual(s.socket.sent.map(({ type }) => type), ['hello', 'bye']);
  assert.equal(s.socket.closedWith, 1000);
  assert.equal(s.client.state, 'closed');
});

test('one that may be shown again does not', async (t) => {
  const page = browser(t);
  const s = new Scripted(t);
  await s.connect();
  page.pagehide(true);
  assert.equal(s.client.state, 'connected');
  s.socket.end(1006);
  page.pageshow();
  assert.ok((await s.accept({ resumed: true })).resume);
});

test('nothing listens before connect and after close', async (t) => {
  const page = browser(t);
  const s = new Scripted(t);
  assert.equal(page.window.count + page.document.count, 0);
  await s.connect();
  assert.equal(page.window.count + page.document.count, 5);
  s.client.close();
  assert.equal(page.window.count + page.document.count, 0);
});

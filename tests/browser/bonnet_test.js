// The panel "Under the bonnet": what it shows, what it keeps to itself, and for how long.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

const SDP = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\n';
const CANDIDATE = 'candidate:1 1 udp 2122260223 192.0.2.7 54321 typ host';
const SECRETS = ['t0ken-of-resuming', 't0ken-of-access', 'cr3dential-of-turn'];

let system;
let browser;
let tab;

before(async () => {
  system = await System.start();
  browser = await launch();
});
afterEach(async () => {
  assert.deepEqual(tab.errors, []);
  await tab.close();
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

// A page with a panel that follows `link`, a client of which the test makes up the messages.
const openPanel = async (options) => {
  tab = await Tab.open(browser, system.url, options);
  await tab.page.evaluate(async () => {
    const { lookUnderTheBonnet } = await import('/bonnet.js');
    const listeners = new Map();
    window.link = {
      on: (type, listener) => void listeners.set(type, listener),
      emit: (type, detail) => listeners.get(type)(detail),
    };
    lookUnderTheBonnet(window.link);
  });
  return tab;
};

const pass = (direction, ...messages) => tab.page.evaluate(([type, all]) => {
  for (const detail of all) window.link.emit(type, detail);
}, [direction, messages]);

const open = () => tab.page.click('#bonnet > summary');
const rows = () => tab.page.locator('#bonnet-rows > li');
const shows = (count) => until(`${count} rows`, async () => await rows().count() === count);
// All that a person could read, select or hear on the page.
const words = () => tab.page.evaluate(() => document.documentElement.textContent + document.documentElement.outerHTML);

const hasNoSdp = (text) => assert.doesNotMatch(text, /v=0|ice-ufrag|a=[a-z]|candidate:|192\.0\.2\.7/);
const hasNoSecret = (text) => SECRETS.forEach((secret) => assert.ok(!text.includes(secret), secret));

test('descriptions and candidates are shown when asked for, and not before', async () => {
  await openPanel();
  await pass('sent', { type: 'offer', id: 3, to: 'grace', sdp: SDP });
  await pass('received', { type: 'ice_candidate', seq: 4, client_id: 'grace', candidate: CANDIDATE, sdpMid: '0' });
  await pass('received', { type: 'offer', seq: 5, client_id: 'grace', offer_id: 'abcdefghijk', sdp: SDP,
    candidates: [{ candidate: CANDIDATE }] });
  await pass('received', { type: 'message', seq: 6, client_id: 'grace',
    data: { hidden: [SDP, CANDIDATE, { [SDP]: 1 }] } });
  await open();
  await shows(4);
  for (const row of await rows().all()) await row.locator('summary').click();
  await until('all are open', async () => await tab.page.locator('#bonnet .bonnet-show').count() === 7);
  hasNoSdp(await words());
  assert.match(await rows().nth(0).textContent(), /sent.*offer.*to grace.*id 3/);
  assert.match(await rows().nth(1).textContent(), /received.*ice_candidate.*grace.*seq 4.*"sdpMid": "0"/s);
  assert.match(await rows().nth(2).textContent(), /offer abcdef…/);
  assert.match(await rows().nth(0).locator('.bonnet-show').textContent(), /^show \(\d+ B\)$/);

  await rows().nth(0).locator('.bonnet-show').click();
  assert.match(await rows().nth(0).textContent(), /v=0\n.*a=ice-ufrag:abcd/s);
  hasNoSdp(await rows().nth(1).textContent());
  // Who closes a row has seen enough.
  await rows().nth(0).locator('summary').click();
  await until('it is gone', async () => !/ice-ufrag/.test(await words()));

  await tab.page.check('#bonnet-all');
  await until('the rest is shown', async () => /192\.0\.2\.7/.test(await rows().nth(1).textContent()));
  assert.match(await rows().nth(2).textContent(), /v=0.*candidate:1/s);
  await tab.page.uncheck('#bonnet-all');
  await until('it is hidden again', async () => !/192\.0\.2\.7/.test(await words()));
  hasNoSdp(await words());
});

test('secrets are never shown', async () => {
  await openPanel();
  await pass('sent', { type: 'hello', token: SECRETS[1], resume: { resume_token: SECRETS[0] } });
  await pass('received', { type: 'connected', client_id: 'ada', resume_token: SECRETS[0],
    ice_servers: [{ urls: ['turn:127.0.0.1'], username: '123:ada', credential: SECRETS[2] }] });
  await open();
  await tab.page.check('#bonnet-all');
  await shows(2);
  for (const row of await rows().all()) await row.locator('summary').click();
  await until('both are open', async () => /123:ada/.test(await rows().nth(1).textContent()));
  assert.match(await rows().nth(1).textContent(), /"credential": "hidden"/);
  hasNoSecret(await words());
});

test('the copy has a line of JSON a message, without what is hidden', async () => {
  await openPanel();
  await tab.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await pass('sent', { type: 'offer', id: 3, sdp: SDP, token: SECRETS[1] }, { type: 'ping' });
  await pass('received', { type: 'ice_candidate', candidate: CANDIDATE, offer_id: 'abcdefghijklmnopqrstuv' });
  await open();
  await tab.page.check('#bonnet-all');
  await tab.page.click('#bonnet-copy');
  const lines = await until('it is copied', () => tab.page.evaluate(() => navigator.clipboard.readText()));
  hasNoSdp(lines);
  hasNoSecret(lines);
  const entries = lines.split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(entries.map(({ direction, message }) => [direction, message.type]),
      [['sent', 'offer'], ['received', 'ice_candidate']]);
  assert.ok(Date.parse(entries[0].time) > 0);
  assert.equal(entries[1].message.offer_id, 'abcdef…', 'not enough to take the offer');
});

test('where there is no clipboard the lines are shown, to be copied by hand', async () => {
  await openPanel();
  await tab.page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await pass('sent', { type: 'offer', id: 3, sdp: SDP });
  await open();
  await tab.page.click('#bonnet-copy');
  const lines = tab.page.locator('#bonnet textarea');
  await lines.waitFor({ state: 'visible' });
  assert.equal(JSON.parse(await lines.inputValue()).message.id, 3);
  hasNoSdp(await lines.inputValue());
  await tab.page.click('#bonnet-clear');
  assert.equal(await lines.inputValue(), '');
  assert.equal(await lines.isVisible(), false);
});

test('two hundred messages are kept, beside the chatter', async () => {
  await openPanel();
  const numbered = Array.from({ length: 300 }, (_, i) => ({ type: 'message', seq: i + 1, client_id: 'ada' }));
  await pass('received', ...numbered.slice(0, 150));
  await pass('sent', ...Array.from({ length: 300 }, () => ({ type: 'ping' })));
  await open();
  await pass('received', ...numbered.slice(150));
  await shows(200);
  const numbersOf = (row) => row.locator('.bonnet-numbers').textContent();
  assert.equal(await numbersOf(rows().first()), 'seq 101');
  await until('the last is there', async () => await numbersOf(rows().last()) === 'seq 300');
  await tab.page.check('#bonnet-chatter');
  await shows(400);
  await tab.page.uncheck('#bonnet-chatter');
  await shows(200);
  await tab.page.click('#bonnet-clear');
  await shows(0);
});

test('closed it only keeps, and what a peer wrote stays text', async () => {
  await openPanel();
  await pass('received', { type: 'message', data: '<img src=x onerror=alert(1)>', client_id: '<b>x</b>' });
  assert.equal(await rows().count(), 0);
  await open();
  await shows(1);
  await rows().first().locator('summary').click();
  await until('it is open', async () => /onerror/.test(await rows().first().textContent()));
  assert.equal(await tab.page.locator('#bonnet img, #bonnet b').count(), 0);
  await open();
  await shows(0);
});

test('the end of the list stays in sight, unless somebody reads further up', async () => {
  await openPanel();
  await open();
  const some = Array.from({ length: 60 }, (_, i) => ({ type: 'message', seq: i + 1 }));
  await pass('received', ...some);
  await shows(60);
  const inSight = (seq) => tab.page.evaluate((wanted) => {
    const scroller = document.querySelector('.bonnet-scroller').getBoundingClientRect();
    const row = [...document.querySelectorAll('#bonnet-rows > li')]
        .find((one) => one.querySelector('.bonnet-numbers').textContent === `seq ${wanted}`).getBoundingClientRect();
    return row.top >= scroller.top - 1 && row.bottom <= scroller.bottom + 1;
  }, seq);
  assert.ok(await inSight(60));
  await pass('received', { type: 'message', seq: 61 });
  await shows(61);
  assert.ok(await inSight(61));
  await rows().nth(9).evaluate((row) => row.scrollIntoView({ block: 'center' }));
  await until('it has scrolled', () => inSight(10));
  await pass('received', { type: 'message', seq: 62 });
  await shows(62);
  assert.ok(await inSight(10));
});

test('a row that is opened stays where it was pressed', async () => {
  await openPanel();
  await open();
  const long = Array(40).fill(59);
  await pass('received', ...Array.from({ length: 60 }, (_, i) => ({ type: 'message', seq: i + 1, data: long })));
  await shows(60);
  const last = rows().last().locator('summary');
  await last.click();
  await until('it is open', async () => /59/.test(await rows().last().locator('pre').textContent()));
  const scroller = await tab.page.locator('.bonnet-scroller').boundingBox();
  const row = await last.boundingBox();
  assert.ok(row.y >= scroller.y && row.y < scroller.y + scroller.height, `${row.y}, ${scroller.y}`);
});

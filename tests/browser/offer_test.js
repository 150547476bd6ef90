// Offers by id, from page to page: made in one tab, taken in another, and all that can come between.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { OfferTab } from './support/offer_tab.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { until } from './support/until.js';

let system;
let browser;
let tabs = [];

const open = async (name, query = '', options = {}) => {
  const tab = await OfferTab.open(browser, system.url, query, options);
  tabs.push(tab);
  if (name) await tab.page.fill('#name', name);
  return tab;
};
const make = async (name, options) => {
  const tab = await open(name, '', options);
  await tab.make();
  return tab;
};
const claim = async (name, id, options) => {
  const tab = await open(name, '', options);
  await tab.take(id);
  return tab;
};
const answered = async () => {
  const ada = await make('Ada');
  const grace = await claim('Grace', await ada.id());
  await grace.page.click('#answer');
  await Promise.all([ada.talksWith('Grace'), grace.talksWith('Ada')]);
  return { ada, grace };
};

before(async () => {
  system = await System.start({ service: ['--claim_lease=2m'] });
  browser = await launch();
});
afterEach(async () => {
  const errors = tabs.flatMap((tab) => tab.errors);
  await Promise.all(tabs.map((tab) => tab.close()));
  tabs = [];
  assert.deepEqual(errors, []);
});
after(async () => {
  await browser?.close();
  await system?.stop();
});

test('an offer is taken by its id, and both hear each other until one hangs up', async () => {
  const ada = await make('Ada Lovelace');
  await ada.tells(/^Waiting for somebody/, 'QUEUED', 'waiting');
  assert.match(await ada.countdown(), /^(1:00:00|59:\d\d) left$/);
  const grace = await claim('Grace', await ada.id());
  await ada.tells(/^Taken by Grace/, 'CLAIMED', 'taken');
  await grace.tells(/^Ada Lovelace offers a talk/, 'CLAIMED', 'taken');
  assert.match(await grace.countdown(), /^(2:00|[01]:\d\d) left to answer$/);
  await grace.page.click('#answer');
  await ada.tells(/^Talking with Grace. Sound goes straight from browser to browser.$/, 'ANSWERED', 'talking');
  await grace.tells(/^Talking with Ada Lovelace/, 'ANSWERED', 'talking');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await Promise.all([ada, grace].flatMap(({ page }) =>
    [1, 2].map((seat) => page.waitForSelector(`.seat:nth-child(${seat}).speaking`))));
  assert.equal(await ada.linkState(), 'Connected');

  await grace.page.keyboard.press('m');
  await until('Grace is muted', async () => /you, muted/.test(await grace.page.locator('#seats').textContent()));
  await grace.page.keyboard.press('m');
  await ada.hears(1);

  await grace.page.click('#leave');
  await grace.tells(/^The talk is over.*You hung up/, 'WITHDRAWN');
  await ada.tells(/^The talk is over.*Grace hung up/, 'WITHDRAWN');
  for (const tab of [ada, grace]) {
    assert.deepEqual(await tab.received(), []);
    assert.deepEqual(await tab.trackStates(), ['ended']);
    assert.equal(await tab.linkState(), 'Not connected');
  }
});

test('by the link, and with nobody speaking but one', async () => {
  const ada = await open('Ada');
  await ada.page.context().grantPermissions(['clipboard-read', 'clipboard-write', 'microphone']);
  await ada.make();
  const link = await ada.page.getAttribute('#link', 'href');
  const id = await ada.id();
  assert.equal(link, `${system.url}offer?offer=${id}`);
  for (const [button, text] of [['#copy-link', link], ['#copy-id', id]]) {
    await ada.page.click(button);
    const copied = () => ada.page.evaluate(() => navigator.clipboard.readText());
    await until(`${text} is copied`, async () => await copied() === text);
  }
  const guest = await open('', `?offer=${id}`);
  await guest.page.click('#take');
  await ada.tells(/^Taken by Guest .{4}\./, 'CLAIMED', 'taken');
  await guest.page.click('#answer-listen');
  await guest.talksWith('Ada');
  await guest.hears(1);
  const seat = ada.page.locator('.seat:nth-child(2)');
  await until('Ada sees a listener', async () => /listening only/.test(await seat.textContent()));
  // The talk is negotiated anew when the listener speaks after all.
  await guest.page.click('#mute');
  await Promise.all([ada.hears(1), guest.hears(1)]);
});

test('the second one to take it is told, and so is the maker', async () => {
  const ada = await make('Ada');
  await claim('Grace', await ada.id());
  const eve = await open('Eve');
  await eve.fillIn(await ada.id());
  await eve.tells(/^That did not work.*somebody else was faster/i, '');
  await eve.page.click('#back');
  assert.equal(await eve.page.locator('#start').isVisible(), true);
  await ada.tells(/^Taken by Grace/, 'CLAIMED', 'taken');
});

test('an offer nobody takes expires when its time is over', async () => {
  const ada = await open('Ada');
  const waitFor = (milliseconds) => ada.page.evaluate((value) => {
    document.querySelector('#ttl').selectedOptions[0].value = value;
  }, milliseconds);
  await waitFor(1500);
  await ada.page.click('#make');
  await ada.tells(/^The offer has expired/, 'EXPIRED');
  const id = await ada.id();
  const grace = await open('Grace');
  await grace.fillIn(id);
  await grace.tells(/^That did not work.*expired/, '');
  // A new one is a press away.
  await waitFor(60_000);
  await ada.page.click('#again');
  await ada.tells(/^Waiting/, 'QUEUED', 'waiting');
  assert.notEqual(await ada.id(), id);
});

test('what is withdrawn is gone, for who has it before them too', async () => {
  const ada = await make('Ada');
  const id = await ada.id();
  const grace = await claim('Grace', id);
  await ada.page.click('#leave');
  await ada.tells(/^Withdrawn/, 'WITHDRAWN');
  await grace.tells(/^The offer was withdrawn.*Ada/, 'WITHDRAWN');
  const eve = await open('Eve');
  await eve.fillIn(id);
  await eve.tells(/no such offer/, '');
});

test('declined is over for the maker, left to others is not', async () => {
  const ada = await make('Ada');
  const grace = await claim('Grace', await ada.id());
  await grace.page.click('#put-back');
  await grace.tells(/^Left to others/, 'QUEUED');
  await ada.tells(/^Back in the queue.*Grace/, 'QUEUED', 'waiting');
  await grace.page.click('#again');
  await ada.tells(/^Taken by Grace/, 'CLAIMED', 'taken');
  await grace.page.click('#decline');
  await grace.tells(/^You declined/, 'REJECTED');
  await ada.tells(/^Declined.*Grace does not want/, 'REJECTED');
});

test('who takes it and vanishes leaves it to the next', async () => {
  const ada = await make('Ada');
  const id = await ada.id();
  const grace = await claim('Grace', id);
  tabs.pop();
  await grace.close();
  await ada.tells(/^Back in the queue.*Grace took it and went away/, 'QUEUED', 'waiting');
  const hedy = await claim('Hedy', id);
  await hedy.page.click('#answer');
  await Promise.all([ada.talksWith('Hedy'), hedy.talksWith('Ada')]);
  await Promise.all([ada.hears(1), hedy.hears(1)]);
});

test('who takes it and lets the time pass leaves it to the others', async (t) => {
  const hasty = await System.start({ service: ['--claim_lease=1s'] });
  t.after(() => hasty.stop());
  const [ada, eve] = await Promise.all(['Ada', 'Eve'].map(async (name) => {
    const tab = await OfferTab.open(browser, hasty.url);
    await tab.page.fill('#name', name);
    return tab;
  }));
  await ada.make();
  const id = await ada.id();
  for (const press of [() => eve.fillIn(id), () => eve.page.click('#again')]) {
    await press();
    await eve.tells(/^Too late/, 'QUEUED');
    await ada.tells(/^Back in the queue.*Eve.*did not answer in time/, 'QUEUED', 'waiting');
  }
  await Promise.all([ada.close(), eve.close()]);
  assert.deepEqual([...ada.errors, ...eve.errors], []);
});

test('a maker that reloads its page ends the talk, and the other side is told', async () => {
  const { ada, grace } = await answered();
  await ada.page.reload();
  await grace.tells(/^The talk is over.*Ada hung up/, 'WITHDRAWN');
  assert.equal(await ada.page.locator('#start').isVisible(), true);
});

test('what is no id is not asked for', async () => {
  const ada = await open('Ada');
  for (const [text, words] of [
    ['', /Paste the id/], ['two words', /This is no id/], ['ä', /This is no id/],
    ['https://example.org/', /in this link/], ['https://example.org/offer?offer=%zz', /in this link/],
  ]) {
    await ada.fillIn(text);
    assert.match(await ada.page.locator('#offer-id-error').textContent(), words);
    assert.equal(await ada.page.locator('#offer').isVisible(), false);
    assert.equal(await ada.page.evaluate(() => document.activeElement.id), 'offer-id');
  }
  await ada.fillIn('AAAAAAAAAAAAAAAAAAAAAA');
  await ada.tells(/There is no such offer/, '');
});

test('one does not take what one has no microphone for, but can listen', async (t) => {
  const ada = await make('Ada');
  const denying = await launch({ microphone: 'denied' });
  t.after(() => denying.close());
  const grace = await OfferTab.open(denying, system.url);
  await grace.take(await ada.id());
  await grace.page.click('#answer');
  await grace.says(/microphone is blocked/);
  await grace.page.click('#answer-listen');
  await grace.talksWith('Ada');
  await grace.hears(1);
  assert.deepEqual(grace.errors, []);
  await grace.close();
});

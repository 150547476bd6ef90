// The pages at a server that wants tokens.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { AUDIENCE, Key } from '../clients/js/support/keyed.js';
import { OfferTab } from './support/offer_tab.js';
import { System } from './support/system.js';
import { launch, Tab } from './support/tabs.js';
import { until } from './support/until.js';

const key = new Key();
let folder;
let system;
let browser;
let tabs = [];

const opened = async (address) => {
  const tab = await Tab.open(browser, system.url, { address });
  tabs.push(tab);
  return tab;
};
const noticeOf = (tab) => tab.page.locator('#notice').textContent();

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signaling-pages-'));
  const [keys, token] = ['keys', 'token'].map((name) => path.join(folder, name));
  await writeFile(keys, JSON.stringify({ keys: [key.jwk] }));
  await writeFile(token, key.token('gateway', { grants: ['gateway'] }));
  system = await System.start({
    service: [`--auth_keys=${keys}`, `--auth_audience=${AUDIENCE}`], gateway: [`--service_token_file=${token}`],
  });
  browser = await launch();
});
afterEach(async () => {
  for (const tab of tabs) {
    assert.deepEqual(tab.errors, []);
    await tab.close();
  }
  tabs = [];
});
after(async () => {
  await browser?.close();
  await system?.stop();
  await rm(folder, { recursive: true });
});

test('two tabs with tokens hear each other, by the names that the tokens say', async () => {
  const ada = await opened(`?room=hall#token=${key.token('ada', { name: 'Ada L.' })}`);
  assert.equal(new URL(ada.page.url()).hash, '', 'the token does not stay in the address');
  await ada.join('Somebody else');
  const grace = await opened(`?room=hall#token=${key.token('grace')}`);
  await grace.join('Grace');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await grace.sees('Grace', 'Ada L.');
  // Its tab keeps it.
  await ada.page.reload();
  await ada.join('Ada');
  await grace.hears(1);
});

test('without one, and where it does not name the room, the page says so', async () => {
  for (const [address, words] of [
    ['?room=hall', /wants to know who you are/],
    [`?room=hall#token=${key.token('eve', { lifeMs: -3_600_000 })}`, /wants to know who you are/],
    [`?room=other#token=${key.token('eve')}`, /not let into this room/],
    [`?room=yard#token=${key.token('eve', { room: 'yard', grants: ['join'] })}`, /no such room/],
  ]) {
    const tab = await opened(address);
    await tab.page.fill('#name', 'Eve');
    await tab.page.click('#join');
    await until(`${words} is said`, async () => words.test(await noticeOf(tab)));
  }
});

test('offers by id', async () => {
  const open = async (sub) => {
    const tab = await OfferTab.open(browser, system.url, `#token=${key.token(sub, { grants: ['offer'] })}`);
    tabs.push(tab);
    return tab;
  };
  const [maker, taker] = [await open('maker'), await open('taker')];
  await maker.make();
  await taker.take(await maker.id());
  await taker.page.click('#answer');
  await Promise.all([maker.talksWith('taker'), taker.talksWith('maker')]);
});

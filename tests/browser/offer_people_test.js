// The offer page by keyboard, on a phone, and with its panel open from the first message to the last.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { checkFit, tabTo } from './support/fit.js';
import { OfferTab } from './support/offer_tab.js';
import { System } from './support/system.js';
import { launch } from './support/tabs.js';
import { until } from './support/until.js';

const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };

let system;
let browser;
let tabs = [];

const open = async (query = '', options = {}) => {
  const tab = await OfferTab.open(browser, system.url, query, options);
  tabs.push(tab);
  return tab;
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

const focused = ({ page }) => page.evaluate(() => document.activeElement?.id);

test('a keyboard is enough to make, take, answer, talk and hang up', async () => {
  const ada = await open();
  await tabTo(ada.page, 'name');
  await ada.page.keyboard.type('Ada');
  await tabTo(ada.page, 'make');
  await ada.page.keyboard.press('Enter');
  await ada.tells(/^Waiting/, 'QUEUED', 'waiting');
  await until('the focus is on what comes next', async () => await focused(ada) === 'copy-link');

  const grace = await open();
  await tabTo(grace.page, 'name');
  await grace.page.keyboard.type('Grace');
  await tabTo(grace.page, 'offer-id');
  await grace.page.keyboard.insertText(await ada.id());
  await grace.page.keyboard.press('Enter');
  await grace.tells(/^Ada offers a talk/, 'CLAIMED', 'taken');
  await until('the answer is at hand', async () => await focused(grace) === 'answer');
  await grace.page.keyboard.press('Space');
  await Promise.all([ada.talksWith('Grace'), grace.talksWith('Ada')]);
  await Promise.all([ada.hears(1), grace.hears(1)]);
  for (const tab of [ada, grace]) {
    await until('mute is at hand', async () => await focused(tab) === 'mute');
    await tab.page.keyboard.press('Enter');
    assert.equal(await tab.page.locator('#mute-label').textContent(), 'Unmute');
    await tab.page.keyboard.press('m');
    assert.equal(await tab.page.locator('#mute-label').textContent(), 'Mute');
  }
  await tabTo(grace.page, 'leave');
  await grace.page.keyboard.press('Enter');
  await ada.tells(/Grace hung up/, 'WITHDRAWN');
  await until('a new one is at hand', async () => await focused(ada) === 'again');
  await until('the way back is at hand', async () => await focused(grace) === 'back');
  await grace.page.keyboard.press('Enter');
  assert.equal(await focused(grace), 'make');
});

for (const hours of [-3, 3]) {
  test(`a clock that is ${hours} hours wrong tells no wrong time`, async () => {
    const shift = async (tab) => {
      await tab.page.addInitScript((milliseconds) => {
        const { now } = Date;
        Date.now = () => now() + milliseconds;
      }, hours * 3_600_000);
      await tab.page.reload();
    };
    const ada = await open();
    await shift(ada);
    await ada.make();
    assert.match(await ada.countdown(), /^(1:00:00|59:\d\d) left$/);
    const grace = await open(`?offer=${await ada.id()}`);
    await shift(grace);
    await grace.page.click('#take');
    await grace.tells(/offers a talk/, 'CLAIMED', 'taken');
    assert.equal(await grace.page.locator('#countdown').isVisible(), false);
    await until('the maker sees the time to answer', async () => /^(2:00|[01]:\d\d) left$/.test(await ada.countdown()));
  });
}

const openAllRows = ({ page }) => page.evaluate(() => {
  for (const row of document.querySelectorAll('#bonnet-rows details')) row.open = true;
});

test('the panel is worked by keyboard, and shows nothing of a description unasked', async () => {
  const ada = await open();
  await ada.make();
  await ada.page.evaluate(() => document.querySelector('#bonnet > summary').focus());
  await ada.page.keyboard.press('Enter');
  const grace = await open();
  await grace.take(await ada.id());
  await grace.page.click('#bonnet > summary');
  await grace.page.click('#answer');
  await Promise.all([ada.hears(1), grace.hears(1)]);

  const text = ({ page }) => page.evaluate(() => document.documentElement.outerHTML);
  for (const tab of [ada, grace]) {
    await openAllRows(tab);
    await until('the rows are filled', async () => await tab.page.locator('.bonnet-show').count() > 2);
    assert.doesNotMatch(await text(tab), /v=0|\ba=[a-z]|candidate:|ice-pwd/);
  }
  for (const [tab, types] of [
    [ada, ['hello', 'connected', 'create_offer', 'offer_created', 'ice_candidate', 'offer_claimed', 'answer']],
    [grace, ['hello', 'connected', 'claim_offer', 'offer', 'answer', 'ice_candidate']],
  ]) {
    const seen = await tab.page.locator('.bonnet-type').allTextContents();
    assert.deepEqual(types.filter((type) => !seen.includes(type)), []);
  }

  // The first thing to ask for is reached with Tab and shown with Enter.
  await ada.page.evaluate(() => document.querySelector('.bonnet-scroller').focus());
  for (let i = 0; await ada.page.evaluate(() => document.activeElement.className) !== 'bonnet-show'; ++i) {
    assert.ok(i < 20);
    await ada.page.keyboard.press('Tab');
  }
  await ada.page.keyboard.press('Enter');
  await until('it is shown', async () => /a=ice-pwd/.test(await text(ada)));
});

test('on a phone everything fits, and is large enough to touch', async () => {
  const fits = async (...all) => {
    for (const { page } of all) await checkFit(page);
  };
  const ada = await open('', PHONE);
  await fits(ada);
  await ada.fillIn('no id');
  await fits(ada);
  await ada.page.fill('#name', 'A rather long name, as some people have');
  await ada.make();
  const grace = await open(`?offer=${await ada.id()}`, PHONE);
  await fits(ada, grace);
  const order = await grace.page.evaluate(() => ['#take-form', '#make-form']
      .map((form) => document.querySelector(form).getBoundingClientRect().top));
  assert.ok(order[0] < order[1], 'who comes by the link has to take it first');
  await grace.page.tap('#take');
  await grace.tells(/offers a talk/, 'CLAIMED', 'taken');
  await fits(ada, grace);
  await grace.page.tap('#answer');
  await Promise.all([ada.hears(1), grace.hears(1)]);
  await fits(ada, grace);
  for (const tab of [ada, grace]) {
    await tab.page.tap('#bonnet > summary');
    await tab.page.waitForSelector('#bonnet-rows > li');
    await openAllRows(tab);
    await tab.page.waitForSelector('.bonnet-show');
  }
  await fits(ada, grace);
  await grace.page.check('#bonnet-all');
  await grace.page.waitForSelector('.bonnet-shown');
  await fits(grace);
  await grace.page.tap('#leave');
  await ada.tells(/^The talk is over/, 'WITHDRAWN');
  await fits(ada, grace);
});

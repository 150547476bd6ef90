// A tab with the offer page.

import assert from 'node:assert/strict';

import { Tab } from './tabs.js';
import { until } from './until.js';

export class OfferTab extends Tab {
  bears = /^$/;  // what the console may complain about

  static async open(browser, url, query = '', options = {}) {
    const tab = await super.open(browser, url, { address: `offer${query}`, ...options });
    tab.page.on('console', (line) => {
      if (line.type() === 'error' && !tab.bears.test(line.text())) tab.errors.push(line.text());
    });
    return tab;
  }

  async make(button = '#make') {
    await this.page.click(button);
    await this.page.waitForSelector('#pass-on', { state: 'visible' });
  }

  async fillIn(idOrLink) {
    await this.page.fill('#offer-id', idOrLink);
    await this.page.click('#take');
  }

  // Claims it; the answer is still to come.
  async take(idOrLink) {
    await this.fillIn(idOrLink);
    await this.page.waitForSelector('#answer', { state: 'visible' });
  }

  id() {
    return this.page.locator('#id').textContent();
  }

  countdown() {
    return this.page.locator('#countdown').textContent();
  }

  linkState() {
    return this.page.locator('#link-state').textContent();
  }

  trackStates() {
    return this.page.evaluate(() => watched.tracks.map((track) => track.readyState));
  }

  // The title and the sentence below it, the state on the server, and the step of the way that is marked.
  async tells(pattern, stored, step = 'over', timeoutMs = 20_000) {
    const text = async () => {
      const [title, sentence] = await Promise.all([
        this.page.locator('#title').textContent(), this.page.locator('#text').textContent(),
      ]);
      return `${title}. ${sentence}`;
    };
    let last = '';
    await until(() => `${pattern}, the page says: ${last}`, async () => pattern.test(last = await text()), timeoutMs);
    assert.equal(await this.page.locator('#stored').textContent(), stored);
    assert.equal(await this.page.getAttribute('#offer', 'data-step'), step);
  }

  talksWith(name) {
    return this.tells(new RegExp(`^Talking with ${name}`), 'ANSWERED', 'talking');
  }
}

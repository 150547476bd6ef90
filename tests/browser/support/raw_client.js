// A Chromium tab that speaks the protocol by itself, without the page's own scripts: for what no page does yet.

import { notePage } from '../../support/log_check.mjs';

// Runs in the tab.
function defineRawClient() {
  window.RawClient = class {
    messages = [];
    #id = 0;
    #wake = () => {};

    static async open(clientId) {
      const client = new window.RawClient();
      client.socket = new WebSocket(`${location.origin.replace('http', 'ws')}/v1`);
      client.socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.seq) client.socket.send(JSON.stringify({ type: 'ack', seq: message.seq }));
        if (message.type !== 'ack') client.messages.push(message);
        client.#wake();
      };
      await new Promise((resolve, reject) => {
        client.socket.onopen = resolve;
        client.socket.onerror = reject;
      });
      client.socket.send(JSON.stringify({ type: 'hello', client_id: clientId }));
      client.connected = await client.take('connected');
      return client;
    }

    send(type, fields = {}) {
      this.#id += 1;
      this.socket.send(JSON.stringify({ type, id: this.#id, ...fields }));
    }

    async next() {
      while (this.messages.length === 0) await new Promise((resolve) => { this.#wake = resolve; });
      return this.messages.shift();
    }

    // The next message, which has to be of this type.
    async take(type) {
      const message = await this.next();
      if (message.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(message)}`);
      return message;
    }

    close() {
      this.socket.close(1000);
    }
  };
}

// A tab with `client`, connected under this client_id.
export async function openRaw(browser, url, clientId) {
  const context = await browser.newContext();
  await context.grantPermissions(['microphone', 'camera'], { origin: new URL(url).origin });
  const page = await context.newPage();
  notePage(page);
  await page.addInitScript(defineRawClient);
  await page.goto(url);
  await page.evaluate(async (id) => { window.client = await window.RawClient.open(id); }, clientId);
  return page;
}

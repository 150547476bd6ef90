// A WebSocket whose other end is the test. It takes only what a browser takes, and remembers what it got.

import assert from 'node:assert/strict';

export class FakeSocket {
  readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  onerror = null;
  sent = [];             // what the client said, parsed
  closedWith = undefined;  // by the client

  constructor(url) {
    this.url = url;
  }

  send(text) {
    assert.notEqual(this.readyState, 0, 'sent before the socket was open');
    if (this.readyState !== 1) return;
    this.sent.push(JSON.parse(text));
  }

  // Without a code it would be 1005, which the server takes for a goodbye.
  close(code) {
    assert.ok(code === 1000 || (code >= 3000 && code < 5000), `close(${code})`);
    if (this.readyState >= 2) return;
    this.closedWith = code;
    this.readyState = 2;
  }

  // --- The other end ---

  open() {
    this.readyState = 1;
    this.onopen?.({});
  }

  deliver(message) {
    this.deliverText(JSON.stringify(message));
  }

  deliverText(data) {
    if (this.readyState === 1) this.onmessage?.({ data });
  }

  end(code = 1006) {
    this.readyState = 3;
    this.onerror?.({});
    this.onclose?.({ code });
  }

  // What the client said of this type, or all but what is no message of its own.
  said(type) {
    return this.sent.filter((message) => message.type === type);
  }

  get messages() {
    return this.sent.filter(({ id }) => id);
  }

  get acks() {
    return this.sent.map((message) => message.type === 'ack' ? message.seq : message.ack).filter(Boolean);
  }
}

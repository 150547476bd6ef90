// The panel "Under the bonnet" at the end of a page: the signaling messages as they pass. While it is closed nothing is
// drawn, messages are only kept. What a peer wrote gets into the page as text, never as markup.

import { hiding, piecesOf, redacted, shortId, sizeOf } from './redact.js';

// Of each kind, chatter and the rest: so that hours of ping and pong leave in place what was said before.
const KEPT = 200;
const CHATTER = new Set(['ping', 'pong', 'ack']);
const ARROWS = { sent: '↑', received: '↓', link: '•' };

let panel = null;

// With the page, not with the panel: the first message may be that the server is gone.
document.head.append(make('link', { rel: 'stylesheet', href: new URL('bonnet.css', import.meta.url).href }));

// Adds the panel on the first call, and follows this SignalingClient.
export function lookUnderTheBonnet(client) {
  panel ??= new Panel();
  panel.follow(client);
}

class Panel {
  #entries = [];  // {at, direction, message, chatter, row}; `row` is its element while drawn
  #drawing = false;
  #parts = build();

  constructor() {
    const { panel: element, chatter, all, clear, copy } = this.#parts;
    element.addEventListener('toggle', () => this.#redraw());
    chatter.addEventListener('change', () => this.#redraw());
    all.addEventListener('change', () => this.#fillOpenRows());
    clear.addEventListener('click', () => {
      this.#entries = [];
      this.#parts.text.hidden = true;
      this.#parts.text.value = '';
      this.#redraw();
    });
    copy.addEventListener('click', () => this.#copy());
    document.body.append(element);
  }

  follow(client) {
    const link = (type, reason) => this.#keep('link', { type, reason });
    client.on('sent', (message) => this.#keep('sent', message));
    client.on('received', (message) => this.#keep('received', message));
    client.on('connected', ({ resumed }) => link('connected', resumed ? 'the session goes on' : 'the session begins'));
    client.on('sessionlost', ({ reason }) => link('lost', `the session is gone: ${reason}`));
    client.on('statechange', ({ state, error, retryInMs }) => {
      if (!error) return;
      if (state === 'closed') link('ended', reasonOf(error));
      else link('broken', `${reasonOf(error)}; tries again in ${(retryInMs / 1000).toFixed(1)} s`);
    });
  }

  #keep(direction, message) {
    const chatter = direction !== 'link' && CHATTER.has(message.type);
    this.#entries.push({ at: new Date(), direction, message, chatter, row: null });
    const alike = this.#entries.filter((entry) => entry.chatter === chatter);
    if (alike.length > KEPT) this.#forget(alike[0]);
    if (!this.#parts.panel.open || this.#drawing) return;
    // All that came since the last picture is drawn in one go.
    this.#drawing = true;
    requestAnimationFrame(() => this.#draw());
  }

  #forget(entry) {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    // Who reads with the keyboard keeps a place in the list.
    if (entry.row?.contains(document.activeElement)) this.#parts.scroller.focus({ preventScroll: true });
    entry.row?.remove();
  }

  #redraw() {
    for (const entry of this.#entries) entry.row = null;
    this.#parts.rows.replaceChildren();
    this.#draw();
  }

  #draw() {
    this.#drawing = false;
    const { panel: element, rows, chatter, empty } = this.#parts;
    if (!element.open) return;
    const fresh = this.#entries.filter((entry) => !entry.row && (chatter.checked || !entry.chatter));
    rows.append(...fresh.map((entry) => this.#row(entry)));
    empty.hidden = rows.firstElementChild !== null;
  }

  #row(entry) {
    const { at, direction, message } = entry;
    const body = make('pre', { className: 'bonnet-json' });
    const row = make('details', {},
        make('summary', {},
            make('time', { className: 'bonnet-time', textContent: timeOf(at), dateTime: at.toISOString() }),
            make('span', { className: 'bonnet-arrow', textContent: ARROWS[direction], ariaHidden: 'true' }),
            make('span', { className: 'unseen', textContent: direction }),
            make('span', { className: 'bonnet-type', textContent: String(message.type) }),
            make('span', { className: 'bonnet-who', textContent: who(message) }),
            make('span', { className: 'bonnet-numbers', textContent: numbers(message) }),
            make('span', { className: 'bonnet-size', textContent: direction === 'link' ? '' : sizeOf(message) })),
        body);
    row.addEventListener('toggle', () => this.#fill(row, entry));
    entry.row = make('li', { className: 'bonnet-row' }, row);
    entry.row.dataset.direction = direction;
    return entry.row;
  }

  #fillOpenRows() {
    for (const entry of this.#entries) {
      const row = entry.row?.firstElementChild;
      if (row?.open) this.#fill(row, entry);
    }
  }

  #fill(row, entry) {
    const body = row.lastElementChild;
    body.replaceChildren();
    if (!row.open) return;
    for (const piece of piecesOf(entry.message)) {
      body.append(typeof piece === 'string' ? piece : this.#parts.all.checked ? shown(piece) : askFor(piece));
    }
    row.firstElementChild.scrollIntoView({ block: 'nearest' });
  }

  async #copy() {
    const { copy, text } = this.#parts;
    const lines = this.#entries.filter((entry) => this.#parts.chatter.checked || !entry.chatter)
        .map(({ at, direction, message }) => redacted({ time: at, direction, message }));
    try {
      await navigator.clipboard.writeText(lines.join('\n'));
      copy.textContent = 'Copied';
      setTimeout(() => { copy.textContent = COPY; }, 2000);
    } catch {
      // No clipboard without https: then by hand.
      text.hidden = false;
      text.value = lines.join('\n');
      text.select();
    }
  }
}

const COPY = 'Copy as JSON lines';

function build() {
  const chatter = make('input', { type: 'checkbox', id: 'bonnet-chatter' });
  const all = make('input', { type: 'checkbox', id: 'bonnet-all' });
  const clear = make('button', { type: 'button', className: 'button quiet', id: 'bonnet-clear', textContent: 'Clear' });
  const copy = make('button', { type: 'button', className: 'button quiet', id: 'bonnet-copy', textContent: COPY });
  const rows = make('ol', { className: 'bonnet-rows', id: 'bonnet-rows' });
  const empty = make('p', { className: 'help', textContent: 'No message has passed yet.' });
  const text = make('textarea', { readOnly: true, hidden: true, rows: 6, ariaLabel: 'The messages as JSON lines' });
  // Its one child hangs at the bottom: what is new is in sight without asking for any height.
  const scroller = make('div', { className: 'bonnet-scroller', tabIndex: 0, role: 'region', ariaLabel: 'Messages' },
      make('div', {}, empty, rows));
  const panel = make('details', { className: 'bonnet', id: 'bonnet' },
      make('summary', {},
          make('span', { className: 'bonnet-title', textContent: 'Under the bonnet' }),
          make('span', { className: 'bonnet-lead', textContent: 'the signaling messages as they pass' })),
      make('div', { className: 'bonnet-inside' },
          make('div', { className: 'bonnet-tools', role: 'group', ariaLabel: 'What is shown' },
              make('label', {}, all, 'Show SDP and candidates'),
              make('label', {}, chatter, 'Show ping, pong and ack'),
              copy, clear),
          text,
          scroller));
  return { panel, chatter, all, clear, copy, rows, empty, text, scroller };
}

function askFor(piece) {
  const button = make('button', { type: 'button', className: 'bonnet-show', textContent: `show (${piece.size})` });
  button.addEventListener('click', () => {
    const value = shown(piece);
    button.replaceWith(value);
    value.focus();
  });
  return button;
}

function shown({ text }) {
  return make('span', { className: 'bonnet-shown', textContent: text, tabIndex: -1 });
}

// Who it is about, and why.
function who(message) {
  const { to, client_id: clientId, room, offer_id: offerId, code, reason } = message;
  return [
    to && `to ${to}`,
    clientId,
    typeof room === 'string' && `room ${room}`,
    offerId && `offer ${shortId(offerId)}`,
    message.type === 'error' && code,
    typeof reason === 'string' && !hiding('reason', reason) && reason,
  ].filter(Boolean).join(' · ');
}

function numbers(message) {
  return ['id', 'seq', 'reply_to', 'ack'].filter((name) => message[name] !== undefined)
      .map((name) => `${name} ${message[name]}`).join('  ');
}

function reasonOf({ code, message }) {
  return message && message !== code ? `${code} (${message})` : code;
}

function timeOf(date) {
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

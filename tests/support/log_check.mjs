// What no line of our processes may have; log_check.py beside this file says more, and has the same forms.

// Only with a value: our errors name the field that is wrong.
const FORMS = new RegExp([
  String.raw`(?<a_token>eyJ[\w-]{4,}\.|[Bb]earer[ .][\w.-]{8})`,
  String.raw`(?<SDP>\bv=0\s*(?:\\[rnu]|$)|\bo=\S+ \d+ \d+ IN\b|\bo=- \d|\bm=(?:audio|video|application) \d` +
    String.raw`|\bice-(?:pwd|ufrag):\S|\bfingerprint:\S|(?:[0-9A-Fa-f]{2}:){15})`,
  String.raw`(?<a_candidate>\bcandidate:[\w+/]|\btyp (?:host|srflx|prflx|relay)\b)`,
  String.raw`(?<a_key>-----(?:BEGIN|END)\b|PRIVATE KEY)`,
].join('|'));

const PARTS = /[\w-]{4,}/g;
const WHOLES = /[\w.+/-]{4,}={0,2}/g;
const PLACES = /((?:\d{1,3}\.){3}\d{1,3}|[\w-]+\.local|[0-9A-Fa-f]*:[0-9A-Fa-f:]*[0-9A-Fa-f])\]?(?:[ :]|","port":)(\d{1,5})\b/g;
const CANDIDATE = /candidate:(\S+) \d+ \S+ \d+ (\S+) (\d+) typ /;
const OF_SDP = /a=(?:ice-pwd|ice-ufrag):(\S+)|a=fingerprint:\S+ (\S+)|^o=\S+ (\d{8,}) /gm;
const SHORTEST_PART = 8;

const values = new Set();
const said = new Map();  // by part: the first line that has it
const told = new Set();

export const secrets = {
  add(value) {
    if (value.length < 4) return;
    const parts = value.match(PARTS) ?? [];
    const found = parts.filter((part) => part.length >= SHORTEST_PART || part === value);
    if (value.match(WHOLES)?.[0] === value) found.push(value);
    if (!found.length) found.push(...parts.sort((a, b) => b.length - a.length).slice(0, 1));
    if (!found.length) throw new Error('a secret that could not be found in a line');
    for (const one of found) values.add(one);
  },

  addCandidate(text) {
    const [, foundation, ...place] = CANDIDATE.exec(text) ?? [];
    if (!foundation) return;
    // Of this machine's loopback any number may be a port of ours.
    if (!place[0].startsWith('127.') && place[0] !== '::1') values.add(place.join(' '));
    if (foundation.length >= SHORTEST_PART) values.add(foundation);
  },

  addSdp(text) {
    for (const [, ...found] of text.matchAll(OF_SDP)) {
      for (const value of found) if (value?.length >= 4) values.add(value);
    }
    for (const [line] of text.matchAll(/candidate:.*/g)) this.addCandidate(line);
  },

  // What is in a message of the protocol, either way, or in its text.
  addMessage(message) {
    if (typeof message === 'string') {
      try {
        this.addMessage(JSON.parse(message));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
      return;
    }
    for (const [name, value] of Object.entries(message ?? {})) {
      if (value !== null && typeof value === 'object') this.addMessage(value);
      if (typeof value !== 'string') continue;
      if (name === 'resume_token' || name === 'credential' || (name === 'token' && value.length >= 16)) this.add(value);
      if (name === 'sdp') this.addSdp(value);
      if (name === 'candidate') this.addCandidate(value);
    }
  },
};

// What a page of Playwright says and hears on its WebSockets.
export function notePage(page) {
  page.on('websocket', (socket) => {
    for (const way of ['framesent', 'framereceived']) {
      socket.on(way, ({ payload }) => secrets.addMessage(String(payload)));
    }
  });
}

// The lines of one process. `flags`: what it was started with, which everybody on its machine can see.
export class Watch {
  #name;
  #faults = [];
  debugLines = 0;

  constructor(name, flags = []) {
    this.#name = name;
    for (const flag of flags) this.#take(`${name}, a flag`, flag);
  }

  // To be called with each line, also those of a crash.
  line(text) {
    if (text.includes('"level":"debug"')) ++this.debugLines;
    this.#take(this.#name, text);
  }

  // Throws where anything was said so far, by any process, that must not be. To be called when the process has ended.
  check() {
    const faults = this.#faults.splice(0);
    for (const value of values) {
      if (!said.has(value) || told.has(value)) continue;
      told.add(value);
      faults.push(`${value} is secret: ${said.get(value)}`);
    }
    if (faults.length) throw new Error(`secrets in what our processes say:\n${faults.join('\n')}`);
  }

  #take(name, text) {
    const line = `${name}: ${text}`;
    const form = FORMS.exec(text);
    if (form) {
      const [kind] = Object.entries(form.groups).find(([, found]) => found !== undefined);
      this.#faults.push(`${name}: ${kind.replace('_', ' ')}: ${text}`);
    }
    const remember = (part) => { if (!said.has(part)) said.set(part, line); };
    for (const [part] of text.matchAll(PARTS)) remember(part);
    for (const [whole] of text.matchAll(WHOLES)) remember(whole);
    for (const [, address, port] of text.matchAll(PLACES)) remember(`${address} ${port}`);
  }
}

// Sessions of the JavaScript library for the chaos run: a process that tests/chaos/library_worker.py starts and speaks lines
// of JSON with. It is here because `ws` is.

import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { SignalingClient } from '../../../gateway/clients/js/src/index.js';

// What reaches an application, but for `joined` and `error`.
const EVENTS = [
  'message', 'ice_candidate', 'participant_updated', 'participant_connection', 'participant_joined', 'participant_left',
  'offer', 'answer', 'reject', 'left', 'kicked', 'room_closed', 'room_locked', 'room_updated', 'knock', 'offer_created',
  'offer_claimed', 'offer_requeued', 'offer_rejected', 'offer_expired', 'offer_withdrawn',
];
// They answer nothing, and say only what everybody knows.
const NOTICES = new Set(['unavailable', 'slow_consumer', 'draining']);

class Session {
  #name;
  #client;
  #requests;

  // Every second session asks with `request`, the others with `send`, whose answer is the event `error`: both in one have
  // no order between them.
  constructor({ name, port, room }, requests) {
    this.#name = name;
    this.#requests = requests;
    this.#client = new SignalingClient(`ws://127.0.0.1:${port}/`, { clientId: name, WebSocket });
    for (const type of EVENTS) this.#client.on(type, (message) => this.#say({ got: message }));
    this.#client.on('joined', ({ rejoined, reply_to: to }) => {
      this.#say(rejoined ? { fault: 'joined its room again' } : { answer: 'joined', to });
    });
    this.#client.on('error', (error) => {
      if (!NOTICES.has(error.code)) this.#answered(error);
    });
    this.#client.on('sessionlost', ({ reason, messages }) => {
      this.#say({ fault: `lost its session, and ${messages.length} messages: ${reason}` });
    });
    for (const type of ['rejoining', 'notrejoined']) this.#client.on(type, () => this.#say({ fault: type }));
    this.#client.on('statechange', ({ state, error }) => {
      if (state === 'closed' && error) this.#say({ fault: `closed: ${error.code}` });
    });
    this.#client.connect();
    this.#client.join(room).catch(({ code }) => this.#say({ fault: `did not join: ${code}` }));
  }

  send({ message: { type, ...fields }, number }) {
    if (type === 'update') return this.#client.update(fields.metadata);
    const id = this.#client.send(type, fields);
    if (id !== number) this.#say({ fault: `gave ${id} to its message ${number}` });
  }

  ask(command) {
    if (!this.#requests) return this.send(command);
    const { message: { type, ...fields } } = command;
    this.#client.request(type, fields).then(
      (answer) => this.#say({ answer: answer.type, to: answer.reply_to }), (error) => this.#answered(error));
  }

  close() {
    this.#client.close();
  }

  #answered({ code, replyTo }) {
    this.#say({ answer: code, to: replyTo });
  }

  #say(word) {
    process.stdout.write(`${JSON.stringify({ name: this.#name, ...word })}\n`);
  }
}

const sessions = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.do === 'open') sessions.set(command.name, new Session(command, sessions.size % 2 === 1));
  else sessions.get(command.name)[command.do](command);
}

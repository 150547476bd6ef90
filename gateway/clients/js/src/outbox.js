// The messages of one session from the call of `send` until the server has them: numbered, kept, sent again.

import { SignalingError } from './errors.js';

// What may be on its way without an acknowledgement. The server reads on to 64 messages or 128 KiB.
const WINDOW_MESSAGES = 64;
const WINDOW_CHARACTERS = 96 * 1024;
// What may be kept in all.
const KEPT_MESSAGES = 1024;
const KEPT_CHARACTERS = 1024 * 1024;
const DEFAULT_LIMIT = 64 * 1024;

// What keeps up the session itself: an application that is handed back its messages has no use for them.
const OWN = new Set(['join', 'leave', 'update']);

/** @typedef {{id: number, message: Record<string, any>, text: string}} Kept */

export class Outbox {
  /** The largest message that the server takes, in bytes. */
  limit = DEFAULT_LIMIT;

  #nextId = 1;
  #acked = 0;
  /** @type {Kept[]} in the order of their ids; the first `#sent` of them are on their way */
  #kept = [];
  #sent = 0;
  #sentCharacters = 0;
  #keptCharacters = 0;

  /**
   * Numbers and keeps it. Returns its id. What the client says by itself has room in any case.
   * @param {string} type
   * @param {any} fields
   */
  add(type, fields) {
    const id = this.#nextId;
    // What a browser made, as an RTCIceCandidate, has no fields of its own. Type and id are ours, whatever it has.
    const message = Object.assign({ type, id }, fields.toJSON?.() ?? fields, { type, id });
    const text = JSON.stringify(message);
    // No character takes more than three bytes. Some room for an `ack`.
    if (3 * text.length > this.limit - 32 && new TextEncoder().encode(text).length > this.limit - 32) {
      throw new SignalingError({ code: 'message_too_large', message: `the server takes ${this.limit} bytes` });
    }
    const full = this.#kept.length >= KEPT_MESSAGES || this.#keptCharacters + text.length > KEPT_CHARACTERS;
    if (full && !OWN.has(type)) {
      throw new SignalingError({ code: 'queue_full', message: 'too many messages wait for the server', action: 'retry' });
    }
    this.#nextId = id + 1;
    this.#keptCharacters += text.length;
    this.#kept.push({ id, message, text });
    return id;
  }

  /**
   * What may go now and has not gone on this connection. It counts as gone.
   * @param {boolean} [atOnce]  beyond the window: nothing comes after it
   * @returns {Kept | undefined}
   */
  next(atOnce = false) {
    const kept = this.#kept[this.#sent];
    if (!kept || (!atOnce && this.#sent >= WINDOW_MESSAGES)) return undefined;
    if (!atOnce && this.#sent && this.#sentCharacters + kept.text.length > WINDOW_CHARACTERS) return undefined;
    ++this.#sent;
    this.#sentCharacters += kept.text.length;
    return kept;
  }

  /**
   * The server has all up to this id.
   * @param {number} id
   */
  acknowledge(id) {
    if (id > this.#acked) this.#acked = id;
    let count = 0;
    while (count < this.#kept.length && this.#kept[count].id <= id) {
      const { length } = this.#kept[count].text;
      this.#keptCharacters -= length;
      if (count++ < this.#sent) this.#sentCharacters -= length;
    }
    this.#kept.splice(0, count);
    this.#sent = Math.max(0, this.#sent - count);
  }

  /**
   * On a new connection, whose server has all up to this id. False where it once had more: then it has forgotten.
   * @param {number} id
   */
  resume(id) {
    if (id < this.#acked) return false;
    // Nothing of what is kept has gone on this one.
    this.#sent = this.#sentCharacters = 0;
    this.acknowledge(id);
    return true;
  }

  /** For a new session. Returns what the one before never got, or may have got. */
  clear() {
    const messages = this.#kept.map(({ message }) => message).filter(({ type }) => !OWN.has(type));
    this.#kept = [];
    this.#nextId = 1;
    this.#acked = this.#keptCharacters = this.#sent = this.#sentCharacters = 0;
    return messages;
  }
}

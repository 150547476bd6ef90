// The seat in a room, which is taken again in each new session.

import { SignalingError } from './errors.js';
import { Pauses } from './policy.js';

/**
 * @typedef {import('./protocol.js').Joined} Joined
 * @typedef {object} Surroundings
 * @property {(fields: any, answered: (joined: Joined) => void, failed: (error: SignalingError) => void) => void} ask
 * @property {(joined: Joined, rejoined: boolean) => void} joined
 * @property {(error: SignalingError, rejoining: boolean) => void} refused  for good
 * @property {() => boolean} renamed  whether it is tried under another name
 * @property {(error: SignalingError, retryInMs: number) => void} waits  it is tried again
 */

export class Membership {
  /** Whether the server has, or gets, a `join` in this session that was not refused. */
  asked = false;

  #fields;
  #surroundings;
  #joinedBefore = false;
  #ended = false;
  #pauses = new Pauses();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;

  /**
   * @param {{room: string, replace?: boolean, options?: import('./protocol.js').RoomOptions}} fields of `join`
   * @param {Surroundings} surroundings
   */
  constructor(fields, surroundings) {
    this.#fields = fields;
    this.#surroundings = surroundings;
  }

  /** In a new session; the first is no exception. */
  join() {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.asked = true;
    // Whoever took our name while we were away, another tab for one, is not fought.
    const fields = this.#joinedBefore ? { ...this.#fields, replace: false } : this.#fields;
    try {
      this.#surroundings.ask(fields, (joined) => this.#joined(joined), (error) => this.#failed(error));
    } catch (error) {
      this.#failed(/** @type {SignalingError} */ (error));  // too much waits already
    }
  }

  /** Not after a pause, but now. */
  hurry() {
    if (this.#again) this.join();
  }

  /**
   * Nothing of it counts any more.
   * @param {SignalingError} error for who still waits for the first answer
   */
  end(error) {
    clearTimeout(this.#again);
    if (this.#ended) return;
    this.#ended = true;
    this.#surroundings.refused(error, false);
  }

  /** @param {Joined} joined */
  #joined(joined) {
    if (this.#ended) return;
    const rejoined = this.#joinedBefore;
    this.#joinedBefore = true;
    this.#pauses = new Pauses();
    this.#surroundings.joined(joined, rejoined);
  }

  /** @param {SignalingError} error */
  #failed(error) {
    if (this.#ended || error.code === 'session_lost') return;  // the next session joins
    this.asked = false;
    if (this.#joinedBefore && error.action === 'retry') {
      // What stands in the way may be what is left of our last session.
      if (error.code === 'client_id_taken' && this.#surroundings.renamed()) return;
      const retryInMs = this.#pauses.next(error.retryAfterMs);
      this.#again = setTimeout(() => this.join(), retryInMs);
      return this.#surroundings.waits(error, retryInMs);
    }
    this.#ended = true;
    this.#surroundings.refused(error, this.#joinedBefore);
  }
}

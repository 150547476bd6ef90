// What follows when a connection ends, and after which pause the next one is tried.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
// However long a server wants us to wait.
const MOST_MS = 600_000;
// While a session waits for us, no pause is longer than this part of its window: there are a few attempts in it, however
// many connections broke before.
const PART_OF_WINDOW = 1 / 4;
// A connection that lived so long starts the pauses from the first again.
const STEADY_AFTER_MS = 10_000;

// 1005 (none was given) and 1006 (broken) are never sent; 1015 is a TLS handshake that failed.
const BREAKS = new Set([1001, 1005, 1006, 1011, 1013, 1014, 1015]);

// What a client sends that will come back: with 1000, or none at all, the server would take it for a goodbye.
export const BACK_SOON = 4000;

/**
 * `resume`: connect again, the session waits. `renew`: connect again, the session is gone. `close`: do not.
 * @param {number} code
 * @returns {'resume' | 'renew' | 'close'}
 */
export function afterClose(code) {
  if (code === 1012) return 'renew';  // the server was restarted without its state
  return BREAKS.has(code) || (code >= 4000 && code < 4500) ? 'resume' : 'close';
}

/**
 * "Full jitter": anything between nothing and a bound that doubles, so that many clients do not come back at once.
 * @param {number} attempt
 */
export function pauseBefore(attempt, random = Math.random, longestMs = LONGEST_PAUSE_MS) {
  return random() * Math.min(longestMs, FIRST_PAUSE_MS * 2 ** attempt);
}

/** The attempts that came to nothing since the last connection that lived. */
export class Pauses {
  #attempt = 0;
  #since = 0;

  connected() {
    this.#since = performance.now();
  }

  /**
   * The pause before the next attempt.
   * @param {number} leastMs
   * @param {number} [windowMs]  where a session waits, how long that is in all
   */
  next(leastMs, windowMs = Infinity) {
    leastMs = Math.min(leastMs, MOST_MS);
    const longestMs = Math.min(LONGEST_PAUSE_MS, windowMs * PART_OF_WINDOW);
    if (this.#since && performance.now() - this.#since > STEADY_AFTER_MS) this.#attempt = 0;
    this.#since = 0;
    // Without a network an attempt is only to make sure that there is none: `online` will say so first.
    if (globalThis.navigator?.onLine === false) return Math.max(longestMs, leastMs);
    return Math.max(pauseBefore(this.#attempt++, Math.random, longestMs), leastMs);
  }
}

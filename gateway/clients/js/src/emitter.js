// Who wants to hear of something says `on`; a listener that throws hinders nobody else.

/** @template {Record<string, any>} Events */
export class Emitter {
  /** @type {Map<keyof Events, Set<(detail: any) => void>>} */
  #listeners = new Map();

  /**
   * Calls `listener` with each event of this type, until the function that is returned is called.
   * @template {keyof Events} Type
   * @param {Type} type
   * @param {(detail: Events[Type]) => void} listener
   * @returns {() => void}
   */
  on(type, listener) {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // One function may be wanted twice; each has an entry of its own.
    const entry = (/** @type {Events[Type]} */ detail) => listener(detail);
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  /**
   * @protected
   * @template {keyof Events} Type
   * @param {Type} type
   * @param {Events[Type]} detail
   */
  emit(type, detail) {
    const listeners = this.#listeners.get(type) ?? new Set();
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue;  // one before it ended it
      try {
        listener(detail);
      } catch (error) {
        // As an EventTarget does it: seen by window.onerror, and what comes next is not kept from the others.
        queueMicrotask(() => { throw error; });
      }
    }
  }
}

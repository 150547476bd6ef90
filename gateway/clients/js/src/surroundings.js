// What a browser knows of its network, and of the page's visibility; in Node nothing happens here.

/**
 * `awake`: the network or the page is back. `asleep`: the network is gone. `gone`: the page is, for good.
 * Returns the function that ends it.
 * @param {{awake: () => void, asleep: () => void, gone: () => void}} handlers
 * @returns {() => void}
 */
export function follow({ awake, asleep, gone }) {
  const { document } = globalThis;
  if (typeof globalThis.addEventListener !== 'function') return () => {};
  const visible = () => document.visibilityState === 'visible' && awake();
  // One that is kept to be shown again comes back to its session, or is told that it is gone.
  const hidden = (/** @type {PageTransitionEvent} */ { persisted }) => persisted || gone();
  const listeners = /** @type {[EventTarget, string, any][]} */ ([
    [globalThis, 'online', awake], [globalThis, 'offline', asleep],
  ]);
  // A worker has a network, and no page.
  if (document) {
    listeners.push(
        [globalThis, 'pageshow', awake], [globalThis, 'pagehide', hidden], [document, 'visibilitychange', visible]);
  }
  for (const [target, type, listener] of listeners) target.addEventListener(type, listener);
  return () => {
    for (const [target, type, listener] of listeners) target.removeEventListener(type, listener);
  };
}

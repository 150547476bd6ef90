/**
 * A promise, and what settles it. Who does not wait for it hears of it otherwise, so it is never an unhandled rejection.
 * @returns {{promise: Promise<any>, resolve: (value?: any) => void, reject: (error: unknown) => void}}
 */
export function deferred() {
  /** @type {any} */
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  parts.promise.catch(() => {});
  return parts;
}

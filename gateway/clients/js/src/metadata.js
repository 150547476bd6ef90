// What the others see of a participant.

const LIMIT = 4096;

/**
 * Refuses what the server would: it comes with every session, and would be refused in each.
 * @param {unknown} metadata
 * @throws {TypeError}
 */
export function checkMetadata(metadata) {
  if (metadata === undefined) return;
  const parts = Object.entries(/** @type {object} */ (metadata)).flat();
  if (!parts.every((part) => typeof part === 'string')) throw new TypeError('metadata: an object of strings');
  if (new TextEncoder().encode(parts.join('')).length > LIMIT) throw new TypeError(`metadata: more than ${LIMIT} bytes`);
}

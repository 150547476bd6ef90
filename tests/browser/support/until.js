import { setTimeout as pause } from 'node:timers/promises';

// Asks until the answer is good, and returns it; after the deadline it fails and says what was waited for (a text, or
// what makes it then).
export async function until(what, ask, timeoutMs = 30_000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain: ${typeof what === 'function' ? what() : what}`);
    }
    await pause(50);
  }
}

// Keeps the screen on, where the browser can: a phone that sleeps sends no picture. Browsers end that when the page is
// hidden, so it is asked for again when it is back.

let wanted = false;
let lock = null;

export function stayAwake(on) {
  wanted = on;
  if (on) return ask();
  lock?.release();
  lock = null;
}

async function ask() {
  if (!wanted || document.hidden || !navigator.wakeLock) return;
  try {
    lock = await navigator.wakeLock.request('screen');
    if (!wanted) stayAwake(false);
  } catch {
    // An empty battery is a reason to refuse.
  }
}

document.addEventListener('visibilitychange', ask);

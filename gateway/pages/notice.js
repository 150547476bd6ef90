// What every page has to say, in the places every page has for it: the state of the link to the server with its reason
// in the header, the notice below it, and the announcer, which only screen readers tell.

const $ = (id) => document.getElementById(id);

const LINK_STATES = {
  off: 'Not connected',
  connecting: 'Connecting …',
  waiting: 'Waiting',
  on: 'Connected',
  reconnecting: 'Reconnecting',
};

// `state`: one of the above. `reason`: part of a sentence, see reasonFor() in words.js.
export function showLink(state, reason = '') {
  const text = LINK_STATES[state].replace(reason ? ' …' : '', '');
  $('link-state').dataset.state = state;
  $('link-state').textContent = reason ? `${text}: ${reason}` : text;
}

const GRAVITY = ['info', 'warning', 'error'];

const notices = new Map();  // about -> what is to be said

// `kind`: info, warning or error. `action`: {label, run} for a button. `about`: what hideNotice() can ask for. A notice
// about something stays until it is hidden, and of several the gravest is seen. One about nothing is seen until the next
// one comes.
export function showNotice(kind, text, { action = null, about = '' } = {}) {
  notices.delete('');
  notices.set(about, { kind, text, action });
  showGravest();
  announce(text);
}

// With `about`, only the notice about that.
export function hideNotice(about = '') {
  if (about) notices.delete(about);
  else notices.clear();
  showGravest();
}

function showGravest() {
  const [gravest] = [...notices.values()].sort((a, b) => GRAVITY.indexOf(b.kind) - GRAVITY.indexOf(a.kind));
  const shown = notices.get('') ?? gravest;
  $('notice').hidden = !shown;
  if (!shown) return;
  const { kind, text, action } = shown;
  $('notice').dataset.kind = kind;
  $('notice-text').textContent = text;
  $('notice-action').hidden = !action;
  $('notice-action').textContent = action?.label ?? '';
  $('notice-action').onclick = action?.run ?? null;
}

export function announce(text) {
  $('announcer').textContent = text;
}

// Copies a link, or `what` it is; where the browser does not permit that, shows it. The button's `label` says that it is
// done.
export async function copyLink(link, label, what = 'link') {
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    showNotice('info', `The ${what}: ${link}`);
    return;
  }
  const before = label.textContent;
  if (before === 'Copied') return;
  label.textContent = 'Copied';
  announce(`The ${what} is copied.`);
  setTimeout(() => { label.textContent = before; }, 2000);
}

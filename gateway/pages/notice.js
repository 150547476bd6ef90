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

// `kind`: info, warning or error. `action`: {label, run} for a button. `about`: what hideNotice() can ask for.
export function showNotice(kind, text, { action = null, about = '' } = {}) {
  $('notice').dataset.kind = kind;
  $('notice').dataset.about = about;
  $('notice-text').textContent = text;
  $('notice').hidden = false;
  $('notice-action').hidden = !action;
  $('notice-action').textContent = action?.label ?? '';
  $('notice-action').onclick = action?.run ?? null;
  announce(text);
}

// With `about`, only a notice about that.
export function hideNotice(about = '') {
  if (about && $('notice').dataset.about !== about) return;
  $('notice').hidden = true;
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

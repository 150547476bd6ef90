// Names and ids: what is put into a message of the protocol, and what people read and paste.

// The maker is told nothing about a claimer but its client_id: so who has a name asks for one that looks like it.
export function clientIdFor(name) {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^A-Za-z0-9._~:@-]+/g, '-').replace(/^-+|-+$/g, '')
      .slice(0, 40);
}

// How the server names who did not ask for a name.
export function nameOf(clientId = '') {
  return /^c-[\w-]{12}$/.test(clientId) ? `Guest ${clientId.slice(-4)}` : clientId || 'Somebody';
}

// The offer's id in what somebody pasted: an id, or a link with one. `error` where there is none.
export function readOfferId(text) {
  const trimmed = text.trim();
  if (!trimmed) return { error: 'Paste the id or the link you were given.' };
  const inLink = /[?&]offer=([^&#\s]*)/.exec(trimmed)?.[1];
  const id = inLink === undefined ? trimmed : decode(inLink);
  if (/^[A-Za-z0-9._~:@-]{1,128}$/.test(id)) return { id };
  if (/^https?:|\//.test(trimmed)) return { error: 'There is no id of an offer in this link.' };
  return { error: 'This is no id of an offer: it has only letters, digits and . _ ~ : @ -' };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

export function linkTo(id) {
  const link = new URL('offer', document.baseURI);
  link.search = new URLSearchParams({ offer: id });
  return link.href;
}

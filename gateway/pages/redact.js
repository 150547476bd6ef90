// What of a signaling message is shown at once, what only when somebody asks for it, and what never. Session
// descriptions and candidates hold addresses and fingerprints: nothing to have on the screen, or in a pasted log, by
// accident.

const SECRET = /^(.*_)?(token|credential|secret|password)$/i;
const ADDRESSES = new Set(['sdp', 'candidate', 'candidates']);
// A peer may put a description where none belongs.
const LIKE_SDP = /(^|[\r\n])\s*[a-z]=|candidate:/;

// `secret`, `bulky` or nothing, for a value under this key.
export function hiding(key, value) {
  if (SECRET.test(key)) return 'secret';
  if (ADDRESSES.has(key)) return value === '' ? '' : 'bulky';  // An empty candidate only says that no more come.
  const texts = typeof value === 'string' ? [value] : Object.keys(value ?? {});
  return texts.some((text) => LIKE_SDP.test(text)) ? 'bulky' : '';
}

// The message on one line of JSON, with what is hidden left out. It is made to be pasted elsewhere, where the id of an offer
// would let any reader take it: its beginning is enough to tell offers apart.
export function redacted(message) {
  return JSON.stringify(message, (key, value) => {
    if (key === 'offer_id') return shortId(value);
    switch (hiding(key, value)) {
      case 'secret': return 'hidden';
      case 'bulky': return `not shown, ${sizeOf(value)}`;
      default: return value;
    }
  });
}

export function shortId(id) {
  return `${String(id).slice(0, 6)}…`;
}

// The message as indented JSON, in pieces: texts, and {text} in the place of what has to be asked for.
export function piecesOf(message) {
  const pieces = [];
  write('', message, '\n', pieces);
  return pieces;
}

function write(key, value, newline, pieces) {
  const hidden = hiding(key, value);
  if (hidden) {
    pieces.push(hidden === 'secret' ? '"hidden"' : { text: readable(value), size: sizeOf(value) });
  } else if (value === null || typeof value !== 'object') {
    pieces.push(JSON.stringify(value) ?? 'null');
  } else {
    const isArray = Array.isArray(value);
    const [open, close] = isArray ? '[]' : '{}';
    const inner = `${newline}  `;
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    pieces.push(open);
    entries.forEach(([name, one], i) => {
      pieces.push(`${i ? ',' : ''}${inner}${isArray ? '' : `${JSON.stringify(name)}: `}`);
      write(isArray ? '' : name, one, inner, pieces);
    });
    pieces.push(entries.length ? `${newline}${close}` : close);
  }
}

// A description is read line by line.
function readable(value) {
  return typeof value === 'string' ? value.replace(/\r\n/g, '\n').trimEnd() : JSON.stringify(value, null, 2);
}

export function sizeOf(value) {
  const bytes = new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)).length;
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} KB`;
}

// The page for offers by id: make one, or take one, and talk. The life of an offer is in stored_offer.js, what is said
// about it in offer_words.js, the two seats in talk.js.

import { lookUnderTheBonnet } from './bonnet.js';
import { SignalingClient } from './client/index.js';
import { credentialOr } from './credential.js';
import { announce, copyLink, hideNotice, showLink, showNotice } from './notice.js';
import { clientIdFor, linkTo, readOfferId } from './offer_id.js';
import { clockOf, linkOf, storyOf } from './offer_words.js';
import { StoredOffer } from './stored_offer.js';
import { Talk } from './talk.js';

const $ = (id) => document.getElementById(id);

// After these the one who took it may take it again; and after a refusal, unless it is one of those that stay.
const TAKE_AGAIN = new Set(['lease_expired', 'put_back_by_me', 'cancelled_by_me', 'server_lost']);
const REFUSED_FOR_GOOD = new Set(['offer_not_found', 'offer_expired', 'permission_denied', 'origin_not_allowed']);

let offer = null;
let attempts = 0;       // tells whether what was begun is still wanted
let listenOnly = false;
let told = '';          // the story that was announced last
const talk = new Talk($('seats'), { microphoneLost });

const ownName = () => $('name').value.trim();

// --- Making and taking -----------------------------------------------------------------------------------------------

async function make() {
  if (!await takeMicrophone()) return;
  const metadata = ownName() ? { name: ownName() } : {};
  const tracks = talk.track ? [talk.track] : [];
  begin({ isMaker: true }).make({ tracks, metadata, ttlMs: Number($('ttl').value) });
}

function take() {
  const { id, error } = readOfferId($('offer-id').value);
  showIdError(error);
  if (!id) return;
  ++attempts;  // a microphone for an offer of our own is not wanted any more
  talk.wake();
  begin({ isMaker: false }).take(id);
}

async function answer() {
  const { id, peer } = offer;
  if (peer) return;
  if (await takeMicrophone() && offer?.id === id) offer.answer(talk.track ? [talk.track] : []);
}

function begin({ isMaker }) {
  hideNotice();
  const client = new SignalingClient(new URL('v1', document.baseURI), credentialOr(clientIdFor(ownName())));
  lookUnderTheBonnet(client);
  const begun = new StoredOffer({ client, isMaker });
  begun.addEventListener('change', () => begun === offer && render());
  offer = begun;
  told = '';
  render();
  return begun;
}

// Back to the two forms.
function back() {
  ++attempts;
  offer?.leave();
  offer = null;
  talk.end();
  hideNotice();
  render();
  $('start').hidden = false;
  $('offer').hidden = true;
  document.title = 'Talk by offer';
}

// --- The microphone --------------------------------------------------------------------------------------------------

// Whether what it is for may go on: with a microphone, or without one where nobody wants to speak.
async function takeMicrophone() {
  const attempt = ++attempts;
  hideNotice();
  talk.wake();
  if (listenOnly) {
    talk.dropMicrophone();
    return true;
  }
  try {
    return await talk.takeMicrophone(() => attempt === attempts);
  } catch (error) {
    if (attempt === attempts) showNotice('error', error.message);
    return false;
  }
}

async function pressMute() {
  if (talk.track) {
    talk.toggleMute();
  } else {
    listenOnly = false;
    const current = offer;
    if (!await takeMicrophone() || offer !== current) return;
    offer.setTrack(talk.track);
  }
  announce(talk.muted ? 'You are muted.' : 'The other side hears you.');
  render();
}

function microphoneLost() {
  offer?.setTrack(null);
  showNotice('error', 'Your microphone was lost. The other side cannot hear you; you still hear it.');
  render();
}

// --- Showing ---------------------------------------------------------------------------------------------------------

function render() {
  showLink(...linkOf(offer));
  if (!offer) return;
  const { state, isMaker } = offer;
  const story = storyOf(offer);
  if (state === 'over') {
    ++attempts;
    talk.end();
  }
  $('start').hidden = true;
  $('offer').hidden = false;
  $('offer').dataset.step = story.step;
  $('title').textContent = story.title;
  $('text').textContent = story.text;
  $('stored').textContent = offer.stored;
  $('stored-line').hidden = !offer.stored;
  document.title = `${story.title} · Talk by offer`;
  showSteps(story.step);
  showCountdown();
  showPassOn(isMaker && (state === 'queued' || state === 'claimed'));
  showSeats(story.step);
  showButtons();
  const now = `${story.title}. ${story.text}`;
  if (now !== told) announce(now);
  told = now;
}

function showSteps(step) {
  let past = step !== '' && step !== 'over';
  for (const item of $('steps').children) {
    const isNow = item.dataset.step === step;
    if (isNow) past = false;
    item.classList.toggle('past', past);
    if (isNow) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
  }
}

function showCountdown() {
  const seconds = offer?.secondsLeft() ?? null;
  $('countdown').hidden = seconds === null;
  if (seconds === null) return;
  const isLease = offer.state === 'claimed';
  $('countdown').dataset.kind = isLease ? 'lease' : 'wait';
  const text = `${clockOf(seconds)} left${isLease && !offer.isMaker ? ' to answer' : ''}`;
  if ($('countdown').textContent !== text) $('countdown').textContent = text;
}

function showPassOn(on) {
  $('pass-on').hidden = !on;
  if (!on || $('id').textContent === offer.id) return;
  $('id').textContent = offer.id;
  $('link').href = $('link').textContent = linkTo(offer.id);
}

function showSeats(step) {
  const on = offer.state === 'answered';
  $('seats').hidden = !on;
  if (!on) return;
  const { stream } = offer.peer;
  const silent = step === 'talking' && !stream;
  talk.show({
    ownName: ownName() || 'You', otherName: offer.other, stream,
    otherState: silent ? 'listening only' : step === 'connecting' ? 'connecting …' : '',
  });
  talk.play().then((allowed) => allowed || askForSound());
}

// What there is to press, the most likely first.
function showButtons() {
  const { state, isMaker, reason } = offer;
  const decides = state === 'claimed' && !isMaker;
  const talks = state === 'answered';
  const over = state === 'over';
  const refused = reason === 'refused';
  const again = over && (isMaker || TAKE_AGAIN.has(reason) || (refused && !REFUSED_FOR_GOOD.has(offer.error.code)));
  const shown = {
    answer: decides, 'answer-listen': decides, 'put-back': decides, decline: decides,
    mute: talks, leave: !over && !decides, again, back: over,
  };
  const focused = document.activeElement;
  const meant = $('leave-label').textContent;
  for (const [id, on] of Object.entries(shown)) $(id).hidden = !on;
  $('leave-label').textContent = talks ? 'Hang up' : !isMaker || state === 'opening' ? 'Cancel' : 'Withdraw';
  $('again').textContent = refused ? 'Try again' : isMaker ? 'Make a new offer' : 'Take it again';
  $('back').classList.toggle('primary', over && !again);
  $('mute-label').textContent = !talk.track ? 'Turn on microphone' : talk.muted ? 'Unmute' : 'Mute';
  $('mute-icon').setAttribute('href', talk.track && talk.muted ? '#icon-muted' : '#icon-microphone');
  // Who uses the keyboard is not sent back to the top of the page, nor left on a button that now means something else.
  const isOther = focused === $('leave') && $('leave-label').textContent !== meant;
  if (focused && focused !== document.body && focused.checkVisibility() && !isOther) return;
  const next = ['answer', 'mute', 'again', 'back'].find((id) => shown[id]);
  if (next) $(next).focus({ preventScroll: true });
  else if (!$('pass-on').hidden) $('copy-link').focus({ preventScroll: true });
  else $('leave').focus({ preventScroll: true });
}

function askForSound() {
  const run = () => {
    talk.wake();
    talk.play();
    hideNotice();
  };
  showNotice('warning', 'The browser holds the sound back.', { action: { label: 'Let me hear it', run } });
}

function showIdError(error = '') {
  if (error) $('offer-id').setAttribute('aria-invalid', 'true');
  else $('offer-id').removeAttribute('aria-invalid');
  $('offer-id-error').textContent = error;
  $('offer-id-error').hidden = !error;
  if (error) $('offer-id').focus();
}

// --- Start -----------------------------------------------------------------------------------------------------------

const press = (id, run) => $(id).addEventListener('click', run);

$('make-form').addEventListener('submit', (event) => {
  event.preventDefault();
  listenOnly = false;
  make();
});
$('take-form').addEventListener('submit', (event) => {
  event.preventDefault();
  take();
});
press('make-listen', () => {
  listenOnly = true;
  make();
});
press('answer', () => {
  listenOnly = false;
  answer();
});
press('answer-listen', () => {
  listenOnly = true;
  answer();
});
press('put-back', () => offer.putBack());
press('decline', () => offer.decline());
press('leave', () => offer.leave());
press('again', () => offer.isMaker ? make() : take());
press('back', () => {
  back();
  $('make').focus();
});
press('mute', pressMute);
press('copy-id', () => copyLink(offer.id, $('copy-id').querySelector('span'), 'id'));
press('copy-link', () => copyLink($('link').href, $('copy-link').querySelector('span')));
$('offer-id').addEventListener('input', () => showIdError());

document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'm' || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if ($('mute').hidden || event.target.matches('input, textarea, select')) return;
  event.preventDefault();
  pressMute();
});

setInterval(showCountdown, 250);

// The server learns at once that we left, and a page that the browser brings back starts clean.
addEventListener('pagehide', back);

// By link: only the decision is left.
const wanted = new URLSearchParams(location.search).get('offer');
if (wanted !== null) {
  $('offer-id').value = wanted;
  $('start').dataset.task = 'take';
}
showLink('off');

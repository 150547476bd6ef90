// The page: a form to join a room, and the room. Signaling and calls are the client library's.

import { openMicrophone } from './microphone.js';
import { announce, copyLink, hideNotice, showLink, showNotice } from './notice.js';
import { Room } from './room.js';
import { Seat } from './seat.js';
import { connectionWords, displayName } from './words.js';

const $ = (id) => document.getElementById(id);

let room = null;       // the Room we are in or on our way to
let attempts = 0;      // tells whether what was begun is still wanted
let asking = false;    // the browser asks for the microphone
let track = null;      // our microphone
let ownStream = null;  // the same, for our own meter
let muted = false;
let ownName = '';
let context = null;    // the AudioContext of all meters
let ownSeat = null;
let seatsTaken = 0;    // gives each seat its colour
let drawnAt = 0;       // the levels
const seats = new Map();  // Participant -> Seat

// --- Joining ---------------------------------------------------------------------------------------------------------

async function join({ listenOnly }) {
  if (room || !$('join-form').reportValidity()) return;
  const attempt = ++attempts;
  ownName = $('name').value.trim();
  muted = false;
  hideNotice();
  showJoining(true);
  // In the click, because browsers let only a person's touch start sound.
  context ??= new AudioContext();
  context.resume();
  if (!listenOnly && !(await takeMicrophone(() => attempt === attempts))) {
    if (attempt === attempts) showJoining(false);
    return;
  }

  room = new Room({
    room: $('room').value,
    metadata: ownMetadata(),
    tracks: track ? [track] : [],
    receives: ['audio'],
  }, {
    changed: render,
    goesOn: () => room?.participants.size ? 'You still hear each other.' : '',
    over: leave,
  });
  room.join();
}

function leave(why = '') {
  const wasInside = !$('call').hidden;
  ++attempts;
  room?.leave();
  room = null;
  dropMicrophone();
  context?.suspend();
  for (const seat of seats.values()) seat.remove();
  seats.clear();
  $('door').hidden = true;
  ownSeat?.remove();
  ownSeat = null;
  showJoining(false);
  $('call').hidden = true;
  $('lobby').hidden = false;
  document.title = 'Voice room';
  showLink('off');
  if (why) showNotice('error', why);
  else hideNotice();
  if (wasInside) {
    $('join').focus();
    if (!why) announce('You left the room.');
  }
}

const joining = () => $('join-form').classList.contains('joining');

function showJoining(on) {
  $('join-form').classList.toggle('joining', on);
  $('join').textContent = on ? 'Joining … cancel' : 'Join';
  $('room').readOnly = $('name').readOnly = on;
  if (on && document.activeElement === $('listen')) $('join').focus();
  $('listen').hidden = on;
}

// --- The microphone --------------------------------------------------------------------------------------------------

// Whether there is one now. Asking takes as long as a person takes, so it may be no longer `wanted` then.
async function takeMicrophone(wanted) {
  let opened;
  try {
    opened = await openMicrophone();
  } catch (error) {
    if (wanted()) showNotice('error', error.message);
    return false;
  }
  if (!wanted()) {
    opened.stop();
    return false;
  }
  track = opened;
  ownStream = new MediaStream([track]);
  track.onended = () => {
    dropMicrophone();
    showNotice('error', 'Your microphone was lost. The others cannot hear you; you still hear them.');
    ownStateChanged();
  };
  return true;
}

function dropMicrophone() {
  if (!track) return;
  track.onended = null;
  track.stop();
  track = ownStream = null;
}

async function pressMute() {
  if (track) {
    muted = !muted;
    track.enabled = !muted;
    announce(muted ? 'You are muted.' : 'The others hear you.');
  } else {
    if (asking) return;
    asking = true;
    const current = room;
    const taken = await takeMicrophone(() => room === current);
    asking = false;
    if (!taken) return;
    muted = false;
    hideNotice();
    announce('The others hear you.');
  }
  ownStateChanged();
}

function ownStateChanged() {
  room?.call.setTrack('audio', track);
  room?.setMetadata(ownMetadata());
  render();
}

// What the others are told: a name, and whether a voice can be expected.
function ownMetadata() {
  const metadata = { microphone: !track ? 'none' : muted ? 'muted' : 'on' };
  if (ownName) metadata.name = ownName;
  return metadata;
}

// --- The room --------------------------------------------------------------------------------------------------------

function render() {
  if (!room) return;
  if (!$('lobby').hidden) {
    if (room.joined) enter();
    else return;
  }
  renderOwnSeat();
  renderSeats();
  const people = room.participants.size + 1;
  $('count').textContent = `${people} of ${room.call.seats}`;
  $('invite').hidden = people > 1;
  renderMute();
}

function enter() {
  const name = $('room').value;
  const link = new URL(location.href);
  link.search = new URLSearchParams({ room: name });
  link.hash = '';
  history.replaceState(null, '', link);
  document.title = `${name} · Voice room`;
  $('room-title').textContent = name;
  $('invite-link').href = link;
  $('invite-link').textContent = link;
  hideNotice();
  showJoining(false);
  $('lobby').hidden = true;
  $('call').hidden = false;
  scrollTo(0, 0);
  seatsTaken = 0;
  ownSeat = new Seat(seatsTaken++);
  $('seats').append(ownSeat.element);
  $('mute').focus({ preventScroll: true });
  const others = room.participants.size;
  announce(`You are in the room ${name}. ${others ? `${others} more here.` : 'Nobody else is here yet.'}`);
  requestAnimationFrame(draw);
}

function renderOwnSeat() {
  const [text, icon] = !track ? ['you, listening only', 'headphones'] : muted ? ['you, muted', 'muted'] : ['you', ''];
  ownSeat.show({ name: ownName || displayName(room.own), text, icon, dim: !track || muted });
  ownSeat.listenTo(ownStream, context, { play: false });
}

function renderSeats() {
  for (const [participant, seat] of seats) {
    if (room.participants.get(participant.clientId) === participant) continue;
    seat.remove();
    seats.delete(participant);
  }
  for (const participant of room.participants.values()) {
    let seat = seats.get(participant);
    if (!seat) {
      seat = new Seat(seatsTaken++);
      seats.set(participant, seat);
      $('seats').append(seat.element);
    }
    seat.show({ name: displayName(participant), ...participantState(participant) });
    seat.listenTo(participant.stream, context, { play: true });
    seat.play().then((allowed) => allowed || askForSound());
  }
  renderFreeSeats(room.call.seats - room.participants.size - 1);
}

function participantState(participant) {
  const text = connectionWords(participant);
  if (text) return { text, dim: !participant.stream };
  switch (participant.metadata.microphone) {
    case 'muted': return { text: 'muted', icon: 'muted', dim: true };
    case 'none': return { text: 'listening only', icon: 'headphones', dim: true };
    default: return { text: '' };
  }
}

function renderFreeSeats(wanted) {
  const free = $('seats').querySelectorAll('.free');
  for (let i = Math.max(wanted, 0); i < free.length; ++i) free[i].remove();
  for (let i = free.length; i < wanted; ++i) {
    const item = document.createElement('li');
    item.className = 'seat free';
    item.setAttribute('aria-hidden', 'true');
    item.append(Object.assign(document.createElement('div'), { className: 'face' }));
    item.append(Object.assign(document.createElement('p'), { className: 'name', textContent: 'free' }));
    $('seats').append(item);
  }
  // New people sit before the free places.
  $('seats').append(...$('seats').querySelectorAll('.free'));
}

function renderMute() {
  $('mute-label').textContent = !track ? 'Turn on microphone' : muted ? 'Unmute' : 'Mute';
  $('mute-icon').setAttribute('href', muted && track ? '#icon-muted' : '#icon-microphone');
  $('mute').dataset.state = muted && track ? 'muted' : 'on';
}

// Twenty times a second looks alive and spares batteries.
function draw(now) {
  if (!ownSeat) return;
  requestAnimationFrame(draw);
  if (now - drawnAt < 50) return;
  drawnAt = now;
  ownSeat.draw(now);
  for (const seat of seats.values()) seat.draw(now);
}

function askForSound() {
  const run = () => {
    context.resume();
    for (const seat of seats.values()) seat.play();
    hideNotice();
  };
  showNotice('warning', 'The browser holds the sound back.', { action: { label: 'Let me hear it', run } });
}

// --- Start -----------------------------------------------------------------------------------------------------------

$('join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (joining()) leave();
  else join({ listenOnly: false });
});
$('listen').addEventListener('click', () => join({ listenOnly: true }));
$('mute').addEventListener('click', pressMute);
$('copy').addEventListener('click', () => copyLink($('invite-link').href, $('copy-label')));
$('leave').addEventListener('click', () => leave());

document.addEventListener('keydown', (event) => {
  if (event.key.toLowerCase() !== 'm' || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if ($('call').hidden || event.target.matches('input, textarea')) return;
  event.preventDefault();
  pressMute();
});

// The server learns at once that we left, and a page that the browser brings back starts clean.
addEventListener('pagehide', () => leave());

const wanted = new URLSearchParams(location.search).get('room');
if (wanted) $('room').value = wanted;

// The robot's page: sends one picture to everybody who asks for it. Viewers call, the robot answers; see room.js.

import { stayAwake } from './awake.js';
import { announce, copyLink, hideNotice, showLink, showNotice } from './notice.js';
import { Room } from './room.js';
import { Source } from './source.js';
import { readStatistics } from './statistics.js';
import { connectionWords, displayName, flowWords } from './words.js';

const $ = (id) => document.getElementById(id);

const READ_EVERY_MS = 1_000;

const source = new Source([$('source'), $('source-now')], { chosen: changeSource, lost: sourceLost });
let room = null;     // the Room we are in or on our way to
let reading = 0;     // the timer of the statistics
const rows = new Map();  // Participant -> its place in the list

// --- Starting and stopping -------------------------------------------------------------------------------------------

async function start() {
  if (room || !$('join-form').reportValidity()) return;
  hideNotice();
  showStarting(true);
  if (!(await openSource())) return;
  if (!source.track) return showStarting(false);

  room = new Room({
    clientId: $('name').value,
    room: $('room').value,
    metadata: ownMetadata(),
    tracks: [source.track],
    receives: [],
    calls: () => false,
  }, {
    changed: render,
    goesOn: () => watching() ? 'Who watches still sees the picture.' : '',
    over: stop,
  });
  room.join();
}

function stop(why = '') {
  const wasLive = !$('live').hidden;
  room?.leave();
  room = null;
  source.close();
  stayAwake(false);
  clearInterval(reading);
  rows.clear();
  $('viewers').replaceChildren();
  $('own').srcObject = null;
  $('door').hidden = true;
  showStarting(false);
  $('live').hidden = true;
  $('lobby').hidden = false;
  document.title = 'Robot';
  showLink('off');
  if (why) showNotice('error', why);
  else hideNotice();
  if (!wasLive) return;
  $('join').focus();
  if (!why) announce('The robot has stopped.');
}

const starting = () => $('join-form').classList.contains('joining');

function showStarting(on) {
  $('join-form').classList.toggle('joining', on);
  $('join').textContent = on ? 'Starting … cancel' : 'Start';
  $('room').readOnly = $('name').readOnly = on;
  $('source').disabled = on;
}

// What the viewers are told. Their pages call everybody who is not a viewer.
function ownMetadata() {
  return { role: 'robot', picture: source.track ? 'on' : 'none' };
}

// --- The picture -----------------------------------------------------------------------------------------------------

// Whether nobody chose otherwise meanwhile; `source.track` tells whether there is a picture.
async function openSource() {
  try {
    if (!(await source.open($('name').value))) return false;
    hideNotice('picture');
  } catch (error) {
    showNotice('error', error.message, { about: 'picture' });
  }
  return true;
}

async function changeSource() {
  if (room && await openSource()) sourceChanged();
}

function sourceLost() {
  showNotice('error', 'The camera was lost. Plug it in again, or choose another picture.', { about: 'picture' });
  if (room) sourceChanged();
  else showStarting(false);
}

function sourceChanged() {
  room.call.setTrack('video', source.track);
  room.setMetadata(ownMetadata());
  showOwn();
  render();
}

function showOwn() {
  $('own').srcObject = source.track ? new MediaStream([source.track]) : null;
  $('own-words').hidden = source.track !== null;
  $('own-words').textContent = 'No picture is sent.';
}

// --- In use ----------------------------------------------------------------------------------------------------------

// Other robots have no business with this one.
const viewers = () => [...room.participants.values()].filter((participant) => participant.metadata.role !== 'robot');
const watching = () => viewers().filter((participant) => participant.state === 'connected').length;

function render() {
  if (!room) return;
  if ($('live').hidden) {
    if (room.joined) enter();
    else return;
  }
  const wanted = viewers();
  for (const [participant, row] of rows) {
    if (wanted.includes(participant)) continue;
    row.element.remove();
    rows.delete(participant);
  }
  for (const participant of wanted) {
    if (!rows.has(participant)) rows.set(participant, addRow());
    const { element, name, state, flow } = rows.get(participant);
    const words = connectionWords(participant);
    name.textContent = displayName(participant);
    state.textContent = words || (source.track ? 'watches' : 'waits for a picture');
    element.dataset.state = words ? 'off' : 'on';
    if (words) flow.textContent = '';
  }
  $('nobody').hidden = wanted.length > 0;
  const count = watching();
  $('count').textContent = count === 0 ? 'nobody watches' : count === 1 ? '1 watches' : `${count} watch`;
}

function enter() {
  const { clientId } = room.own;
  const here = new URL(location.href);
  here.search = new URLSearchParams({ room: $('room').value, name: clientId });
  here.hash = '';
  history.replaceState(null, '', here);
  const link = new URL('viewer', document.baseURI);
  link.search = new URLSearchParams({ room: $('room').value });
  $('viewer-link').href = link;
  $('viewer-link').textContent = link;
  document.title = `${clientId} · Robot`;
  $('title').textContent = clientId;
  hideNotice('connection');
  showStarting(false);
  $('lobby').hidden = true;
  $('live').hidden = false;
  scrollTo(0, 0);
  showOwn();
  stayAwake(true);
  reading = setInterval(readFlows, READ_EVERY_MS);
  $('copy').focus({ preventScroll: true });
  announce(`${clientId} is in the room ${$('room').value}.`);
}

function addRow() {
  const element = $('person').content.firstElementChild.cloneNode(true);
  $('viewers').append(element);
  const part = (selector) => element.querySelector(selector);
  return { element, name: part('.person-name'), state: part('.person-state'), flow: part('.person-flow') };
}

async function readFlows() {
  for (const [participant, { flow }] of rows) {
    if (participant.state !== 'connected') continue;
    const { route, flows } = await readStatistics(participant.connection);
    const sent = flows.find(({ direction, kind }) => direction === 'sent' && kind === 'video');
    flow.textContent = sent ? `${flowWords(sent)}${route === 'relay' ? ' · over a relay' : ''}` : '';
  }
}

// --- Start -----------------------------------------------------------------------------------------------------------

$('join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (starting()) stop();
  else start();
});
$('copy').addEventListener('click', () => copyLink($('viewer-link').href, $('copy-label')));
$('leave').addEventListener('click', () => stop());

// The server learns at once that the robot has gone, and a page that the browser brings back starts clean.
addEventListener('pagehide', () => stop());

for (const [key, value] of new URLSearchParams(location.search)) {
  if (['room', 'name'].includes(key) && value) $(key).value = value;
}
source.list();

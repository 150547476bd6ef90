// The viewer's page: the pictures of all robots in a room. The viewer calls whoever is no viewer, also again, where a
// connection or a picture does not come or goes away; see screen.js and the client's participant.js.

import { stayAwake } from './awake.js';
import { announce, copyLink, hideNotice, showLink, showNotice } from './notice.js';
import { Room } from './room.js';
import { Screen } from './screen.js';
import { displayName, robotName } from './words.js';

const $ = (id) => document.getElementById(id);

const READ_EVERY_MS = 1_000;

let room = null;     // the Room we are in or on our way to
let reading = 0;     // the timer of the statistics
let lastGone = '';   // the name of the robot that left last
const screens = new Map();  // Participant -> Screen

const isViewer = ({ metadata }) => metadata?.role === 'viewer';

// --- Coming and going ------------------------------------------------------------------------------------------------

function join() {
  if (room || !$('join-form').reportValidity()) return;
  hideNotice();
  showJoining(true);
  const name = $('name').value.trim();
  room = new Room({
    room: $('room').value,
    metadata: name ? { role: 'viewer', name } : { role: 'viewer' },
    receives: ['video', 'audio'],
    calls: (participant) => !isViewer(participant),
    // A simple robot may call as well, and know nothing of offers that meet.
    polite: ({ polite, metadata }) => polite || !metadata?.role,
  }, {
    changed: render,
    goesOn: () => [...screens.keys()].some(({ stream }) => stream) ? 'You still see the picture.' : '',
    over: leave,
    nameOf: (participant) => isViewer(participant) ? displayName(participant) : robotName(participant),
  });
  room.join();
}

function leave(why = '') {
  const wasInside = !$('watch').hidden;
  room?.leave();
  room = null;
  clearInterval(reading);
  stayAwake(false);
  for (const screen of screens.values()) screen.remove();
  screens.clear();
  $('door').hidden = true;
  showJoining(false);
  $('watch').hidden = true;
  $('lobby').hidden = false;
  document.title = 'Viewer';
  showLink('off');
  if (why) showNotice('error', why);
  else hideNotice();
  if (!wasInside) return;
  $('join').focus();
  if (!why) announce('You left the room.');
}

const joining = () => $('join-form').classList.contains('joining');

function showJoining(on) {
  $('join-form').classList.toggle('joining', on);
  $('join').textContent = on ? 'Joining … cancel' : 'Watch';
  $('room').readOnly = $('name').readOnly = on;
}

// --- In use ----------------------------------------------------------------------------------------------------------

function render() {
  if (!room) return;
  if ($('watch').hidden) {
    if (room.joined) enter();
    else return;
  }
  const others = [...room.participants.values()];
  const robots = others.filter((participant) => !isViewer(participant));
  for (const [participant, screen] of screens) {
    if (robots.includes(participant)) continue;
    lastGone = robotName(participant);
    screen.remove();
    screens.delete(participant);
  }
  for (const participant of robots) {
    if (!screens.has(participant)) {
      screens.set(participant, new Screen(participant));
      $('screens').append(screens.get(participant).element);
    }
    screens.get(participant).show();
  }
  const watching = others.length - robots.length + 1;
  $('count').textContent = watching === 1 ? 'only you watch' : `${watching} watch`;
  $('waiting').hidden = robots.length > 0;
  $('waiting-words').textContent =
      `${lastGone ? `${lastGone} has left.` : 'No robot is here yet.'} The picture comes by itself when one joins.`;
}

function enter() {
  const name = $('room').value;
  const link = new URL(location.href);
  link.search = new URLSearchParams({ room: name });
  link.hash = '';
  history.replaceState(null, '', link);
  const robot = new URL('robot', document.baseURI);
  robot.search = link.search;
  $('robot-link').href = robot;
  document.title = `${name} · Viewer`;
  $('title').textContent = name;
  hideNotice();
  showJoining(false);
  lastGone = '';
  $('lobby').hidden = true;
  $('watch').hidden = false;
  scrollTo(0, 0);
  stayAwake(true);
  reading = setInterval(() => screens.forEach((screen) => screen.read()), READ_EVERY_MS);
  $('copy').focus({ preventScroll: true });
  announce(`You are in the room ${name}.`);
}

// --- Start -----------------------------------------------------------------------------------------------------------

$('join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  if (joining()) leave();
  else join();
});
$('copy').addEventListener('click', () => copyLink(location.href, $('copy-label')));
$('leave').addEventListener('click', () => leave());

// The server learns at once that we left, and a page that the browser brings back starts clean.
addEventListener('pagehide', () => leave());

const wanted = new URLSearchParams(location.search).get('room');
if (wanted) $('room').value = wanted;

// An application on the JavaScript client in Node, with a WebRTC that somebody else made:
//
//   node_peer.js STACK URL NAME [all]     (all: it calls everybody; without, it waits to be called)
//
// It sends back what it gets: tracks, where the stack has any, and what is said in the chat. Lines on its standard input:
// `restart NAME`, `drop NAME`.

import { createInterface } from 'node:readline';

import WebSocket from 'ws';

import { Call, SignalingClient } from '../../../gateway/clients/js/src/index.js';

const [stack, url, name, calls] = process.argv.slice(2);
const { Caller, RTCPeerConnection, MediaStream, tracks, receives, echo } = await import(`./${stack}_stack.js`);

const say = (...words) => console.log(...words);
const client = new SignalingClient(url, { clientId: name, WebSocket });
const call = new Call(client, {
  room: 'test', tracks, receives, MediaStream,
  calls: () => calls === 'all',
  RTCPeerConnection: calls === 'all' && Caller || RTCPeerConnection,
});

const use = ({ clientId }, channel) => {
  channel.onmessage = ({ data }) => {
    say('heard', clientId, data);
    channel.send(`${name} heard ${data}`);
  };
};
call.on('connection', ({ participant, connection }) => {
  say('connection', participant.clientId);
  connection.ondatachannel = ({ channel }) => use(participant, channel);
  if (calls === 'all') use(participant, connection.createDataChannel('chat'));
});
const states = new Map();  // Participant -> the state that was said
call.on('change', () => {
  for (const participant of call.participants.values()) {
    const { clientId, state } = participant;
    if (states.get(participant) !== state) say(state, clientId);
    states.set(participant, state);
    echo?.(participant);
  }
});
call.on('participantleft', ({ participant }) => say('left', participant.clientId));
client.on('error', ({ code, message }) => say('error', code, message));

createInterface({ input: process.stdin }).on('line', (line) => {
  const [what, to] = line.split(' ');
  const participant = call.participants.get(to);
  if (what === 'restart') participant.restartIce();
  if (what === 'drop') participant.connection.close();
});
process.once('SIGINT', () => {
  call.leave();
  client.close();
  // Not until the goodbye is out; and the stacks keep timers and threads.
  setImmediate(() => process.exit(0));
});

await call.join();
say('joined');

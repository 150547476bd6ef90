// A back end that opens a room to a few, greets who comes, removes who may not stay, and misses nothing of it.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const say = (line) => console.log(line);

const { values: flags } = parseArgs({
  options: {
    target: { type: 'string', default: 'localhost:50051' },
    room: { type: 'string', default: 'interview' },
    seats: { type: 'string', default: '2' },
    allow: { type: 'string', multiple: true, default: [] }, // who may join; everybody where not given
    remove: { type: 'string', multiple: true, default: [] }, // who may not stay
    cursor: { type: 'string', default: 'cursor' }, // file to go on from
    'token-file': { type: 'string' }, // with a token that grants admin
    ca: { type: 'string' }, // file with the CA of the service's certificate; else without TLS
  },
});

const api = grpc.loadPackageDefinition(
  protoLoader.loadSync('signaling/v1/rooms.proto', {
    includeDirs: [here('../../../proto')], keepCase: true, enums: String, longs: Number, defaults: true, oneofs: true,
  }),
).signaling.v1;
// Says with each call who we are; the token's file is read each time, since somebody may replace it.
const bearer = (options, nextCall) => new grpc.InterceptingCall(nextCall(options), {
  start(metadata, listener, next) {
    metadata.set('authorization', `Bearer ${readFileSync(flags['token-file'], 'utf8').trim()}`);
    next(metadata, listener);
  },
});
const credentials = flags.ca ? grpc.credentials.createSsl(readFileSync(flags.ca)) : grpc.credentials.createInsecure();
const client = new api.RoomService(flags.target, credentials, {
  interceptors: flags['token-file'] ? [bearer] : [],
  'grpc.service_config': readFileSync(here('../../service_config.json'), 'utf8'),
  'grpc.keepalive_time_ms': 30_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5000,
});
const call = (method, request) => promisify(client[method]).call(client, request);

// Why a call failed, as "ROOM_NOT_FOUND"; undefined where the service itself did not say.
const rpc = new protobuf.Root();
rpc.resolvePath = (_, path) => (path.startsWith('google/protobuf/') ? path : here(`../../../proto/${path}`));
rpc.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);
function reasonOf(error) {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  if (!bytes) return undefined;
  const { details } = rpc.lookupType('google.rpc.Status').decode(bytes);
  const info = details.find(({ type_url: url }) => url.endsWith('/google.rpc.ErrorInfo'));
  return info && rpc.lookupType('google.rpc.ErrorInfo').decode(info.value).reason;
}

const { room } = flags;
const present = new Set();
let cursor = existsSync(flags.cursor) ? readFileSync(flags.cursor, 'utf8') : '';

// What is behind it is done, also for the next start of this program.
function keep(next) {
  cursor = next;
  writeFileSync(`${flags.cursor}.new`, cursor);
  renameSync(`${flags.cursor}.new`, flags.cursor);
}

function forget() {
  cursor = '';
  rmSync(flags.cursor, { force: true });
}

// Makes the room, or where it exists makes it what it should be.
async function openRoom() {
  const options = { max_participants: Number(flags.seats), allowed: { client_ids: flags.allow } };
  let answer;
  try {
    answer = await call('CreateRoom', { room, options, persistent: true, request_id: randomUUID() });
    forget(); // what happened in an earlier room of this name, and that it ended, is no news of this one
  } catch (error) {
    if (reasonOf(error) !== 'ROOM_EXISTS') throw error;
    answer = await call('UpdateRoom', { room, options, request_id: randomUUID() });
  }
  const { max_participants: seats, allowed } = answer.room.options;
  say(`room ${room}: ${seats} seats, for ${(allowed?.client_ids ?? []).join(', ')}`);
}

async function listRooms() {
  let page = { next_page_token: '' };
  do {
    page = await call('ListRooms', { page_size: 100, page_token: page.next_page_token });
    for (const one of page.rooms) say(`there is ${one.name} with ${one.participant_count}`);
  } while (page.next_page_token);
}

// Made of the event: if this is cut off before it keeps the cursor, doing it again changes nothing.
function requestIdOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

async function entered(clientId, at) {
  if (present.has(clientId)) return;
  const about = { room, client_id: clientId, request_id: requestIdOf(`${at} ${clientId}`) };
  let done;
  try {
    if (flags.remove.includes(clientId)) {
      await call('RemoveParticipant', { ...about, ban: { seconds: 60 }, reason: 'not today' });
      done = 'removed';
    } else {
      await call('SendMessage', { ...about, data: Buffer.from(JSON.stringify({ welcome: clientId })) });
      done = 'greeted';
    }
  } catch (error) {
    if (!['PEER_UNAVAILABLE', 'ROOM_NOT_FOUND'].includes(reasonOf(error))) throw error;
    done = 'gone already';
  }
  present.add(clientId);
  say(`${clientId} entered, ${done}`);
}

// True: the room has ended.
async function handle({ cursor: at, event }) {
  if (event.participant_entered?.room === room) {
    await entered(event.participant_entered.client_id, at);
  } else if (event.participant_gone?.room === room) {
    const { client_id: clientId, reason } = event.participant_gone;
    present.delete(clientId);
    say(`${clientId} gone: ${reason.replace('LEAVE_REASON_', '')}`);
  } else if (event.room_ended?.room === room) {
    forget();
    say(`room ${room} ended`);
    return true;
  }
  keep(at);
  return false;
}

async function watch() {
  const stream = client.WatchEvents({ cursor });
  let begun = false;
  try {
    for await (const response of stream) {
      if (begun) {
        if (await handle(response)) return;
        continue;
      }
      begun = true;
      if (!cursor) {
        // Listed after the first cursor: what changes meanwhile comes as an event, and nothing falls between.
        const { participants } = await call('ListParticipants', { room });
        const there = participants.map((one) => one.client_id);
        for (const one of present) if (!there.includes(one)) present.delete(one);
        for (const one of there) await entered(one, response.cursor);
      }
      keep(response.cursor);
    }
  } finally {
    stream.on('error', () => {}).cancel(); // leaving the loop alone does not end the call
  }
}

// Opens the room and watches until it has ended, whatever becomes of the connection or the service.
async function run() {
  let isOpen = false;
  for (;;) {
    try {
      if (!isOpen) {
        await openRoom();
        await listRooms();
        isOpen = true;
      }
      return await watch();
    } catch (error) {
      if (['CURSOR_EXPIRED', 'ROOM_NOT_FOUND'].includes(reasonOf(error))) {
        // Too long away, or the service has started anew without its rooms: all from the beginning.
        forget();
        isOpen = false;
      } else if (![grpc.status.UNAVAILABLE, grpc.status.DEADLINE_EXCEEDED].includes(error.code)) {
        throw error;
      }
      console.error(`cut: ${error.details}`);
      await sleep(100 + 900 * Math.random());
    }
  }
}

await run();
client.close();

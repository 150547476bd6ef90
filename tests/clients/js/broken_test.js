// The real gateway and service, and connections to them that break.

import assert from 'node:assert/strict';
import test from 'node:test';

import { comeBackSoon, next, start } from './support/real.js';

const MESSAGES = 3_000;  // in each direction
const ON_THEIR_WAY = 100;
const CUTS = 60;
const KILLS = 4;

test('sockets are cut, the gateway is killed: nothing is lost, doubled or reordered', async (t) => {
  comeBackSoon(t);
  const { system, client } = await start(t);
  const [a, b] = [client({ clientId: 'a' }), client({ clientId: 'b' })];
  const lost = [];
  for (const one of [a, b]) {
    one.on('sessionlost', ({ reason }) => lost.push(reason));
    one.on('error', ({ code }) => code === 'unavailable' || lost.push(code));
    one.connect();
    await one.join('r');
  }

  // Each message that comes lets another one go, until all have.
  const got = new Map([[a, []], [b, []]]);
  const sent = new Map([[a, 0], [b, 0]]);
  const send = (from, to) => {
    if (sent.get(from) === MESSAGES) return;
    const number = sent.get(from);
    sent.set(from, number + 1);
    from.send('message', { to: to.clientId, data: { number, filling: 'ä'.repeat(number % 300) } });
  };
  // What breaks does so between two messages, whatever is under way then.
  const total = 2 * MESSAGES;
  const events = new Map();
  for (let i = 1; i <= CUTS; ++i) events.set(Math.floor(i * total / (CUTS + 1)), i % 2 ? () => a.cut() : () => b.cut());
  let restarts = Promise.resolve();
  for (let i = 1; i <= KILLS; ++i) {
    events.set(Math.floor((i - 0.5) * total / KILLS) + 7, () => {
      restarts = restarts.then(async () => {
        await system.gateway.kill();
        await system.startGateway();
      });
    });
  }
  let count = 0;
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`only ${count} of ${total} came; ${lost}`)), 240_000);
    for (const [to, from] of [[a, b], [b, a]]) {
      to.on('message', ({ data, client_id: sender }) => {
        assert.equal(sender, from.clientId);
        got.get(to).push(data.number);
        events.get(++count)?.();
        send(from, to);
        if (count !== total) return;
        clearTimeout(late);
        resolve();
      });
      for (let i = 0; i < ON_THEIR_WAY; ++i) send(from, to);
    }
  });
  await restarts;

  const expected = Array.from({ length: MESSAGES }, (_, i) => i);
  assert.deepEqual(got.get(a), expected);
  assert.deepEqual(got.get(b), expected);
  assert.deepEqual(lost, []);
  const connections = a.connections + b.connections;
  assert.ok(connections > CUTS, `${connections} connections`);
  t.diagnostic(`${total} messages over ${connections} connections`);
});

test('a service that was started again: the sessions are lost, the seats taken again', async (t) => {
  comeBackSoon(t);
  const { system, client } = await start(t);
  const [a, b] = [client(), client()];
  for (const one of [a, b]) {
    one.connect();
    await one.join('r');
  }
  const names = [a.clientId, b.clientId];
  const again = [a, b].map((one) => Promise.all([next(one, 'sessionlost'), next(one, 'joined', ({ rejoined }) => rejoined)]));
  await system.service.kill();
  const unanswered = a.request('claim_offer', { offer_id: 'nothing' });
  unanswered.catch(() => {});
  await system.startService();
  const [[lost], [, joined]] = await Promise.all(again);
  await assert.rejects(unanswered, { code: 'session_lost' });
  assert.deepEqual(lost.messages.map(({ type }) => type).filter((type) => type !== 'claim_offer'), []);
  assert.deepEqual([a.clientId, b.clientId], names, 'under the same names');
  assert.ok(joined.participants.length <= 1);
  const heard = next(b, 'message');
  a.send('message', { data: 'still here' });
  assert.equal((await heard).data, 'still here');
});

test('who says goodbye is gone at once, who breaks is waited for', async (t) => {
  comeBackSoon(t);
  const { client } = await start(t);
  const [a, b] = [client({ clientId: 'a' }), client({ clientId: 'b', metadata: { name: 'B' } })];
  a.connect();
  b.connect();
  await a.join('r');
  const came = next(a, 'participant_joined');
  await b.join('r');
  assert.deepEqual((await came).participant.metadata, { name: 'B' });
  const back = next(b, 'connected', ({ resumed }) => resumed);
  b.cut();
  await back;
  const left = next(a, 'participant_left');
  b.close();
  assert.equal((await left).reason, 'left');
});

test('an offer by id, across breaks of both sides', async (t) => {
  comeBackSoon(t);
  const { client } = await start(t);
  const [maker, taker] = [client({ clientId: 'maker' }), client({ clientId: 'taker' })];
  await Promise.all([maker.connect(), taker.connect()]);
  const sdp = (setup) => [
    'v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx',
    `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, `a=setup:${setup}`, 'a=sctp-port:5000', '',
  ].join('\r\n');
  const candidate = (port) => ({
    candidate: `candidate:1 1 udp 2122260223 192.0.2.1 ${port} typ host`, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'abcd',
  });

  const created = await maker.request('create_offer', { sdp: sdp('actpass'), metadata: { name: 'M' } });
  const { offer_id } = created;
  const events = [];
  for (const type of ['offer_claimed', 'answer', 'ice_candidate']) maker.on(type, (event) => events.push([type, event]));
  const last = next(maker, 'ice_candidate');
  maker.cut();
  maker.send('ice_candidate', { offer_id, ...candidate(1) });  // goes when it is back
  await next(maker, 'connected', ({ resumed }) => resumed);

  const claim = taker.request('claim_offer', { offer_id });
  taker.cut();
  const { sdp: offered, metadata, client_id: from } = await claim;
  assert.deepEqual([offered, metadata, from], [sdp('actpass'), { name: 'M' }, 'maker']);
  maker.cut();
  taker.send('answer', { offer_id, sdp: sdp('active') });
  taker.cut();
  taker.send('ice_candidate', { offer_id, ...candidate(2) });
  assert.equal((await last).candidate, candidate(2).candidate);
  assert.deepEqual(events.map(([type]) => type), ['offer_claimed', 'answer', 'ice_candidate']);
  await assert.rejects(maker.request('claim_offer', { offer_id }), { name: 'SignalingError' });
  const over = next(taker, 'offer_withdrawn');
  assert.equal((await maker.request('withdraw_offer', { offer_id })).offer_id, offer_id);
  assert.equal((await over).offer_id, offer_id);
});

test('what the server refuses: a verdict, or a reason to close', async (t) => {
  const { client } = await start(t);
  const one = client({ clientId: 'one' });
  await one.connect();
  await assert.rejects(one.request('claim_offer', { offer_id: 'unknown' }), { code: 'offer_not_found', action: 'none' });
  const refused = next(one, 'error');
  const id = one.send('message', { data: 1 });
  const { code, replyTo } = await refused;
  assert.deepEqual([code, replyTo], ['not_in_room', id]);
  assert.throws(() => one.send('message', { data: 'x'.repeat(70_000) }), { code: 'message_too_large' });
  await one.join('r');
  const two = client({ clientId: 'two' });
  await two.connect();
  await two.join('r');
  const closed = next(two, 'statechange', ({ state }) => state === 'closed');
  one.send('kick', { client_id: 'two', reason: 'for the test' });
  assert.equal((await closed).error.code, 'kicked');
  const elsewhere = client();
  await elsewhere.connect();
  await assert.rejects(elsewhere.request('withdraw_offer', { offer_id: 'x'.repeat(200) }), { code: 'invalid_message' });
});

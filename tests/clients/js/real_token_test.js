// Tokens, with the real service that wants them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { until } from '../../browser/support/until.js';
import { Key, startKeyed } from './support/keyed.js';
import { comeBackSoon, next } from './support/real.js';

const LIFE_MS = 2_500;  // of a token that is to end
const FLAGS = ['--token_notice=1s', '--token_grace=1s', '--resume_window=4s'];

const statesOf = (client) => {
  const states = [];
  client.on('statechange', ({ state, error }) => states.push([state, error?.code].filter(Boolean).join(' ')));
  return states;
};

// Makes a token each time: with the next of these lifetimes, the last one for all that follow.
const purse = (key, sub, ...lives) => {
  const getToken = () => {
    if (getToken.fails) throw new Error('the sign-in service is away');
    const lifeMs = lives[Math.min(getToken.asked++, lives.length - 1)];
    return key.token(sub, { lifeMs });
  };
  return Object.assign(getToken, { asked: 0, fails: false });
};

const heard = async (from, to, data) => {
  const arrived = next(to, 'message', (message) => message.data === data);
  from.send('message', { data });
  assert.equal((await arrived).client_id, from.clientId);
};

test('getToken is called for each hello', async (t) => {
  comeBackSoon(t);
  const { client, key } = await startKeyed(t, FLAGS);
  const getToken = purse(key, 'ann');
  const ann = client({ getToken });
  const bob = client({ getToken: purse(key, 'bob') });
  for (const one of [ann, bob]) {
    one.connect();
    await one.join('hall');
  }
  assert.deepEqual([ann.clientId, bob.clientId, getToken.asked], ['ann', 'bob', 1]);
  for (const asked of [2, 3]) {
    const back = next(ann, 'statechange', ({ state }) => state === 'connected');
    ann.cut();
    await back;
    assert.equal(getToken.asked, asked);
  }
  await heard(ann, bob, 'as before');
});

test('a session outlives its first token, and its second', async (t) => {
  const { client, key } = await startKeyed(t, FLAGS);
  const getToken = purse(key, 'ann', LIFE_MS, LIFE_MS, undefined);
  const ann = client({ getToken });
  const bob = client({ getToken: purse(key, 'bob') });
  const states = statesOf(ann);
  let notices = 0;
  ann.on('token_expiring', () => ++notices);
  for (const one of [ann, bob]) {
    one.connect();
    await one.join('hall');
  }
  await until('two notices', () => notices === 2, 60_000);
  // Long after the end of the second one.
  const end = Date.now() + 2 * LIFE_MS;
  for (let i = 0; Date.now() < end; ++i) {
    await heard(ann, bob, i);
    await heard(bob, ann, i);
  }
  assert.deepEqual(states, ['connecting', 'connected']);
  assert.equal(getToken.asked, 3);
});

test('one that fails at the end costs the connection and not the session', async (t) => {
  comeBackSoon(t);
  const { client, key } = await startKeyed(t, FLAGS);
  const getToken = purse(key, 'ann', LIFE_MS, undefined);
  const ann = client({ getToken });
  const bob = client({ getToken: purse(key, 'bob') });
  const lost = [];
  ann.on('sessionlost', ({ reason }) => lost.push(reason));
  for (const one of [ann, bob]) {
    one.connect();
    await one.join('hall');
  }
  getToken.fails = true;
  const { error: refused } = await next(ann, 'statechange', ({ state }) => state === 'reconnecting');
  assert.equal(refused.code, 'token_expired');
  const [toAnn, toBob] = [ann, bob].map((one) => next(one, 'message'));
  bob.send('message', { data: 'come back', to: 'ann' });
  ann.send('message', { data: 'meanwhile' });
  getToken.fails = false;
  assert.equal((await toAnn).data, 'come back');
  assert.equal((await toBob).data, 'meanwhile');
  assert.deepEqual(lost, []);
  assert.equal(getToken.asked, 2);
});

test('a bad token closes', async (t) => {
  const { client, key } = await startKeyed(t, FLAGS);
  for (const token of [key.token('ann', { lifeMs: -1_000 }), key.token('ann', { aud: 'another' }), new Key().token('ann'), '']) {
    let asked = 0;
    const ann = client({ getToken: () => (++asked, token) });
    await assert.rejects(ann.connect(), { code: 'unauthenticated' });
    assert.equal(ann.state, 'closed');
    assert.equal(asked, 1);
  }
});

test('a token for another room refuses the room', async (t) => {
  const { client, key } = await startKeyed(t, FLAGS);
  const ann = client({ getToken: purse(key, 'ann') });
  ann.connect();
  await assert.rejects(ann.join('elsewhere'), { code: 'permission_denied' });
  await ann.join('hall');
});

// No line of our processes has anything secret: that this would be seen, and that there is something to be looked at.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { until } from '../../browser/support/until.js';
import { secrets, Watch } from '../../support/log_check.mjs';
import { next, start } from './support/real.js';

const LINES = JSON.parse(await readFile(new URL('../../support/log_check_lines.json', import.meta.url), 'utf8'));
const PASSWORD = 'z1pLvO5UCOQ4zxjKXaWCBui1';
const CANDIDATE = 'candidate:842163050 1 udp 1677729535 198.51.100.8 46154 typ srflx raddr 203.0.113.10 rport 46155';

function told(watch) {
  try {
    watch.check();
  } catch (error) {
    return error.message;
  }
  return '';
}

function said(line) {
  const watch = new Watch('signaling-test');
  watch.line(line);
  return told(watch);
}

test('what is known by its form is seen, and what is harmless passes', () => {
  for (const [kind, lines] of Object.entries(LINES.forms)) {
    for (const line of lines) assert.ok(said(line).includes(`signaling-test: ${kind}:`), line);
  }
  for (const line of LINES.harmless) assert.equal(said(line), '', line);
});

test('values are seen, whether they are known before or after they are said', () => {
  for (const [value, message, line] of [
    ['resumeresumeresume1234', { type: 'connected', resume_token: 'resumeresumeresume1234' }, 'x resumeresumeresume1234'],
    ['Q2hhbGxlbmdl+A==', { ice_servers: [{ credential: 'Q2hhbGxlbmdl+A==' }] }, '"Q2hhbGxlbmdl+A=="'],
    [PASSWORD, { sdp: `v=0\r\na=ice-pwd:${PASSWORD}\r\n` }, `pwd ${PASSWORD}`],
    ['198.51.100.8 46154', { candidates: [{ candidate: CANDIDATE }] }, 'from 198.51.100.8:46154 to'],
    ['opaque-token-of-this-test', { type: 'hello', token: 'opaque-token-of-this-test' }, 'opaque-token-of-this-test?'],
  ]) {
    const watch = new Watch('early');
    watch.line(line);
    assert.equal(told(watch), '');
    secrets.addMessage(JSON.stringify(message));
    assert.ok(told(watch).includes(value), value);
    assert.equal(told(watch), '', 'each is told once');
  }
  assert.throws(() => secrets.add('€€€€'));
  secrets.add('in-a-flag-for-all-to-see');
  assert.match(told(new Watch('x', ['--redis_password=in-a-flag-for-all-to-see'])), /a flag/);
});

test('the processes are watched at debug level, and a leak would be found', async (t) => {
  const { system, client } = await start(t);
  const leaking = client({ clientId: 'a-name-that-leaks' });
  await leaking.connect();
  await leaking.join('hall');
  const other = client({ clientId: 'other' });
  await other.connect();
  await Promise.all([next(leaking, 'participant_joined'), other.join('hall')]);
  await until('the lines are read', () => system.gateway.debugLines >= 5 && system.service.debugLines >= 5);
  secrets.add('a-name-that-leaks');
  assert.match(told(new Watch('any')), /a-name-that-leaks/);
});

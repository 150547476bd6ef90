// The real processes with keys of ours, and tokens that these sign.

import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { start } from './real.js';

export const AUDIENCE = 'signaling-test';

const encode = (object) => Buffer.from(JSON.stringify(object)).toString('base64url');

export class Key {
  #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #kid = randomUUID();

  get jwk() {
    return { ...this.#pair.publicKey.export({ format: 'jwk' }), kid: this.#kid, alg: 'ES256', use: 'sig' };
  }

  token(sub, { lifeMs = 3_600_000, ...claims } = {}) {
    const text = [{ alg: 'ES256', kid: this.#kid },
      { sub, aud: AUDIENCE, exp: (Date.now() + lifeMs) / 1000, room: 'hall', grants: ['join', 'create'], ...claims }]
      .map(encode).join('.');
    const signature = sign('sha256', Buffer.from(text), { key: this.#pair.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${text}.${signature.toString('base64url')}`;
  }
}

// As `start`, with the key that signs its clients' tokens.
export async function startKeyed(t, service = []) {
  const folder = await mkdtemp(path.join(tmpdir(), 'signaling-keys-'));
  const [keys, token] = ['keys', 'token'].map((name) => path.join(folder, name));
  const key = new Key();
  await writeFile(keys, JSON.stringify({ keys: [key.jwk] }));
  await writeFile(token, key.token('gateway', { grants: ['gateway'] }));
  const started = await start(t, {
    service: [`--auth_keys=${keys}`, `--auth_audience=${AUDIENCE}`, '--auth_leeway=0s', ...service],
    gateway: [`--service_token_file=${token}`],
  });
  t.after(() => rm(folder, { recursive: true }));
  return { ...started, key };
}

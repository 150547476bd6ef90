// What the cases of Node's half are made with: node:crypto, and nothing else. corpus.py says what a corpus is.
import crypto from 'node:crypto'

export const NOW = 1_800_000_000
export const ALGORITHMS = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384',
  'ES512', 'EdDSA']
const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

export const b64 = (data) => Buffer.from(data).toString('base64url')
export const jwks = (...keys) => JSON.stringify({ keys })
export const hash = (algorithm) => 'sha' + algorithm.slice(2)

export function claims(changes = {}) {
  return { iss: 'https://issuer.example', aud: 'signaling', sub: 'alice', exp: NOW + 600, ...changes }
}

// {secret} or {privateKey, publicKey}
export function newKey(algorithm) {
  if (algorithm.startsWith('HS')) return { secret: crypto.randomBytes(Number(algorithm.slice(2)) / 8) }
  if (algorithm === 'EdDSA') return crypto.generateKeyPairSync('ed25519')
  if (algorithm in CURVES) return crypto.generateKeyPairSync('ec', { namedCurve: CURVES[algorithm] })
  return crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
}

export function entry(key, more) {
  const bare = key.secret ? { kty: 'oct', k: b64(key.secret) } : key.publicKey.export({ format: 'jwk' })
  return { ...bare, ...more }
}

export const pem = (key, type = 'spki') => key.publicKey.export({ format: 'pem', type })

export function signature(key, algorithm, input, options = {}) {
  const data = Buffer.from(input)
  switch (algorithm.slice(0, 2)) {
    case 'HS': return crypto.createHmac(hash(algorithm), key.secret).update(data).digest()
    case 'RS': return crypto.sign(hash(algorithm), data, key.privateKey)
    case 'PS': return crypto.sign(hash(algorithm), data, { key: key.privateKey,
      padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST, ...options })
    case 'ES': return crypto.sign(hash(algorithm), data, { key: key.privateKey, dsaEncoding: 'ieee-p1363', ...options })
    default: return crypto.sign(null, data, key.privateKey)
  }
}

export function signingInput(header, payload = claims()) {
  return `${b64(JSON.stringify(header))}.${b64(JSON.stringify(payload))}`
}

export function sign(key, algorithm, header, payload, options) {
  const input = signingInput({ alg: algorithm, ...header }, payload)
  return `${input}.${b64(signature(key, algorithm, input, options))}`
}

export class Corpus {
  keysets = {}
  cases = []

  good(name, token, keyset, identity = {}) {
    this.cases.push({ name, token, keyset, ok: true, identity })
  }

  bad(name, token, keyset, says = 'signature does not fit') {
    this.cases.push({ name, token, keyset, ok: false, says })
  }
}

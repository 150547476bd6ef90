// make_corpus.mjs FILE: good and forged tokens by node:crypto.
import crypto from 'node:crypto'
import fs from 'node:fs'

import { ALGORITHMS, Corpus, NOW, b64, claims, entry, jwks, newKey, pem, sign, signingInput } from './corpus.mjs'
import { addSignatureCases } from './signature_cases.mjs'

function addGood(corpus, keys) {
  for (const [algorithm, key] of Object.entries(keys)) {
    corpus.good(`${algorithm} by kid`, sign(key, algorithm, { kid: algorithm, typ: 'JWT' }), 'all')
    corpus.keysets[`no kid ${algorithm}`] = JSON.stringify(entry(key, { alg: algorithm }))
    corpus.good(`${algorithm}, a JWK alone`, sign(key, algorithm), `no kid ${algorithm}`)
  }
  for (const algorithm of ['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    corpus.keysets[`pem ${algorithm}`] = pem(keys[algorithm])
    corpus.good(`PEM ${algorithm}`, sign(keys[algorithm], algorithm), `pem ${algorithm}`)
  }
  corpus.keysets['pkcs1'] = pem(keys.RS256, 'pkcs1')
  corpus.good('PEM of PKCS #1', sign(keys.RS256, 'RS256'), 'pkcs1')
  const who = { room: 'lobby', grants: ['join', 'offer'], name: 'Alice', metadata: { team: 'blue' }, jti: '7' }
  corpus.good('all claims', sign(keys.ES256, 'ES256', { kid: 'ES256' }, claims(who)), 'all',
    { rooms: ['lobby'], grants: ['join', 'offer'], metadata: { name: 'Alice', team: 'blue' }, token_id: '7' })
}

// A public key is no secret: whoever takes it for one lets everybody sign.
function addPublicKeysAsSecrets(corpus, keys) {
  for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    const { publicKey } = keys[algorithm]
    const text = pem(keys[algorithm])
    const secrets = {
      PEM: Buffer.from(text), 'PEM without its end': Buffer.from(text.trimEnd()),
      DER: publicKey.export({ format: 'der', type: 'spki' }),
      JWK: Buffer.from(JSON.stringify(publicKey.export({ format: 'jwk' }))),
      'JWK with alg': Buffer.from(JSON.stringify(entry(keys[algorithm], { alg: algorithm, kid: algorithm }))),
      thumbprint: crypto.createHash('sha256').update(JSON.stringify(publicKey.export({ format: 'jwk' }))).digest(),
      nothing: Buffer.alloc(0)
    }
    if (algorithm === 'RS256') secrets.modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n, 'base64url')
    for (const [name, secret] of Object.entries(secrets)) {
      for (const hs of ['HS256', 'HS512']) {
        corpus.bad(`${hs} with the ${algorithm} key's ${name}`, sign({ secret }, hs, { kid: algorithm }), 'all',
          "alg is not its key's")
      }
      if (`pem ${algorithm}` in corpus.keysets) {
        corpus.bad(`HS256 with the ${algorithm} key's ${name}, without kid`, sign({ secret }, 'HS256'), `pem ${algorithm}`,
          "alg is not its key's")
      }
      // It calls itself what the key is.
      const input = signingInput({ alg: algorithm, kid: algorithm })
      const mac = crypto.createHmac('sha256', secret).update(input).digest()
      corpus.bad(`HMAC with the ${algorithm} key's ${name} under ${algorithm}`, `${input}.${b64(mac)}`, 'all')
    }
  }
}

const corpus = new Corpus()
const keys = Object.fromEntries(ALGORITHMS.map((algorithm) => [algorithm, newKey(algorithm)]))
corpus.keysets.all = jwks(...ALGORITHMS.map((algorithm) => entry(keys[algorithm], { alg: algorithm, kid: algorithm })))
addGood(corpus, keys)
addPublicKeysAsSecrets(corpus, keys)
addSignatureCases(corpus, keys)
fs.writeFileSync(process.argv[2], JSON.stringify({ now: NOW, keysets: corpus.keysets, cases: corpus.cases }, null, 1))

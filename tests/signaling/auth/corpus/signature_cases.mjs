// Signatures that are none, or are those of something else.
import crypto from 'node:crypto'

import { ALGORITHMS, b64, claims, hash, newKey, sign, signature, signingInput } from './corpus.mjs'

const ORDERS = {  // of the groups
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384: BigInt('0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973'),
  ES512: BigInt('0x1' + 'f'.repeat(65) + 'a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409')
}

function bytes(number, size) {
  return Buffer.from(number.toString(16).padStart(2 * size, '0'), 'hex')
}

function flipped(buffer, at) {
  const copy = Buffer.from(buffer)
  copy[at] ^= 1
  return copy
}

// A good token, and what can be broken of its signature.
function addBrokenOnes(corpus, key, algorithm) {
  const head = { alg: algorithm, kid: algorithm }
  const input = signingInput(head)
  const good = signature(key, algorithm, input)
  const bad = (name, changed) => corpus.bad(`${algorithm}: ${name}`, `${input}.${b64(changed)}`, 'all')
  bad('no signature', Buffer.alloc(0))
  bad('one byte short', good.subarray(0, -1))
  bad('one byte short in front', good.subarray(1))
  bad('half', good.subarray(0, good.length / 2))
  bad('a zero behind', Buffer.concat([good, Buffer.alloc(1)]))
  bad('a zero in front', Buffer.concat([Buffer.alloc(1), good]))
  bad('twice', Buffer.concat([good, good]))
  bad('zeros', Buffer.alloc(good.length))
  bad('ones', Buffer.alloc(good.length, 0xff))
  for (const at of [0, good.length >> 1, good.length - 1]) bad(`bit ${8 * at} flipped`, flipped(good, at))
  bad('of another key', signature(newKey(algorithm), algorithm, input))
  bad('of the payload alone', signature(key, algorithm, input.split('.')[1]))
  bad('of what is decoded', signature(key, algorithm, JSON.stringify(head) + '.' + JSON.stringify(claims())))
  bad('of another token', signature(key, algorithm, signingInput(head, claims({ sub: 'mallory' }))))
  bad('of nothing', signature(key, algorithm, ''))

  // A bit of what it signs: still JSON, but not the same.
  const [header, payload] = input.split('.')
  const longer = b64(JSON.stringify({ ...head, x: 1 }))
  corpus.bad(`${algorithm}: header changed`, `${longer}.${payload}.${b64(good)}`, 'all')
  const mallory = b64(JSON.stringify(claims({ sub: 'blice' })))  // a and b: one bit each way
  corpus.bad(`${algorithm}: payload changed`, `${header}.${mallory}.${b64(good)}`, 'all')
  const [first, second] = ['a', 'b'].map((sub) => sign(key, algorithm, { kid: algorithm }, claims({ sub })).split('.'))
  corpus.bad(`${algorithm}: payloads swapped`, `${first[0]}.${second[1]}.${first[2]}`, 'all')
  corpus.bad(`${algorithm}: header cut`, `${header.slice(0, -4)}.${payload}.${b64(good)}`, 'all',
    'header is not a JSON object')
}

function addEcdsa(corpus, key, algorithm) {
  const order = ORDERS[algorithm]
  const input = signingInput({ alg: algorithm, kid: algorithm })
  const good = signature(key, algorithm, input)
  const size = good.length / 2
  const [r, s] = [good.subarray(0, size), good.subarray(size)]
  const zero = Buffer.alloc(size)
  const bad = (name, changed) => corpus.bad(`${algorithm}: ${name}`, `${input}.${b64(changed)}`, 'all')
  bad('DER', crypto.sign(hash(algorithm), Buffer.from(input), { key: key.privateKey, dsaEncoding: 'der' }))
  bad('r and s swapped', Buffer.concat([s, r]))
  bad('r = 0', Buffer.concat([zero, s]))
  bad('s = 0', Buffer.concat([r, zero]))
  bad('r = s = n', Buffer.concat([bytes(order, size), bytes(order, size)]))
  bad('r = n, s = 1', Buffer.concat([bytes(order, size), bytes(1n, size)]))
  bad('r and s padded by a byte each', Buffer.concat([Buffer.alloc(1), r, Buffer.alloc(1), s]))
  bad('r padded by a byte', Buffer.concat([Buffer.alloc(1), r, s]))
  bad('s padded by a byte', Buffer.concat([r, Buffer.alloc(1), s]))
  const larger = BigInt('0x' + s.toString('hex')) + order
  if (larger < 1n << BigInt(8 * size)) bad('s + n', Buffer.concat([r, bytes(larger, size)]))
  // (r, n - s) is as good a signature of the same text as (r, s), and proves that the key signed it. Nothing here takes a
  // signature for the token's name, so it is accepted.
  const other = order - BigInt('0x' + s.toString('hex'))
  corpus.good(`${algorithm}: n - s`, `${input}.${b64(Buffer.concat([r, bytes(other, size)]))}`, 'all')
}

export function addSignatureCases(corpus, keys) {
  for (const algorithm of ALGORITHMS) addBrokenOnes(corpus, keys[algorithm], algorithm)
  for (const algorithm of ['ES256', 'ES384', 'ES512']) addEcdsa(corpus, keys[algorithm], algorithm)

  // Each family's signatures under the other algorithms of the same key.
  for (const family of [['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'], ['HS256', 'HS384', 'HS512']]) {
    for (const name of family) {
      for (const made of family.filter((one) => one !== name)) {
        corpus.bad(`a ${made} signature for the key of ${name}`, sign(keys[name], made, { kid: name }), 'all',
          "alg is not its key's")
        corpus.bad(`a ${made} signature that calls itself ${name}`, sign(keys[name], made, { alg: name, kid: name }), 'all')
      }
    }
  }
  for (const name of ['ES256', 'ES384', 'ES512']) {
    for (const made of ['ES256', 'ES384', 'ES512'].filter((one) => one !== name)) {
      corpus.bad(`an ${made} signature under the key of ${name}`, sign(keys[made], made, { kid: name }), 'all',
        "alg is not its key's")
      corpus.bad(`an ${made} signature that calls itself ${name}`, sign(keys[made], made, { alg: name, kid: name }), 'all')
      const input = signingInput({ alg: name, kid: name })
      corpus.bad(`${name} with the hash of ${made}`, `${input}.${b64(signature(keys[name], made, input))}`, 'all')
    }
  }
  // RFC 7518, 3.5: the salt is as long as the hash.
  for (const saltLength of [0, 20, crypto.constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    const made = sign(keys.PS256, 'PS256', { kid: 'PS256' }, claims(), { saltLength })
    corpus.bad(`PS256 with salt ${saltLength}`, made, 'all')
  }
  // Ed25519: s + the group's order signs the same, for who does not look.
  const input = signingInput({ alg: 'EdDSA', kid: 'EdDSA' })
  const good = signature(keys.EdDSA, 'EdDSA', input)
  const order = (1n << 252n) + 27742317777372353535851937790883648493n
  const s = BigInt('0x' + Buffer.from(good.subarray(32)).reverse().toString('hex')) + order
  corpus.bad('EdDSA: s + n', `${input}.${b64(Buffer.concat([good.subarray(0, 32), bytes(s, 32).reverse()]))}`, 'all')
}

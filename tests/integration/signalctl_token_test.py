"""signalctl token: what it signs is judged by two other implementations, what it judges is made by one."""

import asyncio
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

import harness
import tokens
from jwcrypto import jwk, jwt
from signalctl import NO, USAGE, Signalctl

NODE_VERIFY = """
const crypto = require('crypto');
const [, , file, pem] = process.argv;
const token = require('fs').readFileSync(file, 'utf8').trim();
const [header, payload, signature] = token.split('.');
const { alg } = JSON.parse(Buffer.from(header, 'base64url'));
const options = alg.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' }
  : alg.startsWith('PS') ? { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST }
  : {};
const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
const key = { key: require('fs').readFileSync(pem, 'utf8'), ...options };
process.exit(crypto.verify(hash, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')) ? 0 : 1);
"""

ALGORITHMS = {
    "RS256": {"kty": "RSA", "size": 2048}, "RS384": {"kty": "RSA", "size": 2048}, "RS512": {"kty": "RSA", "size": 2048},
    "PS256": {"kty": "RSA", "size": 2048}, "PS384": {"kty": "RSA", "size": 2048}, "PS512": {"kty": "RSA", "size": 2048},
    "ES256": {"kty": "EC", "crv": "P-256"}, "ES384": {"kty": "EC", "crv": "P-384"}, "ES512": {"kty": "EC", "crv": "P-521"},
    "EdDSA": {"kty": "OKP", "crv": "Ed25519"},
    "HS256": {"kty": "oct", "size": 256}, "HS384": {"kty": "oct", "size": 384}, "HS512": {"kty": "oct", "size": 512},
}


class TokensTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.ctl = Signalctl()

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    async def create(self, *words, **options):
        return (await self.ctl.says("token", "create", "--aud", "us", *words, **options)).strip()

    async def test_every_algorithm_is_believed_by_two_other_implementations(self):
        verify = self.write("verify.js", NODE_VERIFY)
        for alg, kind in ALGORITHMS.items():
            key = jwk.JWK.generate(kid="k", alg=alg, **kind)
            forms = {"jwk": self.write("key.jwk", key.export()),
                     "jwks": self.write("keys.jwks", json.dumps({"keys": [key.export(as_dict=True)]}))}
            if not alg.startswith("HS"):
                forms["pem"] = self.write("key.pem", key.export_to_pem(private_key=True, password=None))
            for form, path in forms.items():
                with self.subTest(alg, form=form):
                    token = await self.create("--signing-key", path, "--alg", alg, "--sub", "ann", "--room", "a,b*",
                                              "--grants", "join", "--ttl", "90s", "--iss", "me", "--name", "Zoë",
                                              "--metadata", "x=1=2,3", "--metadata", "y=")
                    seen = jwt.JWT(jwt=token, key=key, algs=[alg])
                    header, claims = json.loads(seen.header), json.loads(seen.claims)
                    self.assertEqual(header, {"alg": alg, "typ": "JWT", **({} if form == "pem" else {"kid": "k"})})
                    now = time.time()
                    self.assertLess(abs(claims.pop("iat") - now), 20)
                    self.assertLess(abs(claims.pop("exp") - now - 90), 20)
                    self.assertEqual(len(claims.pop("jti")), 22)
                    self.assertEqual(claims, {"sub": "ann", "aud": "us", "iss": "me", "rooms": ["a", "b*"],
                                              "grants": ["join"], "name": "Zoë", "metadata": {"x": "1=2,3", "y": ""}})
                    if not alg.startswith("HS"):
                        pem = self.write("public.pem", key.export_to_pem())
                        done = await asyncio.to_thread(subprocess.run, [
                            "node", verify, self.write("token", token), pem], check=False, capture_output=True, text=True)
                        self.assertEqual(done.returncode, 0, done.stderr)

    async def test_a_secret_in_a_file(self):
        secret = "correct-horse-battery-staple-0123456789"
        token = await self.create("--secret-file", self.write("secret", secret + "\n"), "--sub", "ann", "--grants", "join")
        jwt.JWT(jwt=token, key=jwk.JWK.from_password(secret), algs=["HS256"])
        self.assertIn("shorter than the 32 bytes", await self.ctl.says(
            "token", "create", "--aud", "us", "--secret-file", self.write("secret", "short"), "--sub", "a", "--grants", "join",
            code=USAGE))

    async def test_the_key_is_picked_and_never_shown(self):
        one, two = (jwk.JWK.generate(kty="EC", crv="P-256", kid=kid) for kid in ("one", "two"))
        keys = self.write("keys", json.dumps({"keys": [one.export(as_dict=True), two.export(as_dict=True)]}))
        words = ("token", "create", "--aud", "us", "--sub", "a", "--grants", "join", "--signing-key", keys)
        self.assertIn("(one, two)", await self.ctl.says(*words, code=USAGE))
        jwt.JWT(jwt=(await self.ctl.says(*words, "--kid", "two")).strip(), key=two, algs=["ES256"])
        locked = self.write("locked.pem", one.export_to_pem(private_key=True, password=b"x"))
        self.assertIn("needs a passphrase", await self.ctl.says(
            *words[:-1], locked, code=USAGE))
        public = self.write("public.pem", one.export_to_pem())
        self.assertIn("no private key", await self.ctl.says(*words[:-1], public, code=USAGE))

    async def test_what_the_service_would_refuse_is_not_made(self):
        key = self.write("key", jwk.JWK.generate(kty="EC", crv="P-256").export())
        for words, why in ((("--sub", "not an id"), "sub is missing or not a valid id"),
                           (("--sub", "a", "--room", "no room"), "room is not a room"),
                           (("--sub", "a", "--metadata", "x=" + "y" * 5000), "over 4 KiB"),
                           (("--sub", "a", "--ttl", "0s"), "has expired")):
            with self.subTest(why):
                self.assertIn(why, await self.ctl.says(
                    "token", "create", "--aud", "us", "--signing-key", key, "--grants", "join", *words, code=USAGE))

    async def test_each_reason_why_not(self):
        key = tokens.Key("one")
        keys = self.write("keys", tokens.jwks(key))
        other = tokens.Key("one")
        for token, check, words in (
                (key.token("ann", aud="them"), "aud", 'it is for "them", and expected is signaling-test'),
                (key.token("ann", iss="x"), "iss", 'it is of "x", and expected is me'),
                (key.token("ann", lifetime=-100, iss="me"), "expired", "ago"),
                (key.token("ann", nbf=time.time() + 500, iss="me"), "nbf", "it begins"),
                (key.token("an n", iss="me"), "sub", 'sub is "an n"'),
                (other.token("ann"), "signature", "another key"),
                (tokens.Key("two").token("ann"), "key", 'the token says kid "two"'),
                ("nonsense", "format", "three parts")):
            with self.subTest(check):
                said = await self.ctl.says("token", "check", "--keys", keys, "--audience", tokens.AUDIENCE, "--issuer", "me",
                                           code=NO, stdin=token + "\n")
                self.assertIn(f"check    {check}\n", said)
                self.assertIn(words, said)
                self.assertNotIn(token.split(".")[-1], said)
                refused = json.loads(await self.ctl.says(
                    "token", "check", self.write("token", "Bearer " + token), "--keys", keys, "--audience", tokens.AUDIENCE,
                    "--issuer", "me", "-o", "json", code=NO))
                self.assertEqual((refused["accepted"], refused["check"]), (False, check))

    async def test_a_good_one_is_told_without_showing_it(self):
        key = tokens.Key("one")
        token = key.token("ann", "lobby", ["join", "fly"], name="A\x1bnn")
        said = await self.ctl.says("token", "check", "-", "--keys", self.write("keys", tokens.jwks(key)), "--audience",
                                   tokens.AUDIENCE, stdin=token)
        self.assertIn("name=A\\u001bnn", said)
        self.assertIn("grants       join\n", said)
        for part in token.split("."):
            self.assertNotIn(part, said)


if __name__ == "__main__":
    harness.main()

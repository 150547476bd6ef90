"""What both halves of the corpus have in common. make_corpus.mjs writes the same form.

A corpus is {now, keysets: {name: text}, cases}. A case: {name, token, keyset, ok}; `says`, of a refusal, is in its
message; `identity`, of a good one, are fields that the identity must have.
"""
import base64
import json

from jwcrypto import jwa, jwk

NOW = 1_800_000_000
AUDIENCE = "signaling"
ISSUER = "https://issuer.example"
ALGORITHMS = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "EdDSA"]
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


def b64(data):
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key(algorithm, kid=None):
    named = {"kid": kid} if kid else {}
    if algorithm.startswith("HS"):
        return jwk.JWK.generate(kty="oct", size=int(algorithm[2:]), **named)
    if algorithm in CURVES:
        return jwk.JWK.generate(kty="EC", crv=CURVES[algorithm], **named)
    if algorithm == "EdDSA":
        return jwk.JWK.generate(kty="OKP", crv="Ed25519", **named)
    return jwk.JWK.generate(kty="RSA", size=2048, **named)


def entry(key, **more):
    """The key as a service may have it: the public one, or the secret."""
    return {**json.loads(key.export(private_key=key["kty"] == "oct")), **more}


def jwks(*entries):
    return json.dumps({"keys": list(entries)})


def claims(**changes):
    """Good claims; None takes one away."""
    all_of_them = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW + 600, **changes}
    return {name: value for name, value in all_of_them.items() if value is not None}


def sign(key, algorithm, header, payload):
    """Whatever they are: dicts, JSON text or bytes."""
    text = [json.dumps(part) if isinstance(part, dict) else part for part in (header, payload)]
    return sign_parts(key, algorithm, *map(b64, text))


def sign_parts(key, algorithm, header, payload):
    signing_input = f"{header}.{payload}"
    return f"{signing_input}.{b64(jwa.JWA.signing_alg(algorithm).sign(key, signing_input.encode()))}"


class Corpus:
    def __init__(self):
        self.keysets = {}
        self.cases = []

    def good(self, name, token, keyset, /, **identity):
        self.cases.append({"name": name, "token": token, "keyset": keyset, "ok": True, "identity": identity})

    def bad(self, name, token, keyset, says):
        self.cases.append({"name": name, "token": token, "keyset": keyset, "ok": False, "says": says})

    def write(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"now": NOW, "keysets": self.keysets, "cases": self.cases}, file, indent=1)

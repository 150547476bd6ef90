"""Keys and tokens, made by another implementation than the one that checks them, and a service that wants them."""

import json
import pathlib
import tempfile
import time

import harness
from jwcrypto import jwk, jwt

AUDIENCE = "signaling-test"

# What a key of each algorithm is made of.
KINDS = {
    "RS256": {"kty": "RSA", "size": 2048},
    "ES256": {"kty": "EC", "crv": "P-256"},
    "EdDSA": {"kty": "OKP", "crv": "Ed25519"},
    "HS256": {"kty": "oct", "size": 256},
}

ALL = ("join", "create", "offer", "moderate")


class Key:
    def __init__(self, kid, alg="ES256"):
        self._alg = alg
        self._key = jwk.JWK.generate(kid=kid, alg=alg, use="sig", **KINDS[alg])
        self.kid = kid

    def for_service(self):
        """What the service has to know of it: of HMAC that is everything."""
        if self._alg.startswith("HS"):
            return self._key.export(as_dict=True)
        return self._key.export_public(as_dict=True)

    def token(self, sub, /, rooms=(), grants=("join", "create"), lifetime=3600, **claims):
        """`rooms` is the claim, or one room. A lifetime may be part of a second; a claim that is None is left out."""
        claims = {"sub": sub, "aud": AUDIENCE, "exp": time.time() + lifetime, "grants": list(grants),
                  **({"room": rooms} if isinstance(rooms, str) else {"rooms": list(rooms)}), **claims}
        made = jwt.JWT(header={"alg": self._alg, "kid": self.kid},
                       claims={name: value for name, value in claims.items() if value is not None})
        made.make_signed_token(self._key)
        return made.serialize()


def replace(path, text):
    """Renamed into its place, as a Kubernetes secret is replaced: no half of it is ever read."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    fresh.rename(path)


def jwks(*keys):
    return json.dumps({"keys": [key.for_service() for key in keys]})


class Stack(harness.Stack):
    """A test whose service wants tokens of `key`, and whose gateway has one. Without leeway: tokens may be short."""

    algorithm = "ES256"
    more_service_flags = ("--resume_window=2s",)
    more_gateway_flags = ("--max_connections=64",)

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.key = Key("one", cls.algorithm)
        cls.key_file = cls.folder / "keys"
        cls.gateway_token_file = cls.folder / "token"
        replace(cls.key_file, jwks(cls.key))
        replace(cls.gateway_token_file, cls.key.token("gateway", grants=["gateway"]))
        cls.service_flags = (f"--auth_keys={cls.key_file}", f"--auth_audience={AUDIENCE}", "--auth_leeway=0s",
                             *cls.more_service_flags)
        cls.gateway_flags = (f"--service_token_file={cls.gateway_token_file}", *cls.more_gateway_flags)
        super().setUpClass()

    async def greeted(self, token, gateway=None, **hello):
        """A client of `/v1` with this token, in no room."""
        client = await self.open("/v1", gateway)
        client.ack_every = 32
        await client.send("hello", token=token, **hello)
        client.hello = await client.expect("connected")
        return client

    async def member(self, sub, room, grants=("join", "create"), gateway=None, join=None, **claims):
        """A client in the one room that its token names."""
        client = await self.greeted(self.key.token(sub, room, grants, **claims), gateway)
        client.joined = await self.join(client, room, **(join or {}))
        return client

    async def seated(self, token, query="", gateway=None, **options):
        """A client of `/`, connected."""
        client = await self.open(f"/{query}", gateway, headers={"Authorization": f"Bearer {token}"}, **options)
        client.hello = await client.expect("connected")
        return client

    async def refused(self, client, code="unauthenticated", action="close", close=4501):
        """Its connection ends with this error. Its text."""
        error = await client.expect_error(code, action=action, fatal=True)
        await client.expect_close(close)
        return error["message"]

    async def join_refused(self, client, room, code, **fields):
        number = await client.command("join", room=room, **fields)
        return await client.expect_error(code, reply_to=number, fatal=False)

    async def resume_with(self, client, token=None, gateway=None):
        """Another socket, which has asked to go on with the session, and read nothing."""
        again = await self.open("/v1", gateway)
        again.seq = client.seq
        await again.send("hello", **({"token": token} if token else {}), resume={
            "session_id": client.hello["session_id"], "resume_token": client.hello["resume_token"],
            "last_seq": client.seq})
        return again

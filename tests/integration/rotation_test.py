"""All that is secret is replaced while sessions talk: none ends, and every message arrives once and in order."""

import asyncio
import base64
import contextlib
import hashlib
import hmac

import harness
import tokens

PAIRS = 10
PAUSE = 0.02  # seconds between two messages of a session
GATEWAY_LIFE = 8  # seconds of a gateway's token; half of it later its stream is another one


class Talker:
    """One session of a pair. What the other one says has to be whole and in order."""

    def __init__(self, client):
        self.client = client
        self.heard = 0
        self.sent = 0
        self.ice = asyncio.Queue()  # what followed `connected`
        self.stop = asyncio.Event()

    async def talk(self):
        while not self.stop.is_set():
            await self.client.command("message", data=self.sent)
            self.sent += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), PAUSE)
        await self.client.command("message", data="end")

    async def listen(self):
        while True:
            message = await self.client.expect_any("message", "ice_servers", "participant_connection")
            if message["type"] == "ice_servers":
                self.ice.put_nowait(message["ice_servers"])
            elif message.get("data") == "end":
                return
            elif message["type"] == "message":
                if message["data"] != self.heard:
                    raise AssertionError(f"{self.client.client_id}: expected {self.heard}, received {message}")
                self.heard += 1


class RotationTest(tokens.Stack):
    @classmethod
    def start_service(cls, port=0):
        cls.turn = cls.folder / "turn"
        tokens.replace(cls.turn, "first-secret\n")
        # A credential is renewed half-way, or a little later.
        cls.service_flags += ("--turn_urls=turn:turn.example.org", f"--turn_secret_file={cls.turn}", "--turn_ttl=10s")
        return super().start_service(port)

    @classmethod
    def start_gateway(cls, service_port=None):
        cls.show_gateway(cls.key)
        return super().start_gateway(service_port)

    @classmethod
    def show_gateway(cls, key):
        tokens.replace(cls.gateway_token_file, key.token("gateway", grants=["gateway"], lifetime=GATEWAY_LIFE))

    async def talkers(self):
        talkers = []
        for number in range(PAIRS):
            room = f"pair-{number}"
            first = await self.member(f"{room}-a", room)
            second = await self.member(f"{room}-b", room)
            await first.expect("participant_joined", client_id=second.client_id)
            talkers += [Talker(first), Talker(second)]
        return talkers

    async def test_nobody_notices(self):
        talkers = await self.talkers()
        self.show_gateway(self.key)
        async with asyncio.TaskGroup() as tasks:
            for talker in talkers:
                tasks.create_task(talker.talk())
                tasks.create_task(talker.listen())
            await asyncio.gather(self.replace_keys(talkers), self.replace_turn_secret(talkers))
            for talker in talkers:
                talker.stop.set()
        for first, second in zip(talkers[::2], talkers[1::2]):
            self.assertEqual((first.heard, second.heard), (second.sent, first.sent))
            self.assertGreater(min(first.sent, second.sent), 10)
        self.assertEqual(self.gateway.count("link_refused"), 0, self.gateway.log())
        self.assertEqual(self.service.count("gateway_refused"), 0, self.service.log())

    async def keys_read(self, count):
        await harness.eventually(
            lambda: self.service.metrics()["signaling_auth_keys"] == count, "the keys are read")

    async def all_moved(self, talkers):
        """Every session is on another stream than before."""
        def moves():
            return self.gateway.metrics()["signaling_session_moves_total"]

        before = await asyncio.to_thread(moves)
        await harness.eventually(lambda: moves() >= before + len(talkers), "every session moved")

    async def lets_in(self, key):
        client = await self.greeted(key.token("newcomer", "other"))
        await client.close()

    async def replace_keys(self, talkers):
        new = tokens.Key("two", "EdDSA")
        tokens.replace(self.key_file, tokens.jwks(self.key, new))
        await self.keys_read(2)
        await self.lets_in(self.key)
        await self.lets_in(new)
        # The gateway's next streams are opened with fresh tokens of the new key.
        self.show_gateway(new)
        await self.all_moved(talkers)
        # The old key is out; a token of it is good for nothing new, and sessions that began with one live on.
        tokens.replace(self.key_file, tokens.jwks(new))
        await self.keys_read(1)
        await self.lets_in(new)
        for path, hello in (("/v1", True), ("/", False)):
            client = await self.open(
                path, headers={"Authorization": f"Bearer {self.key.token('newcomer', 'other')}"})
            if hello:
                await client.send("hello")
            await self.refused(client)
        self.show_gateway(new)
        await self.all_moved(talkers)

    async def replace_turn_secret(self, talkers):
        def signed(talker, secret, servers):
            username = servers[0]["username"]
            mac = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
            self.assertTrue(username.endswith(f":{talker.client.hello['session_id']}"))
            return servers[0]["credential"] == base64.b64encode(mac).decode()

        for talker in talkers:
            self.assertTrue(signed(talker, "first-secret", talker.client.hello["ice_servers"]))
        tokens.replace(self.turn, "second-secret\nfirst-secret\n")
        await asyncio.to_thread(self.service.wait_for, "turn_secrets_renewed")
        for talker in talkers:
            while not signed(talker, "second-secret", await asyncio.wait_for(talker.ice.get(), harness.DEADLINE)):
                pass


if __name__ == "__main__":
    harness.main()

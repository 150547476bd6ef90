"""Access tokens against a real service that wants them, with keys of ours."""

import asyncio
import time

import support
import tokens
from support import DEADLINE, Recorder, harness
from tcp_proxy import TcpProxy

from signaling_client import SignalingClosed

NOTICE = 1.0  # seconds, like all here
GRACE = 1.0
LIFE = 2.5  # of a token that is to end


class Purse:
    """Makes a token each time; fails while it is told to. The last of the lifetimes is that of all that follow."""

    def __init__(self, key, sub, *lives, room="hall"):
        self.asked = 0
        self.fails = False
        self._make = lambda life: key.token(sub, room, lifetime=life)
        self._lives = lives or (3600,)

    async def __call__(self):
        if self.fails:
            raise OSError("the sign-in service is away")
        self.asked += 1
        return self._make(self._lives[min(self.asked, len(self._lives)) - 1])


class RealTokensTest(tokens.Stack):
    more_service_flags = (f"--token_notice={NOTICE}s", f"--token_grace={GRACE}s", "--resume_window=4s")

    async def asyncSetUp(self):
        await super().asyncSetUp()
        support.short_pauses(self)

    def client(self, purse, port=None):
        return Recorder(f"ws://127.0.0.1:{port or self.gateway.port}/", room="hall", get_token=purse)

    async def heard(self, sender, receiver, data):
        await sender.send_message(None, data)
        while await receiver.until("message") != (sender.client_id, data):
            pass

    async def test_each_hello_asks_for_one(self):
        proxy = TcpProxy(self.gateway.port)
        await proxy.start()
        self.addAsyncCleanup(proxy.stop)
        purse = Purse(self.key, "ann")
        async with self.client(purse, proxy.port) as ann, self.client(Purse(self.key, "bob")) as bob:
            await ann.expect("connected")
            await bob.expect("connected")
            self.assertEqual((ann.client_id, bob.client_id, purse.asked), ("ann", "bob", 1))
            for asked in (2, 3):
                proxy.cut()
                await ann.until("resumed")
                self.assertEqual(purse.asked, asked)
            await self.heard(ann, bob, "as before")

    async def test_a_session_outlives_its_first_token(self):
        purse = Purse(self.key, "ann", LIFE, LIFE, 3600)
        ends = time.time() + 2 * LIFE - NOTICE  # of the second one, at the earliest
        async with self.client(purse) as ann, self.client(Purse(self.key, "bob")) as bob:
            await bob.expect("connected")
            await harness.eventually(lambda: purse.asked == 3, "the third token is asked for")
            number = 0
            while time.time() < ends + LIFE:
                await self.heard(ann, bob, number)
                await self.heard(bob, ann, number)
                number += 1
            self.assertEqual(purse.asked, 3)
            left = [ann.calls.get_nowait()[0] for _ in range(ann.calls.qsize())]
        self.assertEqual({"reconnecting", "disconnected", "error"} & set(left), set())

    async def test_one_that_fails_at_the_end_costs_the_connection_and_not_the_session(self):
        purse = Purse(self.key, "ann", LIFE, 3600)
        async with self.client(purse) as ann, self.client(Purse(self.key, "bob")) as bob:
            await bob.expect("connected")
            await ann.expect("connected")
            purse.fails = True
            (reason,) = await ann.until("reconnecting")
            self.assertEqual((reason.close_code, reason.error.code), (4002, "token_expired"))
            await ann.send_message(None, "meanwhile")
            await bob.send_message("ann", "come back")
            purse.fails = False
            await ann.until("resumed")
            self.assertEqual(await ann.until("message"), ("bob", "come back"))
            self.assertEqual(await bob.until("message"), ("ann", "meanwhile"))
            # Whichever of the two that waited for it came first.
            self.assertIn(purse.asked, (2, 3))

    async def test_a_bad_one_is_the_end(self):
        for purse in (Purse(self.key, "ann", -1), Purse(tokens.Key("one"), "ann")):
            client = self.client(purse)
            with self.assertRaisesRegex(SignalingClosed, "4501: unauthenticated"):
                await asyncio.wait_for(client.run(), DEADLINE)
            self.assertEqual(purse.asked, 1)

    async def test_one_for_another_room_is_a_refusal_of_the_room(self):
        client = self.client(Purse(self.key, "ann", room="elsewhere"))
        with self.assertRaisesRegex(SignalingClosed, "permission_denied"):
            await asyncio.wait_for(client.run(), DEADLINE)


if __name__ == "__main__":
    support.main()

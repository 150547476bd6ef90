"""Access tokens: when they are asked for, where they go, and where they never are."""

import asyncio
import contextlib
import logging
import traceback

import support
from support import DEADLINE, Script, Scripted, answers, says

from signaling_client import SignalingClosed


class Purse:
    """Gives out secret-1, secret-2 and so on; fails where it is told to."""

    def __init__(self, *failures):
        self.asked = 0
        self._failures = failures

    async def __call__(self):
        self.asked += 1
        token = f"secret-{self.asked}"
        if self.asked in self._failures:
            raise ValueError(f"{token} is bad")
        return token


class TokensTest(Scripted):

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.logged = []
        handler = logging.Handler()
        handler.emit = lambda record: self.logged.append(
            record.getMessage() + "".join(traceback.format_exception(*record.exc_info) if record.exc_info else ()))
        root, own = logging.getLogger(), logging.getLogger("signaling_client")
        before = root.level, own.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        own.setLevel(logging.DEBUG)

        def restore():
            root.removeHandler(handler)
            root.setLevel(before[0])
            own.setLevel(before[1])
        self.addCleanup(restore)
        # The server is ours, and its library says all that it hears.
        logging.getLogger("websockets.server").setLevel(logging.INFO)

    async def asyncTearDown(self):
        await super().asyncTearDown()
        self.assertTrue(self.logged)
        self.assertEqual([line for line in self.logged if "secret" in line or "a=ice-pwd" in line or '"t1"' in line], [])

    async def test_each_hello_has_a_new_one(self):
        hellos = []

        async def first(peer):
            hellos.append((await peer.greet())[0])
            await peer.close(1012)

        async def second(peer):
            hellos.append((await peer.greet())[0])
            await peer.close(4002)

        async def third(peer):  # a resume too: refused, it opens a session
            hellos.append(await peer.resume(1))

        async with Script(first, second, third) as server:
            client = self.run_client(server.url, get_token=Purse())
            for name in ("connected", "disconnected", "connected", "reconnecting", "resumed"):
                await client.expect(name)
            await client.send_offer(None, support.OFFER)
            await self.end(client)
        self.assertEqual([one["token"] for one in hellos], ["secret-1", "secret-2", "secret-3"])
        self.assertNotIn("secret", repr(vars(client)) + repr(vars(client._life)))

    async def test_without_get_token_there_is_none(self):
        async def step(peer):
            hello, _ = await peer.greet()
            self.assertNotIn("token", hello)
            await peer.send({"type": "token_expiring", "expires_at": "2026-01-01T00:00:00Z"}, {"type": "brand_new"})

        async with Script(step) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await client.expect("event", "brand_new")
            await self.end(client)

    async def test_a_token_that_ends_is_followed_by_a_new_one(self):
        refreshed = asyncio.Queue()

        async def step(peer):
            await peer.greet()
            for _ in range(2):
                await peer.send({"type": "token_expiring", "expires_at": "2026-01-01T00:00:00Z"})
                refreshed.put_nowait(await peer.expect("refresh"))

        async with Script(step) as server:
            client = self.run_client(server.url, get_token=Purse(2))  # the second one is asked for again
            await client.expect("connected")
            for token in ("secret-3", "secret-4"):
                self.assertEqual(await asyncio.wait_for(refreshed.get(), DEADLINE), {"type": "refresh", "token": token})
            self.assertTrue(client.calls.empty())
            await self.end(client)

    async def test_one_that_comes_after_the_next_hello_is_not_needed(self):
        late = asyncio.get_running_loop().create_future()
        asked = asyncio.Event()

        async def get_token():
            if purse.asked == 1 and not asked.is_set():
                asked.set()
                return await late
            return await purse()

        async def ends(peer):
            await peer.greet()
            await peer.send({"type": "token_expiring", "expires_at": "2026-01-01T00:00:00Z"})
            await asked.wait()
            await peer.close(4002)

        async def back(peer):
            self.assertEqual((await peer.resume(1))["token"], "secret-2")
            await peer.expect("offer")

        purse = Purse()
        async with Script(ends, back) as server:
            client = self.run_client(server.url, get_token=get_token)
            for name in ("connected", "reconnecting", "resumed"):
                await client.expect(name)
            with contextlib.suppress(asyncio.InvalidStateError):  # nobody waits for it
                late.set_result("secret-late")
            for _ in range(10):  # who waited for it would have had its turn
                await asyncio.sleep(0)
            await client.send_offer(None, support.OFFER)
            await self.end(client)

    async def test_failures_are_tried_again(self):
        async with Script(says()) as server:
            purse = Purse(1, 2)
            client = self.run_client(server.url, get_token=purse)
            await client.expect("connected")
            self.assertEqual((purse.asked, server.connections), (3, 1))
            self.assertEqual([line for line in self.logged if "get_token" in line], ["get_token failed: ValueError"] * 2)
            await self.end(client)

    async def test_a_cancellation_elsewhere_is_such_a_failure(self):
        class Cancelled(Purse):
            async def __call__(self):
                token = await super().__call__()
                if self.asked == 1:
                    elsewhere = asyncio.get_running_loop().create_future()
                    elsewhere.cancel()
                    await elsewhere
                return token

        async with Script(says()) as server:
            client = self.run_client(server.url, get_token=Cancelled())
            await client.expect("connected")
            self.assertEqual([line for line in self.logged if "get_token" in line], ["get_token failed: RuntimeError"])
            await self.end(client)

    async def test_a_resume_needs_none(self):
        async def back(peer):
            self.assertNotIn("token", await peer.resume(1))

        async with Script(says(close=1011), back) as server:
            client = self.run_client(server.url, get_token=Purse(2))
            for name in ("connected", "reconnecting", "resumed"):
                await client.expect(name)
            await self.end(client)

    async def test_a_refused_resume_without_one_is_no_end(self):
        error = {"type": "error", "code": "unauthenticated", "message": "m", "action": "close", "fatal": True}
        async with Script(says(close=1011), answers(error, close=4501), says()) as server:
            client = self.run_client(server.url, get_token=Purse(2))
            for name in ("connected", "reconnecting", "disconnected", "connected"):
                await client.expect(name)
            await self.end(client)

    async def test_one_that_is_not_good_is_the_end(self):
        error = {"type": "error", "code": "unauthenticated", "message": "m", "action": "close", "fatal": True}
        async with Script(answers(error, close=4501)) as server:
            with self.assertRaisesRegex(SignalingClosed, "4501: unauthenticated") as caught:
                await asyncio.wait_for(self.client(server.url), DEADLINE)
        self.assertNotIn("secret", "".join(traceback.format_exception(caught.exception)))

    async def client(self, url):
        self.run_client(url, get_token=Purse())
        await self._running[-1]


if __name__ == "__main__":
    support.main()

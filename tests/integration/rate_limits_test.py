"""Who sends too much is held back, who does so for too long has to go, and the others do not notice."""

import asyncio
import base64
import contextlib
import hmac
import json
import os
import pathlib
import socket
import tempfile
import time

import harness
import websockets
from raw_socket import RawSocket

BURST = 128
RATE = 50  # candidates a second


def encode(data):
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def limited(gateway, limit):
    return gateway.metrics()[f'signaling_rate_limited_total{{limit="{limit}"}}']


class Limited(harness.Stack):
    """With the defaults, but for connections: every test of a class comes from one address."""

    gateway_flags = ("--max_connections=300", "--rate_limits=connection=1000")
    service_flags = ("--resume_window=5s",)

    async def send_candidates(self, sender, count, first=1):
        """Not waiting for anything; their numbers are their ids."""
        for number in range(first, first + count):
            sender.next_id = number
            await sender.send("ice_candidate", id=number, candidate=harness.candidate(number), sdpMid="0")

    async def receive_candidates(self, receiver, numbers):
        for number in numbers:
            await receiver.expect("ice_candidate", candidate=harness.candidate(number))

    async def watch(self, sender, until):
        """Reads what `sender` is told until it is acknowledged; the errors among it."""
        errors = []
        while not sender.acks or sender.acks[-1] < until:
            message = await sender.receive()
            if message["type"] == "error":
                errors.append(message)
        return errors


class MessagesTest(Limited):

    async def test_a_flood_is_slowed_and_arrives_whole_and_in_order(self):
        sender, receiver = await self.pair("flood")
        before = limited(self.gateway, "candidate")
        joins = sender.next_id
        count = BURST + 2 * RATE
        begin = time.monotonic()
        _, _, errors = await asyncio.gather(
            self.send_candidates(sender, count, joins + 1),
            self.receive_candidates(receiver, range(joins + 1, joins + 1 + count)),
            self.watch(sender, joins + count))
        took = time.monotonic() - begin
        self.assertGreater(took, 1.5, "that is more than 2 s of candidates, less a tick")
        # One notice for one episode, of which there are several only where this process was kept from sending.
        episodes = limited(self.gateway, "candidate") - before
        self.assertTrue(1 <= episodes <= took, (episodes, took))
        self.assertEqual([(error["code"], error["action"], error["fatal"]) for error in errors],
                         [("rate_limited", "retry", False)] * int(episodes))
        self.assertNotIn("reply_to", errors[0])
        self.assertGreater(errors[0]["retry_after_ms"], 0)
        await self.settle(sender, receiver)

    async def test_others_are_served_at_their_speed_meanwhile(self):
        sender, receiver = await self.pair("flood")
        first, second = await self.pair("quiet")
        before = limited(self.gateway, "candidate")
        begin, end = sender.next_id + 1, sender.next_id + 1 + BURST + 4 * RATE
        flood = asyncio.gather(self.send_candidates(sender, end - begin, begin), self.watch(sender, end - 1),
                               self.receive_candidates(receiver, range(begin, end)))
        await harness.eventually(lambda: limited(self.gateway, "candidate") > before, "the flood is held back")
        for number in range(10):
            await first.command("message", data=number)
            await second.expect("message", data=number)
        self.assertFalse(flood.done(), "which takes four seconds")
        await flood

    async def test_five_seconds_of_it_are_the_end_and_nothing_acknowledged_is_lost(self):
        sender, receiver = await self.pair("long")
        first = sender.next_id + 1
        numbers = []

        async def receive():
            while True:
                message = await receiver.receive()
                if message["type"] == "ice_candidate":
                    numbers.append(int(message["candidate"].split()[3]))
                if message.get("data") == "last":
                    return

        async def send():
            try:
                await self.send_candidates(sender, 5000, first)
            except websockets.ConnectionClosed:
                pass

        reading = asyncio.ensure_future(receive())
        sending = asyncio.ensure_future(send())
        begin = time.monotonic()
        while (message := await sender.receive())["type"] != "error" or not message["fatal"]:
            pass
        self.assertGreater(time.monotonic() - begin, 4.5)
        self.assertEqual((message["code"], message["action"]), ("rate_limited", "reconnect"))
        await sender.expect_close(4004)
        await sending
        again = await self.resume(sender)
        self.assertTrue(again.hello["resumed"])
        last = again.hello["last_id"]
        self.assertGreaterEqual(last, sender.acks[-1], "what was acknowledged is there")
        self.assertLess(last, 5000)
        await again.command("message", data="last")
        await reading
        self.assertEqual(numbers, list(range(first, last + 1)))
        self.assertGreaterEqual(len(numbers), BURST + 2 * RATE)
        self.assertLess(len(numbers), BURST + 6 * RATE)

    async def test_a_slow_but_steady_client_is_never_told(self):
        sender, receiver = await self.pair("steady")
        before = sum(limited(self.gateway, limit) for limit in ("description", "candidate", "other"))
        for number in range(BURST - 10):
            await sender.command("message", data=number)
            await receiver.expect("message", data=number)
        await self.settle(sender, receiver)
        self.assertEqual(before, sum(limited(self.gateway, limit) for limit in ("description", "candidate", "other")))


class OffTest(harness.Stack):
    gateway_flags = ("--max_connections=300", "--rate_limits=off")

    async def test_off_lifts_all(self):
        sender, receiver = await self.pair("off")
        begin = time.monotonic()
        for number in range(BURST + 10 * RATE):
            await sender.command("message", data=number)
            await receiver.expect("message", data=number)
        self.assertLess(time.monotonic() - begin, (BURST + 10 * RATE) / 20)
        clients = await asyncio.gather(*(self.plain("?room=off2") for _ in range(5)))
        more = await asyncio.gather(*(self.open("/v1") for _ in range(100)))
        await asyncio.gather(*(client.close() for client in (*clients, *more)))


class ConnectionsTest(harness.Stack):
    """5 a second, 15 at once. A busy machine gives some back while a test goes on: all is counted in the time it took."""

    BURST = 15
    gateway_flags = ("--max_connections=300", "--rate_limits=connection=5", "--trusted_proxies=127.0.0.3,127.1.0.0/16")

    async def open_from(self, address, path="/v1", **headers):
        sock = socket.create_connection(("127.0.0.1", self.gateway.port), source_address=(address, 0))
        return await self.open(path, sock=sock, headers={
            name.replace("_", "-"): value for name, value in headers.items()})

    async def is_refused(self, client):
        """Whether it is, as it should be; else it is greeted."""
        with contextlib.suppress(websockets.ConnectionClosed):  # who is refused may be told before it has said that
            await client.send("hello")
        message = await client.receive()
        if message["type"] == "connected":
            await client.close()
            return False
        self.assertEqual((message["code"], message["action"], message["fatal"]), ("rate_limited", "reconnect", True))
        self.assertGreater(message["retry_after_ms"], 0)
        self.assertLessEqual(message["retry_after_ms"], 200)
        await client.expect_close(4004)
        return True

    async def flood(self, count, address, **headers):
        clients = await asyncio.gather(*(self.open_from(address, **headers) for _ in range(count)))
        return sum(await asyncio.gather(*(self.is_refused(client) for client in clients)))

    def assert_refused(self, refused, over, begin):
        """So many were over what there was since then, but for what has come back meanwhile."""
        self.assertLessEqual(refused, over)
        self.assertGreaterEqual(refused, over - 1 - 5 * (time.monotonic() - begin))

    async def test_a_flood_of_one_address_is_refused_and_another_gets_in(self):
        before = limited(self.gateway, "connection")
        begin = time.monotonic()
        refused = await self.flood(60, "127.0.0.4")
        self.assert_refused(refused, 60 - self.BURST, begin)
        self.assertEqual(limited(self.gateway, "connection"), before + refused)
        self.assertEqual(await self.flood(15, "127.0.0.2"), 0)
        await asyncio.sleep(0.25)  # the time itself is what is tested: a token has come back
        self.assertEqual(await self.flood(1, "127.0.0.4"), 0)

    async def test_a_connection_that_was_a_page_first_is_as_new(self):
        kept = [await RawSocket.connect(self.gateway.port, source="127.0.0.8") for _ in range(15)]
        for page in kept:
            self.assertEqual(await page.request("HEAD /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"), 404)
        await asyncio.sleep(2.5)  # the time itself is what is tested: it brings back nothing that they take now
        begin = time.monotonic()
        for page in kept:
            await page.become_websocket("/v1")
        self.assert_refused(await self.flood(20, "127.0.0.8"), 20, begin)
        for page in kept:
            page.abort()

    async def test_on_the_plain_path_too(self):
        begin = time.monotonic()
        await self.flood(self.BURST, "127.0.0.5")
        clients = await asyncio.gather(*(self.open_from("127.0.0.5", f"/?room=a-{number}") for number in range(20)))
        refused = 0
        for client in clients:
            message = await client.expect_any("connected", "error")
            if message["type"] == "error":
                self.assertEqual((message["code"], message["action"], message["fatal"]),
                                 ("rate_limited", "reconnect", True))
                await client.expect_close(4004)
                refused += 1
        self.assert_refused(refused, 20, begin)

    async def test_behind_a_trusted_proxy_each_client_has_its_own(self):
        for number in range(3):
            self.assertEqual(await self.flood(15, "127.0.0.3", X_Forwarded_For=f"198.51.100.{number}, 127.1.2.3"), 0)
        begin = time.monotonic()
        refused = await self.flood(40, "127.0.0.3", X_Forwarded_For="203.0.113.7")
        self.assert_refused(refused, 40 - self.BURST, begin)
        # It is the first that is no proxy, whoever stands left of it.
        refused += await self.flood(20, "127.0.0.3", X_Forwarded_For="192.0.2.99, 203.0.113.7")
        self.assert_refused(refused, 60 - self.BURST, begin)

    async def test_who_is_not_trusted_cannot_choose_its_address(self):
        begin = time.monotonic()
        refused = await asyncio.gather(
            *(self.flood(1, "127.0.0.6", X_Forwarded_For=f"198.51.100.{100 + number}") for number in range(60)))
        self.assert_refused(sum(refused), 60 - self.BURST, begin)

    async def test_pages_are_no_connections(self):
        for _ in range(60):
            page = await RawSocket.connect(self.gateway.port)
            self.assertEqual(await page.request("GET /client/index.js HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200)
            page.abort()


class AuthenticationTest(harness.Stack):
    """Tokens are needed; what is tried is one that nobody signed."""

    FORGED = "e30.e30.c2ln"

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        keys, token = (pathlib.Path(directory.name) / name for name in ("keys.json", "token"))
        cls.secret = os.urandom(32)
        keys.write_text(json.dumps({"keys": [{"kty": "oct", "alg": "HS256", "kid": "1", "k": encode(cls.secret)}]}))
        token.write_text(cls.token("gateway", grants=["gateway"]))
        cls.service_flags = (f"--auth_keys={keys}", "--auth_audience=signaling", "--resume_window=1s")
        cls.gateway_flags = ("--max_connections=64", "--rate_limits=connection=1000", f"--service_token_file={token}")
        super().setUpClass()

    @classmethod
    def token(cls, subject, **claims):
        """Of HS256 (RFC 7515, appendix A.1)."""
        head = {"alg": "HS256", "typ": "JWT", "kid": "1"}
        body = {"sub": subject, "aud": "signaling", "exp": int(time.time()) + 600, **claims}
        signed = ".".join(encode(json.dumps(part).encode()) for part in (head, body))
        return f"{signed}.{encode(hmac.digest(cls.secret, signed.encode(), 'sha256'))}"

    async def say_hello(self, address, token):
        sock = socket.create_connection(("127.0.0.1", self.gateway.port), source_address=(address, 0))
        client = await self.open("/v1", sock=sock)
        with contextlib.suppress(websockets.ConnectionClosed):
            await client.send("hello", token=token)
        return client

    async def test_failures_slow_their_address_down_and_no_other(self):
        for _ in range(10):
            client = await self.say_hello("127.0.0.7", self.FORGED)
            await client.expect_error("unauthenticated", action="close", fatal=True)
            await client.expect_close(4501)
        good = self.token("ann", room="a", grants=["join", "create"])
        before, refused = limited(self.gateway, "authentication"), 0
        for _ in range(20):
            client = await self.say_hello("127.0.0.7", good)
            message = await client.expect_any("connected", "error")
            if message["type"] == "error":
                self.assertEqual((message["code"], message["action"], message["fatal"]),
                                 ("rate_limited", "reconnect", True))
                self.assertLessEqual(message["retry_after_ms"], 5000)
                await client.expect_close(4004)
                refused += 1
            else:
                await client.close()
        self.assertGreater(refused, 15, "one is forgiven every five seconds")
        self.assertEqual(limited(self.gateway, "authentication"), before + refused)
        client = await self.say_hello("127.0.0.8", good)
        await client.expect("connected")

    async def test_a_refused_refresh_counts_too(self):
        good = self.token("bob", room="b", grants=["join", "create"])
        before = limited(self.gateway, "authentication")
        client = await self.say_hello("127.0.0.9", good)
        await client.expect("connected")
        for _ in range(15):  # however long it takes, the last finds none left
            await client.send("refresh", token=self.FORGED)
            await client.expect_error("unauthenticated")
        again = await self.say_hello("127.0.0.9", good)
        await again.expect_error("rate_limited", action="reconnect", fatal=True)
        await again.expect_close(4004)
        self.assertEqual(limited(self.gateway, "authentication"), before + 1)
        await client.expect_nothing()  # who is in stays in


if __name__ == "__main__":
    harness.main()

"""Keys that are fetched from a URL: when it is asked, and what goes on while it does not answer."""

import asyncio
import http.server
import pathlib
import ssl
import tempfile
import threading
import time

import harness
import tokens
from authority import Authority
from back_office import grpc
from process import ports

INTERVAL = 10  # seconds between two fetches, at least


class KeyServer:
    """https, for one path, on a port that stays the same while it is down."""

    def __init__(self, pair):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*pair)
        self._server = None
        self.keys = ()
        self.times = []  # of requests
        self.port = ports.reserve()
        self.start()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}/keys"

    def start(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the name is the library's
                owner.times.append(time.monotonic())
                body = tokens.jwks(*owner.keys).encode()
                self.send_response(200 if self.path == "/keys" else 404)
                self.send_header("Content-Type", "application/jwk-set+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.socket = self._context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class JwksUrlTest(tokens.Stack):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        authority = Authority(folder.name, "ca")
        pair = authority.sign("keys", "IP:127.0.0.1")
        cls.server, cls.late_server = KeyServer(pair), KeyServer(pair)
        cls.addClassCleanup(cls.server.stop)
        cls.addClassCleanup(cls.late_server.stop)
        cls.ca = authority.cert
        cls.stranger = Authority(pathlib.Path(folder.name), "stranger").cert
        super().setUpClass()

    @classmethod
    def flags(cls, server, ca):
        return (f"--auth_jwks_url={server.url}", f"--auth_jwks_ca={ca}", f"--auth_audience={tokens.AUDIENCE}",
                "--auth_leeway=0s", "--resume_window=2s")

    @classmethod
    def start_service(cls, port=0):
        cls.server.keys = (cls.key,)
        cls.service_flags = cls.flags(cls.server, cls.ca)
        return super().start_service(port)

    async def test_all_of_it(self):
        """At the same time, since all of it waits for the interval."""
        await asyncio.gather(self.fetched_when_a_token_names_it(), self.started_while_it_is_down())

    async def attempt(self, key):
        """`connected`, or the code of the error that came instead."""
        client = await self.open("/v1")
        await client.send("hello", token=key.token("ann", "lobby"))
        answer = await client.expect_any("connected", "error")
        await client.close()
        return answer.get("code", answer["type"])

    async def attempts(self, key, until):
        """Again and again, until this comes of it. What came before."""
        seen = set()
        end = time.monotonic() + INTERVAL + harness.DEADLINE
        while (answer := await self.attempt(key)) != until:
            seen.add(answer)
            self.assertLess(time.monotonic(), end, f"{until} did not come, but {seen}")
            await asyncio.sleep(0.05)
        return seen

    async def fetched_when_a_token_names_it(self):
        server, new = self.server, tokens.Key("new")
        self.assertEqual(await self.attempt(self.key), "connected")
        self.assertEqual(len(server.times), 1)
        server.stop()
        server.keys = (self.key, new)
        # It is not asked yet, and then it does not answer: the key may be a good one.
        self.assertEqual(await self.attempts(new, "unavailable"), {"unauthenticated"})
        self.assertGreater(time.monotonic(), server.times[0] + INTERVAL - 1)  # of the service's clock: from before it asked
        self.assertEqual(await self.attempt(self.key), "connected", "what was fetched stays good")
        self.assertEqual(harness.readyz(self.service), "ok")
        server.start()
        self.assertEqual(await self.attempts(new, "connected"), {"unavailable"})
        self.assertEqual(await self.attempt(self.key), "connected")
        # However many unknown ones come.
        for number in range(20):
            self.assertEqual(await self.attempt(tokens.Key(f"unknown-{number}")), "unauthenticated")
        self.assertEqual(len(server.times), 2)
        self.assertGreater(server.times[1] - server.times[0], 2 * INTERVAL - 1)

    async def started_while_it_is_down(self):
        server = self.late_server
        server.stop()
        service = await asyncio.to_thread(
            harness.Process, "signaling-service", "--port=0", "--internal_port=0", *self.flags(server, self.ca))
        try:
            await harness.eventually(lambda: "could not be fetched" in harness.readyz(service), "why it is not ready")
            async with grpc.aio.insecure_channel(f"127.0.0.1:{service.port}") as channel:
                self.assertEqual([await self.health(channel, name) for name in ("liveness", "readiness")],
                                 ["SERVING", "NOT_SERVING"])
                server.keys = (self.key,)
                server.start()
                await harness.eventually(lambda: harness.readyz(service) == "ok", "it becomes ready by itself")
                while await self.health(channel, "readiness") != "SERVING":
                    await asyncio.sleep(0.05)
            self.assertEqual(len(server.times), 1)
        finally:
            await asyncio.to_thread(self.check_stop, service)

    async def health(self, channel, name):
        """By hand: the messages of grpc.health.v1 have one field each."""
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        answer = await check(b"\x0a" + bytes([len(name)]) + name.encode(), timeout=harness.DEADLINE)
        return {b"\x08\x01": "SERVING", b"\x08\x02": "NOT_SERVING"}[answer]

    async def test_a_server_that_the_ca_does_not_vouch_for_gives_no_keys(self):
        before = len(self.server.times)
        service = await asyncio.to_thread(
            harness.Process, "signaling-service", "--port=0", "--internal_port=0",
            *self.flags(self.server, self.stranger))
        try:
            await harness.eventually(lambda: "certificate" in harness.readyz(service), "why it is not ready")
            self.assertEqual(len(self.server.times), before)
        finally:
            await asyncio.to_thread(self.check_stop, service)


if __name__ == "__main__":
    harness.main()

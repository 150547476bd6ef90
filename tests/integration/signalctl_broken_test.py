#!/usr/bin/python3
"""signalctl doctor and call where there is no gateway, none that could serve, or something else in its place."""

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import unittest

import harness
import websockets
from process import DEADLINE, Process, ports
from signalctl_cli import Signalctl, run


class Canned:
    """A server that is no gateway: it reads a request and answers so; without an answer it says nothing at all."""

    def __init__(self, answer=None):
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []
        self.asked = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            self.asked.set()
            if self._answer is not None:
                client.settimeout(DEADLINE)
                try:
                    client.recv(65536)
                    client.sendall(self._answer)
                    client.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE)
        for client in self._sockets:
            client.close()


class BrokenTest(Signalctl):
    """There is no gateway, or none that could serve."""

    @classmethod
    def setUpClass(cls):
        harness.stay_on_this_machine()

    def test_no_gateway(self):
        url = f"ws://127.0.0.1:{ports.reserve()}"
        self.assert_fails(url, 1, "TCP", "no gateway: nothing listens at 127.0.0.1:")
        self.assert_call_fails(url, "caller connects", "no gateway: nothing listens at 127.0.0.1:")

    def test_no_such_host(self):
        self.assert_fails("ws://no-such-host.invalid", 1, "name", "the name no-such-host.invalid has no address")

    def test_service_never_there(self):
        gateway = Process("signaling-gateway", "--port=0", "--internal_port=0", f"--service=127.0.0.1:{ports.reserve()}")
        self.addCleanup(gateway.stop)
        url = f"ws://127.0.0.1:{gateway.port}"
        self.assert_fails(url, 2, "hello", "has no signaling service behind it")
        self.assert_call_fails(url, "caller connects", "has no signaling service behind it")
        steps = self.doctor(url, "--gateway-internal", f"http://127.0.0.1:{gateway.internal_port}", expect=1)
        self.assertIn("cannot be reached", steps[4]["gateway /readyz"]["detail"])
        self.assert_ready(gateway.internal_port, 1, r"^not ready: .*cannot be reached")

    def assert_ready(self, port, code, words):
        done = run("ready", f"http://127.0.0.1:{port}")
        self.assertEqual(done.returncode, code, done)
        self.assertRegex(done.stdout + done.stderr, words)

    def test_nobody_says_whether_it_is_ready(self):
        self.assert_ready(ports.reserve(), 3, r"^signalctl: 127\.0\.0\.1:\d+/readyz: Connection refused\n$")

    def test_what_is_asked_is_another_port(self):
        gateway = Process("signaling-gateway", "--port=0", "--internal_port=0", f"--service=127.0.0.1:{ports.reserve()}")
        self.addCleanup(gateway.stop)
        self.assert_ready(gateway.port, 6, r"^signalctl: 127\.0\.0\.1:\d+/readyz: HTTP 404: this is no internal port of ours\n$")

    def test_service_killed(self):
        service = Process("signaling-service", "--port=0", "--internal_port=0")
        gateway = Process("signaling-gateway", "--port=0", "--internal_port=0", f"--service=127.0.0.1:{service.port}")
        self.addCleanup(gateway.stop)
        gateway.wait_for("ready")
        url = f"ws://127.0.0.1:{gateway.port}"
        self.assert_call(url)
        service.kill()
        self.assert_fails(url, 2, "hello", "has no signaling service behind it")
        steps = self.doctor(url, "--service-internal", f"http://127.0.0.1:{service.internal_port}", expect=1)
        self.assertIn("The service does not run there", steps[4]["service /healthz"]["meaning"])

    def test_a_plain_http_server(self):
        with Canned(b"HTTP/1.1 200 OK\r\nServer: plain\r\nContent-Length: 2\r\n\r\nhi") as server:
            self.assert_fails(f"http://127.0.0.1:{server.port}", 1, "upgrade", "This is a plain HTTP server")

    def test_a_proxy_that_drops_the_upgrade(self):
        answer = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n"
        with Canned(answer) as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "dropped the Upgrade header")

    def test_a_proxy_without_a_gateway(self):
        with Canned(b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n") as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "it cannot reach the gateway behind it")

    def test_no_http_at_all(self):
        with Canned(b"SSH-2.0-OpenSSH_9.2\r\n") as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "is no HTTP")

    def test_a_server_that_says_nothing(self):
        with Canned() as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "takes the connection and says nothing",
                              "--timeout", "300ms")
            self.assert_fails(f"wss://127.0.0.1:{server.port}", 1, "TLS", "does not answer the TLS handshake",
                              "--timeout", "300ms")
            self.assert_call_fails(f"ws://127.0.0.1:{server.port}", "caller connects",
                                   "takes the connection and says nothing", "--timeout", "300ms")

    def test_a_load_that_cannot_begin_ends_when_it_is_told_to(self):
        with Canned() as server:
            load = subprocess.Popen(
                [pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / "signalctl", "load", f"ws://127.0.0.1:{server.port}",
                 "--timeout", "10m"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.assertTrue(server.asked.wait(DEADLINE))
            load.send_signal(signal.SIGINT)
            said, _ = load.communicate(timeout=DEADLINE)
        self.assertEqual(load.returncode, 1, said)
        self.assertIn("interrupted when 0 of 10 pairs were in", said)

    def test_wrong_use(self):
        for arguments in (("doctor", "ftp://x"), ("doctor", "ws://u:p@x"), ("doctor", "ws://x/?token=t"),
                          ("call", "ws://x", "--count", "0"), ("call", "ws://x", "--by-offer", "--room", "r"),
                          ("doctor", "wss://x", "--ca", "/nowhere")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


class LiarTest(unittest.IsolatedAsyncioTestCase, Signalctl):
    """A WebSocket server that answers, but not as a gateway has to."""

    GREETING = {"type": "connected", "client_id": "c", "session_id": "s", "resume_token": "t", "resumed": False,
                "last_id": 0, "ice_servers": [], "ice_transport_policy": "all", "ping_interval_ms": 10000,
                "timeout_ms": 30000, "resume_window_ms": 0, "features": [],
                "limits": dict.fromkeys(("max_message_bytes", "max_metadata_bytes", "max_app_message_bytes",
                                         "max_json_depth", "max_offer_candidates"), 1)}

    async def start(self, changes=None, greeting=None, subprotocols=("signaling.v1",)):
        """`changes` replaces the answers to messages of a type. The server's URL."""
        async def serve(ws, *_):
            with contextlib.suppress(websockets.ConnectionClosed):
                await converse(ws)

        async def converse(ws):
            seq = 0
            async for text in ws:
                message = json.loads(text)
                type_ = message["type"]
                seq += "id" in message
                numbers = {"seq": seq, "reply_to": message.get("id"), "ack": message.get("id")}
                answer = {"ping": {"type": "pong", "t": message.get("t")},
                          "hello": greeting or self.GREETING,
                          "signalctl_no_such_type": {"type": "error", "code": "unknown_type", "message": "no",
                                                     "action": "none", "fatal": False, **numbers},
                          "join": {"type": "joined", "room": message.get("room"), "options": {}, "participants": [],
                                   **numbers}, **(changes or {})}.get(type_)
                if type_ == "bye":
                    await ws.close(1000)
                elif answer is not None:
                    await ws.send(answer if isinstance(answer, str) else json.dumps({**numbers, **answer}
                                                                                    if "id" in message else answer))

        server = await websockets.serve(serve, "127.0.0.1", 0, subprotocols=subprotocols)
        self.addAsyncCleanup(self.stop, server)
        return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def stop(self, server):
        server.close()
        await server.wait_closed()

    async def test_one_that_does_all_right_passes(self):
        await asyncio.to_thread(self.doctor, await self.start(), expect=0)

    async def test_another_subprotocol(self):
        await asyncio.to_thread(self.assert_fails, await self.start(subprotocols=None), 1, "upgrade",
                                "signaling.v1 was not selected")

    async def test_a_greeting_without_a_field(self):
        greeting = {name: value for name, value in self.GREETING.items() if name != "timeout_ms"}
        await asyncio.to_thread(self.assert_fails, await self.start(greeting=greeting), 2, "hello",
                                "connected is not well-formed")

    async def test_no_json(self):
        await asyncio.to_thread(self.assert_fails, await self.start({"hello": "<html>"}), 2, "hello",
                                "a message that is no JSON object")

    async def test_another_pong(self):
        await asyncio.to_thread(self.assert_fails, await self.start({"ping": {"type": "pong", "t": "x"}}), 2,
                                "ping before hello", "has not the t of the ping")

    async def test_a_gap_in_the_events(self):
        url = await self.start({"join": {"type": "joined", "seq": 7}})
        await asyncio.to_thread(self.assert_fails, url, 3, "room", "event 7 after event 1")

    async def test_an_unknown_type_that_is_borne(self):
        url = await self.start({"signalctl_no_such_type": {"type": "ack"}})
        await asyncio.to_thread(self.assert_fails, url, 2, "unknown type", "has to be answered by unknown_type",
                                "--timeout", "3s")


if __name__ == "__main__":
    harness.main()

"""Starts the real binaries and speaks to them, for the tests beside this file.

Every test class gets a service and a gateway of its own on free ports. After each test the service must hold no
session, and at the end of the class both processes must end with exit code 0 on SIGTERM: a sanitizer's report or a
leaked session fails the test that caused it.
"""

import asyncio
import inspect
import json
import logging
import os
import pathlib
import sys
import time
import unittest
import urllib.error
import urllib.request

import websockets

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))

# pylint: disable=wrong-import-position
import schemas  # noqa: E402
from process import DEADLINE, Process, log_check, run, scrape  # noqa: E402,F401

secrets = log_check.secrets

# What websockets calls the headers of a request: another name since its version 14.
HEADERS = ("additional_headers" if "additional_headers" in inspect.signature(websockets.connect).parameters
           else "extra_headers")

SDP = "".join(line + "\r\n" for line in (
    "v=0",
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "c=IN IP4 0.0.0.0",
    "a=ice-ufrag:EsAw",
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
    "a=fingerprint:sha-256 " + ":".join(["4A"] * 32),
    "a=setup:actpass",
    "a=mid:0",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtpmap:111 opus/48000/2",
))

# Of a room that a join created without any.
DEFAULT_OPTIONS = {"max_participants": 5, "media": "any", "relay_only": False, "knock": False, "locked": False}


def candidate(number):
    """A candidate that is told apart by its priority."""
    return f"candidate:1 1 udp {number} 192.0.2.1 46154 typ host"


def parse(text):
    """A message of the gateway. Each has to be as docs/protocol/server.schema.json says."""
    message = json.loads(text)
    schemas.check_server(message)
    secrets.add_message(message)
    return message


def readyz(process):
    """What /readyz says: `ok`, or why not."""
    try:
        with urllib.request.urlopen(
                f"http://127.0.0.1:{process.internal_port}/readyz", timeout=DEADLINE) as answer:
            return answer.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.read().decode().strip()


def stay_on_this_machine():
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        os.environ.pop(name, None)


async def eventually(check, what):
    """Waits until `check()` is true; `check` may block shortly, so it runs in a thread."""
    end = time.monotonic() + DEADLINE
    while not await asyncio.to_thread(check):
        if time.monotonic() > end:
            raise AssertionError(f"not within {DEADLINE} s: {what}")
        await asyncio.sleep(0.02)


class Client:
    """A WebSocket client that reads message by message and lets nothing pass unseen but acks."""

    def __init__(self, ws):
        self.ws = ws
        self.acks = []  # every acknowledgement, alone or on another message
        self.hello = None  # `connected`
        self.seq = 0  # of the last event
        self.ack_every = 0  # events; 0: acknowledges nothing by itself
        self.next_id = 0  # of the last command

    @property
    def client_id(self):
        return self.hello["client_id"]

    async def send(self, type_, **fields):
        secrets.add_message(fields)
        await self.send_text(json.dumps({"type": type_, **fields}))

    async def send_text(self, text):
        await self.ws.send(text)

    async def command(self, type_, **fields):
        """A message with the next id, which is returned."""
        self.next_id += 1
        await self.send(type_, id=self.next_id, **fields)
        return self.next_id

    async def receive(self, timeout=DEADLINE):
        """The next message, acks included."""
        message = parse(await asyncio.wait_for(self.ws.recv(), timeout))
        if message["type"] == "ack":
            self.acks.append(message["id"])
        elif "ack" in message:
            self.acks.append(message["ack"])
        if "seq" in message:
            if message["seq"] != self.seq + 1:
                raise AssertionError(f"after event {self.seq} came {message}")
            self.seq = message["seq"]
            if self.ack_every and self.seq % self.ack_every == 0:
                await self.send("ack", seq=self.seq)
        return message

    async def expect(self, type_, **fields):
        """The next message that is no ack; it must have this type and these fields."""
        while True:
            message = await self.receive()
            if message["type"] != "ack":
                break
        actual = {"type": message["type"], **{name: message.get(name) for name in fields}}
        if actual != {"type": type_, **fields}:
            raise AssertionError(f"expected {type_} {fields}, received {message}")
        return message

    async def expect_any(self, *types):
        """The next message that is no ack; it must have one of these types."""
        while (message := await self.receive())["type"] == "ack":
            pass
        if message["type"] not in types:
            raise AssertionError(f"expected one of {types}, received {message}")
        return message

    async def expect_error(self, code, **fields):
        return await self.expect("error", code=code, **fields)

    async def wait_for_ack(self, number):
        """Before it comes nothing but that another's socket is gone or back, whose time is nobody's choice."""
        while not self.acks or self.acks[-1] < number:
            message = await self.receive()
            if message["type"] not in ("ack", "participant_connection"):
                raise AssertionError(f"expected an ack of {number}, received {message}")

    async def expect_nothing(self):
        """Nothing is on its way from the gateway."""
        mark = f"mark-{time.monotonic_ns()}"
        await self.send("ping", t=mark)
        await self.expect("pong", t=mark)

    async def expect_close(self, code):
        """No message any more, then this close code."""
        try:
            message = await asyncio.wait_for(self.ws.recv(), DEADLINE)
        except websockets.ConnectionClosed as closed:
            actual = closed.rcvd.code if closed.rcvd else 1006
            if actual != code:
                raise AssertionError(f"closed with {actual}, expected {code}") from closed
            return
        raise AssertionError(f"expected close {code}, received {message}")

    async def close(self, code=1000):
        await self.ws.close(code)


class Stack(unittest.IsolatedAsyncioTestCase):
    """A test with a service and a gateway. Subclasses say what is different about theirs."""

    # The window so short that no session of a test's broken sockets outlives the test.
    service_flags = ("--resume_window=2s",)
    gateway_flags = ("--max_connections=64",)

    @classmethod
    def setUpClass(cls):
        stay_on_this_machine()
        cls.service = cls.start_service()
        cls.addClassCleanup(lambda: cls.check_stop(cls.service))
        cls.gateway = cls.start_gateway()
        cls.addClassCleanup(lambda: cls.check_stop(cls.gateway))

    @classmethod
    def start_service(cls, port=0):
        service = Process("signaling-service", f"--port={port}", "--internal_port=0", *cls.service_flags)
        service.wait_for("ready")
        return service

    @classmethod
    def start_gateway(cls, service_port=None):
        gateway = Process(
            "signaling-gateway", "--port=0", "--internal_port=0",
            f"--service=127.0.0.1:{service_port or cls.service.port}", *cls.gateway_flags)
        gateway.wait_for("ready")
        return gateway

    @classmethod
    def check_stop(cls, process):
        code = process.stop()
        if code != 0:
            raise AssertionError(f"{process.name} ended with {code}:\n{process.log()}")

    async def asyncSetUp(self):
        self._clients = []

    async def asyncTearDown(self):
        await asyncio.gather(*(client.close() for client in self._clients))
        await eventually(self._is_empty, "no session, seat or offer in the service, no socket in the gateway")

    def _is_empty(self):
        service = self.service.metrics()
        gateway = self.gateway.metrics()
        return (service["signaling_sessions"] == 0 and service["signaling_participants"] == 0
                and service["signaling_offers"] == 0 and gateway["signaling_connections"] == 0)

    async def open(self, path, gateway=None, headers=None, **options):
        """A socket that has not said or read anything."""
        secrets.add_headers(headers or {})
        options[HEADERS] = headers or {}
        secrets.add_headers(options.get("subprotocols", ()))
        client = Client(await websockets.connect(
            f"ws://127.0.0.1:{(gateway or self.gateway).port}{path}",
            ping_interval=None, open_timeout=DEADLINE, close_timeout=DEADLINE, max_size=None, **options))
        self._clients.append(client)
        return client

    async def plain(self, query=""):
        """A client of `/`, connected."""
        client = await self.open(f"/{query}")
        client.hello = await client.expect("connected")
        return client

    async def v1(self, client_id=None, room=None, **hello):
        """A client of `/v1`, greeted, and in `room` where one is given."""
        client = await self.open("/v1")
        client.ack_every = 32
        if client_id is not None:
            hello["client_id"] = client_id
        await client.send("hello", **hello)
        client.hello = await client.expect("connected")
        if room is not None:
            client.joined = await self.join(client, room)
        return client

    async def join(self, client, room, **fields):
        number = await client.command("join", room=room, **fields)
        return await client.expect("joined", room=room, reply_to=number)

    async def resume(self, client, gateway=None, **changes):
        """The client's next socket, which has said hello and read `connected`."""
        again = await self.open("/v1", gateway)
        await again.send("hello", resume={
            "session_id": client.hello["session_id"], "resume_token": client.hello["resume_token"],
            "last_seq": client.seq, **changes})
        again.hello = await again.expect("connected")
        again.ack_every = client.ack_every
        if again.hello["resumed"]:
            again.seq = client.seq
            again.next_id = again.hello["last_id"]
        return again

    async def pair(self, room):
        """Two clients of one room that have seen each other come."""
        first = await self.v1(room=room)
        second = await self.v1(room=room)
        await first.expect("participant_joined", client_id=second.client_id)
        return first, second

    async def settle(self, sender, *receivers):
        """What `sender` caused so far has arrived, and none of `receivers` has anything left to read."""
        number = await sender.command("message", data="settle", to="nobody-of-this-name")
        await sender.expect_error("peer_unavailable", reply_to=number)
        for receiver in receivers:
            await receiver.expect_nothing()


def main():
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # slow steps are no fault on a busy machine
    try:
        unittest.main(verbosity=2)
    finally:
        log_check.check_all()

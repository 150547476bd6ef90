"""What the tests beside this file share: the client from the tree, a client that keeps what it is told, a server that misbehaves."""

import asyncio
import contextlib
import json
import logging
import pathlib
import sys
import unittest
from unittest import mock

_ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(_ROOT / "tests/integration"))
sys.path.insert(0, str(_ROOT / "gateway/clients/python"))

import harness  # noqa: E402
import websockets  # noqa: E402

from signaling_client import SessionDescription, SignalingClient, wire  # noqa: E402

DEADLINE = harness.DEADLINE
OFFER = SessionDescription("offer", harness.SDP)
ANSWER = SessionDescription("answer", harness.SDP)


def _noting(method, texts_of):
    """What passes is noted as secret where it is."""
    async def noting(self, *arguments):
        result = await method(self, *arguments)
        for text in texts_of(arguments, result):
            with contextlib.suppress(ValueError):
                harness.secrets.add_message(json.loads(text))
        return result
    return noting


wire.Socket.receive = _noting(wire.Socket.receive, lambda _, result: (result,))
wire.Socket.send = _noting(wire.Socket.send, lambda arguments, _: arguments)


class Recorder(SignalingClient):
    """Keeps every call of a handler as (name, arguments...), in order."""

    def __init__(self, url, **options):
        super().__init__(url, **options)
        self.calls = asyncio.Queue()

    async def expect(self, name, *values):
        """The next call; it must be this one, with these first arguments. Returns all its arguments."""
        call = await asyncio.wait_for(self.calls.get(), DEADLINE)
        if call[:1 + len(values)] != (name, *values):
            raise AssertionError(f"expected {(name, *values)}, got {call}")
        return call[1:]

    async def until(self, name):
        """Skips what comes before the next call of this name."""
        while True:
            call = await asyncio.wait_for(self.calls.get(), DEADLINE)
            if call[0] == name:
                return call[1:]


def _recording(name):
    async def handle(self, *values):
        self.calls.put_nowait((name.removeprefix("handle_"), *values))
    return handle


for _name in [name for name in dir(SignalingClient) if name.startswith("handle_")]:
    setattr(Recorder, _name, _recording(_name))


CONNECTED = {
    "type": "connected", "client_id": "me", "session_id": "s", "resume_token": "t1", "resume_window_ms": 30000,
    "resumed": False, "last_id": 0,
    "ice_servers": [], "ice_transport_policy": "all", "ping_interval_ms": 10000, "timeout_ms": 30000,
    "limits": {"max_message_bytes": 65536}, "features": [],
}
MESSAGE = {"type": "message", "client_id": "other"}
JOINED = {"type": "joined", "seq": 1, "reply_to": 1, "room": "lobby", "options": {}, "participants": []}


class Peer:
    """The server's end of a connection, which keeps what the client said."""

    def __init__(self, ws):
        self.ws = ws
        self.acks = []  # seq of every acknowledgement, alone or on another message
        self.alone = 0  # acknowledgements that were messages of their own

    async def send(self, *messages):
        """Texts, bytes or objects."""
        for message in messages:
            await self.ws.send(message if isinstance(message, (str, bytes)) else json.dumps(message))

    async def receive(self):
        """The next message, acknowledgements included."""
        message = json.loads(await asyncio.wait_for(self.ws.recv(), DEADLINE))
        if message["type"] == "ack":
            self.alone += 1
            self.acks.append(message["seq"])
        elif "ack" in message:
            self.acks.append(message["ack"])
        return message

    async def expect(self, type_):
        """The next message that is no acknowledgement; it must have this type."""
        while (message := await self.receive())["type"] == "ack":
            pass
        if message["type"] != type_:
            raise AssertionError(f"expected {type_}, got {message}")
        return message

    async def expect_end(self):
        """Nothing but acknowledgements any more. The close code."""
        try:
            while (message := await self.receive())["type"] == "ack":
                pass
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        raise AssertionError(f"expected the end, got {message}")

    async def greet(self, connected=CONNECTED, joined=JOINED):
        """A new session in its room. The `hello` and the `join`."""
        hello = await self.expect("hello")
        await self.send(connected)
        join = await self.expect("join")
        await self.send({**joined, "reply_to": join["id"]})
        return hello, join

    async def resume(self, last_id, **changes):
        """The session goes on. The `hello`."""
        hello = await self.expect("hello")
        await self.send({**CONNECTED, "resumed": True, "last_id": last_id, "resume_token": "t2", **changes})
        return hello

    def cut(self):
        self.ws.transport.abort()

    async def close(self, code):
        await self.ws.close(code, "so be it")


class Script:
    """A WebSocket server that does with the n-th connection what the n-th step says, and the last step with all others."""

    def __init__(self, *steps, ssl=None):
        self._steps = list(steps)
        self._ssl = ssl
        self.connections = 0
        self.arrived = asyncio.Queue()  # the times at which connections came
        self.faults = []  # what steps raised

    async def __aenter__(self):
        self._server = await websockets.serve(self._serve, "127.0.0.1", 0, ssl=self._ssl, ping_interval=None)
        scheme = "ws" if self._ssl is None else "wss"
        self.url = f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, kind, *_):
        self._server.close()
        await asyncio.wait_for(self._server.wait_closed(), DEADLINE)
        if self.faults and kind is None:
            raise self.faults[0]

    async def _serve(self, ws, path=None):  # websockets 10.0 names the path
        step = self._steps[min(self.connections, len(self._steps) - 1)]
        self.connections += 1
        self.arrived.put_nowait(asyncio.get_running_loop().time())
        try:
            await step(Peer(ws))
            await ws.wait_closed()
        except websockets.ConnectionClosed:
            pass
        except Exception as fault:
            self.faults.append(fault)


def says(*messages, close=None, connected=CONNECTED, joined=JOINED):
    """A step: greets, sends these, then closes with a code or stays."""
    async def step(peer):
        await peer.greet(connected, joined)
        await peer.send(*messages)
        if close is not None:
            await peer.close(close)
    return step


def answers(*messages, close=None):
    """A step: sends these in place of a greeting, then closes with a code or stays."""
    async def step(peer):
        await peer.expect("hello")
        await peer.send(*messages)
        if close is not None:
            await peer.close(close)
    return step


def short_pauses(case):
    """Of this test: the pauses before another attempt take next to no time."""
    for name, seconds in (("FIRST_PAUSE", 0.02), ("LONGEST_PAUSE", 0.1)):
        patch = mock.patch(f"signaling_client.reconnect.{name}", seconds)
        patch.start()
        case.addCleanup(patch.stop)


class Scripted(unittest.IsolatedAsyncioTestCase):
    """A test with a Script, and clients that end with it."""

    async def asyncSetUp(self):
        short_pauses(self)
        self._running = []

    async def asyncTearDown(self):
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def run_client(self, url, **options):
        client = Recorder(url, **options)
        self._running.append(asyncio.ensure_future(client.run()))
        return client

    async def end(self, client):
        await client.close()
        await asyncio.wait_for(self._running[-1], DEADLINE)


def main():
    harness.stay_on_this_machine()
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # slow steps are no fault on a busy machine
    logging.getLogger("signaling_client").setLevel(logging.CRITICAL)  # the tests fail things on purpose
    try:
        unittest.main(verbosity=2)
    finally:
        harness.log_check.check_all()

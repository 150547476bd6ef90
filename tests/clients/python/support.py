"""What the tests beside this file share: the client from the tree, a client that keeps what it is told, a server that misbehaves."""

import asyncio
import json
import logging
import pathlib
import sys
import unittest

_ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(_ROOT / "tests/integration"))
sys.path.insert(0, str(_ROOT / "gateway/clients/python"))

import harness  # noqa: E402
import websockets  # noqa: E402

from signaling_client import SessionDescription, SignalingClient  # noqa: E402

DEADLINE = harness.DEADLINE
OFFER = SessionDescription("offer", harness.SDP)
ANSWER = SessionDescription("answer", harness.SDP)


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


class Script:
    """A WebSocket server that does with the n-th connection what the n-th step says, and the last step with all others."""

    def __init__(self, *steps, ssl=None):
        self._steps = list(steps)
        self._ssl = ssl
        self.connections = 0
        self.arrived = asyncio.Queue()  # the times at which connections came

    async def __aenter__(self):
        self._server = await websockets.serve(self._serve, "127.0.0.1", 0, ssl=self._ssl, ping_interval=None)
        scheme = "ws" if self._ssl is None else "wss"
        self.url = f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        await asyncio.wait_for(self._server.wait_closed(), DEADLINE)

    async def _serve(self, ws, path=None):  # websockets 10.0 names the path
        step = self._steps[min(self.connections, len(self._steps) - 1)]
        self.connections += 1
        self.arrived.put_nowait(asyncio.get_running_loop().time())
        try:
            await step(ws)
            await ws.wait_closed()
        except websockets.ConnectionClosed:
            pass


CONNECTED = {
    "type": "connected", "client_id": "me", "session_id": "s", "resumed": False, "last_id": 0,
    "room": {"room": "lobby", "options": {}, "participants": []},
    "ice_servers": [], "ice_transport_policy": "all", "ping_interval_ms": 10000, "timeout_ms": 30000,
    "limits": {"max_message_bytes": 65536}, "features": [],
}


def says(*messages, close=None):
    """A step: sends these (texts, bytes or objects), then closes with a code or stays."""
    async def step(ws):
        for message in messages:
            await ws.send(message if isinstance(message, (str, bytes)) else json.dumps(message))
        if close is not None:
            await ws.close(close, "so be it")
    return step


def main():
    harness.stay_on_this_machine()
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # slow steps are no fault on a busy machine
    logging.getLogger("signaling_client").setLevel(logging.CRITICAL)  # the tests fail things on purpose
    unittest.main(verbosity=2)

"""A session, and the client's waiting for one, over sockets that never let go or end at once."""

import asyncio
import json
import unittest
from unittest import mock

import support
from support import CONNECTED, DEADLINE, Recorder

from signaling_client import SignalingClosed
from signaling_client.wire import Socket, SocketClosedError


class FakeSocket:
    """Holds these messages, and a close code or silence after them. receive() never yields while it has something, as
    websockets 14 and newer for what has come already."""

    def __init__(self, *messages, close=None):
        self._messages = [json.dumps(message) for message in messages]
        self._close = close
        self._closed = asyncio.Event()
        self.sent = []

    async def receive(self):
        if self._messages:
            return self._messages.pop(0)
        if self._close is None:
            await self._closed.wait()
        raise SocketClosedError(self._close or 1006, "so be it")

    async def send(self, text):
        self.sent.append(json.loads(text))

    async def close(self, code=1000, reason=""):
        self._closed.set()


class SessionTest(unittest.IsolatedAsyncioTestCase):

    def sockets(self, *sockets):
        """The sockets that are opened from now on, and no pause between them."""
        opened = list(sockets)

        async def open_next(url, options):
            return opened.pop(0)

        for patch in (mock.patch.object(Socket, "open", open_next),
                      mock.patch("signaling_client.reconnect.FIRST_PAUSE", 0.0)):
            patch.start()
            self.addCleanup(patch.stop)
        return opened

    async def test_a_burst_of_small_messages_is_handled(self):
        burst = [{"type": "message", "client_id": "other", "data": number} for number in range(400)]
        self.sockets(FakeSocket(CONNECTED, *burst))
        async with Recorder("ws://h/") as client:
            await client.expect("connected")
            for number in range(400):
                await client.expect("message", "other", number)


if __name__ == "__main__":
    support.main()

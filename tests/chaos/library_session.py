"""One session that a library of ours holds: what it is told to say, what it says to have got, and what passes on its wires."""

import asyncio
import json

from library_proxy import LibraryProxy
from session import STATELESS, describe
from window import Window

# What a gateway may say without being asked for it.
_NOTICES = ("unavailable", "slow_consumer", "draining")
# How a gateway may close: 4504 where the library's next connection has taken over.
_CLOSES = (1001, 1005, 1013, 4000, 4003, 4504)


class LibrarySession(Window):
    """The library numbers, keeps, acknowledges and resumes by itself. Nothing in here tells it to: what is sent is handed to it
    at once, and what it acknowledges, and is told, is read on the wire, as nothing of that is an application's business."""

    def __init__(self, world, name, rng, worker):
        super().__init__(world, name, rng)
        self.connection = None  # the wire on which `connected` has passed
        self.breaks = 0
        self.connected_to_lose = 0  # set by faults: so many times `connected` does not arrive
        self.library = worker.kind
        self.never_asks = worker.never_asks
        self.sent = 0
        self.got = 0
        self._worker = worker
        self._proxy = LibraryProxy(self)
        self._session_id = None
        self._token = None
        self._back = []  # futures
        self._finished = False

    async def open(self):
        """It has a way to the gateways, and connects when it is to join a room."""
        await self._proxy.start()
        self._worker.bind(self)

    def finish(self):
        self._finished = True
        self._worker.tell(self, do="close")

    def stop(self):
        self._proxy.stop()

    def tick(self, now):
        """It looks after itself."""

    # The application

    def post(self, message, torn=False):
        return self._hand_over("send", message)

    def ask(self, message):
        return self._hand_over("ask", message)

    def _hand_over(self, do, message):
        self.last_id += 1  # the library counts likewise
        self.sent += 1
        self.keep(self.last_id, message, len(json.dumps(message)) + 32)  # about so long is the library's frame
        if message["type"] == "join":
            self._worker.tell(self, do="open", port=self._proxy.port, room=message["room"])
            return self.last_id
        if _is_fault(message) and self.connection is not None:
            self.connection.faults += 1
        self._worker.tell(self, do=do, number=self.last_id, message=message)
        return self.last_id

    def on_word(self, word):
        """What the worker has to say of it."""
        if "fault" in word:
            self.world.fault(f"library: {self.name} ({self.library}) {word['fault']}")
        elif "answer" in word:
            number = word.get("to") or self.world.ledger.first_question(self.name)
            self.take({"type": "error", "code": word["answer"], "reply_to": number})
        else:
            before = self._taken[0]
            self.take(word["got"])
            self.got += self._taken[0] - before
        # An acknowledgement may have gone before the application had its turn.
        if self.told_seq >= self.last_seq:
            self.release()

    # The wires

    def on_up(self, wire, message):
        """From the library."""
        if message["type"] == "hello":
            resume = message.get("resume") or {}
            if resume.get("session_id") != self._session_id:
                self.world.fault(f"hello: {self.name} wants {'another' if resume else 'no'} session to go on")
            wire.resumes, wire.first_seq = bool(resume), resume.get("last_seq", 0)
            wire.last_seq = wire.first_seq
            if self.connection is not None:
                self.connection.end()  # from here on nothing counts that it may still say
        elif wire is self.connection:
            if "ack" in message or message["type"] == "ack":
                self._on_told(message["ack"] if "ack" in message else message["seq"])
            if "id" in message:
                self._on_sent(wire, message)

    def _on_sent(self, wire, message):
        number = message["id"]
        if wire.last_id and number != wire.last_id + 1:
            self.world.fault(f"ids: {self.name} sent {number} after {wire.last_id}")
        if number > self.last_id:
            self.world.fault(f"ids: {self.name} sent {number}, and was given {self.last_id}")
        wire.last_id = number

    def _on_told(self, seq):
        if not self.told_seq <= seq <= self.last_seq:
            self.world.fault(f"acknowledged: {self.name} said {seq} after {self.told_seq}, had {self.last_seq}")
        self.told_seq = seq
        self.release()

    def on_down(self, wire, message):
        """From the gateway. Whether it is to arrive."""
        if message["type"] == "connected":
            return self._on_connected(wire, message)
        if wire is not self.connection:
            if message.get("code") not in _NOTICES:
                self.world.fault(f"handshake: {self.name} got {describe(message)}")
            return True
        if "ack" in message or message["type"] == "ack":
            self.on_ack(message["ack"] if "ack" in message else message["id"])
        if "seq" in message:
            if message["seq"] != wire.last_seq + 1:
                self.world.fault(f"seq: {self.name} got {message['seq']} after {wire.last_seq}")
            wire.last_seq = message["seq"]
            self.last_seq = max(self.last_seq, wire.last_seq)
        elif message["type"] not in STATELESS and message.get("code") not in _NOTICES:
            self.world.fault(f"unexpected: {self.name} got {describe(message)}")
        return True

    def _on_connected(self, wire, message):
        if self.connected_to_lose and self._session_id is not None:
            self.connected_to_lose -= 1
            wire.leave("reset")
            return False
        if self._session_id is not None:
            if not message["resumed"] or message["session_id"] != self._session_id:
                self.world.fault(f"fresh session: {self.name} got {describe(message)}")
            if message["resume_token"] == self._token:
                self.world.fault(f"token: {self.name} got no new one")
            self.on_last_id(message["last_id"])
            self._on_told(wire.first_seq)
            self.resumes += 1
        self._session_id, self._token = message["session_id"], message["resume_token"]
        self.connection, self.established = wire, True
        # These go again, and count again.
        wire.faults = sum(_is_fault(kept) for _, kept, _ in self.unacked)
        back, self._back = self._back, []
        for future in back:
            if not future.done():
                future.set_result(asyncio.get_running_loop().time())
        return True

    def on_end(self, wire, code):
        if code is not None and code not in _CLOSES and not self._finished:
            self.world.fault(f"closed: {self.name} with {code} by {wire.gateway}")
        if wire is self.connection:
            self.established = False
            self.breaks += 1

    # For those who wait

    def when_back(self):
        """A future: the time of the next `connected`."""
        future = asyncio.get_running_loop().create_future()
        self._back.append(future)
        return future

    def where(self):
        return f"({self.library}) at {self.connection.gateway}" if self.connection else f"({self.library}) nowhere"


def _is_fault(message):
    return message["type"] == "message" and "data" not in message

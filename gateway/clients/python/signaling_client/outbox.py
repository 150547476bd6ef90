"""What a client sends in one session: numbered, and kept until the server has it."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Callable, Deque, Optional

from . import messages
from .errors import MessageTooLargeError, NotConnectedError, SendQueueFullError
from .messages import BadMessageError

MAX_MESSAGES = 64
"""Messages that the server has not acknowledged. With more under way it would stop to read ..."""

MAX_BYTES = 128 * 1024
"""... and with more bytes of them too."""

MAX_WAITING = 64
"""Calls of `send_…` that wait for room among them."""

DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024
"""Where the server does not say another limit."""

_ID_BYTES = len(',"id":') + 16
_ACK_BYTES = len(',"ack":') + 16


def encode(type_: str, fields: messages.Message, max_bytes: int = DEFAULT_MAX_MESSAGE_BYTES) -> str:
    """The message without its number, for which there is room. Raises MessageTooLargeError, and TypeError or ValueError for
    what is no JSON."""
    text = messages.write(type_, fields)
    size = len(text.encode()) + _ID_BYTES  # raises UnicodeEncodeError, a ValueError, for half a surrogate pair
    if size > max_bytes:
        raise MessageTooLargeError(f"{type_} of {size} bytes; the server takes {max_bytes}")
    return text


def _with(text: str, name: str, value: int) -> str:
    return f'{text[:-1]},"{name}":{value}}}'


@dataclass(frozen=True)
class _Kept:
    number: int
    text: str
    size: int


def _nothing() -> None:
    pass


class Outbox:
    """Survives the sockets of its session. For use within one event loop."""

    def __init__(self, max_message_bytes: int = DEFAULT_MAX_MESSAGE_BYTES) -> None:
        self.wake: Callable[[], None] = _nothing  # there is something for `next()`
        self._max_message_bytes = max_message_bytes
        self._kept: Deque[_Kept] = deque()
        self._bytes = 0
        self._sent = 0  # of those, on the socket of now
        self._last_id = 0
        self._acknowledged = 0
        self._turn = asyncio.Lock()  # keeps the order of those who wait for room
        self._room = asyncio.Event()
        self._waiting = 0
        self._closed = False

    @property
    def unacknowledged(self) -> int:
        return len(self._kept)

    async def put(self, type_: str, fields: messages.Message) -> int:
        """Keeps a message, as soon as there is room, and returns its id. Cancelled meanwhile, it is not sent. Raises as
        `send_…` do."""
        text = encode(type_, fields, self._max_message_bytes)
        size = len(text.encode()) + _ID_BYTES
        if self._waiting >= MAX_WAITING:
            raise SendQueueFullError(f"{MAX_WAITING} messages wait for those before them to be acknowledged")
        self._waiting += 1
        try:
            async with self._turn:
                while not self._closed and not self._fits(size):
                    self._room.clear()
                    await self._room.wait()
                if self._closed:
                    raise NotConnectedError("the session has ended")
                return self._keep(text, size)
        finally:
            self._waiting -= 1

    def put_now(self, type_: str, fields: messages.Message) -> int:
        """Keeps a message of the client itself, whatever is kept already, and returns its id."""
        text = messages.write(type_, fields)
        return self._keep(text, len(text.encode()) + _ID_BYTES)

    def next(self, ack: Optional[Callable[[], int]] = None) -> Optional[str]:
        """The next message for the socket; None where all that is kept is on it. ack: makes the acknowledgement that goes
        with it, if there is room."""
        if self._sent == len(self._kept):
            return None
        one = self._kept[self._sent]
        self._sent += 1
        text = _with(one.text, "id", one.number)
        if ack is None or one.size + _ACK_BYTES > self._max_message_bytes:
            return text
        return _with(text, "ack", ack())

    def acknowledge(self, number: int) -> None:
        """The server has all up to this id. Raises BadMessageError where that cannot be."""
        if number > self._last_id:
            raise BadMessageError(f"message {number} is acknowledged, and {self._last_id} was the last")
        self._acknowledged = max(self._acknowledged, number)
        while self._kept and self._kept[0].number <= number:
            self._bytes -= self._kept.popleft().size
            self._sent = max(0, self._sent - 1)
        self._room.set()

    def rewind(self, last_id: int) -> bool:
        """A new socket: all but what the server has goes again. False, and nothing done, where the server has forgotten what
        it had acknowledged."""
        if last_id < self._acknowledged:
            return False
        self.acknowledge(last_id)
        self._sent = 0
        return True

    def close(self) -> int:
        """The session has ended: those who wait are told. How many messages were kept, of which nobody knows."""
        self._closed = True
        self._room.set()
        return len(self._kept)

    def _fits(self, size: int) -> bool:
        # One that is larger than all the room goes alone.
        return not self._kept or (len(self._kept) < MAX_MESSAGES and self._bytes + size <= MAX_BYTES)

    def _keep(self, text: str, size: int) -> int:
        self._last_id += 1
        self._kept.append(_Kept(self._last_id, text, size))
        self._bytes += size
        self.wake()
        return self._last_id

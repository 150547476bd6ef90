"""Which events of a session came, and which of them the server knows to have come."""

from __future__ import annotations

from typing import Callable, Optional

from .messages import BadMessageError

MAX_EVENTS = 32
"""So many events are acknowledged at once at the latest ..."""

MAX_BYTES = 32 * 1024
"""... or so much of them. Both are half of what the server sends in one portion after a resume."""

MAX_DELAY = 0.5
"""Seconds from an event to its acknowledgement."""


def _nothing() -> None:
    pass


class Receipts:
    """Survives the sockets of its session."""

    def __init__(self) -> None:
        self.wake: Callable[[], None] = _nothing  # who sends acknowledgements should look at `due_in()`
        self.last_seq = 0
        self._told = 0
        self._bytes = 0  # of the events above _told
        self._since = 0.0  # when the first of them came

    @property
    def owed(self) -> bool:
        """Whether an acknowledgement would say something new."""
        return self.last_seq > self._told

    def arrived(self, seq: int, size: int, now: float) -> bool:
        """Notes an event. False for one that came before: nobody must see it again."""
        if seq <= self.last_seq:
            return False
        if seq != self.last_seq + 1:
            raise BadMessageError(f"event {seq} came after event {self.last_seq}")
        if not self.owed:
            self._since = now
            self.wake()
        self.last_seq = seq
        self._bytes += size
        if self._full:
            self.wake()
        return True

    def due_in(self, now: float) -> Optional[float]:
        """Seconds until an acknowledgement has to go, at most 0 where it has to go now. None where nothing is owed."""
        if not self.owed:
            return None
        return 0.0 if self._full else self._since + MAX_DELAY - now

    def tell(self) -> int:
        """The seq for the acknowledgement, or for the `hello`, that goes now."""
        self._told = self.last_seq
        self._bytes = 0
        return self._told

    @property
    def _full(self) -> bool:
        return self.last_seq - self._told >= MAX_EVENTS or self._bytes >= MAX_BYTES

"""Handlers one after another for each participant, and side by side for different ones."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections import deque
from typing import Awaitable, Callable, Deque, Dict, List, Optional, Set, Tuple

from .tasks import cancellations

Call = Callable[[], Awaitable[None]]


class Kind(enum.Enum):
    """What a full lane may do with a call."""

    STARTS = "dropped, unless there is room; then what follows makes sense again: an offer, an answer"
    FOLLOWS = "dropped, also where there is room again, until something starts anew: a candidate"
    ALONE = "dropped, unless there is room: a message"
    KEPT = "never dropped, others of its lane are: somebody came or left, all that the server itself says"


class _Lane:
    def __init__(self) -> None:
        self.calls: Deque[Tuple[Call, Kind]] = deque()
        self.task: Optional[asyncio.Task[None]] = None


class Lanes:
    """The handlers of one session. For use within one event loop.

    A lane is a queue and, while there is something in it, a task. The first call of all runs alone: the others begin when it
    is done. A participant that sends faster than its handlers run loses messages of its own, and nobody else does.
    """

    def __init__(self, lane_limit: int, limit: int, logger: logging.Logger) -> None:
        """lane_limit: calls that may wait in one lane, but for those that are kept. limit: in all of them."""
        self._lane_limit = lane_limit
        self._limit = limit
        self._logger = logger
        self._lanes: Dict[str, _Lane] = {}
        self._tasks: Set[asyncio.Task[None]] = set()
        self._gaps: Set[str] = set()  # lanes that lost something, until something starts anew in them
        self._waiting = 0
        self._opened = asyncio.Event()
        self._closed = False
        # Done when a handler asked for the end, by CancelledError or the like. Nothing is done about it here.
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def waiting(self) -> int:
        """Calls that have not begun."""
        return self._waiting

    def put(self, key: str, call: Call, kind: Kind = Kind.KEPT) -> bool:
        """Queues a call, or drops it as its kind says. False, and nothing queued, where too many wait in all."""
        if kind is not Kind.KEPT and self._loses(key, kind):
            return True
        if self._waiting >= self._limit:
            return False
        first = not self._tasks and not self._opened.is_set()
        self._waiting += 1
        lane = self._lanes.setdefault(key, _Lane())
        lane.calls.append((call, kind))
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(lane, first))
            self._tasks.add(lane.task)
            lane.task.add_done_callback(self._done)
        return True

    def rename(self, key: str, new_key: str) -> None:
        """What waits under `key`, and what will come under `new_key`, stay in one order."""
        if key in self._lanes and key != new_key:
            self._lanes[new_key] = self._lanes.pop(key)
        if key in self._gaps:
            self._gaps.remove(key)
            self._gaps.add(new_key)

    def leave(self, key: str, call: Call) -> bool:
        """Queues the last call of a participant. Where its lane is full, nothing else of it is handled any more."""
        lane = self._lanes.get(key)
        if lane is not None and len(lane.calls) >= self._lane_limit:
            kept = [one for one in lane.calls if one[1] is Kind.KEPT]
            self._waiting -= len(lane.calls) - len(kept)
            lane.calls = deque(kept)
        self._gaps.discard(key)
        return self.put(key, call)

    def close(self) -> List[asyncio.Task[None]]:
        """Drops what waits, and begins nothing any more. What runs has to be cancelled and waited for, by the caller."""
        self._closed = True
        self._lanes.clear()
        self._waiting = 0
        if not self.broken.done():
            self.broken.cancel()
        return list(self._tasks)

    def _loses(self, key: str, kind: Kind) -> bool:
        lane = self._lanes.get(key)
        if lane is not None and len(lane.calls) >= self._lane_limit:
            if key not in self._gaps:
                self._gaps.add(key)
                self._logger.warning("%s sends faster than its handlers run: %d wait, further messages are dropped",
                                     key, len(lane.calls))
            return True
        if kind is Kind.STARTS:
            self._gaps.discard(key)
        return kind is Kind.FOLLOWS and key in self._gaps

    async def _run(self, lane: _Lane, first: bool) -> None:
        if not first:
            await self._opened.wait()
        while lane.calls and not self._closed:
            call, _ = lane.calls.popleft()
            self._waiting -= 1
            before = cancellations()
            try:
                await call()
            except Exception:  # a fault of one handler is not the end of the client
                self._logger.exception("a handler failed")
            except asyncio.CancelledError:
                if before is None or cancellations() != before:
                    raise
                self._logger.exception("a handler failed: what it waited for was cancelled")
            self._opened.set()
        # Nothing is awaited from here on, so that no call comes into a lane that has no task any more.
        for key in [key for key, one in self._lanes.items() if one is lane]:
            del self._lanes[key]

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._closed or self.broken.done():
            return
        if task.cancelled():
            self.broken.cancel()
        else:
            error = task.exception()
            if error is not None:
                self.broken.set_exception(error)

"""Handlers one after another for each participant, and side by side for different ones."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Awaitable, Callable, Deque, Dict, Optional, Set

Call = Callable[[], Awaitable[None]]


class _Lane:
    def __init__(self) -> None:
        self.calls: Deque[Call] = deque()
        self.task: Optional[asyncio.Task[None]] = None


class Lanes:
    """The handlers of one session. For use within one event loop.

    A lane is a queue and, while there is something in it, a task. The first call of all runs alone: the others begin when it
    is done.
    """

    def __init__(self, limit: int, logger: logging.Logger) -> None:
        self._limit = limit
        self._logger = logger
        self._lanes: Dict[str, _Lane] = {}
        self._tasks: Set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._opened = asyncio.Event()
        self._closed = False
        # Done when a handler asked for the end, by CancelledError or the like. Nothing is done about it here.
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def put(self, key: str, call: Call) -> bool:
        """Queues a call. False, and nothing queued, where too many wait already."""
        if self._waiting >= self._limit:
            return False
        first = not self._tasks and not self._opened.is_set()
        self._waiting += 1
        lane = self._lanes.setdefault(key, _Lane())
        lane.calls.append(call)
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(lane, first))
            self._tasks.add(lane.task)
            lane.task.add_done_callback(self._done)
        return True

    def rename(self, key: str, new_key: str) -> None:
        """What waits under `key`, and what will come under `new_key`, stay in one order."""
        if key in self._lanes and key != new_key:
            self._lanes[new_key] = self._lanes.pop(key)

    async def close(self) -> None:
        """Cancels what runs, drops what waits, and returns when nothing runs any more."""
        self._closed = True
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lanes.clear()
        if not self.broken.done():
            self.broken.cancel()

    async def _run(self, lane: _Lane, first: bool) -> None:
        if not first:
            await self._opened.wait()
        while lane.calls:
            call = lane.calls.popleft()
            self._waiting -= 1
            try:
                await call()
            except Exception:  # a fault of one handler is not the end of the client
                self._logger.exception("a handler failed")
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

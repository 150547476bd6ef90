"""What asyncio lacks until newer versions of Python, and tasks that do not end when they should."""

from __future__ import annotations

import asyncio
import sys
from typing import Any, Coroutine, Iterable, Optional, Set, TypeVar

_T = TypeVar("_T")

PATIENCE = 1.0
"""Seconds for what was cancelled to end. What takes longer ends beside all that follows."""


async def cancel(*tasks: Optional[asyncio.Future[Any]]) -> None:
    """Returns when none of them runs any more."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


class Latecomers:
    """Tasks of the program that were cancelled and have yet to end. It keeps them: the event loop alone would not."""

    def __init__(self) -> None:
        self._tasks: Set[asyncio.Future[Any]] = set()

    async def let_go(self, *tasks: Optional[asyncio.Future[Any]]) -> None:
        """Cancels them. Returns when they have ended, and after a while where they have not."""
        running = [task for task in tasks if task is not None and not task.done()]
        for task in running:
            self._tasks.add(task)
            task.add_done_callback(self._ended)
            task.cancel()
        await self._wait(running, PATIENCE)

    async def wait(self, seconds: float) -> int:
        """For all of them, at most so long. How many have not ended."""
        await self._wait(self._tasks, seconds)
        return len(self._tasks)

    @staticmethod
    async def _wait(tasks: Iterable[asyncio.Future[Any]], seconds: float) -> None:
        if waited := set(tasks):
            await asyncio.wait(waited, timeout=seconds)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # nobody else asks


_latecomers = Latecomers()


async def within(seconds: float, work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work`. Raises asyncio.TimeoutError, and RuntimeError where `work` was cancelled by somebody else.

    Unlike asyncio.wait_for() before Python 3.12 it never swallows that it is cancelled itself. It does not wait for ever
    for `work` to end when time is up.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task,), timeout=seconds)
        if not task.done():
            raise asyncio.TimeoutError
        if task.cancelled():
            raise RuntimeError("what it waited for was cancelled")
        return task.result()
    finally:
        if task.done() and not task.cancelled():
            task.exception()  # where nobody asks any more asyncio would log it with its text, which may quote a token
        await _latecomers.let_go(task)


def cancellations() -> Optional[int]:
    """How often the running task was cancelled. A CancelledError where it was not comes from something that the task waited
    for. None before Python 3.11, where that cannot be known."""
    if sys.version_info >= (3, 11):
        task = asyncio.current_task()
        return task.cancelling() if task is not None else None
    return None

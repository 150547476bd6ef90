"""What asyncio lacks until newer versions of Python."""

from __future__ import annotations

import asyncio
from typing import Any, Coroutine, Optional, TypeVar

_T = TypeVar("_T")


async def within(seconds: float, work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work`. Raises asyncio.TimeoutError.

    Unlike asyncio.wait_for() before Python 3.12 it never swallows that it is cancelled itself.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task,), timeout=seconds)
        if not task.done():
            raise asyncio.TimeoutError
        return task.result()
    finally:
        await cancel(task)


async def cancel(*tasks: Optional[asyncio.Future[Any]]) -> None:
    """Returns when none of them runs any more."""
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)

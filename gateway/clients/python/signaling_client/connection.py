"""One socket of a session."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Callable, Deque, Optional

from . import messages
from .errors import SignalingError
from .outbox import Outbox
from .receipts import Receipts
from .reconnect import code_after, refusal_code
from .tasks import cancel, within
from .wire import Socket, SocketClosedError

HELLO_TIMEOUT = 10.0
"""Seconds from the `hello` to `connected`."""

FINISH_TIMEOUT = 5.0
"""Seconds at the end for all that is still to be sent, where the other end takes nothing. What is left then is lost."""

MAX_UNNUMBERED = 64
"""Messages without a number that may wait for a socket which takes nothing. All but reports are few."""


class BrokenError(Exception):
    """A connection is over, or did not come to be.

    code, reason: as in `Disconnected`.
    error: what the server had to say to it.
    lost: the session cannot go on either, whatever the code says.
    """

    def __init__(self, code: int, reason: str, error: Optional[SignalingError] = None, lost: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.error = error
        self.lost = lost


class Connection:
    """Owns an open socket. First `greet()`, then `run()` in a session, last of all `close()`."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._refusal: Optional[SignalingError] = None
        self._unnumbered: Deque[str] = deque()
        self._work = asyncio.Event()  # for the writer
        self._writer: Optional[asyncio.Task[None]] = None
        self._leaving = asyncio.Event()  # run() returns
        self._finishing = False  # the writer ends when nothing is left

    async def greet(self, hello: messages.Message) -> messages.Message:
        """Sends the `hello` and returns `connected`. Raises BrokenError."""
        try:
            await self._socket.send(messages.write("hello", hello))
            return await within(HELLO_TIMEOUT, self._greeting())
        except SocketClosedError as closed:
            code, reason = closed.code, closed.reason
        except asyncio.TimeoutError:
            code, reason = 1006, f"not greeted within {HELLO_TIMEOUT:g} s"
        except messages.BadMessageError as error:
            code, reason = 1006, str(error)
        raise BrokenError(code_after(code, self._refusal), reason, self._refusal)

    async def _greeting(self) -> messages.Message:
        while True:
            message = messages.parse(await self._socket.receive())
            if message["type"] == "connected":
                return message
            if message["type"] == "error":
                error = messages.error(message)
                if error.code == "unavailable" and not error.fatal:
                    continue  # it may become available in time
                self._refusal = error
                if not error.fatal:
                    raise SocketClosedError(refusal_code(error), "")
            # Anything else only says why there will be no session: it was kicked, its room was closed.

    async def run(self, outbox: Outbox, receipts: Receipts, receive: Callable[[object], bool]) -> None:
        """Sends what the outbox has and what the receipts owe, and hands all that comes to `receive`, which says whether
        handlers wait. Returns after `leave()`. Raises SocketClosedError, and what `receive` raises."""
        outbox.wake = receipts.wake = self._work.set
        self._writer = asyncio.ensure_future(self._write(outbox, receipts))
        reader = asyncio.ensure_future(self._read(receive))
        leaving = asyncio.ensure_future(self._leaving.wait())
        try:
            await asyncio.wait((reader, leaving), return_when=asyncio.FIRST_COMPLETED)
            # From here on the messages are the next socket's. Who is cancelled has `close()` send what is left.
            self._writer.cancel()
            if reader.done():
                reader.result()
        finally:
            await cancel(reader, leaving)

    def leave(self) -> None:
        """Nothing is received any more, and the socket stays open until `close()`: its session goes on over another one."""
        self._leaving.set()

    def say(self, type_: str, **fields: object) -> None:
        """Sends a message that has no number, and is not sent again; not at all where too many wait."""
        if len(self._unnumbered) >= MAX_UNNUMBERED:
            return
        self._unnumbered.append(messages.write(type_, fields))
        self._work.set()

    async def close(self, code: int = 1000, reason: str = "", bye: bool = False) -> None:
        """bye: sends what is still to be sent, and ends the session."""
        try:
            if bye:
                await within(FINISH_TIMEOUT, self._finish())
        except (asyncio.TimeoutError, SocketClosedError):
            pass  # there is nobody to say it to
        finally:
            await cancel(self._writer)
            await self._socket.close(code, reason)

    async def _finish(self) -> None:
        self._finishing = True
        self._work.set()
        if self._writer is not None:
            await asyncio.wait((self._writer,))
        await self._socket.send(messages.write("bye", {}))

    async def _read(self, receive: Callable[[object], bool]) -> None:
        while True:
            if receive(await self._socket.receive()):
                # What has come already is received without a pause, in which no handler would begin.
                await asyncio.sleep(0)

    async def _write(self, outbox: Outbox, receipts: Receipts) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                text = self._next(outbox, receipts, loop.time())
                if text is not None:
                    await self._socket.send(text)
                elif self._finishing:
                    return
                else:
                    self._work.clear()
                    await self._wait_for_work(receipts.due_in(loop.time()))
        except SocketClosedError:
            pass  # the reader hears of it too, and tells

    def _next(self, outbox: Outbox, receipts: Receipts, now: float) -> Optional[str]:
        if self._unnumbered:
            return self._unnumbered.popleft()
        text = outbox.next(receipts.tell if receipts.owed else None)
        if text is not None:
            return text
        due = receipts.due_in(now)
        return messages.write("ack", {"seq": receipts.tell()}) if due is not None and due <= 0 else None

    async def _wait_for_work(self, seconds: Optional[float]) -> None:
        """Seconds until an acknowledgement is due, work or not."""
        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._work.set)
        try:
            await self._work.wait()
        finally:
            if timer is not None:
                timer.cancel()

"""What keeps a client connected: a socket after the other for one session, and a session after the other."""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import replace
from typing import Awaitable, Callable, Dict, Optional, Set

from . import messages
from .address import Address
from .connection import BrokenError, Connection
from .errors import NotConnectedError, SignalingClosed
from .handlers import Handlers
from .reconnect import STEADY_AFTER, UNAUTHENTICATED, Pauses, code_after, may_reconnect, may_resume, refusal_code
from .room import MAX_WAITING_HANDLERS, OverloadError
from .session import Session
from .tasks import Latecomers, cancel, cancellations
from .tokens import Tokens
from .values import Disconnected
from .wire import Socket, SocketClosedError, SocketOptions

LAST_PATIENCE = 10.0
"""Seconds for the handlers that were cancelled to end, before `run()` returns without them."""


class Life:
    """Of one client: from `run()` until `end()`, or until the server wants it no more. For use within one event loop."""

    def __init__(self, handlers: Handlers, address: Address, options: SocketOptions, tokens: Tokens,
                 metadata: Optional[Dict[str, str]], logger: logging.Logger) -> None:
        self.metadata = metadata
        self.session: Optional[Session] = None  # one that is in its room
        self.failure: Optional[Exception] = None  # what run() raises
        self.reconnecting = False
        self._handlers = handlers
        self._address = address
        self._options = options
        self._tokens = tokens
        self._logger = logger
        self._known = asyncio.Event()  # set while there is a session, and from the end on
        self._over = asyncio.Event()
        self._asked_to_end: Optional[BaseException] = None  # by a handler, with CancelledError or the like
        self._pauses = Pauses()
        self._current: Optional[Session] = None  # also one that has yet to join
        self._joined_before = False
        self._connection: Optional[Connection] = None
        self._greeted = False  # it may say goodbye
        self._prepared: Optional[Connection] = None  # open, for after a go_away
        self._prepared_token: Optional[str] = None
        self._broken_at: Optional[float] = None
        self._last = Disconnected(1006, "")  # the last break
        self._joining: Optional[asyncio.Task[None]] = None
        self._moving: Optional[asyncio.Task[None]] = None
        self._refreshing: Optional[asyncio.Task[None]] = None
        self._leaving: Set[asyncio.Task[None]] = set()  # sockets that another one has taken over from
        self._telling: Optional[asyncio.Task[None]] = None  # the handle_disconnected that runs
        self._late = Latecomers()  # handlers that were cancelled

    # For the client.

    async def run(self) -> None:
        """As SignalingClient.run()."""
        work = asyncio.ensure_future(self._keep_going())
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait((work, over), return_when=asyncio.FIRST_COMPLETED)
            if self._asked_to_end is not None:
                raise self._asked_to_end
            if work.done():
                work.result()
            if self.failure is not None:
                raise self.failure
        except Exception as error:
            self.failure = error
            raise
        finally:
            self.session = None
            self.end()
            await cancel(work, over)
            await self._clean_up()

    def end(self) -> None:
        """run() returns soon."""
        self._over.set()
        self._known.set()

    @property
    def over(self) -> bool:
        """Whether there will be no session any more."""
        return self.failure is not None or self._over.is_set()

    async def wait_connected(self) -> None:
        """As SignalingClient.wait_connected()."""
        while not self.over:
            if self.session is not None:
                return
            await self._known.wait()
        raise self.failure or NotConnectedError("the client is closed")

    def report(self, fields: messages.Message) -> None:
        """Said now, or never."""
        if self.session is not None and self._connection is not None and self._greeted:
            self._connection.say("report", **fields)

    # From the session (session.Owner).

    def on_joined(self, session: Session) -> Callable[[], Awaitable[None]]:
        self._logger.info("connected as %s in room %s", session.client_id, session.room.name)
        self._joined_before = True
        if not self.over:  # else it was asked to end while the server took it in
            self.session = session
        self._known.set()
        servers, policy, after = session.room.ice_servers, session.room.ice_transport_policy, self._telling

        async def begin() -> None:
            if after is not None:
                await asyncio.wait((after,))
            await self._handlers.handle_connected(servers, policy)

        return begin

    def on_go_away(self, after: float) -> None:
        if self._moving is None or self._moving.done():
            self._moving = asyncio.ensure_future(self._move(after))

    def on_token_expiring(self) -> None:
        if self._tokens.used and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.ensure_future(self._refresh())

    def on_handler_ended(self, error: BaseException) -> None:
        self._asked_to_end = error
        self.end()

    # Connections.

    async def _keep_going(self) -> None:
        """Never returns. Raises SignalingClosed and ssl.SSLCertVerificationError."""
        loop = asyncio.get_running_loop()
        while True:
            began = None
            try:
                session = await self._greet()
                began = loop.time()
                await self._live(session)
            except BrokenError as broken:
                if began is not None and loop.time() - began >= STEADY_AFTER:
                    self._pauses.reset()
                await self._mend(broken, on_it=began is not None)

    async def _open(self) -> Connection:
        self._prepared_token = await self._tokens.ask()
        if self._tokens.used and self._prepared_token is None and self._current is None:
            raise BrokenError(1006, "there is no token")
        try:
            return Connection(await Socket.open(self._address.url, self._options))
        except SocketClosedError as closed:
            raise BrokenError(closed.code, closed.reason) from closed

    async def _greet(self) -> Session:
        """A connection, and the session on it. Raises BrokenError."""
        before = self._connection
        self._connection, self._prepared = self._prepared or await self._open(), None
        self._greeted = False
        token, self._prepared_token = self._prepared_token, None
        session = self._current
        try:
            # What a session that goes on has no use for is for the new one, should it be refused.
            connected = await self._connection.greet({
                "client_id": self._address.client_id, "metadata": self.metadata, "token": token,
                "resume": session.hello() if session is not None else None})
        except BrokenError as broken:
            if broken.code == UNAUTHENTICATED and self._tokens.used and token is None:
                # The session was refused, and a new one has to have a token, which there was not.
                raise BrokenError(1006, broken.reason, broken.error, lost=True) from broken
            raise
        finally:
            if before is not None:
                self._leave_behind(before)
        self._greeted = True
        if token is not None and self._refreshing is not None:
            self._refreshing.cancel()  # this one is newer
        try:
            return await self._settle(connected)
        except messages.BadMessageError as error:
            raise BrokenError(1006, str(error), lost=True) from error

    async def _settle(self, connected: messages.Message) -> Session:
        """The session that is on the connection: that of before, or a new one in its place."""
        session = self._current
        resumed = messages.flag(connected, "resumed", False)
        if session is not None and resumed:
            if not session.resume(connected):
                raise BrokenError(1006, "the server has lost what it had acknowledged", lost=True)
            if session.receipts.last_seq > 0 and self._connection is not None:
                # Any message makes the token of before void. An old `hello` that comes late has to find it so.
                self._connection.say("ack", seq=session.receipts.tell())
            self._logger.info("connected again as %s", session.client_id)
        else:
            if session is not None:
                why = messages.optional_text(connected, "resume_error") or "refused"
                await self._lose(replace(self._last, reason=f"it could not go on: {why}", retry_in=0.0))
            session = self._current = Session(self, self._handlers, self._logger, connected)
            self._joining = asyncio.ensure_future(self._join(session))
        self._broken_at = None
        self.reconnecting = False
        return session

    async def _live(self, session: Session) -> None:
        """Returns where there is another socket to go on with. Raises BrokenError."""
        assert self._connection is not None
        try:
            await self._connection.run(session.outbox, session.receipts, session.receive)
        except SocketClosedError as closed:
            raise BrokenError(code_after(closed.code, session.error), closed.reason, session.error) from closed
        except messages.BadMessageError as error:
            # What was in it is not known, so nothing that follows can be relied on.
            raise BrokenError(1006, str(error), lost=True) from error
        except OverloadError as error:
            raise BrokenError(1006, f"{MAX_WAITING_HANDLERS} messages wait for their handlers", lost=True) from error

    async def _mend(self, broken: BrokenError, on_it: bool) -> None:
        """Makes the pause before the next connection, and tells whom it concerns; raises where there will be none.
        on_it: the session was on the socket that broke."""
        ended = Disconnected(broken.code, broken.reason, broken.error)
        await cancel(self._moving)
        for connection in (self._prepared, self._connection):
            if connection is not None:
                lost = broken.lost and self._greeted and connection is self._connection
                # 1000 would end a session, and so does goodbye.
                await connection.close(1002 if lost else 1001, broken.reason if lost else "", bye=lost)
        self._prepared = self._connection = None
        if not may_reconnect(broken.code):
            self.failure = SignalingClosed(broken.code, broken.reason, broken.error)
            self._known.set()
            await self._lose(ended)
            if self._telling is not None:
                await asyncio.wait((self._telling,))
            raise self.failure
        now = asyncio.get_running_loop().time()
        if self._broken_at is None:
            self._broken_at = now
        least = broken.error.retry_after_ms / 1000 if broken.error else 0.0
        session = self._current
        waits = session is not None and now - self._broken_at < session.window
        pause = self._pauses.next(least, session.window if session and waits else math.inf)
        self._last = ended = replace(ended, retry_in=pause)
        self._logger.warning("%s; connecting again in %.1f s", ended, pause)
        if session is not None:
            gone = broken.code == 1012 or (on_it and not may_resume(broken.code))
            if broken.lost or gone or now - self._broken_at > session.patience:
                await self._lose(ended)
            else:
                self.reconnecting = True
                session.tell_reconnecting(ended)
        await asyncio.sleep(pause)

    async def _lose(self, ended: Disconnected) -> None:
        """The session is over: tells so, if it had begun."""
        session = self._current
        if session is None:
            return
        self.session = None
        self.reconnecting = False
        if self.failure is None:
            self._known.clear()
        await cancel(self._joining, self._refreshing)
        lost, handlers = session.end()
        self._current = None
        before = None
        if session.joined:
            before, self._telling = self._telling, None  # of the session before
        await self._late.let_go(*handlers, before)
        if session.joined:
            self._telling = asyncio.ensure_future(self._tell(replace(ended, lost_messages=lost)))

    # Beside a connection.

    async def _join(self, session: Session) -> None:
        """Until it is in its room. Somebody holds the seat, maybe the session of before: that may change."""
        pauses = Pauses()
        while True:
            metadata = self.metadata
            verdict = await session.join(self._address.room, metadata, replace=not self._joined_before)
            if verdict is None:
                if self.metadata is not metadata:  # there was an `update()` meanwhile
                    session.outbox.put_now("update", {"metadata": self.metadata})
                return
            if verdict.action != "retry":
                self.failure = SignalingClosed(refusal_code(verdict), "", verdict)
                self.end()
                return
            pause = pauses.next(verdict.retry_after_ms / 1000)
            self._logger.warning("%s; joining again in %.1f s", verdict, pause)
            await asyncio.sleep(pause)

    async def _move(self, after: float) -> None:
        """Opens the next socket while this one still serves."""
        await asyncio.sleep(after)
        try:
            self._prepared = await self._open()
        except (BrokenError, OSError) as error:  # then this one will break, and that is mended as ever
            self._logger.info("no other connection yet: %s", error)
            return
        if self._connection is not None:
            self._connection.leave()

    async def _refresh(self) -> None:
        pauses = Pauses()
        while (token := await self._tokens.ask()) is None:
            await asyncio.sleep(pauses.next())
        if self._connection is not None and self._greeted:  # else the next `hello` has one
            self._connection.say("refresh", token=token)

    def _leave_behind(self, connection: Connection) -> None:
        # 1000 would end the session.
        task = asyncio.ensure_future(connection.close(1001, "another connection has taken over"))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _tell(self, ended: Disconnected) -> None:
        before = cancellations()
        try:
            await self._handlers.handle_disconnected(ended)
        except Exception:
            self._logger.exception("a handler failed")
        except BaseException as error:
            if self._telling is not asyncio.current_task():
                return  # it was to end
            if isinstance(error, asyncio.CancelledError) and before is not None and cancellations() == before:
                self._logger.exception("a handler failed: what it waited for was cancelled")
            else:
                self.on_handler_ended(error)

    async def _clean_up(self) -> None:
        """First the sockets: a handler that takes its time to be cancelled does not keep the seat in the room."""
        await cancel(self._joining, self._moving, self._refreshing)
        try:
            if self._connection is not None:
                await self._connection.close(bye=self._greeted)
            if self._prepared is not None:
                await self._prepared.close()
            await asyncio.gather(*self._leaving, return_exceptions=True)
        finally:
            handlers = self._current.end()[1] if self._current is not None else []
            telling, self._telling = self._telling, None
            await self._late.let_go(*handlers, telling)
            if (left := await self._late.wait(LAST_PATIENCE)) > 0:
                self._logger.warning("%d handlers do not end though they were cancelled", left)

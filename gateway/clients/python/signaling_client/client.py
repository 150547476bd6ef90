"""The client: a session after the other, until it is closed."""

from __future__ import annotations

import asyncio
import logging
import ssl as ssl_module
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import Any, Coroutine, Dict, List, Mapping, Optional, Tuple, Type, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import messages
from .errors import NotConnectedError, SendQueueFullError, SignalingClosed
from .handlers import Handlers
from .reconnect import STEADY_AFTER, Pauses, may_reconnect
from .session import Session, encode
from .wire import Socket, SocketClosedError, SocketOptions
from .values import Disconnected, IceCandidate, IceServer, Participant, SessionDescription

_T = TypeVar("_T")
_Client = TypeVar("_Client", bound="SignalingClient")


def _address(url: str, room: Optional[str], client_id: Optional[str]) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError(f"{url!r} is no WebSocket URL, ws://… or wss://…")
    wanted = {"room": room, "client_id": client_id}
    query = [(name, value) for name, value in parse_qsl(parts.query) if wanted.get(name) is None]
    query += [(name, value) for name, value in wanted.items() if value is not None]
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(query), ""))


class SignalingClient(Handlers):
    """A participant of one room. Override the handlers you need, then `await client.run()`, or:

        async with MyClient("ws://localhost:8765/", room="robot") as client:
            await client.send_offer(None, offer)
            await client.wait_closed()

    Connection faults are mended: the client connects again, after random pauses whose bound grows from 0.5 s to 20 s, never
    sooner than the server asked for. Each time it is a new session: a session ends with its socket, and nothing of it is
    kept. What was not sent is told (`NotConnectedError`), and peer connections go on without signaling.

    The `send_…` methods and `update()` return when the message is in the socket. That is no promise of delivery:
    `handle_error` tells what the server refused. Messages arrive in the order of the calls. They raise
    - NotConnectedError: there is no session, or it ended before the message was out. It is not sent later;
    - MessageTooLargeError: the server takes 64 KiB of JSON (unless its operator said otherwise);
    - SendQueueFullError: 64 calls wait already for a socket that takes nothing;
    - TypeError or ValueError: it is no JSON.

    To whom: a client_id, or None. Then a signal goes to the only other participant, with several to the one with whom the last
    offer or answer was exchanged. An offer that finds nobody there is the error "peer_unavailable" with action "none": the
    server keeps it for whoever comes next.

    For use within one event loop. One life: closed once, it stays closed.
    """

    def __init__(self, url: str, *, room: Optional[str] = None, client_id: Optional[str] = None,
                 metadata: Optional[Mapping[str, str]] = None, ping_interval: float = 10.0, ping_timeout: float = 10.0,
                 ssl: Optional[ssl_module.SSLContext] = None, logger: Optional[logging.Logger] = None) -> None:
        """
        url: of the gateway, "ws://host:8765/" or "wss://…".
        room: 1 to 128 characters of [A-Za-z0-9._~:@-]; the server's default is "lobby".
        client_id: likewise. Without one the server makes another for each session. Two with the same one replace each other
            or are refused ("client_id_taken"), see docs/protocol.md.
        metadata: what the others see of you, at most 4 KiB. Sent at the beginning of every session.
        ping_interval: seconds between the client's own WebSocket pings.
        ping_timeout: seconds to wait for their answer. A connection that went silent is noticed after both.
        ssl: for wss, where the system's certificates are not the right ones.
        logger: for what it does by itself; "signaling_client" where not given. No SDP, no candidate is ever logged.

        Raises ValueError for what is no WebSocket URL, and what `update()` raises for such metadata.
        """
        self._url = _address(url, room, client_id)
        self._options = SocketOptions(ping_interval=ping_interval, ping_timeout=ping_timeout, ssl=ssl)
        self._logger = logger or logging.getLogger("signaling_client")
        self._metadata = self._checked(metadata) if metadata is not None else None
        self._session: Optional[Session] = None
        self._known = asyncio.Event()  # set while there is a session, and from a failure on
        self._closing = asyncio.Event()
        self._failure: Optional[Exception] = None  # what run() raises
        self._asked_to_end: Optional[BaseException] = None  # by handle_disconnected, with CancelledError or the like
        self._telling: Optional[asyncio.Task[None]] = None  # the handle_disconnected that runs
        self._started = False
        self._task: Optional[asyncio.Task[None]] = None  # within `async with`

    # What is known.

    @property
    def connected(self) -> bool:
        """Whether there is a session to send in."""
        return self._session is not None

    @property
    def client_id(self) -> Optional[str]:
        """Yours in this session; None between sessions."""
        return self._session.client_id if self._session else None

    @property
    def room(self) -> Optional[str]:
        """The room that you are in; None between sessions."""
        return self._session.room if self._session else None

    @property
    def participants(self) -> Mapping[str, Participant]:
        """The others in the room by their client_id, as of the newest message; empty between sessions."""
        return MappingProxyType(self._session.participants if self._session else {})

    @property
    def ice_servers(self) -> Tuple[IceServer, ...]:
        """The newest of this session."""
        return self._session.ice_servers if self._session else ()

    @property
    def ice_transport_policy(self) -> str:
        """"all" or "relay". It may become "relay" in the middle of a session, before `handle_event` of "room_updated"."""
        return self._session.ice_transport_policy if self._session else "all"

    async def send_offer(self, client_id: Optional[str], offer: SessionDescription) -> None:
        """An offer, answered through `handle_answer` or `handle_reject`."""
        await self._send("offer", to=client_id, sdp=offer.sdp)

    async def send_answer(self, client_id: Optional[str], answer: SessionDescription) -> None:
        """The answer to the newest offer of client_id."""
        await self._send("answer", to=client_id, sdp=answer.sdp)

    async def send_ice_candidate(self, client_id: Optional[str], candidate: IceCandidate) -> None:
        """A candidate, after the offer or answer that it belongs to."""
        await self._send("ice_candidate", to=client_id, **messages.candidate_fields(candidate))

    async def send_reject(self, client_id: Optional[str], reason: str) -> None:
        """Says no to an offer. reason: "busy", "declined" or "unsupported"."""
        await self._send("reject", to=client_id, reason=reason)

    async def send_message(self, client_id: Optional[str], data: Any) -> None:
        """data: any JSON, at most 16 KiB. Without a client_id it goes to everybody else in the room."""
        await self._send("message", to=client_id, data=data)

    async def update(self, metadata: Mapping[str, str]) -> None:
        """What the others see of you, in place of what they saw; also in the sessions to come."""
        self._metadata = self._checked(metadata)
        await self._send("update", metadata=self._metadata)

    async def run(self) -> None:
        """Connects, and connects again, until `close()`.

        Raises SignalingClosed where the server ended it for good, ssl.SSLCertVerificationError, and what a handler raised
        that is no Exception (CancelledError). Cancelled, it says goodbye to the server first.
        """
        if self._started:
            raise RuntimeError("a client runs once")
        self._started = True
        pauses = Pauses()
        try:
            while not self._closing.is_set():
                ended, lived = await self._run_session()
                if ended is not None and not self._closing.is_set():
                    if lived is not None and lived >= STEADY_AFTER:
                        pauses.reset()
                    await self._go_on(ended, pauses, was_connected=lived is not None)
            if self._asked_to_end is not None:
                raise self._asked_to_end
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._closing.set()
            await self._stop_telling()

    async def close(self) -> None:
        """Asks `run()` to end: it leaves the room, cancels the handlers that run, and returns. A handler may call it."""
        self._closing.set()

    async def wait_connected(self) -> None:
        """Returns when there is a session; waits on where one ended as soon as it began. Where there will be none, it
        raises what `run()` raises, or NotConnectedError after `close()`."""
        while self._failure is None and not self._closing.is_set():
            if self._session is not None:
                return
            await self._unless_closing(self._known.wait())
        raise self._failure or NotConnectedError("the client is closed")

    async def wait_closed(self) -> None:
        """Within `async with`: returns after `close()`. Raises what `run()` raised."""
        if self._task is None:
            raise RuntimeError("wait_closed() is for `async with`")
        await asyncio.shield(self._task)

    async def __aenter__(self: _Client) -> _Client:
        """Runs the client beside the block, and waits for its first session, for ever where there is no server: put an
        `asyncio.wait_for` around it if that is not what you want."""
        self._task = asyncio.ensure_future(self.run())
        try:
            await self.wait_connected()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                        trace: Optional[TracebackType]) -> None:
        """Closes. Raises what `run()` raised, unless the block raised something itself."""
        failure = await self._end()
        if error is None and failure is not None:
            raise failure

    async def _end(self) -> Optional[BaseException]:
        self._closing.set()
        assert self._task is not None
        result = (await asyncio.gather(self._task, return_exceptions=True))[0]
        return result if isinstance(result, BaseException) else None

    @staticmethod
    def _checked(metadata: Mapping[str, str]) -> Dict[str, str]:
        """A copy that can be sent. What could not would be kept, and fail in every session to come."""
        kept = dict(metadata)
        encode("update", {"metadata": kept})
        return kept

    async def _send(self, type_: str, **fields: Any) -> None:
        if self._session is None:
            raise NotConnectedError("there is no session")
        await self._session.send(type_, **fields)

    async def _unless_closing(self, work: Coroutine[Any, Any, _T]) -> Optional[_T]:
        """The result of `work`; None, and `work` cancelled, where `close()` came first."""
        task = asyncio.ensure_future(work)
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait((task, closing), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            closing.cancel()
            await asyncio.gather(task, closing, return_exceptions=True)

    async def _run_session(self) -> Tuple[Optional[Disconnected], Optional[float]]:
        """How it ended (None after `close()`), and the seconds that it lived (None where it did not begin)."""
        try:
            socket = await self._open()
        except SocketClosedError as closed:
            return Disconnected(closed.code, closed.reason), None
        if socket is None:
            return None, None
        session = Session(socket, self, self._logger)
        try:
            ended = await self._unless_closing(session.greet())
            if ended is not None or self._closing.is_set():
                return ended, None
            loop = asyncio.get_running_loop()
            began = loop.time()
            ended = await self._unless_closing(self._live(session))
            return ended, loop.time() - began
        finally:
            await session.close()

    async def _open(self) -> Optional[Socket]:
        opened: List[Socket] = []

        async def work() -> None:
            opened.append(await Socket.open(self._url, self._options))

        try:
            await self._unless_closing(work())
        except BaseException:  # cancelled just when it was open
            for socket in opened:
                await socket.close()
            raise
        return opened[0] if opened else None

    async def _live(self, session: Session) -> Disconnected:
        self._logger.info("connected as %s in room %s", session.client_id, session.room)
        self._session = session
        self._known.set()
        try:
            if self._metadata is not None:
                try:
                    await session.send("update", metadata=self._metadata)
                except NotConnectedError:
                    pass  # run() tells how it ended
                except (SendQueueFullError, ValueError) as error:  # this server's limit may be another one
                    self._logger.warning("the metadata are not sent: %s", error)
            return await session.run(after=self._telling)
        finally:
            self._session = None
            self._known.clear()

    async def _go_on(self, ended: Disconnected, pauses: Pauses, was_connected: bool) -> None:
        """Tells how the session ended and makes the pause before the next; raises where there will be none."""
        again = may_reconnect(ended.close_code)
        if again:
            least = ended.error.retry_after_ms / 1000 if ended.error else 0.0
            ended = replace(ended, retry_in=pauses.next(least))
            self._logger.warning("%s; connecting again in %.1f s", ended, ended.retry_in)
        else:
            self._failure = SignalingClosed(ended.close_code, ended.reason, ended.error)
            self._known.set()
        if was_connected:
            await self._stop_telling()  # of the session before
            self._telling = asyncio.ensure_future(self._tell(ended))
        if again:
            await self._unless_closing(asyncio.sleep(ended.retry_in or 0.0))
            return
        if self._telling is not None:
            await self._unless_closing(asyncio.wait((self._telling,)))
        if self._asked_to_end is None and self._failure is not None:
            raise self._failure

    async def _tell(self, ended: Disconnected) -> None:
        try:
            await self.handle_disconnected(ended)
        except Exception:
            self._logger.exception("a handler failed")
        except BaseException as error:
            if self._telling is not None:  # not from _stop_telling()
                self._asked_to_end = error
                self._closing.set()

    async def _stop_telling(self) -> None:
        telling, self._telling = self._telling, None
        if telling is not None:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

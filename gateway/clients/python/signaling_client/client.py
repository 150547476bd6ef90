"""The client as programs see it."""

from __future__ import annotations

import asyncio
import logging
import ssl as ssl_module
from types import MappingProxyType, TracebackType
from typing import Any, Mapping, Optional, Tuple, Type, TypeVar

from . import checks, messages
from .address import Address
from .errors import MessageTooLargeError, NotConnectedError, SendQueueFullError
from .handlers import Handlers
from .life import Life
from .session import Session
from .tokens import GetToken, Tokens
from .values import IceCandidate, IceServer, Participant, SessionDescription
from .wire import SocketOptions

_Client = TypeVar("_Client", bound="SignalingClient")


class SignalingClient(Handlers):
    """A participant of one room. Override the handlers you need, then `await client.run()`, or:

        async with MyClient("ws://localhost:8765/", room="robot") as client:
            await client.send_offer(None, offer)
            await client.wait_closed()

    Connection faults are mended: the client connects again, after random pauses whose bound grows from 0.5 s to 20 s, never
    sooner than the server asked for. The session goes on as if nothing had been (`handle_resumed`) if it is back in time,
    30 s by default: what others sent meanwhile comes, what was sent meanwhile goes, each message once and in order. Where the
    session is lost all the same (`handle_disconnected`), it joins its room anew.

    The `send_…` methods and `update()` return when the message is kept. It is sent, and sent again after a break, until the
    server has it. `handle_error` tells what the server refused: they return the message's id, from 1 in each session, which
    is the `reply_to` of that error. Messages go in the order of the calls. 64 messages or 128 KiB may be without the server's
    acknowledgement; with more, the calls wait. They raise
    - NotConnectedError: there is no session, or it was lost while the call waited. It is not sent later. `update()` only
      where there will be none any more, after the end: else the next session begins with it;
    - MessageTooLargeError: the server takes 64 KiB of JSON (unless its operator said otherwise);
    - SendQueueFullError: 64 calls wait already;
    - TypeError or ValueError: it is no JSON; for `update()`: the metadata are not what the server takes.

    To whom: a client_id, or None. Then a signal goes to the only other participant, with several to the one with whom the last
    offer or answer was exchanged. One that finds nobody there is the error "peer_unavailable": nobody gets it later, so send
    offers to those in `participants`, and to whom `handle_participant_joined` tells of.

    For use within one event loop. One life: closed once, it stays closed.
    """

    def __init__(self, url: str, *, room: Optional[str] = None, client_id: Optional[str] = None,
                 metadata: Optional[Mapping[str, str]] = None, get_token: Optional[GetToken] = None,
                 ping_interval: float = 10.0, ping_timeout: float = 10.0,
                 ssl: Optional[ssl_module.SSLContext] = None, traceparent: Optional[str] = None,
                 logger: Optional[logging.Logger] = None) -> None:
        """
        url: of the gateway, "ws://host:8765/" or "wss://…"; its path gets a "/v1" at the end where it has none.
        room: 1 to 128 characters of [A-Za-z0-9._~:@-]; "lobby" where neither this nor the url's query says one.
        client_id: likewise. Without one the server makes another for each session. Two with the same one replace each other
            or are refused ("client_id_taken"), see docs/protocol.md.
        metadata: what the others see of you: strings, at most 4 KiB of UTF-8, keys and values added up. Said at the beginning
            of every session.
        get_token: asked for an access token before each connection, and when the server says that the last one ends. What
            it raises is logged without its text, and it is asked again after a pause.
        ping_interval: seconds between the client's own WebSocket pings.
        ping_timeout: seconds to wait for their answer. A connection that went silent is noticed after both.
        ssl: for wss, where the system's certificates are not the right ones.
        traceparent: of W3C Trace Context: the trace that the session is part of, for the server's logs. A header of each
            connection.
        logger: for what it does by itself; "signaling_client" where not given. No SDP, candidate or token is ever logged.

        Raises ValueError for what is no WebSocket URL and for such a room, client_id or traceparent, and what `update()` raises for such
        metadata.
        """
        logger = logger or logging.getLogger("signaling_client")
        self._life = Life(
            self, Address.of(url, room, client_id),
            SocketOptions(ping_interval=ping_interval, ping_timeout=ping_timeout, ssl=ssl,
                          traceparent=None if traceparent is None else checks.traceparent(traceparent)),
            Tokens(get_token, logger),
            checks.metadata(metadata) if metadata is not None else None, logger)
        self._started = False
        self._task: Optional[asyncio.Task[None]] = None  # within `async with`

    # What is known. A session lives on while its connection is broken.

    @property
    def connected(self) -> bool:
        """Whether there is a session to send in."""
        return self._session is not None

    @property
    def reconnecting(self) -> bool:
        """Whether that session is without a connection just now."""
        return self._session is not None and self._life.reconnecting

    @property
    def client_id(self) -> Optional[str]:
        """Yours in this session; None between sessions."""
        return self._session.client_id if self._session else None

    @property
    def room(self) -> Optional[str]:
        """The room that you are in; None between sessions."""
        return self._session.room.name if self._session else None

    @property
    def participants(self) -> Mapping[str, Participant]:
        """The others in the room by their client_id, as of the newest message; empty between sessions."""
        return MappingProxyType(self._session.room.participants if self._session else {})

    @property
    def ice_servers(self) -> Tuple[IceServer, ...]:
        """The newest of this session."""
        return self._session.room.ice_servers if self._session else ()

    @property
    def ice_transport_policy(self) -> str:
        """"all" or "relay". It may become "relay" in the middle of a session, before `handle_event` of "room_updated"."""
        return self._session.room.ice_transport_policy if self._session else "all"

    async def send_offer(self, client_id: Optional[str], offer: SessionDescription) -> int:
        """An offer, answered through `handle_answer` or `handle_reject`."""
        return await self._send("offer", to=client_id, sdp=offer.sdp)

    async def send_answer(self, client_id: Optional[str], answer: SessionDescription) -> int:
        """The answer to the newest offer of client_id."""
        return await self._send("answer", to=client_id, sdp=answer.sdp)

    async def send_ice_candidate(self, client_id: Optional[str], candidate: IceCandidate) -> int:
        """A candidate, after the offer or answer that it belongs to."""
        return await self._send("ice_candidate", to=client_id, **messages.candidate_fields(candidate))

    async def send_reject(self, client_id: Optional[str], reason: str) -> int:
        """Says no to an offer. reason: "busy", "declined" or "unsupported"."""
        return await self._send("reject", to=client_id, reason=reason)

    async def send_message(self, client_id: Optional[str], data: Any) -> int:
        """data: any JSON, at most 16 KiB. Without a client_id it goes to everybody else in the room."""
        return await self._send("message", to=client_id, data=data)

    async def update(self, metadata: Mapping[str, str]) -> int:
        """What the others see of you, in place of what they saw; also in the sessions to come. What it raises has changed
        nothing. Returns 0 where there is no session, or it was lost while the call waited: the next one begins with it."""
        session, before = self._session, self._life.metadata
        kept = checks.metadata(metadata, session.max_metadata_bytes if session else checks.MAX_METADATA_BYTES)
        if session is None and self._life.over:
            raise NotConnectedError("the client is closed")
        self._life.metadata = kept
        if session is None:
            return 0
        try:
            return await session.outbox.put("update", {"metadata": kept})
        except NotConnectedError:
            if self._life.over:
                raise
            return 0
        except (MessageTooLargeError, SendQueueFullError, asyncio.CancelledError):
            if self._life.metadata is kept:
                self._life.metadata = before
            raise

    def report(self, client_id: str, state: str, *, setup_time: Optional[float] = None,
               candidate_type: Optional[str] = None, reason: Optional[str] = None) -> None:
        """Tells the server, for its operator's metrics, what became of the set-up of a peer connection: once for each. It has
        no answer, and is lost where there is no connection just now.

        client_id: with whom.
        state: "connected" or "failed".
        setup_time: seconds from the offer, sent or received, until then.
        candidate_type: of the own end of the selected pair: "host", "srflx", "prflx" or "relay". With "connected".
        reason: "ice" (no way was found), "dtls" (one was, but not the handshake) or "timeout" (waited no longer). With "failed".

        Raises ValueError and TypeError for anything else.
        """
        self._life.report(checks.report(client_id, state, setup_time, candidate_type, reason))

    async def run(self) -> None:
        """Connects, and connects again, until `close()`.

        Raises SignalingClosed where the server ended it for good or refused the room for another reason than one that may pass
        (it is full or locked, the client_id is taken), ssl.SSLCertVerificationError, and CancelledError where the task of a
        handler was cancelled by somebody else than the client. Cancelled, it says goodbye to the server first.

        Handlers that run then are cancelled and waited for, for 10 s. (While it goes on, it waits for those of a session that
        was lost for 1 s only: what takes longer ends beside the next one.)
        """
        if self._started:
            raise RuntimeError("a client runs once")
        self._started = True
        await self._life.run()

    async def close(self) -> None:
        """Asks `run()` to end: it sends what is still to be sent, leaves the room, cancels the handlers that run, and returns.
        A handler may call it. During a break there is nobody to say it to: the seat stays until the server gives it up."""
        self._life.end()

    async def wait_connected(self) -> None:
        """Returns when there is a session; waits on where one ended as soon as it began. Where there will be none, it
        raises what `run()` raises, or NotConnectedError after `close()`."""
        await self._life.wait_connected()

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
        self._life.end()
        assert self._task is not None
        result = (await asyncio.gather(self._task, return_exceptions=True))[0]
        return result if isinstance(result, BaseException) else None

    @property
    def _session(self) -> Optional[Session]:
        return self._life.session

    async def _send(self, type_: str, **fields: Any) -> int:
        if self._session is None:
            raise NotConnectedError("there is no session")
        return await self._session.outbox.put(type_, fields)

"""One session: from `connected` to the end of its socket."""

from __future__ import annotations

import asyncio
import functools
import logging
from typing import Any, Dict, Optional, Tuple

from . import messages
from .errors import MessageTooLargeError, NotConnectedError, SendQueueFullError, SignalingError
from .handlers import Handlers
from .lanes import Kind, Lanes
from .wire import Socket, SocketClosedError
from .values import Disconnected, IceServer, Participant

MAX_WAITING_OF_ONE = 128
"""Messages of one participant that wait for their handler. Further ones of it are dropped."""

MAX_WAITING_HANDLERS = 1024
"""Messages of all that wait. One more ends the session."""

MAX_WAITING_SENDS = 64
"""Calls of `send_…` that wait for the socket."""

HELLO_TIMEOUT = 10.0
"""Seconds from the open socket to `connected`."""

DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024
"""Where the server does not say another limit."""

_SESSION = ""  # the lane of what comes from nobody; no client_id is empty


def encode(type_: str, fields: messages.Message, max_bytes: int = DEFAULT_MAX_MESSAGE_BYTES) -> str:
    """The message for the socket. Raises MessageTooLargeError, and TypeError or ValueError for what is no JSON."""
    text = messages.write(type_, fields)
    size = len(text.encode())  # raises UnicodeEncodeError, a ValueError, for half a surrogate pair
    if size > max_bytes:
        raise MessageTooLargeError(f"{type_} of {size} bytes; the server takes {max_bytes}")
    return text


class Session:
    """Owns the socket from `open()` to `run()`'s end. Keeps what is known of the room up to date, then calls the handlers."""

    def __init__(self, socket: Socket, handlers: Handlers, logger: logging.Logger) -> None:
        self._socket = socket
        self._handlers = handlers
        self._logger = logger
        self._lanes = Lanes(MAX_WAITING_OF_ONE, MAX_WAITING_HANDLERS, logger)
        self._error: Optional[SignalingError] = None  # the fatal one
        self._max_message_bytes = DEFAULT_MAX_MESSAGE_BYTES
        self._sending = asyncio.Lock()
        self._waiting_sends = 0
        self._ended = False
        self.client_id = ""
        self.room = ""
        self.participants: Dict[str, Participant] = {}
        self.ice_servers: Tuple[IceServer, ...] = ()
        self.ice_transport_policy = "all"

    async def greet(self) -> Optional[Disconnected]:
        """Waits for `connected`. None if it came; then `run()` comes next. Otherwise the socket is closed."""
        try:
            while True:
                message = messages.parse(await asyncio.wait_for(self._socket.receive(), HELLO_TIMEOUT))
                if message["type"] == "connected":
                    break
                if message["type"] != "error":
                    raise messages.BadMessageError("the first message is not `connected`")
                self._note_if_fatal(messages.error(message))
            self._connected(message)
            return None
        except SocketClosedError as closed:
            return self._disconnected(closed.code, closed.reason)
        except (messages.BadMessageError, asyncio.TimeoutError) as error:
            reason = str(error) or f"not greeted within {HELLO_TIMEOUT:g} s"
            await self.close(1002, reason)
            return self._disconnected(1006, reason)

    async def run(self, after: Optional[asyncio.Task[None]] = None) -> Disconnected:
        """Receives until the connection ends. Then no handler runs any more and nothing can be sent. The first handler
        waits until `after` is done."""
        reader = asyncio.ensure_future(self._read(after))
        try:
            await asyncio.wait((reader, self._lanes.broken), return_when=asyncio.FIRST_COMPLETED)
            if not reader.done():
                self._lanes.broken.result()  # raises what the handler raised, CancelledError for one
            return reader.result()
        finally:
            self._ended = True
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            # First the socket: a handler that takes its time to be cancelled does not keep the seat in the room.
            try:
                await self._socket.close()
            finally:
                await self._lanes.close()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._ended = True
        await self._socket.close(code, reason)

    async def send(self, type_: str, **fields: Any) -> None:
        """As SignalingClient's `send_…` say."""
        text = encode(type_, fields, self._max_message_bytes)
        if self._waiting_sends >= MAX_WAITING_SENDS:
            raise SendQueueFullError(f"{MAX_WAITING_SENDS} messages wait for the socket")
        self._waiting_sends += 1
        try:
            async with self._sending:  # keeps the order of the calls while the socket is full
                if self._ended:
                    raise NotConnectedError("the session has ended")
                await self._socket.send(text)
        except SocketClosedError as closed:
            raise NotConnectedError(str(self._disconnected(closed.code, closed.reason))) from closed
        finally:
            self._waiting_sends -= 1

    def _disconnected(self, code: int, reason: str) -> Disconnected:
        return Disconnected(close_code=code, reason=reason, error=self._error)

    async def _begin(self, after: Optional[asyncio.Task[None]], servers: Tuple[IceServer, ...], policy: str) -> None:
        if after is not None:
            await asyncio.wait((after,))
        await self._handlers.handle_connected(servers, policy)

    async def _read(self, after: Optional[asyncio.Task[None]]) -> Disconnected:
        self._lanes.put(_SESSION, functools.partial(self._begin, after, self.ice_servers, self.ice_transport_policy))
        try:
            while True:
                if not self._take(messages.parse(await self._socket.receive())):
                    reason = f"{MAX_WAITING_HANDLERS} messages wait for their handlers"
                    break
                if self._lanes.waiting:
                    # What has come already is received without a pause, in which no handler would begin.
                    await asyncio.sleep(0)
        except SocketClosedError as closed:
            return self._disconnected(closed.code, closed.reason)
        except messages.BadMessageError as error:
            # What was in it is not known, so nothing that follows can be relied on.
            reason = str(error)
        self._logger.warning("closing the session: %s", reason)
        self._ended = True
        await self._socket.close(1002, reason)
        return self._disconnected(1006, reason)

    def _note_if_fatal(self, error: SignalingError) -> bool:
        if error.fatal:
            self._error = error
        return error.fatal

    def _connected(self, message: messages.Message) -> None:
        self.client_id = messages.text(message, "client_id")
        self._renew(message)
        self.ice_transport_policy = messages.optional_text(message, "ice_transport_policy") or "all"
        limit = messages.optional_number(messages.child(message, "limits"), "max_message_bytes")
        self._max_message_bytes = limit or DEFAULT_MAX_MESSAGE_BYTES
        room = messages.child(message, "room")
        self.room = messages.optional_text(room, "room") or ""
        for one in messages.children(room, "participants"):
            participant = messages.participant(one)
            self.participants[participant.client_id] = participant

    def _renew(self, message: messages.Message) -> None:
        self.ice_servers = messages.ice_servers(message)

    def _take(self, message: Dict[str, Any]) -> bool:
        """Notes what the message changes, then queues its handler. False where too many wait."""
        handlers = self._handlers
        type_ = message["type"]
        sender = messages.optional_text(message, "client_id") or _SESSION
        if type_ in ("offer", "answer"):
            handle = handlers.handle_offer if type_ == "offer" else handlers.handle_answer
            return self._put(sender, Kind.STARTS, handle, messages.text(message, "client_id"),
                             messages.description(message))
        if type_ == "ice_candidate":
            return self._put(sender, Kind.FOLLOWS, handlers.handle_ice_candidate, messages.text(message, "client_id"),
                             messages.candidate(message))
        if type_ == "reject":
            return self._put(sender, Kind.ALONE, handlers.handle_reject, messages.text(message, "client_id"),
                             messages.text(message, "reason"))
        if type_ == "message":
            return self._put(sender, Kind.ALONE, handlers.handle_message, sender or None, message.get("data"))
        if type_ == "participant_joined":
            participant = messages.participant(messages.child(message, "participant"))
            self.participants[participant.client_id] = participant
            return self._put(participant.client_id, Kind.KEPT, handlers.handle_participant_joined, participant)
        if type_ == "participant_updated":
            participant = messages.participant(messages.child(message, "participant"))
            self.participants.pop(sender, None)
            self.participants[participant.client_id] = participant
            self._lanes.rename(sender, participant.client_id)
            kind = Kind.ALONE if sender == participant.client_id else Kind.KEPT  # a new name must not be missed
            return self._put(participant.client_id, kind, handlers.handle_participant_updated, participant, sender)
        if type_ == "participant_left":
            self.participants.pop(sender, None)
            return self._lanes.leave(sender, functools.partial(
                handlers.handle_participant_left, messages.text(message, "client_id"),
                messages.optional_text(message, "reason") or "left"))
        if type_ == "ice_servers":
            self._renew(message)
            return self._put(_SESSION, Kind.KEPT, handlers.handle_ice_servers, self.ice_servers)
        if type_ == "error":
            error = messages.error(message)
            return self._note_if_fatal(error) or self._put(_SESSION, Kind.KEPT, handlers.handle_error, error)
        if type_ == "room_updated" and messages.flag(messages.child(message, "options"), "relay_only", False):
            self.ice_transport_policy = "relay"  # never back: what was wanted at the beginning stays
        if type_ == "connected":
            raise messages.BadMessageError("a second `connected`")
        if type_ in ("ack", "pong"):
            return True
        return self._put(sender, Kind.ALONE, handlers.handle_event, type_, message)

    def _put(self, lane: str, kind: Kind, handle: Any, *values: Any) -> bool:
        # The server's own messages have a lane too, but nobody can fill it who is not the server.
        return self._lanes.put(lane, functools.partial(handle, *values), Kind.KEPT if lane == _SESSION else kind)

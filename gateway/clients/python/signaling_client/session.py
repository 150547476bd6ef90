"""One session: from `connected` on, over as many sockets as it takes."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable, Dict, List, Optional, Protocol, Tuple

from . import messages
from .checks import MAX_METADATA_BYTES
from .errors import SignalingError
from .handlers import Handlers
from .outbox import DEFAULT_MAX_MESSAGE_BYTES, Outbox
from .receipts import Receipts
from .room import Room
from .values import Disconnected

DEFAULT_WINDOW_MS = 30_000
DEFAULT_TIMEOUT_MS = 30_000


class Owner(Protocol):
    """What a session tells whoever keeps it connected."""

    def on_joined(self, session: Session) -> Callable[[], Awaitable[None]]:
        """It is in its room. The first handler, before which no other one begins."""

    def on_go_away(self, after: float) -> None:
        """After so many seconds it should have another socket."""

    def on_token_expiring(self) -> None:
        """The server wants a new token."""

    def on_handler_ended(self, error: BaseException) -> None:
        """A handler asked for the end, by CancelledError or the like."""


class Session:
    """What survives a socket: the numbers, the room, and the handlers that run."""

    def __init__(self, owner: Owner, handlers: Handlers, logger: logging.Logger, connected: messages.Message) -> None:
        self._owner = owner
        self._handlers = handlers
        self._logger = logger
        self.client_id = messages.text(connected, "client_id")
        self._id = messages.text(connected, "session_id")
        self._resume_token = messages.text(connected, "resume_token")
        limit = messages.optional_number(messages.child(connected, "limits"), "max_message_bytes")
        self.outbox = Outbox(limit or DEFAULT_MAX_MESSAGE_BYTES)
        limit = messages.optional_number(messages.child(connected, "limits"), "max_metadata_bytes")
        self.max_metadata_bytes = limit or MAX_METADATA_BYTES
        self.receipts = Receipts()
        self.room = Room(handlers, logger)
        self.room.connected(connected)
        self.joined = False
        self._note_times(connected)
        self.error: Optional[SignalingError] = None  # the fatal one of the socket of now
        self._join_id = 0
        self._answer: Optional[asyncio.Future[Optional[SignalingError]]] = None
        self._told_to_reconnect = False
        self._ended = False
        self.room.lanes.broken.add_done_callback(self._broken)

    def hello(self) -> Dict[str, Any]:
        """What goes into the `hello` of the next socket."""
        return {"session_id": self._id, "resume_token": self._resume_token, "last_seq": self.receipts.tell()}

    def resume(self, connected: messages.Message) -> bool:
        """Goes on where it stopped. False where the server does not know all that it should."""
        if messages.text(connected, "session_id") != self._id:
            return False
        if not self.outbox.rewind(messages.optional_number(connected, "last_id") or 0):
            return False
        self._resume_token = messages.text(connected, "resume_token")
        self._note_times(connected)
        self.error = None
        if self.room.renew(connected) and self.joined:
            self.room.call(self._handlers.handle_ice_servers, self.room.ice_servers)
        if self._told_to_reconnect:
            self._told_to_reconnect = False
            self.room.call(self._handlers.handle_resumed)
        return True

    def tell_reconnecting(self, reason: Disconnected) -> None:
        """Once, until it is resumed."""
        if self.joined and not self._told_to_reconnect:
            self._told_to_reconnect = True
            self.room.call(self._handlers.handle_reconnecting, reason)

    async def join(self, room: str, metadata: Optional[Dict[str, str]], replace: bool) -> Optional[SignalingError]:
        """None when it is in the room, else the server's verdict. It may take long: at a door where one knocks, over a break."""
        self._answer = asyncio.get_running_loop().create_future()
        # The default is left to the server.
        self._join_id = self.outbox.put_now("join", {"room": room, "metadata": metadata, "replace": None if replace else False})
        return await self._answer

    def receive(self, data: object) -> bool:
        """Takes what came from the socket. Whether handlers wait. Raises BadMessageError and OverloadError."""
        message = messages.parse(data)
        type_ = message["type"]
        reply_to = messages.optional_number(message, "reply_to")
        for number in (messages.optional_number(message, "id" if type_ == "ack" else "ack"), reply_to):
            if number is not None:
                self.outbox.acknowledge(number)
        seq = messages.optional_number(message, "seq")
        now = asyncio.get_running_loop().time()
        if seq is not None and not self.receipts.arrived(seq, len(data) if isinstance(data, str) else 0, now):
            return self._waits
        if type_ == "connected":
            raise messages.BadMessageError("a second `connected`")
        if type_ == "go_away":
            self._owner.on_go_away((messages.optional_number(message, "reconnect_after_ms") or 0) / 1000)
        elif type_ == "token_expiring":
            self._owner.on_token_expiring()
        elif type_ == "error" and messages.flag(message, "fatal", False):
            self.error = messages.error(message)
        elif not self.joined:
            self._take_before_joined(type_, message, reply_to)
        elif type_ not in ("ack", "pong"):
            self.room.take(message)
        return self._waits

    def end(self) -> Tuple[int, List[asyncio.Task[None]]]:
        """Whoever waits to send is told. How many messages were never acknowledged, and the handlers that run: the caller
        cancels them."""
        self._ended = True
        return self.outbox.close(), self.room.lanes.close()

    @property
    def _waits(self) -> bool:
        return self.room.lanes.waiting > 0

    def _note_times(self, connected: messages.Message) -> None:
        window = messages.optional_number(connected, "resume_window_ms")
        timeout = messages.optional_number(connected, "timeout_ms")
        # Seconds for which the server waits for us after it has noticed a break ...
        self.window = (DEFAULT_WINDOW_MS if window is None else window) / 1000
        # ... and after which it has surely given us up: it had to notice first.
        self.patience = self.window + (DEFAULT_TIMEOUT_MS if timeout is None else timeout) / 1000

    def _take_before_joined(self, type_: str, message: messages.Message, reply_to: Optional[int]) -> None:
        answers = reply_to == self._join_id and self._answer is not None and not self._answer.done()
        if type_ == "joined" and answers:
            self.room.joined(message)
            self.joined = True
            self._end_join(None)
            self.room.call(self._owner.on_joined(self))
        elif type_ == "error" and answers:
            self._end_join(messages.error(message))
        elif type_ == "error":
            self._logger.warning("%s", messages.error(message))
        elif type_ == "ice_servers":
            self.room.renew(message)
        elif type_ == "knock":
            self._logger.info("waiting at the door until somebody lets it in")

    def _end_join(self, verdict: Optional[SignalingError]) -> None:
        if self._answer is not None:
            self._answer.set_result(verdict)

    def _broken(self, broken: asyncio.Future[None]) -> None:
        if not self._ended:
            error = asyncio.CancelledError() if broken.cancelled() else broken.exception()
            if error is not None:
                self._owner.on_handler_ended(error)

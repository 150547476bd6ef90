"""The room that a session is in: what is known of it, and which handler is for what comes."""

from __future__ import annotations

import functools
import logging
from dataclasses import replace
from typing import Any, Awaitable, Callable, Dict, Tuple

from . import messages
from .handlers import Handlers
from .lanes import Kind, Lanes
from .values import IceServer, Participant

MAX_WAITING_OF_ONE = 128
"""Messages of one participant that wait for their handler. Further ones of it are dropped."""

MAX_WAITING_HANDLERS = 1024
"""Messages of all that wait. One more ends the session."""

SESSION = ""
"""The lane of what comes from nobody; no client_id is empty."""


class OverloadError(Exception):
    """Too many messages wait for their handlers."""


class Room:
    """Keeps what is known up to date, then queues the handler."""

    def __init__(self, handlers: Handlers, logger: logging.Logger) -> None:
        self._handlers = handlers
        self.lanes = Lanes(MAX_WAITING_OF_ONE, MAX_WAITING_HANDLERS, logger)
        self.name = ""
        self.participants: Dict[str, Participant] = {}
        self.ice_servers: Tuple[IceServer, ...] = ()
        self.ice_transport_policy = "all"

    def connected(self, message: messages.Message) -> None:
        """`connected` of a new session."""
        self.renew(message)
        self.ice_transport_policy = messages.optional_text(message, "ice_transport_policy") or "all"

    def joined(self, message: messages.Message) -> None:
        """The answer to `join`."""
        self.name = messages.text(message, "room")
        self._tighten(message)
        for one in messages.children(message, "participants"):
            participant = messages.participant(one)
            self.participants[participant.client_id] = participant

    def renew(self, message: messages.Message) -> bool:
        """Takes its ICE servers. Whether they are others than before."""
        before, self.ice_servers = self.ice_servers, messages.ice_servers(message)
        return self.ice_servers != before

    def call(self, handle: Callable[..., Awaitable[None]], *values: Any) -> None:
        """Queues a handler of what the server itself or the client has to say."""
        self._put(SESSION, Kind.KEPT, handle, *values)

    def take(self, message: Dict[str, Any]) -> None:
        """Raises OverloadError, and BadMessageError."""
        handlers = self._handlers
        type_ = message["type"]
        sender = messages.optional_text(message, "client_id") or SESSION
        if type_ in ("offer", "answer"):
            handle = handlers.handle_offer if type_ == "offer" else handlers.handle_answer
            self._put(sender, Kind.STARTS, handle, messages.text(message, "client_id"), messages.description(message))
        elif type_ == "ice_candidate":
            self._put(sender, Kind.FOLLOWS, handlers.handle_ice_candidate, messages.text(message, "client_id"),
                      messages.candidate(message))
        elif type_ == "reject":
            self._put(sender, Kind.ALONE, handlers.handle_reject, messages.text(message, "client_id"),
                      messages.text(message, "reason"))
        elif type_ == "message":
            self._put(sender, Kind.ALONE, handlers.handle_message, sender or None, message.get("data"))
        elif type_.startswith("participant_"):
            self._take_participant(type_, sender, message)
        elif type_ == "ice_servers":
            self.renew(message)
            self.call(handlers.handle_ice_servers, self.ice_servers)
        elif type_ == "error":
            self.call(handlers.handle_error, messages.error(message))
        else:
            if type_ == "room_updated":
                self._tighten(message)
            self._put(sender, Kind.ALONE, handlers.handle_event, type_, message)

    def _take_participant(self, type_: str, sender: str, message: Dict[str, Any]) -> None:
        handlers = self._handlers
        if type_ == "participant_joined":
            participant = messages.participant(messages.child(message, "participant"))
            self.participants[participant.client_id] = participant
            self._put(participant.client_id, Kind.KEPT, handlers.handle_participant_joined, participant)
        elif type_ == "participant_updated":
            participant = messages.participant(messages.child(message, "participant"))
            self.participants.pop(sender, None)
            self.participants[participant.client_id] = participant
            self.lanes.rename(sender, participant.client_id)
            kind = Kind.ALONE if sender == participant.client_id else Kind.KEPT  # a new name must not be missed
            self._put(participant.client_id, kind, handlers.handle_participant_updated, participant, sender)
        elif type_ == "participant_connection":
            connected = messages.flag(message, "connected", True)
            if messages.text(message, "client_id") in self.participants:
                participant = self.participants[sender] = replace(self.participants[sender], connected=connected)
                self._put(sender, Kind.ALONE, handlers.handle_participant_connection, participant)
        elif type_ == "participant_left":
            self.participants.pop(sender, None)
            handle = functools.partial(handlers.handle_participant_left, messages.text(message, "client_id"),
                                       messages.optional_text(message, "reason") or "left")
            if not self.lanes.leave(sender, handle):
                raise OverloadError
        else:
            self._put(sender, Kind.ALONE, handlers.handle_event, type_, message)

    def _tighten(self, message: messages.Message) -> None:
        if messages.flag(messages.child(message, "options"), "relay_only", False):
            self.ice_transport_policy = "relay"  # never back: what was wanted at the beginning stays

    def _put(self, lane: str, kind: Kind, handle: Callable[..., Awaitable[None]], *values: Any) -> None:
        # The server's own messages have a lane too, but nobody can fill it who is not the server.
        if not self.lanes.put(lane, functools.partial(handle, *values), Kind.KEPT if lane == SESSION else kind):
            raise OverloadError

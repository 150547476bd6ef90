"""Where to connect, and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import checks

DEFAULT_ROOM = "lobby"


@dataclass(frozen=True)
class Address:
    """url: of the gateway's `/v1`. client_id: None where the server is to make one."""

    url: str
    room: str
    client_id: Optional[str]

    @classmethod
    def of(cls, url: str, room: Optional[str], client_id: Optional[str]) -> Address:
        """From the gateway's address. Its query may name the room and the client too; what else is in it stays there.

        Raises ValueError for what is no WebSocket URL, and for a room or a client_id that the server would refuse.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError(f"{url!r} is no WebSocket URL, ws://… or wss://…")
        path = parts.path.rstrip("/")
        if not path.endswith("/v1"):
            path += "/v1"
        named = dict(parse_qsl(parts.query))
        query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name not in ("room", "client_id")])
        room = room if room is not None else named.get("room", DEFAULT_ROOM)
        client_id = client_id if client_id is not None else named.get("client_id")
        return cls(url=urlunsplit((parts.scheme, parts.netloc, path, query, "")),
                   room=checks.identifier("room", room),
                   client_id=None if client_id is None else checks.identifier("client_id", client_id))

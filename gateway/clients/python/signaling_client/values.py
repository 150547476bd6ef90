"""What the messages are about. All of it is immutable."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Mapping, Optional, Tuple

from .errors import SignalingError


@dataclass(frozen=True)
class SessionDescription:
    """As RTCSessionDescription. type: "offer" or "answer". sdp: never empty."""

    type: str
    sdp: str = field(repr=False)  # it holds addresses and passwords: not for logs


@dataclass(frozen=True)
class IceCandidate:
    """As RTCIceCandidate. candidate: "candidate:…", at most 1 KiB; empty says that there are no more."""

    candidate: str = field(repr=False)  # it holds addresses: not for logs
    sdp_mid: Optional[str] = None
    sdp_m_line_index: Optional[int] = None
    username_fragment: Optional[str] = None


@dataclass(frozen=True)
class IceServer:
    """As RTCIceServer. urls: "stun:…", "turn:…", "turns:…". The credentials of TURN servers last for a limited time."""

    urls: Tuple[str, ...]
    username: Optional[str] = None
    credential: Optional[str] = field(default=None, repr=False)


@dataclass(frozen=True)
class Participant:
    """Somebody else in the room.

    metadata: what it says of itself.
    joined_at: in UTC; None where the server did not say.
    polite: whether *you* are the polite side towards it (W3C WebRTC, "perfect negotiation").
    connected: whether its socket is there. While it is not, its seat is held, and what is sent to it waits for it.
    """

    client_id: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    joined_at: Optional[datetime] = None
    polite: bool = True
    connected: bool = True


@dataclass(frozen=True)
class Disconnected:
    """How a connection ended, or a session.

    close_code: of the WebSocket; 1006 where it broke without one.
    reason: a sentence, may be empty.
    error: the fatal `error` that came before, if one did.
    retry_in: seconds until the client connects again (0 where it has already); None if it does not.
    lost_messages: of a session that ended, how many messages of which `send_…` had returned the server never acknowledged.
        They are not sent again, and whether they arrived nobody knows.
    """

    close_code: int
    reason: str
    error: Optional[SignalingError] = None
    retry_in: Optional[float] = None
    lost_messages: int = 0

    def __str__(self) -> str:
        why = str(self.error) if self.error else self.reason
        return f"closed with {self.close_code}" + (f": {why}" if why else "")

"""What the server would refuse, refused before it is kept: once kept it would be said in every session to come."""

from __future__ import annotations

import re
from typing import Any, Dict, Mapping, Optional

from .errors import MessageTooLargeError

MAX_METADATA_BYTES = 4096
"""Keys and values added up. Where the server does not say another limit."""

MAX_SETUP_MS = 600_000
"""Ten minutes: the longest set-up that the server takes."""

_ID = re.compile(r"[A-Za-z0-9._~:@-]{1,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_OUTCOMES = {"connected": ("candidate_type", ("host", "srflx", "prflx", "relay")),
             "failed": ("reason", ("ice", "dtls", "timeout"))}


def identifier(what: str, value: str) -> str:
    """A client_id or a room, as it is. what: how the fault is to call it. Raises TypeError and ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is no string")
    if not _ID.fullmatch(value):
        raise ValueError(f"{what} is not 1 to 128 characters of [A-Za-z0-9._~:@-]")
    return value


def traceparent(value: str) -> str:
    """As it is: of W3C Trace Context, version 00. Raises ValueError."""
    if not _TRACEPARENT.fullmatch(value):
        raise ValueError("traceparent is not 00-<32 hex digits>-<16>-<2>, see W3C Trace Context")
    return value


def report(client_id: str, state: str, setup_time: Optional[float], candidate_type: Optional[str],
           reason: Optional[str]) -> Dict[str, Any]:
    """The fields of the message. Raises TypeError and ValueError."""
    if state not in _OUTCOMES:
        raise ValueError(f"state is none of {', '.join(_OUTCOMES)}")
    words = {"candidate_type": candidate_type, "reason": reason}
    own, allowed = _OUTCOMES[state]
    for name, word in words.items():
        if word is not None and (name != own or word not in allowed):
            raise ValueError(f"{name}: with {state} there is {own}, one of {', '.join(allowed)}")
    if setup_time is not None and not setup_time >= 0:
        raise ValueError("setup_time is negative")
    setup_ms = None if setup_time is None else round(min(setup_time * 1000, MAX_SETUP_MS))
    return {"to": identifier("client_id", client_id), "state": state, "setup_ms": setup_ms, **words}


def metadata(value: Mapping[str, str], max_bytes: int = MAX_METADATA_BYTES) -> Dict[str, str]:
    """A copy. Raises TypeError, ValueError and MessageTooLargeError, which say what is wrong and quote no value."""
    kept = dict(value)
    size = 0
    for key, text in kept.items():
        if not isinstance(key, str):
            raise TypeError(f"metadata: the key {key!r} is no string")
        if not isinstance(text, str):
            raise TypeError(f"metadata: the value of {key!r} is no string")
        try:
            size += len(key.encode()) + len(text.encode())
        except UnicodeEncodeError:
            raise ValueError(f"metadata: {key!r} or its value holds half a surrogate pair") from None
    if size > max_bytes:
        raise MessageTooLargeError(f"metadata of {size} bytes, keys and values added up; the server takes {max_bytes}")
    return kept

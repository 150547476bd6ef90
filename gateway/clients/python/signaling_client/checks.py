"""What the server would refuse, refused before it is kept: once kept it would be said in every session to come."""

from __future__ import annotations

import re
from typing import Dict, Mapping

from .errors import MessageTooLargeError

MAX_METADATA_BYTES = 4096
"""Keys and values added up. Where the server does not say another limit."""

_ID = re.compile(r"[A-Za-z0-9._~:@-]{1,128}")


def identifier(what: str, value: str) -> str:
    """A client_id or a room, as it is. what: how the fault is to call it. Raises TypeError and ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is no string")
    if not _ID.fullmatch(value):
        raise ValueError(f"{what} is not 1 to 128 characters of [A-Za-z0-9._~:@-]")
    return value


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

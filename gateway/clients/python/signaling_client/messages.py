"""JSON messages to values and back: what a field is called and which kind it must be, nothing else."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any, Dict, List, Mapping, Optional, Tuple

from .errors import SignalingError
from .values import IceCandidate, IceServer, Participant, SessionDescription

Message = Mapping[str, Any]

MAX_RETRY_AFTER_MS = 10 * 60 * 1000
"""Ten minutes: who is told to stay away for longer looks again then."""

_KINDS = {str: "a text", int: "a number", bool: "true or false", dict: "an object", list: "an array"}


class BadMessageError(Exception):
    """What came is no message of the protocol. Never quotes what it refuses."""


def _field(message: Message, name: str, kind: type) -> Any:
    """None where it is missing or null."""
    value = message.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadMessageError(f"{name} is not {_KINDS[kind]}")
    return value


def text(message: Message, name: str) -> str:
    value: Optional[str] = _field(message, name, str)
    if not value:
        raise BadMessageError(f"{name} is missing")
    return value


def optional_text(message: Message, name: str) -> Optional[str]:
    value: Optional[str] = _field(message, name, str)
    return value


def optional_number(message: Message, name: str) -> Optional[int]:
    value: Optional[int] = _field(message, name, int)
    return value


def flag(message: Message, name: str, default: bool) -> bool:
    value: Optional[bool] = _field(message, name, bool)
    return default if value is None else value


def child(message: Message, name: str) -> Dict[str, Any]:
    return _field(message, name, dict) or {}


def children(message: Message, name: str) -> List[Dict[str, Any]]:
    values: List[Any] = _field(message, name, list) or []
    if not all(isinstance(value, dict) for value in values):
        raise BadMessageError(f"{name} holds something else than objects")
    return values


def parse(data: object) -> Dict[str, Any]:
    """A message as it came from the socket: an object with a `type`."""
    if not isinstance(data, str):
        raise BadMessageError("the message is binary")
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadMessageError("the message is not JSON") from error
    if not isinstance(message, dict):
        raise BadMessageError("the message is no object")
    text(message, "type")
    return message


def write(type_: str, fields: Message) -> str:
    """Fields that are None are left out, but for `data`, which may be any JSON.

    Raises TypeError or ValueError for what is no JSON.
    """
    kept = {name: value for name, value in fields.items() if value is not None or name == "data"}
    return json.dumps({"type": type_, **kept}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def description(message: Message) -> SessionDescription:
    return SessionDescription(type=text(message, "type"), sdp=text(message, "sdp"))


def candidate(message: Message) -> IceCandidate:
    line = optional_text(message, "candidate")
    if line is None:
        raise BadMessageError("candidate is missing")
    return IceCandidate(
        candidate=line, sdp_mid=optional_text(message, "sdpMid"),
        sdp_m_line_index=optional_number(message, "sdpMLineIndex"),
        username_fragment=optional_text(message, "usernameFragment"))


def candidate_fields(one: IceCandidate) -> Dict[str, Any]:
    return {"candidate": one.candidate, "sdpMid": one.sdp_mid, "sdpMLineIndex": one.sdp_m_line_index,
            "usernameFragment": one.username_fragment}


def ice_servers(message: Message) -> Tuple[IceServer, ...]:
    servers = []
    for one in children(message, "ice_servers"):
        urls = _field(one, "urls", list) or []
        if not all(isinstance(url, str) for url in urls):
            raise BadMessageError("urls holds something else than texts")
        servers.append(IceServer(
            urls=tuple(urls), username=optional_text(one, "username"), credential=optional_text(one, "credential")))
    return tuple(servers)


def time(message: Message, name: str) -> Optional[datetime]:
    value = optional_text(message, name)
    if value is None:
        return None
    # datetime.fromisoformat() of Python 3.10 knows neither "Z" nor a fraction that has not three or six digits.
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z", value)
    try:
        if not match:
            raise ValueError(value)
        microseconds = int(((match[2] or ".") + "000000")[1:7])
        return datetime.fromisoformat(match[1]).replace(microsecond=microseconds, tzinfo=timezone.utc)
    except ValueError:
        raise BadMessageError(f"{name} is no time") from None


def participant(message: Message) -> Participant:
    metadata = child(message, "metadata")
    if not all(isinstance(value, str) for value in metadata.values()):
        raise BadMessageError("metadata holds something else than texts")
    return Participant(
        client_id=text(message, "client_id"), metadata=metadata, joined_at=time(message, "joined_at"),
        polite=flag(message, "polite", True), connected=flag(message, "connected", True))


def error(message: Message) -> SignalingError:
    retry_after_ms = optional_number(message, "retry_after_ms") or 0
    return SignalingError(
        code=text(message, "code"), message=optional_text(message, "message") or "",
        action=optional_text(message, "action") or "none",
        retry_after_ms=min(max(0, retry_after_ms), MAX_RETRY_AFTER_MS), fatal=flag(message, "fatal", False),
        reply_to=optional_number(message, "reply_to") or 0)

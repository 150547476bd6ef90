"""When to connect again, whether the session is still there then, and after which pause."""

from __future__ import annotations

import math
import random
from typing import Callable, Optional

from .errors import SignalingError

FIRST_PAUSE = 0.5
"""Seconds: the bound of the first pause. It doubles from one attempt to the next ..."""

LONGEST_PAUSE = 20.0
"""... up to so many seconds."""

PART_OF_WINDOW = 0.25
"""While a session waits, no pause is longer than this part of its window: there are a few attempts in it, however many
connections broke before."""

STEADY_AFTER = 10.0
"""Seconds: a connection that lived so long starts the pauses from the first again."""

_RECONNECT_CODES = frozenset((1001, 1005, 1006, 1011, 1012, 1013, 1014))


def may_reconnect(code: int) -> bool:
    """What a close code says: 4000 to 4499 connect again, 4500 to 4999 do not; below 1000 it is an HTTP status."""
    if code < 1000:
        return code in (408, 425, 429) or code >= 500
    if code >= 4000:
        return code < 4500
    return code in _RECONNECT_CODES


_SESSION_IS_GONE = frozenset((1012, 4005))


def may_resume(code: int) -> bool:
    """Of a code that says connect again: whether the session that was on that socket goes on."""
    return code not in _SESSION_IS_GONE


UNAUTHENTICATED = 4501
_REFUSALS = {
    "message_too_large": 1009, "unauthenticated": UNAUTHENTICATED,
    "banned": 4502, "permission_denied": 4502, "origin_not_allowed": 4502, "room_not_found": 4502,
    "kicked": 4503, "session_replaced": 4504, "room_closed": 4505}


def refusal_code(error: SignalingError) -> int:
    """The close code that belongs to an `error` that ends it all and came without one, as docs/protocol.md lists them."""
    if error.action in ("retry", "reconnect"):
        return 4005
    return _REFUSALS.get(error.code, 4500)


def code_after(code: int, error: Optional[SignalingError]) -> int:
    """The close code that counts. The server's may have been lost on the way (1006) where its fatal `error` was not: where
    that says not to come back, its own one."""
    final = error is not None and error.fatal and error.action in ("close", "none")
    if error is None or not final or not (may_reconnect(code) and may_resume(code)):
        return code
    return refusal_code(error)


class Pauses:
    """"Full jitter": anything between nothing and a bound that doubles, so that many clients do not come at once."""

    def __init__(self, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self._attempt = 0

    def reset(self) -> None:
        self._attempt = 0

    def next(self, least: float = 0.0, window: float = math.inf) -> float:
        """Seconds to wait now; never less than `least`, which the server asked for. window: of a session that waits."""
        bound = min(LONGEST_PAUSE, PART_OF_WINDOW * window, FIRST_PAUSE * 2.0 ** min(self._attempt, 16))
        self._attempt += 1
        return max(least, self._draw() * bound)

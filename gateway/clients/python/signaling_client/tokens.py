"""Asking the program for its token."""

from __future__ import annotations

import logging
from typing import Awaitable, Callable, Optional

from .tasks import within

GetToken = Callable[[], Awaitable[str]]

TIMEOUT = 10.0
"""Seconds for one answer. A session waits for its next socket for a limited time only."""


class Tokens:
    """Keeps no token: each is asked for when it is needed."""

    def __init__(self, get_token: Optional[GetToken], logger: logging.Logger) -> None:
        self._get_token = get_token
        self._logger = logger

    @property
    def used(self) -> bool:
        return self._get_token is not None

    async def ask(self) -> Optional[str]:
        """None where none is used, and where there is none now, which is logged."""
        if self._get_token is None:
            return None
        try:
            token = await within(TIMEOUT, self._answer(self._get_token))
            if isinstance(token, str) and token:
                return token
            self._logger.warning("get_token returned no token")
        except Exception as error:  # its text, and its traceback's, may quote the token
            self._logger.warning("get_token failed: %s", type(error).__name__)
        return None

    @staticmethod
    async def _answer(get_token: GetToken) -> str:
        return await get_token()

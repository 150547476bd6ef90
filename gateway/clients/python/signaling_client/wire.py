"""The WebSocket, the same for every version of the library from 10 to 15.

Their two asyncio interfaces (`legacy` until 13, the new one since 14) share what is used here: `websockets.connect()`,
`recv()`, `send()`, `close()` and `ConnectionClosed.rcvd`. What differs in exceptions ends here.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import ssl as ssl_module
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, Optional, Protocol, cast

import websockets
from websockets.exceptions import ConnectionClosed, WebSocketException

from .tasks import cancel

OPEN_TIMEOUT = 10.0
"""Seconds from the first packet to the end of the handshake."""

CLOSE_TIMEOUT = 1.0
"""Seconds for each step of closing, where the other end is silent."""

MAX_INCOMING_BYTES = 1024 * 1024
"""A larger message ends the connection. The largest that the server makes is a room with full metadata: below 100 KiB."""


# At DEBUG the library logs what it sends and receives: descriptions, candidates, tokens. Nobody is to switch that on unawares.
_quiet = logging.getLogger("signaling_client.websockets")
_quiet.setLevel(logging.INFO)


class _WebSocket(Protocol):
    async def recv(self) -> object: ...
    async def send(self, message: str) -> None: ...
    async def close(self, code: int = 1000, reason: str = "") -> None: ...


# Both interfaces under one name, which is made at run time: no type checker sees it in every version.
_connect = cast(Callable[..., Awaitable[_WebSocket]], getattr(websockets, "connect"))
# Nor what they call the headers of the request.
_HEADERS = "additional_headers" if "additional_headers" in inspect.signature(_connect).parameters else "extra_headers"


@dataclass(frozen=True)
class SocketOptions:
    ping_interval: float
    ping_timeout: float
    ssl: Optional[ssl_module.SSLContext]
    traceparent: Optional[str] = None


class SocketClosedError(Exception):
    """The connection is over, or was not made. code: as in `Disconnected`, or an HTTP status."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


def _http_status(error: WebSocketException) -> Optional[int]:
    status = getattr(error, "status_code", None)  # InvalidStatusCode, of the legacy interface
    if status is None:
        status = getattr(getattr(error, "response", None), "status_code", None)  # InvalidStatus
    return status if isinstance(status, int) else None


def _closed(error: ConnectionClosed) -> SocketClosedError:
    if error.rcvd is not None and error.rcvd_then_sent is not False:
        return SocketClosedError(error.rcvd.code, error.rcvd.reason)
    # We began to close, since there was no answer to a ping or what came was no WebSocket frame: a broken connection.
    return SocketClosedError(1006, error.sent.reason if error.sent is not None else "the connection broke")


class Socket:
    """An open WebSocket. For use within one event loop."""

    def __init__(self, socket: _WebSocket) -> None:
        self._socket = socket
        self._closing: Optional[asyncio.Future[None]] = None

    @classmethod
    async def open(cls, url: str, options: SocketOptions) -> Socket:
        """Raises SocketClosedError, and ssl.SSLCertVerificationError for a server that is not the one it should be."""
        # In a task of its own, since the library swallows it if its caller is cancelled just as the connection comes or fails:
        # it has asyncio.wait_for() of before Python 3.12 inside.
        opening = asyncio.ensure_future(cls._open(url, options))
        try:
            await asyncio.wait((opening,))
        except asyncio.CancelledError:
            await cancel(opening)
            if not opening.cancelled() and opening.exception() is None:
                await opening.result().close()
            raise
        return opening.result()

    @classmethod
    async def _open(cls, url: str, options: SocketOptions) -> Socket:
        arguments: Dict[str, Any] = {} if options.ssl is None else {"ssl": options.ssl}
        if options.traceparent is not None:
            arguments[_HEADERS] = {"traceparent": options.traceparent}
        try:
            socket = await _connect(
                url, open_timeout=OPEN_TIMEOUT, close_timeout=CLOSE_TIMEOUT, max_size=MAX_INCOMING_BYTES,
                ping_interval=options.ping_interval, ping_timeout=options.ping_timeout,
                compression=None,  # the server has none; it would only take memory
                logger=_quiet,
                **arguments)
        except ssl_module.SSLCertVerificationError:
            raise  # an OSError too, but one that does not go away
        except ConnectionClosed as error:
            raise _closed(error) from error
        except (asyncio.TimeoutError, TimeoutError) as error:
            raise SocketClosedError(1006, f"no connection within {OPEN_TIMEOUT:g} s") from error
        except WebSocketException as error:
            raise SocketClosedError(_http_status(error) or 1006, str(error)) from error
        except (OSError, EOFError) as error:
            raise SocketClosedError(1006, str(error)) from error
        return cls(socket)

    async def receive(self) -> object:
        """A text, or bytes. Raises SocketClosedError."""
        try:
            return await self._socket.recv()
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def send(self, text: str) -> None:
        """Returns when the operating system has it, or will have it soon. Raises SocketClosedError."""
        try:
            await self._socket.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Once; then it waits for that."""
        if self._closing is None:
            # In a task of its own, since the library of version 10 swallows it if its caller is cancelled.
            self._closing = asyncio.ensure_future(self._socket.close(code, reason))
        await asyncio.wait((self._closing,))
        self._closing.result()

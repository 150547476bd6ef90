"""What can go wrong, as exceptions. `SignalingError` is also a value: handlers get it."""

from __future__ import annotations

from typing import Optional


class SignalingError(Exception):
    """An `error` of the server. Its codes and actions are listed in docs/protocol.md.

    code: what it is, e.g. "peer_unavailable".
    message: one English sentence for logs.
    action: "retry" (send it again later), "reconnect" (the client does), "close" or "none" (do not).
    retry_after_ms: do not try again sooner, in milliseconds; 0 where the server does not say, 10 minutes where it
        says more.
    fatal: the connection is closed after it.
    reply_to: the id of the message that it answers: what `send_…` or `update()` returned for it in the same session. 0 where
        it answers none.
    """

    def __init__(self, code: str, message: str, action: str = "none", retry_after_ms: int = 0,
                 fatal: bool = False, reply_to: int = 0) -> None:
        super().__init__(code, message, action, retry_after_ms, fatal, reply_to)
        self.code = code
        self.message = message
        self.action = action
        self.retry_after_ms = retry_after_ms
        self.fatal = fatal
        self.reply_to = reply_to

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class SignalingClosed(Exception):
    """The server ended it for good: connecting again would end the same way.

    close_code: of the WebSocket, 4500 to 4999 or one of 1000 to 1010 that says the same (not 1001, 1005, 1006); where the room
        was refused, or the connection broke after the error and before the code, the one that belongs to that error (4502
        where it is not allowed, 4500 where the request was wrong); or, below 1000, the HTTP status of a server that did not
        accept a WebSocket at all.
    reason: a sentence, may be empty.
    error: the fatal `error` that came before, if one did.
    """

    def __init__(self, close_code: int, reason: str, error: Optional[SignalingError] = None) -> None:
        super().__init__(close_code, reason, error)
        self.close_code = close_code
        self.reason = reason
        self.error = error

    def __str__(self) -> str:
        why = str(self.error) if self.error else self.reason
        return f"closed with {self.close_code}" + (f": {why}" if why else "")


class NotConnectedError(ConnectionError):
    """There is no session to send in, or it was lost before there was room for the message, which is not sent later."""


class MessageTooLargeError(ValueError):
    """The message as JSON is larger than the server takes (64 KiB by default), or the metadata are (4 KiB). Not sent."""


class SendQueueFullError(RuntimeError):
    """As many calls are already waiting for their turn as may. It was not sent."""

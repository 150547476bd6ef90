"""A client of the WebRTC signaling gateway, for robots and other programs. See README.md."""

from .client import SignalingClient
from .errors import MessageTooLargeError, NotConnectedError, SendQueueFullError, SignalingClosed, SignalingError
from .values import Disconnected, IceCandidate, IceServer, Participant, SessionDescription

__all__ = [
    "Disconnected",
    "IceCandidate",
    "IceServer",
    "MessageTooLargeError",
    "NotConnectedError",
    "Participant",
    "SendQueueFullError",
    "SessionDescription",
    "SignalingClient",
    "SignalingClosed",
    "SignalingError",
]

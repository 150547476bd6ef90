"""The client's side of RFC 6455, written for itself, so that a frame can be cut in the middle."""

import base64
import hashlib
import os
import struct

CONTINUATION, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def request(path, host, key):
    """The upgrade (section 4.1)."""
    return (f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()


def make_key():
    return base64.b64encode(os.urandom(16)).decode()


def accepts(head, key):
    """Is this the answer to the upgrade with this key?"""
    expected = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest())
    return head.startswith(b"HTTP/1.1 101 ") and expected in head


def encode(opcode, payload, fin=True):
    """One masked frame (section 5.2)."""
    size = len(payload)
    first = (0x80 if fin else 0) | opcode
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, 0xFE, size)
    else:
        head = struct.pack("!BBQ", first, 0xFF, size)
    mask = os.urandom(4)
    return head + mask + _masked(payload, mask)


def encode_text(payload, pieces=1):
    """A text message in that many frames (section 5.4)."""
    if pieces == 1:
        return encode(TEXT, payload)
    step = max(1, len(payload) // pieces)
    parts = [payload[i:i + step] for i in range(0, len(payload), step)]
    return b"".join(
        encode(TEXT if i == 0 else CONTINUATION, part, fin=i == len(parts) - 1) for i, part in enumerate(parts))


def _masked(payload, mask):
    """Masking is its own inverse (section 5.3)."""
    size = len(payload)
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


class Decoder:
    """Frames of either side, in whatever pieces they arrive."""

    def __init__(self):
        self._buffer = bytearray()

    def feed(self, data):
        """Yields (opcode, payload) of each whole frame. Neither our gateway nor the libraries send fragments."""
        self._buffer += data
        start, end = 0, len(self._buffer)
        view = self._buffer
        while end - start >= 2:
            size, body = view[start + 1] & 0x7F, start + 2
            if size == 126:
                if end < body + 2:
                    break
                size, body = struct.unpack_from("!H", view, body)[0], body + 2
            elif size == 127:
                if end < body + 8:
                    break
                size, body = struct.unpack_from("!Q", view, body)[0], body + 8
            mask = None
            if view[start + 1] & 0x80:
                mask, body = bytes(view[body:body + 4]), body + 4
            if end < body + size:
                break
            first = view[start]
            if not first & 0x80:
                raise ValueError("a fragment")
            start = body + size
            payload = bytes(view[body:start])
            yield first & 0xF, payload if mask is None else _masked(payload, mask)
        del self._buffer[:start]

"""A WebSocket client that breaks the rules: sends any bytes, reads only when asked, answers no ping."""

import asyncio
import base64
import json
import os
import socket
import struct

from harness import DEADLINE, parse

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA


def frame(opcode, payload, fin=True, masked=True, rsv=0):
    """One frame (RFC 6455, section 5.2) from a client."""
    head = bytes([(0x80 if fin else 0) | rsv | opcode])
    mask_bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([mask_bit | len(payload)])
    elif len(payload) < 1 << 16:
        head += bytes([mask_bit | 126]) + struct.pack("!H", len(payload))
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


class RawSocket:
    """Owns its connection."""

    def __init__(self, reader, writer):
        self._reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port, receive_buffer=None, source=""):
        """A TCP connection on which nothing has been said."""
        sock = socket.socket()
        sock.bind((source, 0))
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=sock, limit=4096)
        return cls(reader, writer)

    @classmethod
    async def upgrade(cls, port, path, receive_buffer=None):
        self = await cls.connect(port, receive_buffer)
        await self.become_websocket(path)
        return self

    async def become_websocket(self, path):
        key = base64.b64encode(os.urandom(16)).decode()
        status = await self.request(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n")
        assert status == 101, status

    async def request(self, text):
        """Sends an HTTP request; the status of its answer, of which only the header is read."""
        self.writer.write(text.encode())
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), DEADLINE)
        return int(head.split()[1])

    async def send(self, opcode, payload, **how):
        self.writer.write(frame(opcode, payload, **how))
        await self.writer.drain()

    async def send_message(self, type_, **fields):
        await self.send(TEXT, json.dumps({"type": type_, **fields}).encode())

    async def receive_frame(self):
        """(opcode, payload)."""
        return await asyncio.wait_for(self._receive_frame(), DEADLINE)

    async def _receive_frame(self):
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            size, = struct.unpack("!H", await self._reader.readexactly(2))
        elif size == 127:
            size, = struct.unpack("!Q", await self._reader.readexactly(8))
        return first & 0xF, await self._reader.readexactly(size)

    async def expect(self, type_, **fields):
        """The next text message that is no ack; pings on the way are left unanswered."""
        while True:
            opcode, payload = await self.receive_frame()
            if opcode == PING:
                continue
            assert opcode == TEXT, (opcode, payload[:200])
            message = parse(payload)
            if message["type"] != "ack":
                break
        actual = {"type": message["type"], **{name: message.get(name) for name in fields}}
        assert actual == {"type": type_, **fields}, message
        return message

    async def expect_close(self, code):
        """The close frame, and then the end of the connection."""
        while True:
            opcode, payload = await self.receive_frame()
            if opcode != PING:
                break
        assert opcode == CLOSE, (opcode, payload[:200])
        assert struct.unpack("!H", payload[:2])[0] == code, payload
        await self.send(CLOSE, payload[:2])
        await self.expect_end()

    async def expect_end(self):
        """The connection ends, by close or by reset."""
        try:
            while await asyncio.wait_for(self._reader.read(4096), DEADLINE):
                pass
        except ConnectionError:
            pass
        self.abort()

    def abort(self):
        """Gone without a word."""
        self.writer.transport.abort()

"""One WebSocket of a chaos client."""

import asyncio
import json
import socket
import struct

import frames
from harness import secrets

# For a handshake; a gateway that is stopped takes the connection and says nothing.
HANDSHAKE_TIMEOUT = 3.0


class Connection(asyncio.Protocol):
    """Hands each message to `on_message(connection, message, size)`, and its end to `on_end(connection)`."""

    def __init__(self, gateway):
        self.gateway = gateway  # which one
        self.close_code = None  # that the gateway gave
        self.ended = False
        self.last_life = 0.0  # when something came
        self.faults = 0  # messages sent on it that count as the client's faults
        self.on_message = lambda connection, message, size: None
        self.on_end = lambda connection: None
        self._transport = None
        self._decoder = frames.Decoder()
        self._head = bytearray()
        self._key = frames.make_key()
        self._upgraded = asyncio.get_running_loop().create_future()
        self._paused = False

    @classmethod
    async def open(cls, gateway, port, path, narrow=False):
        """A socket after its upgrade. `narrow`: nearly nothing fits into the kernel's buffers of the way here."""
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if narrow:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
            async with asyncio.timeout(HANDSHAKE_TIMEOUT):
                await loop.sock_connect(sock, ("127.0.0.1", port))
                _, self = await loop.create_connection(lambda: cls(gateway), sock=sock)
        except BaseException:
            sock.close()
            raise
        try:
            self._transport.write(frames.request(path, f"127.0.0.1:{port}", self._key))
            async with asyncio.timeout(HANDSHAKE_TIMEOUT):
                await self._upgraded
        except BaseException:
            self._transport.abort()
            raise
        return self

    # asyncio.Protocol

    def connection_made(self, transport):
        self._transport = transport
        transport.set_write_buffer_limits(high=1 << 22)

    def data_received(self, data):
        self.last_life = asyncio.get_running_loop().time()
        if not self._upgraded.done():
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            if not frames.accepts(bytes(self._head[:end]), self._key):
                self._upgraded.set_exception(ConnectionRefusedError(bytes(self._head[:60]).decode("latin-1")))
                return
            self._upgraded.set_result(None)
            data = bytes(self._head[end + 4:])
        for opcode, payload in self._decoder.feed(data):
            self._on_frame(opcode, payload)

    def connection_lost(self, exc):
        self.ended = True
        if not self._upgraded.done():
            self._upgraded.set_exception(exc or ConnectionResetError("closed during the handshake"))
        self.on_end(self)

    def _on_frame(self, opcode, payload):
        if opcode == frames.TEXT:
            message = json.loads(payload)
            secrets.add_message(message)
            self.on_message(self, message, len(payload))
        elif opcode == frames.PING:
            self.write(frames.encode(frames.PONG, payload))
        elif opcode == frames.CLOSE:
            self.close_code = struct.unpack("!H", payload[:2])[0] if payload else 1005
            self.write(frames.encode(frames.CLOSE, payload[:2]))
            self._transport.close()

    # What a session does with it

    def write(self, data):
        """Bytes as they are."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def send(self, message):
        self.write(frames.encode_text(json.dumps(message, separators=(",", ":")).encode()))

    def stop_reading(self):
        self._paused = True
        self._transport.pause_reading()

    def read_on(self):
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    def send_close(self, code):
        """The client's close; the gateway's answer ends the connection."""
        self.write(frames.encode(frames.CLOSE, struct.pack("!H", code)))

    def reset(self):
        """Gone, with RST: what the gateway has not read yet may be lost too."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None and not self._transport.is_closing():
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def hang_up(self):
        """Gone, with FIN behind all that was sent."""
        self._transport.close()

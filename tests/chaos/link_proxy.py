"""A TCP proxy between a gateway and the service, so that the link between them can be cut and stalled."""

import asyncio
import socket
import struct


class Pipe(asyncio.Protocol):
    """One direction's source, and the sink of the other."""

    def __init__(self, proxy, peer=None):
        self._proxy = proxy
        self.peer = peer
        self.transport = None
        self._early = b""  # what came before there was a peer

    def connection_made(self, transport):
        self.transport = transport
        self._proxy.pipes.add(self)
        if self.peer is None:
            self._proxy.spawn(self._reach())

    async def _reach(self):
        try:
            peer = await self._proxy.reach(self)
        except OSError:
            self.transport.abort()
            return
        self.peer = peer
        if self.transport.is_closing():
            self.peer.transport.abort()
            return
        self.peer.transport.write(self._early)
        if self._proxy.stalled:
            self.transport.pause_reading()
            self.peer.transport.pause_reading()

    def data_received(self, data):
        if self.peer is None:
            self._early += data
        else:
            self.peer.transport.write(data)

    def connection_lost(self, exc):
        self._proxy.pipes.discard(self)
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.close()

    def reset(self):
        sock = self.transport.get_extra_info("socket")
        if not self.transport.is_closing():
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class LinkProxy:
    """Listens on a free port of its own. Owned by the fleet."""

    pipe = Pipe

    def __init__(self, target):
        self.target = target
        self.port = None
        self.pipes = set()
        self.stalled = False
        self._server = None
        self._tasks = set()

    async def start(self):
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self.pipe(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def reach(self, pipe):
        """The other end for this one, which has just been taken. Raises OSError."""
        return await self.connect(pipe, self.target)

    async def connect(self, pipe, port):
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(lambda: self.pipe(self, pipe), "127.0.0.1", port))[1]

    def spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cut(self):
        """Every connection, both ways, in the middle of whatever is being said."""
        for pipe in tuple(self.pipes):
            pipe.reset()

    def stall(self):
        """Nothing passes, and nobody is told."""
        self.stalled = True
        for pipe in self.pipes:
            if not pipe.transport.is_closing():
                pipe.transport.pause_reading()

    def go_on(self):
        self.stalled = False
        for pipe in self.pipes:
            if not pipe.transport.is_closing():
                pipe.transport.resume_reading()

    def stop(self):
        if self._server is not None:
            self._server.close()
        self.cut()

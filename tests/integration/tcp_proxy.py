"""A TCP connection that can be cut, between two of our processes."""

import asyncio

from process import ports


class TcpProxy:
    """Passes connections on to a port of this machine, for as long as it is up. Owns them."""

    def __init__(self, target):
        self.target = target  # of connections that come from now on
        self._server = None
        self._writers = set()
        self._cuts = 0
        self._flows = asyncio.Event()
        self._flows.set()
        self.port = ports.reserve()

    async def start(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def stop(self):
        """Nothing gets through any more, and what stood is reset."""
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def hold(self):
        """What is on its way does not arrive, until a cut loses it."""
        self._flows.clear()

    def cut(self):
        """Resets what stands; new connections get through."""
        self._cuts += 1
        for writer in list(self._writers):
            writer.transport.abort()
        self._flows.set()

    async def _accept(self, reader, writer):
        cuts = self._cuts
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        if cuts != self._cuts:
            writer.transport.abort()
            far_writer.transport.abort()
            return
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader, writer):
        self._writers.add(writer)
        try:
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

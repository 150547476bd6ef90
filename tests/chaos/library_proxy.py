"""A TCP proxy between a session of a library and the gateways. It cuts the library's connections, and reads what they carry."""

import json
import struct

import frames
from harness import secrets
from link_proxy import LinkProxy, Pipe


class Wire:
    """One connection of a library: what passes on it, decoded, in both directions. Nothing is changed on the way."""

    def __init__(self, session):
        self.session = session
        self.gateway = None  # which one
        self.upstream = None  # the pipe that the library speaks into
        self.downstream = None  # and the gateway
        self.over = False  # one of them has said that it closes, or has closed
        self.cut = False  # by a fault
        self.faults = 0  # messages on it that count as the client's faults
        self.first_seq = 0  # the event before the first one on it
        self.last_seq = 0
        self.last_id = 0
        self.resumes = False  # what its `hello` wanted
        self._heads = {}  # pipe: what came of the upgrade; None after it
        self._decoders = {}

    def passes(self, pipe, data):
        """Whether it may."""
        if pipe not in self._heads:
            self._heads[pipe], self._decoders[pipe] = b"", frames.Decoder()
        head = self._heads[pipe]
        if head is not None:
            head += data
            end = head.find(b"\r\n\r\n")
            self._heads[pipe] = head if end < 0 else None
            if end < 0:
                return True
            data = head[end + 4:]
        return all([self._on_frame(pipe, *frame) for frame in self._decoders[pipe].feed(data)])

    def _on_frame(self, pipe, opcode, payload):
        if opcode == frames.CLOSE:
            code = struct.unpack("!H", payload[:2])[0] if payload else 1005
            self.end(code if pipe is self.downstream else None)
        elif opcode == frames.TEXT and not self.over:
            message = json.loads(payload)
            secrets.add_message(message)
            if pipe is self.upstream:
                self.session.on_up(self, message)
            else:
                return self.session.on_down(self, message)
        return True

    def end(self, code=None):
        """`code`: with which the gateway closed."""
        if not self.over:
            self.over = True
            self.session.on_end(self, code)

    # What faults do with it

    def stop_reading(self):
        """In one direction or both: what is under way there is not going to arrive, if a cut follows."""
        directions = (self.upstream, self.downstream)
        for pipe in self.session.rng.choice((directions, directions[:1], directions[1:])):
            if pipe is not None:
                pipe.transport.pause_reading()

    def read_on(self):
        for pipe in (self.upstream, self.downstream):
            if pipe is not None and not pipe.transport.is_closing():
                pipe.transport.resume_reading()

    def leave(self, how):
        """"reset" or "hang_up": at both ends."""
        self.cut = True
        for pipe in (self.upstream, self.downstream):
            if pipe is None:
                continue
            if how == "reset":
                pipe.reset()
            else:
                pipe.transport.close()
        self.end()


class _TappedPipe(Pipe):
    """The one that the library speaks into makes the Wire, its peer belongs to the same."""

    def __init__(self, proxy, peer=None):
        super().__init__(proxy, peer)
        self.wire = peer.wire if peer else Wire(proxy.session)

    def connection_made(self, transport):
        if self.peer is None:
            self.wire.upstream = self
        else:
            self.wire.downstream = self
        super().connection_made(transport)

    def data_received(self, data):
        if self.wire.passes(self, data):
            super().data_received(data)

    def connection_lost(self, exc):
        self.wire.end()
        super().connection_lost(exc)


class LibraryProxy(LinkProxy):
    """Of one session. A connection goes to the gateway that had the last one not, and after a fault of ours to any."""

    pipe = _TappedPipe

    def __init__(self, session):
        super().__init__(None)
        self.session = session
        self._last = None  # the last wire that reached a gateway

    async def reach(self, pipe):
        world, last = self.session.world, self._last
        if last is None or last.cut:
            gateway = self.session.rng.choice(world.gateways)
        else:
            gateway = world.other_gateway(last.gateway)
        try:
            return await self._reach(pipe, gateway)
        except OSError:  # it is down
            return await self._reach(pipe, world.other_gateway(gateway))

    async def _reach(self, pipe, gateway):
        peer = await self.connect(pipe, gateway.port)
        pipe.wire.gateway = gateway
        self._last = pipe.wire
        return peer



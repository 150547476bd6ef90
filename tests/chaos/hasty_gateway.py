"""A gateway that speaks Multiplex and is in a hurry.

It moves its sessions between two streams while frames are under way on both, sends new frames before those that have to be sent
again, relies on Gap, and goes on talking on the stream that a session has left: all of that is allowed, and none of it may cost
anything.
"""

import asyncio
import secrets

import back_office
import harness
import translation
from translation import session_pb2, signaling_pb2
from window import Window

grpc = back_office.grpc
MOST_FRAMES = 64  # a batch


class Stream:
    """One Multiplex call."""

    def __init__(self, world, name, port):
        self._world = world
        self._name = name
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=(("grpc.use_local_subchannel_pool", 1),))
        self._frames = asyncio.Queue()
        self._reading = asyncio.Event()
        self._reading.set()
        self._over = asyncio.Event()
        self._next_slot = 0
        self._on_frame = {}  # slot: who hears it
        self.goes_away = False
        self._call = back_office.signaling_pb2_grpc.SignalingServiceStub(self._channel).Multiplex(self._requests())

    def __str__(self):
        return f"on stream {self._name}"

    async def _requests(self):
        yield signaling_pb2.MultiplexRequest(hello=signaling_pb2.GatewayHello(gateway_id=f"hasty-{self._name}"))
        while (frame := await self._frames.get()) is not None:
            batch = [frame]
            while len(batch) < MOST_FRAMES and not self._frames.empty():
                batch.append(self._frames.get_nowait())
            yield signaling_pb2.MultiplexRequest(batch=signaling_pb2.UpBatch(frames=[f for f in batch if f is not None]))
            if batch[-1] is None:
                return

    async def run(self):
        """Reads until the stream ends."""
        while True:
            await self._reading.wait()
            response = await self._call.read()
            if response is grpc.aio.EOF:
                self._over.set()
                return
            await self._reading.wait()
            self.goes_away |= response.HasField("go_away")
            for frame in response.batch.frames:
                hears = self._on_frame[frame.slot]
                if frame.HasField("closed"):
                    del self._on_frame[frame.slot]
                hears(frame)

    def bind(self, hears):
        self._next_slot += 1
        self._on_frame[self._next_slot] = hears
        return self._next_slot

    def hear(self, slot, hears):
        """From now on; nothing where the slot is closed."""
        if slot in self._on_frame:
            self._on_frame[slot] = hears

    def send(self, slot, frame):
        copy = signaling_pb2.UpFrame()
        copy.CopyFrom(frame)
        copy.slot = slot
        self._frames.put_nowait(copy)

    def stop_reading(self):
        self._reading.clear()

    def read_on(self):
        self._reading.set()

    async def stop(self):
        """Half-close, once every slot is closed."""
        self.read_on()
        end = asyncio.get_running_loop().time() + harness.DEADLINE / 2
        while self._on_frame:
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError(f"never closed {self}: {[hears.__name__ for hears in self._on_frame.values()]}")
            await asyncio.sleep(0.01)
        self._frames.put_nowait(None)
        async with asyncio.timeout(harness.DEADLINE):
            await self._over.wait()
        await self._channel.close()


class HastySession(Window):
    """A client of the hasty gateway, and what the gateway keeps of it."""

    def __init__(self, world, name, rng):
        super().__init__(world, name, rng)
        self.connection = None
        self.moves = 0
        self.gaps = 0
        self._stream = None
        self._slot = 0
        self._epoch = 0
        self._session_id = None
        self._token = None
        self._attempt = 0
        self._opened = None  # future
        self._before = 0  # the id before the next one
        self._finished = False
        self._held_back = False  # what is said goes nowhere until the session has moved

    def where(self):
        return str(self._stream)

    def tick(self, now):
        if self.established:
            self.acknowledge_late(now)

    # Going on

    async def open(self, stream):
        await self._bind(stream, open=session_pb2.Open(
            session_id=secrets.token_urlsafe(16), path=session_pb2.SESSION_PATH_V1, client_id=self.name,
            attempt=self._try()))

    def _try(self):
        self._attempt += 1
        return self._attempt

    def _attach(self, epoch, attempt):
        return session_pb2.Attach(session_id=self._session_id, epoch=epoch, attempt=attempt,
                                  received_seq=self.last_seq, acked_seq=self.told_seq)

    async def _bind(self, stream, **body):
        """Opens or attaches. What has already been sent elsewhere is not heard any more."""
        self.established = False
        if self._stream is not None:
            self._stream.hear(self._slot, self._on_late)
        self._stream = stream
        self._slot = stream.bind(self._on_frame)
        self._opened = asyncio.get_running_loop().create_future()
        stream.send(self._slot, signaling_pb2.UpFrame(**body))
        async with asyncio.timeout(harness.DEADLINE):
            return await self._opened

    async def move(self, stream, talker):
        """To another stream, in one way or another, while all that may be under way is; some of it goes out too late."""
        old, old_slot, hold = self._stream, self._slot, (self._epoch, self._attempt)
        if self.rng.random() < 0.5:
            talker.fill()
            await asyncio.sleep(self.rng.choice((0, 0.002, 0.01)))
        self._held_back = self.rng.random() < 0.7
        talker.fill()
        late = [frame for _, frame, _ in list(self.unacked)[-40:]]
        old.stop_reading()
        resume = self.rng.random() < 0.5
        chatter = asyncio.create_task(self._chatter(old, old_slot, late))
        try:
            if resume:
                await self._bind(stream, open=session_pb2.Open(
                    session_id=secrets.token_urlsafe(16), path=session_pb2.SESSION_PATH_V1, attempt=self._try(),
                    resume=session_pb2.Resume(session_id=self._session_id, token=self._token, last_seq=self.last_seq)))
                self.resumes += 1
            else:
                await self._bind(stream, attach=self._attach(self._epoch, self._try()))
                self.moves += 1
            await chatter
            await self._talk_late(old, old_slot, late, hold, resume)
        finally:
            old.read_on()

    async def _chatter(self, old, slot, late):
        """On the slot that is just being left: all of this may be said, whatever comes first."""
        for _ in range(8):
            for frame in late[-5:]:
                old.send(slot, frame)
            if self.rng.random() < 0.2:
                old.send(slot, signaling_pb2.UpFrame(detach=session_pb2.Detach(cause=session_pb2.Detach.CAUSE_BROKEN)))
            await asyncio.sleep(self.rng.uniform(0, 0.001))

    async def _talk_late(self, old, slot, late, hold, resumed):
        """On the slot that the session has left, which the gateway does not know yet to be closed, and on a new one."""
        await asyncio.sleep(self.rng.uniform(0, 0.02))
        for frame in late:
            old.send(slot, frame)
        # All of this is void, or it would trim the outbox, or end the session.
        claimed = self.last_seq + self.rng.randint(1, 4) if resumed else self.told_seq
        old.send(slot, signaling_pb2.UpFrame(ack_seq=claimed))
        cause = session_pb2.Detach.CAUSE_BYE if resumed else session_pb2.Detach.CAUSE_BROKEN
        old.send(slot, signaling_pb2.UpFrame(detach=session_pb2.Detach(cause=cause)))
        epoch, tried = hold
        if resumed:
            tried += 50  # a gateway that knows of no resume counts on by itself: the epoch alone tells
        old.send(old.bind(self._on_refused), signaling_pb2.UpFrame(attach=self._attach(epoch, tried)))

    def _on_late(self, frame):
        """On a slot that was left: what arrives there still is what the other stream brings again."""

    def _on_refused(self, frame):
        """The answer to an attach with an old epoch or attempt."""
        if translation.reason_name(frame.closed.error.reason) != "session_replaced" or frame.closed.close_code != 4504:
            self.world.fault(f"epoch: {self.name} was let in with an old attach: {frame.WhichOneof('body')}")

    # What comes

    def _on_frame(self, frame):
        body = frame.WhichOneof("body")
        if body == "opened":
            self._on_opened(frame.opened)
        elif not self.established:
            self.world.fault(f"opened: {self.name} got {body} before it")
        elif body == "closed":
            self.established = False
            if not self._finished:
                self.world.fault(f"closed: {self.name} with {frame.closed.close_code} {self._stream}")
        if frame.ack_id:
            self.on_ack(frame.ack_id)
        if frame.seq:
            self.on_event(frame.seq, translation.to_message(frame))
        elif body == "gap":
            self.gaps += 1
            self.on_last_id(frame.gap.last_id)
            self._send_again(self.unacked)
        elif body == "probe":
            self._stream.send(self._slot, signaling_pb2.UpFrame(alive=session_pb2.Alive()))

    def _on_opened(self, opened):
        if self._session_id is not None and opened.session_id != self._session_id:
            self.world.fault(f"fresh session: {self.name} {self._stream}")
        if opened.resume_token:
            self._token = opened.resume_token
            harness.secrets.add(self._token)
        if opened.resumed:
            self.tell()
        self._session_id, self._epoch = opened.session_id, opened.epoch
        again = list(self.unacked) if self.rng.random() < 0.5 else self.unacked
        self.on_last_id(opened.last_id)
        self.established, self._held_back = True, False
        # Sometimes a new one goes first: it has to be refused with a gap.
        if not (self.unacked and self.rng.random() < 0.5 and self.world.talker(self.name).say(small=True)):
            self._send_again(again)
        self._opened.set_result(None)

    # What goes

    def finish(self):
        self._finished = True
        self._stream.send(self._slot, signaling_pb2.UpFrame(detach=session_pb2.Detach(cause=session_pb2.Detach.CAUSE_BYE)))

    def _send_again(self, kept):
        """Also what the service has already: that is only acknowledged."""
        for _, frame, _ in kept:
            self._stream.send(self._slot, frame)

    def write_ack(self):
        self._stream.send(self._slot, signaling_pb2.UpFrame(ack_seq=self.told_seq))

    def post(self, message, torn=False):
        """`torn`: there is no such thing here."""
        number = self.draw_id()
        frame = translation.to_frame(message, number, self._before)
        self._before = number
        if self.established and self.rng.random() < 0.2:
            self.tell()
            frame.ack_seq = self.told_seq
        self.keep(number, frame, frame.ByteSize())
        if self.established and not self._held_back:
            self._stream.send(self._slot, frame)
        return number


class HastyGateway:
    """Two streams and the sessions on them."""

    def __init__(self, world, port, rng):
        self._rng = rng
        self._world = world
        self._port = port
        self._streams = [self._open("one"), self._open("two")]
        self._on = {}  # session: index of its stream
        self.ended = 0  # streams that have aged
        self._resting = False

    def _open(self, name):
        stream = Stream(self._world, name, self._port)
        self._world.spawn(stream.run())
        return stream

    async def open(self, session):
        self._on[session] = self._rng.randrange(2)
        await session.open(self._streams[self._on[session]])

    async def run(self, talker_of):
        """Moves one after the other, each with a full window, until rest()."""
        while not self._resting:
            for index, stream in enumerate(self._streams):
                if stream.goes_away:
                    await self._replace(index, talker_of)
            await asyncio.sleep(self._rng.uniform(0.05, 0.5))
            session = self._rng.choice(tuple(self._on))
            self._on[session] ^= 1
            await session.move(self._streams[self._on[session]], talker_of(session.name))

    async def _replace(self, index, talker_of):
        """A stream that is going to end: its sessions move to a new one, then it is half-closed."""
        old, self._streams[index] = self._streams[index], self._open(f"{index + 1}-again")
        for session in [session for session, where in self._on.items() if where == index]:
            await session.move(self._streams[index], talker_of(session.name))
        await old.stop()
        self.ended += 1

    def rest(self):
        self._resting = True

    async def stop(self):
        """After its sessions have said bye: every slot has to be closed."""
        for stream in self._streams:
            await stream.stop()

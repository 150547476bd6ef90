"""What a gateway sends twice, the service does once: also for a gateway that never looks at what has been processed."""

import asyncio
import secrets

import back_office
import harness
from back_office import grpc, room_pb2, session_pb2, signaling_pb2, signaling_pb2_grpc

# The slots of the two sessions, on every stream.
SENDER, RECEIVER = 1, 2
COUNT = 30


class Stream:
    """A Multiplex call, as a gateway's link."""

    def __init__(self, channel):
        self._requests = asyncio.Queue()  # None: half-close
        self._frames = []  # read, and not yet asked for
        self._call = signaling_pb2_grpc.SignalingServiceStub(channel).Multiplex(self._request_iterator())
        self._requests.put_nowait(signaling_pb2.MultiplexRequest(hello=signaling_pb2.GatewayHello(gateway_id="twice")))

    async def _request_iterator(self):
        while (request := await self._requests.get()) is not None:
            yield request

    def send(self, *frames):
        self._requests.put_nowait(signaling_pb2.MultiplexRequest(batch=signaling_pb2.UpBatch(frames=frames)))

    async def read(self, body):
        """The next frame with a body, which has to be this one."""
        while True:
            while not self._frames:
                response = await asyncio.wait_for(self._call.read(), harness.DEADLINE)
                if response is grpc.aio.EOF:
                    raise AssertionError("the stream is over")
                self._frames = list(response.batch.frames)
            frame = self._frames.pop(0)
            if frame.HasField("probe"):
                self.send(signaling_pb2.UpFrame(slot=frame.slot, alive=session_pb2.Alive()))
            elif frame.WhichOneof("body") == body:
                return frame
            elif frame.WhichOneof("body"):
                raise AssertionError(f"expected {body}, received {frame}")

    def cut(self):
        self._call.cancel()

    async def end(self):
        """Both sessions say bye."""
        for slot in (SENDER, RECEIVER):
            self.send(signaling_pb2.UpFrame(slot=slot, detach=session_pb2.Detach(cause=session_pb2.Detach.CAUSE_BYE)))
        self._requests.put_nowait(None)
        while await self._call.read() is not grpc.aio.EOF:
            pass


def app(number, data):
    """A message with this id, from one that uses every id."""
    return signaling_pb2.UpFrame(slot=SENDER, id=number, after_id=number - 1, app={"data": data})


class TwiceTest(back_office.Office):
    async def open(self, stream, slot):
        session_id = secrets.token_urlsafe(16)
        stream.send(signaling_pb2.UpFrame(slot=slot, open=session_pb2.Open(
            session_id=session_id, path=session_pb2.SESSION_PATH_V1, attempt=1)))
        opened = (await stream.read("opened")).opened
        self.assertEqual(opened.session_id, session_id)
        return opened

    async def expect(self, stream, numbers):
        """Messages for the receiver, these and in this order."""
        for number in numbers:
            frame = await stream.read("app")
            self.assertEqual((frame.slot, frame.app.data), (RECEIVER, b"%d" % number))
            self._last_seq = frame.seq

    async def test_on_one_stream_and_on_the_next(self):
        stream = Stream(self.channel)
        sender, receiver = await self.open(stream, SENDER), await self.open(stream, RECEIVER)
        join = room_pb2.RoomCommand(join=room_pb2.Join(room="twice"))
        for slot in (RECEIVER, SENDER):
            joining = signaling_pb2.UpFrame(slot=slot, id=1, room=join)
            stream.send(joining, joining)
            self.assertEqual((await stream.read("room")).room.WhichOneof("event"), "joined")
        self.assertEqual((await stream.read("room")).room.WhichOneof("event"), "participant_joined")

        frames = [app(number, b"%d" % number) for number in range(2, COUNT)]
        stream.send(*[frame for frame in frames for _ in range(2)])
        stream.send(*frames)
        stream.send(app(COUNT, b"%d" % COUNT))
        await self.expect(stream, range(2, COUNT + 1))

        stream.cut()
        stream = Stream(self.channel)
        for slot, opened, seq in ((SENDER, sender, 1), (RECEIVER, receiver, self._last_seq)):
            stream.send(signaling_pb2.UpFrame(slot=slot, attach=session_pb2.Attach(
                session_id=opened.session_id, epoch=opened.epoch, attempt=2, received_seq=seq, acked_seq=seq)))
            again = (await stream.read("opened")).opened
            self.assertEqual((again.session_id, again.epoch, again.last_id),
                             (opened.session_id, opened.epoch, COUNT if slot == SENDER else 1))
        stream.send(signaling_pb2.UpFrame(slot=SENDER, id=1, room=join), *frames)
        stream.send(app(COUNT + 1, b"%d" % (COUNT + 1)))
        await self.expect(stream, [COUNT + 1])
        await stream.end()


if __name__ == "__main__":
    harness.main()

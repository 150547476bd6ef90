"""The gRPC side of the tests beside this file: stubs made from proto/ when a test begins, and clients of Connect.

Every test class gets a service of its own. After each test it must hold no session, room or offer.
"""

import asyncio
import pathlib
import secrets
import subprocess
import sys
import tempfile

import harness

PROTO = pathlib.Path(__file__).parents[2] / "proto"


def make_stubs():
    """Compiles proto/ for Python into a folder that lives as long as the process, and lets it be imported."""
    folder = tempfile.TemporaryDirectory(prefix="signaling-stubs-")
    plugin = subprocess.run(["which", "grpc_python_plugin"], capture_output=True, text=True, check=True).stdout.strip()
    names = [str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto")]
    subprocess.run(
        ["protoc", f"--proto_path={PROTO}", f"--python_out={folder.name}", f"--grpc_python_out={folder.name}",
         f"--plugin=protoc-gen-grpc_python={plugin}", *names], check=True)
    sys.path.insert(0, folder.name)
    return folder


STUBS = make_stubs()

# pylint: disable=wrong-import-position
import grpc  # noqa: E402
import grpc.aio  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from signaling.v1 import room_pb2, rooms_pb2, rooms_pb2_grpc, session_pb2, signaling_pb2, signaling_pb2_grpc  # noqa: E402


def details_of(error):
    """What grpc-status-details-bin holds of a grpc.RpcError: {type name without its package: message}."""
    trailer = {key: value for key, value in error.trailing_metadata() or ()}
    status = status_pb2.Status.FromString(trailer["grpc-status-details-bin"])
    if (status.code, status.message) != (error.code().value[0], error.details()):
        raise AssertionError(f"the details say {status.code} {status.message!r}, the status {error}")
    found = {}
    for any_ in status.details:
        name = any_.TypeName().removeprefix("google.rpc.")
        found[name] = getattr(error_details_pb2, name)()
        any_.Unpack(found[name])
    return found


class Participant:
    """One session on Connect that numbers what it sends, acknowledges what it receives and answers probes."""

    def __init__(self, channel, client_id, token="", metadata=()):
        """`token` is that of `open`; `metadata` is the call's."""
        self.client_id = client_id
        self._token = token
        harness.secrets.add(token)
        harness.secrets.add_headers(dict(metadata))
        self._last_id = 0
        self._requests = asyncio.Queue()  # None: half-close
        self._call = signaling_pb2_grpc.SignalingServiceStub(channel).Connect(
            self._request_iterator(), metadata=metadata)

    # Not written by who reads: once the service has ended the stream a write waits for the status, which comes only
    # after all was read.
    async def _request_iterator(self):
        while (request := await self._requests.get()) is not None:
            yield request

    def write(self, **fields):
        """A frame without a number."""
        self._requests.put_nowait(signaling_pb2.ConnectRequest(frame=signaling_pb2.UpFrame(**fields)))

    async def __aenter__(self):
        opening = session_pb2.Open(
            session_id=secrets.token_urlsafe(16), path=session_pb2.SESSION_PATH_V1, client_id=self.client_id,
            token=self._token)
        self.write(open=opening)
        opened = (await self.read()).opened
        if opened.client_id != self.client_id:
            raise AssertionError(f"opened as {opened}")
        return self

    async def __aexit__(self, *unused):
        await self.bye()

    async def bye(self):
        """Half-close, and everything up to the status."""
        self._requests.put_nowait(None)
        while await self._call.read() is not grpc.aio.EOF:
            pass

    async def status(self):
        """The status that the stream ends with, as an error; None where it ends well."""
        try:
            while await self._call.read() is not grpc.aio.EOF:
                pass
        except grpc.aio.AioRpcError as error:
            return error
        finally:
            self._requests.put_nowait(None)
        return None

    async def command(self, **body):
        """A frame with the next id, which is returned."""
        before, self._last_id = self._last_id, self._last_id + 1
        self.write(id=self._last_id, after_id=before, **body)
        return self._last_id

    async def read(self):
        """The next frame that says something. Acknowledges every event, and answers probes."""
        while True:
            response = await asyncio.wait_for(self._call.read(), harness.DEADLINE)
            if response is grpc.aio.EOF:
                raise AssertionError(f"{self.client_id}: the stream is over")
            frame = response.frame
            if frame.seq:
                self.write(ack_seq=frame.seq)
            harness.secrets.add(frame.opened.resume_token)
            if frame.HasField("probe"):
                self.write(alive=session_pb2.Alive())
            elif frame.WhichOneof("body"):
                return frame

    async def expect(self, body, event=None):
        """The next frame, which has to have this body, and this event of it."""
        frame = await self.read()
        if frame.WhichOneof("body") != body:
            raise AssertionError(f"{self.client_id}: expected {body}, received {frame}")
        content = getattr(frame, body)
        if event is None:
            return content
        if not content.HasField(event):
            raise AssertionError(f"{self.client_id}: expected {event}, received {content}")
        return getattr(content, event)

    async def _answer_to_join(self, room, fields):
        join = room_pb2.Join(room=room, **fields)
        number = await self.command(room=room_pb2.RoomCommand(join=join))
        while (frame := await self.read()).reply_to != number:
            pass
        return frame

    async def join(self, room, **fields):
        frame = await self._answer_to_join(room, fields)
        if not frame.room.HasField("joined"):
            raise AssertionError(f"{self.client_id} was not let into {room}: {frame}")
        return frame.room.joined

    async def join_refused(self, room, **fields):
        """The reason why not."""
        frame = await self._answer_to_join(room, fields)
        if not frame.HasField("error"):
            raise AssertionError(f"{self.client_id} was let into {room}: {frame}")
        return frame.error.reason

    async def leave(self):
        number = await self.command(room=room_pb2.RoomCommand(leave=room_pb2.Leave()))
        while (await self.read()).reply_to != number:
            pass


class Office(harness.Stack):
    """A test with a service alone."""

    service_flags = ()

    @classmethod
    def setUpClass(cls):
        harness.stay_on_this_machine()
        cls.service = cls.start_service()
        cls.addClassCleanup(lambda: cls.check_stop(cls.service))

    async def asyncSetUp(self):
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}")
        self.rooms = rooms_pb2_grpc.RoomServiceStub(self.channel)

    async def asyncTearDown(self):
        for room in (await self.rooms.ListRooms(rooms_pb2.ListRoomsRequest())).rooms:
            await self.rooms.DeleteRoom(rooms_pb2.DeleteRoomRequest(room=room.name))
        await self.channel.close()
        await harness.eventually(self._is_empty, "no session, room or offer in the service")

    def _is_empty(self):
        metrics = self.service.metrics()
        return all(metrics[f"signaling_{what}"] == 0 for what in ("sessions", "rooms", "participants", "offers"))

    async def call(self, method, /, **fields):
        """RoomService's `method`, its request made of the fields."""
        request = getattr(rooms_pb2, f"{method}Request")(**fields)
        return await getattr(self.rooms, method)(request, timeout=harness.DEADLINE)

    async def refused(self, code, reason, method, /, **fields):
        """The details of a call that has to be refused."""
        try:
            response = await self.call(method, **fields)
        except grpc.aio.AioRpcError as error:
            self.assertEqual(error.code(), code, error)
            details = details_of(error)
            self.assertEqual(details["ErrorInfo"].reason, reason)
            self.assertEqual(details["ErrorInfo"].domain, "signaling.v1")
            return details
        raise AssertionError(f"{method} was not refused: {response}")

    def participant(self, client_id):
        """`async with self.participant("ann") as ann:`"""
        return Participant(self.channel, client_id)

"""The lines of docs/grpc.md: each is sent as it stands there, but for the words in capitals and the port."""

import asyncio
import json
import pathlib
import re
import shlex

import back_office
import harness
from back_office import grpc, rooms_pb2, signaling_pb2, signaling_pb2_grpc
from google.protobuf import json_format
from signaling.v1 import offer_pb2, signal_pb2

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "grpc.md").read_text()
CONFIG = pathlib.Path(__file__).parents[2] / "docs" / "service_config.json"
STREAMS = re.findall(r"Connect <<'EOF'\n(.*?)EOF\n|<<'EOF' \| grpcurl [^\n]*/Connect\n(.*?)EOF\n", PAGE, re.DOTALL)


def unary_lines():
    """(method, request in JSON) of each line for RoomService."""
    for line in re.findall(r"^grpcurl .*RoomService/\w+$", PAGE, re.MULTILINE):
        _, plaintext, d, request, target, method = shlex.split(line)
        if (plaintext, d, target) != ("-plaintext", "-d", "localhost:50051"):
            raise AssertionError(line)
        yield method.removeprefix("signaling.v1.RoomService/"), request


class Page(back_office.Office):
    def test_every_call_has_a_line(self):
        described = rooms_pb2.DESCRIPTOR.services_by_name["RoomService"].methods
        self.assertEqual({method for method, _ in unary_lines()}, {method.name for method in described})

    def test_the_room_waits_for_who_reads_on(self):
        [create] = [json.loads(text) for method, text in unary_lines() if method == "CreateRoom"]
        self.assertTrue(create["persistent"])
        self.assertNotIn("request_id", create, "copied again it would make nothing")

    async def test_the_lines_for_room_service(self):
        async with self.participant("ann") as ann:
            create = offer_pb2.CreateOffer(offer=signal_pb2.Description(sdp=harness.SDP))
            await ann.command(offer=offer_pb2.OfferCommand(create=create))
            bob = await self.participant("bob").__aenter__()
            [session] = (await self.call("ListSessions", client_id="bob")).sessions
            words = {"OFFER_ID": (await ann.expect("offer")).offer_id, "SESSION_NAME": session.name, "CURSOR": ""}
            for method, text in unary_lines():
                with self.subTest(f"{method} {text}"):
                    for word, value in words.items():
                        text = text.replace(f'"{word}"', f'"{value}"')
                    request = json_format.Parse(text, getattr(rooms_pb2, f"{method}Request")())
                    if method == "WatchEvents":
                        watch = self.rooms.WatchEvents(request)
                        words["CURSOR"] = (await watch.read()).cursor
                        watch.cancel()
                    else:
                        await getattr(self.rooms, method)(request, timeout=harness.DEADLINE)
            self.assertIsNotNone(await bob.status())

    def _frames(self, stream, **words):
        text = "".join(stream)
        for word, value in words.items():
            text = text.replace(word, value)
        return [json_format.Parse(line, signaling_pb2.ConnectRequest()) for line in text.splitlines()]

    async def _connect(self, frames):
        call = signaling_pb2_grpc.SignalingServiceStub(self.channel).Connect()
        for frame in frames:
            await call.write(frame)
        return call

    async def _read(self, call, body):
        """The next frame with this body."""
        while True:
            response = await asyncio.wait_for(call.read(), harness.DEADLINE)
            self.assertIsNot(response, grpc.aio.EOF)
            self.assertNotEqual(response.frame.WhichOneof("body"), "error", response)
            if response.frame.WhichOneof("body") == body:
                return getattr(response.frame, body)

    async def _end(self, call):
        """Half-close; the status comes only after everything was read."""
        await call.done_writing()
        while await asyncio.wait_for(call.read(), harness.DEADLINE) is not grpc.aio.EOF:
            pass
        self.assertEqual(await call.code(), grpc.StatusCode.OK)

    async def test_the_frames_for_connect(self):
        hello, make, claim = STREAMS
        call = await self._connect(self._frames(hello))
        self.assertEqual((await self._read(call, "room")).joined.room, "lobby")
        await self._end(call)

        maker = await self._connect(self._frames(make))
        queued = await self._read(maker, "offer")
        self.assertEqual(queued.state, offer_pb2.OFFER_STATE_QUEUED)
        claimer = await self._connect(self._frames(claim, OFFER_ID=queued.offer_id))
        self.assertTrue((await self._read(claimer, "signal")).HasField("offer"))
        self.assertEqual((await self._read(maker, "offer")).state, offer_pb2.OFFER_STATE_CLAIMED)
        self.assertTrue((await self._read(maker, "signal")).HasField("answer"))
        await self._end(claimer)
        self.assertEqual((await self._read(maker, "offer")).state, offer_pb2.OFFER_STATE_WITHDRAWN)
        await self._end(maker)

    def test_the_service_config_is_about_the_methods_there_are(self):
        services = {"signaling.v1.RoomService": rooms_pb2.DESCRIPTOR.services_by_name["RoomService"],
                    "signaling.v1.SignalingService": signaling_pb2.DESCRIPTOR.services_by_name["SignalingService"]}
        for config in json.loads(CONFIG.read_text())["methodConfig"]:
            for name in config["name"]:
                methods = services[name["service"]].methods_by_name
                self.assertIn(name.get("method", next(iter(methods))), methods)


if __name__ == "__main__":
    harness.main()

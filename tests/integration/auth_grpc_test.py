"""Tokens over plain gRPC: back ends, gateways and sessions on Connect."""

import asyncio
import secrets
import time

import back_office
import harness
import tokens
from back_office import grpc, rooms_pb2, rooms_pb2_grpc, session_pb2, signaling_pb2, signaling_pb2_grpc
from signaling.v1 import error_pb2, room_pb2

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
PERMISSION_DENIED = grpc.StatusCode.PERMISSION_DENIED


def bearing(token):
    """Metadata of a call with this token."""
    return (("authorization", f"Bearer {token}"),)


class Grpc(tokens.Stack):
    more_service_flags = ("--token_notice=500ms", "--token_grace=500ms", "--resume_window=2s")

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}")
        self.addAsyncCleanup(self.channel.close)
        self.office = rooms_pb2_grpc.RoomServiceStub(self.channel)
        self.signaling = signaling_pb2_grpc.SignalingServiceStub(self.channel)
        self.admin = bearing(self.key.token("office", grants=["admin"]))

    def without_right(self):
        """(what it lacks, metadata, status, reason)."""
        return (
            ("a token", (), UNAUTHENTICATED, "UNAUTHENTICATED"),
            ("another scheme", (("authorization", "Basic AAAA"),), UNAUTHENTICATED, "UNAUTHENTICATED"),
            ("a good token", bearing("AAAA"), UNAUTHENTICATED, "UNAUTHENTICATED"),
            ("time", bearing(self.key.token("x", "*", ["admin", "gateway"], lifetime=-1)), UNAUTHENTICATED,
             "UNAUTHENTICATED"),
            ("a key", bearing(tokens.Key("one").token("x", "*", ["admin", "gateway"])), UNAUTHENTICATED,
             "UNAUTHENTICATED"),
            ("a grant", bearing(self.key.token("x", "*", tokens.ALL)), PERMISSION_DENIED, "PERMISSION_DENIED"))

    def expect_refusal(self, error, code, reason):
        self.assertEqual(error.code(), code, error)
        info = back_office.details_of(error)["ErrorInfo"]
        self.assertEqual((info.reason, info.domain), (reason, "signaling.v1"))

class OfficeTest(Grpc):
    async def test_back_ends_need_the_grant(self):
        everything = (
            ("CreateRoom", {"room": "r"}), ("GetRoom", {"room": "r"}), ("ListRooms", {}),
            ("UpdateRoom", {"room": "r", "options": room_pb2.RoomOptions(locked=True)}), ("DeleteRoom", {"room": "r"}),
            ("ListParticipants", {"room": "r"}), ("RemoveParticipant", {"room": "r", "client_id": "ann"}),
            ("SendMessage", {"room": "r", "data": b"1"}), ("ListOffers", {}), ("GetOffer", {"offer_id": "A" * 22}),
            ("DeleteOffer", {"offer_id": "A" * 22}), ("ListSessions", {}), ("EndSession", {"name": "s"}),
            ("ExplainSession", {"session": "s"}), ("ExplainOffer", {"offer_id": "A" * 22}))
        streams = {"WatchEvents"}
        named = {method.name for method in rooms_pb2.DESCRIPTOR.services_by_name["RoomService"].methods}
        self.assertEqual({name for name, _ in everything}, named - streams)
        gateway = ("a grant", bearing(self.key.token("x", "*", ["gateway"])), PERMISSION_DENIED, "PERMISSION_DENIED")
        for method, fields in everything:
            request = getattr(rooms_pb2, f"{method}Request")(**fields)
            for what, metadata, code, reason in (*self.without_right(), gateway):
                with self.subTest(method, lacks=what), self.assertRaises(grpc.aio.AioRpcError) as refused:
                    await getattr(self.office, method)(request, metadata=metadata, timeout=harness.DEADLINE)
                self.expect_refusal(refused.exception, code, reason)
        for what, metadata, code, reason in (*self.without_right(), gateway):
            watch = self.office.WatchEvents(rooms_pb2.WatchEventsRequest(), metadata=metadata, timeout=harness.DEADLINE)
            with self.subTest("WatchEvents", lacks=what), self.assertRaises(grpc.aio.AioRpcError) as refused:
                await watch.read()
            self.expect_refusal(refused.exception, code, reason)
        made = await self.office.CreateRoom(rooms_pb2.CreateRoomRequest(room="r"), metadata=self.admin)
        self.assertEqual(made.room.name, "r")
        await self.office.DeleteRoom(rooms_pb2.DeleteRoomRequest(room="r"), metadata=self.admin)


class Hello:
    """A gateway's requests: no other one follows, and no end."""

    def __init__(self):
        self._said = False

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self._said:
            await asyncio.Event().wait()
        self._said = True
        return signaling_pb2.MultiplexRequest(hello=signaling_pb2.GatewayHello(gateway_id="test"))


class GatewaysTest(Grpc):
    def multiplex(self, metadata):
        """A stream of a gateway that says hello and nothing more."""
        return self.signaling.Multiplex(Hello(), metadata=metadata, timeout=harness.DEADLINE)

    async def test_gateways_need_the_grant(self):
        admin = ("a grant", self.admin, PERMISSION_DENIED, "PERMISSION_DENIED")
        for what, metadata, code, reason in (*self.without_right(), admin):
            with self.subTest(lacks=what), self.assertRaises(grpc.aio.AioRpcError) as refused:
                await self.multiplex(metadata).read()
            self.expect_refusal(refused.exception, code, reason)

    async def test_a_gateways_stream_ends_with_its_token(self):
        ends = time.time() + 4
        call = self.multiplex(bearing(self.key.token("brief", grants=["gateway"], exp=ends)))
        self.assertTrue((await call.read()).hello.authenticates)
        self.assertTrue((await call.read()).HasField("go_away"))
        self.assertLess(time.time(), ends)
        with self.assertRaises(grpc.aio.AioRpcError) as ended:
            await call.read()
        self.assertEqual(ended.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertLess(time.time(), ends + 5)


class ConnectTest(Grpc):
    def participant(self, client_id, token="", metadata=()):
        return back_office.Participant(self.channel, client_id, token, metadata)

    async def test_a_session_has_its_token_in_open_or_in_the_metadata(self):
        ann, bob = (self.key.token(sub, "calls") for sub in ("ann", "bob"))
        async with self.participant("ann", token=ann) as first, \
                self.participant("bob", metadata=bearing(bob)) as second:
            await first.join("calls")
            await second.join("calls")
            await first.expect("room", "participant_joined")
            self.assertEqual(await second.join_refused("calls"), error_pb2.ERROR_REASON_ALREADY_IN_ROOM)
        # Who has both is who open says.
        async with self.participant("ann", token=ann, metadata=bearing(bob)) as both:
            self.assertEqual(await both.join_refused("elsewhere"), error_pb2.ERROR_REASON_PERMISSION_DENIED)

    async def closed(self, code, reason, client_id="", token="", metadata=()):
        """A session that is not opened."""
        async def requests():
            yield signaling_pb2.ConnectRequest(frame=signaling_pb2.UpFrame(open=session_pb2.Open(
                session_id=secrets.token_urlsafe(16), path=session_pb2.SESSION_PATH_V1, client_id=client_id,
                token=token)))
        call = self.signaling.Connect(requests(), metadata=metadata, timeout=harness.DEADLINE)
        frame = (await call.read()).frame
        self.assertEqual(error_pb2.ErrorReason.Name(frame.closed.error.reason), f"ERROR_REASON_{reason}")
        with self.assertRaises(grpc.aio.AioRpcError) as refused:
            await call.read()
        self.expect_refusal(refused.exception, code, reason)

    async def test_without_a_good_one_there_is_no_session(self):
        bad = [(metadata, code, reason) for _, metadata, code, reason in self.without_right() if code == UNAUTHENTICATED]
        for metadata, code, reason in bad:
            await self.closed(code, reason, metadata=metadata)
        for token in ("AAAA", self.key.token("ann", "calls", lifetime=-1), tokens.Key("one").token("ann", "calls")):
            # Also where the metadata have a good one.
            for metadata in ((), bearing(self.key.token("ann", "calls"))):
                await self.closed(UNAUTHENTICATED, "UNAUTHENTICATED", token=token, metadata=metadata)
        await self.closed(PERMISSION_DENIED, "CLIENT_ID_MISMATCH", client_id="bob", token=self.key.token("ann", "calls"))

    async def test_its_token_ends_like_any_other(self):
        ann = await self.participant("ann", token=self.key.token("ann", "calls", lifetime=4)).__aenter__()
        await ann.join("calls")
        self.assertTrue((await ann.expect("notice")).HasField("token_expiring"))
        self.assertEqual((await ann.expect("closed")).error.reason, error_pb2.ERROR_REASON_TOKEN_EXPIRED)
        self.expect_refusal(await ann.status(), UNAUTHENTICATED, "TOKEN_EXPIRED")


if __name__ == "__main__":
    harness.main()

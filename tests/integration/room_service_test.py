"""What a back end does through RoomService, with participants on Connect."""

import json
import uuid

import back_office
import harness
from back_office import grpc, rooms_pb2
from google.protobuf.duration_pb2 import Duration
from signaling.v1 import error_pb2, offer_pb2, room_pb2, signal_pb2

NOT_FOUND = grpc.StatusCode.NOT_FOUND
INVALID_ARGUMENT = grpc.StatusCode.INVALID_ARGUMENT

VIDEO = harness.SDP + "".join(line + "\r\n" for line in (
    "m=video 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
    "a=fingerprint:sha-256 " + ":".join(["4A"] * 32), "a=setup:actpass", "a=mid:1", "a=sendrecv", "a=rtcp-mux",
    "a=rtpmap:96 VP8/90000")).replace("BUNDLE 0", "BUNDLE 0 1")


def options(**fields):
    return room_pb2.RoomOptions(**fields)


def only(*client_ids):
    return room_pb2.AllowList(client_ids=client_ids)


def offer(sdp):
    return signal_pb2.Signal(offer=signal_pb2.Description(sdp=sdp))


def seconds(number):
    return Duration(seconds=number)


class Rooms(back_office.Office):
    async def test_a_room_is_made_found_changed_and_ended(self):
        made = (await self.call("CreateRoom", room="r", options=options(max_participants=3), persistent=True)).room
        self.assertEqual((made.name, made.options.max_participants, made.persistent), ("r", 3, True))
        self.assertGreater(made.create_time.seconds, 0)
        self.assertEqual((await self.call("GetRoom", room="r")).room, made)
        await self.refused(grpc.StatusCode.ALREADY_EXISTS, "ROOM_EXISTS", "CreateRoom", room="r")
        changed = (await self.call("UpdateRoom", room="r", options=options(locked=True))).room
        self.assertEqual((changed.options.max_participants, changed.options.locked), (3, True))
        self.assertEqual((await self.call("DeleteRoom", room="r")).ended_sessions, 0)
        for method in ("GetRoom", "DeleteRoom", "ListParticipants"):
            await self.refused(NOT_FOUND, "ROOM_NOT_FOUND", method, room="r")

    async def test_the_service_names_a_room_that_has_no_name(self):
        made = (await self.call("CreateRoom")).room
        self.assertEqual((await self.call("GetRoom", room=made.name)).room, made)

    async def test_rooms_are_listed_by_name_in_pages(self):
        names = [f"room-{number:02}" for number in range(7)]
        for name in reversed(names):
            await self.call("CreateRoom", room=name)
        pages, token = [], ""
        while not pages or token:
            page = await self.call("ListRooms", page_size=3, page_token=token)
            pages.append([room.name for room in page.rooms])
            token = page.next_page_token
        self.assertEqual(pages, [names[:3], names[3:6], names[6:]])
        details = await self.refused(INVALID_ARGUMENT, "INVALID_MESSAGE", "ListRooms", page_size=-1)
        self.assertEqual(details["BadRequest"].field_violations[0].field, "page_size")
        await self.refused(INVALID_ARGUMENT, "INVALID_MESSAGE", "ListRooms", page_token="of somebody else")

    async def test_a_cap_of_two_and_a_list_of_who_may_join(self):
        await self.call("CreateRoom", room="r", options=options(max_participants=2, allowed=only("ann", "bob", "cem")))
        async with self.participant("ann") as ann, self.participant("bob") as bob, self.participant("cem") as cem, \
                self.participant("dan") as dan:
            await ann.join("r")
            self.assertEqual(await dan.join_refused("r"), error_pb2.ERROR_REASON_PERMISSION_DENIED)
            await bob.join("r")
            self.assertEqual(await cem.join_refused("r"), error_pb2.ERROR_REASON_ROOM_FULL)
            listed = (await self.call("ListParticipants", room="r")).participants
            self.assertEqual([(one.client_id, one.polite) for one in listed], [("ann", False), ("bob", False)])
            self.assertEqual((await self.call("GetRoom", room="r")).room.participant_count, 2)
            await self.call("UpdateRoom", room="r", options=options(max_participants=3, allowed=only()))
            await dan.join("r")

    async def test_an_audio_room_refuses_video(self):
        await self.call("CreateRoom", room="r", options=options(media=room_pb2.MEDIA_AUDIO))
        async with self.participant("ann") as ann, self.participant("bob") as bob:
            await ann.join("r")
            await bob.join("r")
            await ann.expect("room", "participant_joined")
            await bob.command(signal=offer(VIDEO))
            self.assertEqual((await bob.expect("error")).reason, error_pb2.ERROR_REASON_MEDIA_NOT_ALLOWED)
            await bob.command(signal=offer(harness.SDP))
            self.assertEqual((await ann.expect("signal", "offer")).sdp, harness.SDP)

    async def test_a_removed_participant_is_out_and_stays_out(self):
        async with self.participant("bob") as bob:
            await bob.join("banned")
            ann = await self.participant("ann").__aenter__()
            await ann.join("banned")
            await bob.expect("room", "participant_joined")
            answer = await self.call("RemoveParticipant", room="banned", client_id="ann", ban=seconds(60), reason="be kind")
            self.assertTrue(answer.removed)
            closed = await ann.expect("closed")
            self.assertEqual(closed.error.reason, error_pb2.ERROR_REASON_KICKED)
            self.assertIn("be kind", closed.error.message)
            status = await ann.status()
            self.assertEqual(status.code(), grpc.StatusCode.ABORTED)
            self.assertEqual(back_office.details_of(status)["ErrorInfo"].reason, "KICKED")
            left = await bob.expect("room", "participant_left")
            self.assertEqual(left.reason, room_pb2.LEAVE_REASON_KICKED)
            async with self.participant("ann") as again:
                self.assertEqual(await again.join_refused("banned"), error_pb2.ERROR_REASON_BANNED)
            answer = await self.call("RemoveParticipant", room="banned", client_id="eve")
            self.assertFalse(answer.removed)
            async with self.participant("eve") as eve:
                self.assertEqual(await eve.join_refused("banned"), error_pb2.ERROR_REASON_BANNED)
            details = await self.refused(
                NOT_FOUND, "PEER_UNAVAILABLE", "RemoveParticipant", room="banned", client_id="dan", ban=seconds(0))
            self.assertEqual(details["RetryInfo"].retry_delay.seconds, 1)

    async def test_a_message_of_a_back_end_has_no_sender(self):
        data = json.dumps({"notice": "closing soon"}).encode()
        async with self.participant("ann") as ann, self.participant("bob") as bob:
            await ann.join("r")
            await bob.join("r")
            await ann.expect("room", "participant_joined")
            self.assertEqual((await self.call("SendMessage", room="r", data=data)).receivers, 2)
            for one in (ann, bob):
                self.assertEqual(await one.expect("app"), signal_pb2.AppMessage(data=data))
            self.assertEqual((await self.call("SendMessage", room="r", client_id="bob", data=b"1")).receivers, 1)
            self.assertEqual((await bob.expect("app")).data, b"1")
            await self.refused(NOT_FOUND, "PEER_UNAVAILABLE", "SendMessage", room="r", client_id="cem", data=b"1")
        await self.refused(NOT_FOUND, "ROOM_NOT_FOUND", "SendMessage", room="nowhere", data=b"1")

    async def test_the_end_of_a_room_ends_its_sessions(self):
        ann = await self.participant("ann").__aenter__()
        await ann.join("r")
        self.assertEqual((await self.call("DeleteRoom", room="r", reason="night")).ended_sessions, 1)
        self.assertEqual((await ann.expect("closed")).error.reason, error_pb2.ERROR_REASON_ROOM_CLOSED)
        self.assertEqual(back_office.details_of(await ann.status())["ErrorInfo"].reason, "ROOM_CLOSED")


class Requests(back_office.Office):
    async def test_a_call_that_is_sent_again_changes_nothing_and_gets_the_same_answer(self):
        first = await self.call("CreateRoom", request_id=(key := str(uuid.uuid4())))
        self.assertEqual(await self.call("CreateRoom", request_id=key), first)
        self.assertEqual(len((await self.call("ListRooms")).rooms), 1)
        room = first.room.name
        async with self.participant("ann") as ann:
            await ann.join(room)
            key = str(uuid.uuid4())
            for _ in range(3):
                sent = await self.call("SendMessage", room=room, data=b'"once"', request_id=key)
                self.assertEqual(sent.receivers, 1)
            await self.call("SendMessage", room=room, data=b'"after"', request_id=str(uuid.uuid4()))
            self.assertEqual([(await ann.expect("app")).data for _ in range(2)], [b'"once"', b'"after"'])
            for method, fields in (("SendMessage", {"room": room, "data": b'"else"'}), ("DeleteRoom", {"room": room})):
                await self.refused(INVALID_ARGUMENT, "INVALID_MESSAGE", method, **fields, request_id=key)

    async def test_a_refused_call_may_be_tried_again_under_its_request_id(self):
        key = str(uuid.uuid4())
        await self.refused(NOT_FOUND, "ROOM_NOT_FOUND", "DeleteRoom", room="r", request_id=key)
        await self.call("CreateRoom", room="r")
        self.assertEqual((await self.call("DeleteRoom", room="r", request_id=key)).ended_sessions, 0)

    async def test_what_is_outside_its_limits_names_its_field(self):
        for method, field, fields in (
                ("CreateRoom", "room", {"room": "a room"}),
                ("CreateRoom", "request_id", {"request_id": "no uuid"}),
                ("CreateRoom", "options.max_participants", {"options": options(max_participants=0)}),
                ("CreateRoom", "options.max_participants", {"options": options(max_participants=6)}),
                ("CreateRoom", "options.allowed", {"options": options(allowed=only(*map(str, range(101))))}),
                ("GetRoom", "room", {}),
                ("UpdateRoom", "options", {"room": "r"}),
                ("RemoveParticipant", "client_id", {"room": "r"}),
                ("RemoveParticipant", "ban", {"room": "r", "client_id": "ann", "ban": seconds(86401)}),
                ("SendMessage", "data", {"room": "r", "data": b"{"}),
                ("GetOffer", "offer_id", {}),
                ("ListSessions", "page_size", {"page_size": -1}),
                ("EndSession", "reason", {"name": "s", "reason": "x" * 257})):
            with self.subTest(method=method, field=field):
                details = await self.refused(INVALID_ARGUMENT, "INVALID_MESSAGE", method, **fields)
                violations = [violation.field for violation in details["BadRequest"].field_violations]
                self.assertEqual(len(violations), 1)
                self.assertTrue(violations[0].startswith(field), violations)
                self.assertNotIn("RetryInfo", details)


class OffersAndSessions(back_office.Office):
    async def test_offers_are_listed_shown_and_withdrawn(self):
        async with self.participant("ann") as ann:
            create = offer_pb2.CreateOffer(
                offer=signal_pb2.Description(sdp=harness.SDP), allowed=only("bob"), metadata={"for": "support"})
            ids = []
            for _ in range(3):
                await ann.command(offer=offer_pb2.OfferCommand(create=create))
                event = await ann.expect("offer")
                self.assertEqual(event.state, offer_pb2.OFFER_STATE_QUEUED)
                ids.append(event.offer_id)
            first = await self.call("ListOffers", client_id="ann", page_size=2)
            rest = await self.call("ListOffers", client_id="ann", page_size=2, page_token=first.next_page_token)
            self.assertEqual([one.offer_id for one in (*first.offers, *rest.offers)], ids)
            self.assertFalse(rest.next_page_token)
            self.assertFalse((await self.call("ListOffers", client_id="bob")).offers)
            shown = (await self.call("GetOffer", offer_id=ids[0])).offer
            self.assertEqual((shown.client_id, shown.allowed, dict(shown.metadata)),
                             ("ann", only("bob"), {"for": "support"}))
            self.assertNotIn("v=0", str(shown))
            await self.call("DeleteOffer", offer_id=ids[0])
            event = await ann.expect("offer")
            self.assertEqual((event.offer_id, event.state, event.reason),
                             (ids[0], offer_pb2.OFFER_STATE_WITHDRAWN, offer_pb2.OFFER_REASON_DELETED))
            ended = (await self.call("GetOffer", offer_id=ids[0])).offer
            self.assertEqual(ended.state, offer_pb2.OFFER_STATE_WITHDRAWN)
        await self.refused(NOT_FOUND, "OFFER_NOT_FOUND", "GetOffer", offer_id="A" * 22)
        await self.refused(NOT_FOUND, "OFFER_NOT_FOUND", "DeleteOffer", offer_id="A" * 22)

    async def test_sessions_are_listed_and_ended(self):
        async with self.participant("ann") as ann:
            await ann.join("r")
            bob = await self.participant("bob").__aenter__()
            sessions = (await self.call("ListSessions")).sessions
            self.assertEqual([(one.client_id, one.room) for one in sessions], [("ann", "r"), ("bob", "")])
            self.assertEqual({one.state for one in sessions}, {rooms_pb2.SESSION_STATE_CONNECTED})
            in_room = (await self.call("ListSessions", room="r")).sessions
            self.assertEqual([one.client_id for one in in_room], ["ann"])
            [of_bob] = (await self.call("ListSessions", client_id="bob")).sessions
            await self.call("EndSession", name=of_bob.name, reason="done")
            self.assertEqual((await bob.expect("closed")).error.reason, error_pb2.ERROR_REASON_KICKED)
            self.assertEqual((await bob.status()).code(), grpc.StatusCode.ABORTED)
            await self.refused(NOT_FOUND, "SESSION_NOT_FOUND", "EndSession", name=of_bob.name)


if __name__ == "__main__":
    harness.main()

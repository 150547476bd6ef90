"""WatchEvents against the real service: what a watcher sees, and that it misses nothing and sees nothing twice."""

import asyncio
import random

import back_office
import harness
from back_office import grpc, rooms_pb2
from signaling.v1 import event_pb2, room_pb2


class Watcher:
    """Reads events; cut, it begins again behind the last one that it read."""

    def __init__(self, rooms, cursor=""):
        self._rooms = rooms
        self.cursor = cursor
        self.cursors = []  # of every event
        self.events = []
        self._call = None

    async def begin(self):
        self._call = self._rooms.WatchEvents(rooms_pb2.WatchEventsRequest(cursor=self.cursor))
        first = await asyncio.wait_for(self._call.read(), harness.DEADLINE)
        if first is grpc.aio.EOF or first.HasField("event") or self.cursor not in ("", first.cursor):
            raise AssertionError(f"after {self.cursor!r} the first response is {first}")
        self.cursor = first.cursor
        return self

    async def begin_fails(self):
        """The status of a call that is refused."""
        self._call = self._rooms.WatchEvents(rooms_pb2.WatchEventsRequest(cursor=self.cursor))
        return await self.status()

    async def read(self):
        response = await asyncio.wait_for(self._call.read(), harness.DEADLINE)
        if response is grpc.aio.EOF:
            raise AssertionError("the stream is over")
        self.cursor = response.cursor
        self.cursors.append(response.cursor)
        self.events.append(response.event)
        return response.event

    async def read_until(self, room):
        """Until a room of this name begins."""
        while (await self.read()).room_opened.room != room:
            pass

    def cut(self):
        self._call.cancel()

    async def status(self):
        """What the stream ends with."""
        try:
            while await self._call.read() is not grpc.aio.EOF:
                pass
        except grpc.aio.AioRpcError as error:
            return error
        return None


class Events(back_office.Office):
    service_flags = ("--room_empty_timeout=4s",)

    async def test_a_rooms_life(self):
        watcher = await Watcher(self.rooms).begin()
        async with self.participant("ann") as ann:
            await ann.join("r")
            await ann.leave()
            await ann.join("r")
        seen = []
        while not seen or seen[-1][0] != "room_ended":
            event = await watcher.read()
            what = event.WhichOneof("event")
            seen.append((what, getattr(event, what)))
            self.assertGreater(event.event_time.seconds, 0)
        entered = ("participant_entered", event_pb2.ParticipantEntered(room="r", client_id="ann"))
        self.assertEqual(seen, [
            ("room_opened", event_pb2.RoomOpened(room="r")),
            entered,
            ("participant_gone", event_pb2.ParticipantGone(
                room="r", client_id="ann", reason=room_pb2.LEAVE_REASON_LEFT)),
            entered,
            ("participant_gone", event_pb2.ParticipantGone(
                room="r", client_id="ann", reason=room_pb2.LEAVE_REASON_LEFT)),
            ("room_ended", event_pb2.RoomEnded(room="r"))])
        watcher.cut()

    async def test_listing_after_the_first_cursor_misses_nothing(self):
        await self.call("CreateRoom", room="old")
        watcher = await Watcher(self.rooms).begin()
        await self.call("CreateRoom", room="new")
        listed = {room.name for room in (await self.call("ListRooms")).rooms}
        self.assertEqual(listed, {"old", "new"})
        self.assertEqual((await watcher.read()).room_opened.room, "new")
        watcher.cut()


class Resume(back_office.Office):
    participants = 8
    joins = 200  # of each

    async def _come_and_go(self, number):
        async with self.participant(f"p{number}") as one:
            for _ in range(self.joins):
                await one.join(f"room-{number}")
                await one.leave()

    async def _read_in_pieces(self, start, end):
        """Reads from `start` to `end`, cut at random again and again."""
        chance = random.Random(20)
        watcher, lives = Watcher(self.rooms, start), 0
        while watcher.cursor != end:
            await watcher.begin()
            lives += 1
            for _ in range(chance.randrange(1, 400)):
                if watcher.cursor == end:
                    break
                await watcher.read()
            watcher.cut()
        return watcher, lives

    async def test_a_watcher_that_is_cut_misses_nothing_and_sees_nothing_twice(self):
        whole = await Watcher(self.rooms).begin()
        start = whole.cursor

        async def load():
            await asyncio.gather(*(self._come_and_go(number) for number in range(self.participants)))
            await self.call("CreateRoom", room="end")

        async def cut_under_load():
            pieces = Watcher(self.rooms, start)
            chance = random.Random(21)
            while not pieces.events or pieces.events[-1].room_opened.room != "end":
                await pieces.begin()
                for _ in range(chance.randrange(1, 200)):
                    if (await pieces.read()).room_opened.room == "end":
                        break
                pieces.cut()
            return pieces

        pieces, _, _ = await asyncio.gather(cut_under_load(), whole.read_until("end"), load())
        self.assertEqual(len(set(whole.cursors)), len(whole.cursors))
        self.assertEqual(pieces.cursors, whole.cursors)
        self.assertEqual(pieces.events, whole.events)
        # The log's own truth: each participant came and went as often as it did, in turns.
        for number in range(self.participants):
            turns = [what for event in whole.events if (what := event.WhichOneof("event")).startswith("participant")
                     and getattr(event, what).client_id == f"p{number}"]
            self.assertEqual(turns, ["participant_entered", "participant_gone"] * self.joins)
        # And once more from the start, when nothing happens any more.
        again, lives = await self._read_in_pieces(start, whole.cursor)
        self.assertGreater(lives, 5)
        self.assertEqual(again.cursors, whole.cursors)
        whole.cut()


class Ends(back_office.Office):
    async def test_what_is_no_cursor_is_an_error(self):
        for cursor in ("nonsense", "0", "x" * 1000):
            with self.subTest(cursor[:20]):
                status = await Watcher(self.rooms, cursor).begin_fails()
                self.assertEqual(status.code(), grpc.StatusCode.INVALID_ARGUMENT)
                details = back_office.details_of(status)
                self.assertEqual(details["ErrorInfo"].reason, "INVALID_MESSAGE")
                self.assertEqual(details["BadRequest"].field_violations[0].field, "cursor")

    async def test_a_cursor_that_the_log_has_gone_past_is_expired(self):
        watcher = await Watcher(self.rooms).begin()
        old = watcher.cursor
        watcher.cut()
        # Each of these rooms is two events, and the log holds 10 000.
        for base in range(0, 5001, 100):
            names = [f"room-{number}" for number in range(base, base + 100)]
            await asyncio.gather(*(self.call("CreateRoom", room=name) for name in names))
            await asyncio.gather(*(self.call("DeleteRoom", room=name) for name in names))
        status = await Watcher(self.rooms, old).begin_fails()
        self.assertEqual(status.code(), grpc.StatusCode.OUT_OF_RANGE)
        self.assertEqual(back_office.details_of(status)["ErrorInfo"].reason, "CURSOR_EXPIRED")

    async def test_a_cursor_of_another_start_is_an_error(self):
        watcher = await Watcher(self.rooms).begin()
        await self.call("CreateRoom", room="r")
        await watcher.read()
        other = self.start_service()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{other.port}") as channel:
            there = Watcher(back_office.rooms_pb2_grpc.RoomServiceStub(channel), watcher.cursor)
            status = await there.begin_fails()
            self.assertEqual(back_office.details_of(status)["ErrorInfo"].reason, "CURSOR_EXPIRED")
        watcher.cut()
        self.assertEqual(other.stop(), 0)

    async def test_a_server_that_goes_says_so(self):
        other = self.start_service()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{other.port}") as channel:
            watcher = await Watcher(back_office.rooms_pb2_grpc.RoomServiceStub(channel)).begin()
            stopped = asyncio.create_task(asyncio.to_thread(other.stop))
            status = await watcher.status()
            self.assertEqual(status.code(), grpc.StatusCode.UNAVAILABLE)
            self.assertEqual(back_office.details_of(status)["ErrorInfo"].reason, "DRAINING")
            self.assertEqual(await stopped, 0)


if __name__ == "__main__":
    harness.main()

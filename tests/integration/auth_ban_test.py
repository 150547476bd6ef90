"""Who has the seat, and who has lost it: the newest session of a client, and clients that were sent away."""

import asyncio
import time

import harness
import tokens
from back_office import grpc, rooms_pb2, rooms_pb2_grpc
from google.protobuf.duration_pb2 import Duration

MODERATOR = ("join", "create", "moderate")
BAN = 1  # seconds, where the end of one is awaited


class Seats(tokens.Stack):
    async def replaced(self, client):
        await self.refused(client, "session_replaced", close=4504)

    async def test_the_newest_session_takes_the_seat(self):
        bob = await self.member("bob", "seat")
        old = await self.member("ann", "seat")
        await bob.expect("participant_joined", client_id="ann")
        # Of the same client, by another token, on the other path, and back.
        plain = await self.seated(self.key.token("ann", "seat"))
        await self.replaced(old)
        new = await self.member("ann", "seat")
        await self.replaced(plain)
        for _ in range(2):
            await bob.expect("participant_left", client_id="ann", reason="replaced")
            await bob.expect("participant_joined", client_id="ann")
        self.assertEqual([one["client_id"] for one in new.joined["participants"]], ["bob"])
        await self.settle(new, bob, new)
        # The session that was replaced is not to be had back.
        await self.replaced(await self.resume_with(old))
        await self.replaced(await self.resume_with(old, self.key.token("ann", "seat")))

    async def test_in_a_full_room_too(self):
        ann = await self.member("ann", "full", join={"options": {"max_participants": 2}})
        bob = await self.member("bob", "full")
        await ann.expect("participant_joined", client_id="bob")
        cem = await self.greeted(self.key.token("cem", "full"))
        await self.join_refused(cem, "full", "room_full")
        again = await self.member("bob", "full")
        await self.replaced(bob)
        await ann.expect("participant_left", client_id="bob", reason="replaced")
        await ann.expect("participant_joined", client_id="bob")
        # Who only wants to be back does not push anybody out, also not itself.
        newer = await self.greeted(self.key.token("bob", "full"))
        await self.join_refused(newer, "full", "client_id_taken", replace=False)
        await self.settle(again, ann, again)

    async def test_who_has_no_seat_replaces_nobody(self):
        ann = await self.member("ann", "here")
        other = await self.greeted(self.key.token("ann", ["here", "there"]))
        await self.join(other, "there")
        await self.settle(ann, ann, other)


class Bans(tokens.Stack):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.start_gateway()
        cls.addClassCleanup(lambda: cls.check_stop(cls.other))

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}")
        self.addAsyncCleanup(self.channel.close)
        self.office = rooms_pb2_grpc.RoomServiceStub(self.channel)
        self.right = (("authorization", f"Bearer {self.key.token('office', grants=['admin'])}"),)

    async def remove(self, room, **fields):
        request = rooms_pb2.RemoveParticipantRequest(room=room, client_id="bob", **fields)
        return await self.office.RemoveParticipant(request, metadata=self.right)

    async def kicked(self, client):
        await client.expect("kicked")
        await self.refused(client, "kicked", close=4503)

    async def expect_out(self, client, room, token):
        """By no way back, with the token it had and with new ones."""
        for gateway in (self.gateway, self.other):
            for one in (token, self.key.token("bob", room), self.key.token("bob", "*", MODERATOR, name="Robert")):
                again = await self.greeted(one, gateway)
                error = await self.join_refused(again, room, "banned")
                self.assertEqual(error["action"], "close")
                await again.close()
                plain = await self.open(
                    f"/?room={room}", gateway, headers={"Authorization": f"Bearer {one}"})
                await self.refused(plain, "banned", close=4502)
            for one in (None, token, self.key.token("bob", room)):
                await self.kicked(await self.resume_with(client, one, gateway))

    async def expect_back(self, room, ends):
        """In again as soon as the ban is over, and not before."""
        bob = await self.greeted(self.key.token("bob", room))
        bob.ack_every = 1
        while True:
            number = await bob.command("join", room=room)
            answer = await bob.expect_any("joined", "error")
            self.assertEqual(answer["reply_to"], number)
            if answer["type"] == "joined":
                break
            self.assertEqual(answer["code"], "banned")
            await asyncio.sleep(0.02)
        self.assertGreaterEqual(time.monotonic(), ends)
        return bob

    async def scene(self, room):
        """A moderator and bob in a room, and bob's token."""
        moderator = await self.member("mod", room, MODERATOR)
        token = self.key.token("bob", room)
        bob = await self.greeted(token)
        await self.join(bob, room)
        await moderator.expect("participant_joined", client_id="bob")
        return moderator, bob, token

    async def test_who_is_kicked_is_out(self):
        moderator, bob, token = await self.scene("kick")
        await moderator.command("kick", client_id="bob", reason="enough", ban_ms=60_000)
        await self.kicked(bob)
        await moderator.expect("participant_left", client_id="bob", reason="kicked")
        await self.expect_out(bob, "kick", token)
        await moderator.expect_nothing()

    async def test_and_no_longer(self):
        moderator, bob, _ = await self.scene("again")
        ends = time.monotonic() + BAN
        await moderator.command("kick", client_id="bob", ban_ms=BAN * 1000)
        await self.kicked(bob)
        await moderator.expect("participant_left", client_id="bob", reason="kicked")
        await self.expect_back("again", ends)
        await moderator.expect("participant_joined", client_id="bob")

    async def test_a_kick_bans_for_long_where_it_does_not_say(self):
        moderator, bob, token = await self.scene("default")
        await moderator.command("kick", client_id="bob")
        await self.kicked(bob)
        await self.expect_out(bob, "default", token)
        # Out of this room only, and only this client.
        await self.member("bob", "next-door")
        await self.member("ann", "default")

    async def test_a_ban_of_the_back_office_outlives_the_room(self):
        moderator, bob, token = await self.scene("office")
        await self.remove("office", ban=Duration(seconds=60), reason="enough")
        await self.kicked(bob)
        await moderator.expect("participant_left", client_id="bob", reason="kicked")
        await self.office.DeleteRoom(rooms_pb2.DeleteRoomRequest(room="office"), metadata=self.right)
        await moderator.expect("room_closed")
        await self.refused(moderator, "room_closed", close=4505)
        await self.expect_out(bob, "office", token)
        await self.member("ann", "office")  # a room of the same name
        await self.expect_out(bob, "office", token)
        # A later one replaces it.
        ends = time.monotonic() + BAN
        await self.remove("office", ban=Duration(seconds=BAN))
        await self.expect_back("office", ends)

    async def test_who_was_never_there_may_be_banned(self):
        await self.member("ann", "never")
        self.assertFalse((await self.remove("never", ban=Duration(seconds=60))).removed)
        await self.join_refused(await self.greeted(self.key.token("bob", "never")), "never", "banned")


if __name__ == "__main__":
    harness.main()

"""What a token allows in rooms and of offers: each right, and that nothing else gives it."""

import harness
import tokens

JOIN = ("join",)
CREATE = ("join", "create")
MODERATE = ("join", "create", "moderate")


class RoomsTest(tokens.Stack):
    async def test_only_the_rooms_that_the_token_names(self):
        ann = await self.greeted(self.key.token("ann", ["hall", "class-*"]))
        for room, named in (("hall", True), ("hall2", False), ("hal", False), ("class-", True), ("class-1", True),
                            ("class", False), ("lobby", False), ("other", False)):
            with self.subTest(room):
                if not named:
                    await self.join_refused(ann, room, "permission_denied")
                    continue
                await self.join(ann, room)
                await ann.expect("left", reply_to=await ann.command("leave"))
        everywhere = await self.greeted(self.key.token("bob", "*"))
        await self.join(everywhere, "any.room.at~all")
        for rooms in ((), ""):
            await self._nowhere(rooms)

    async def _nowhere(self, rooms):
        token = self.key.token("cem", rooms)
        if rooms == "":  # an empty name is none
            client = await self.open("/v1")
            await client.send("hello", token=token)
            return await self.refused(client)
        client = await self.greeted(token)
        await self.join_refused(client, "lobby", "permission_denied")
        plain = await self.open("/?room=lobby", headers={"Authorization": f"Bearer {token}"})
        return await self.refused(plain, "permission_denied", close=4502)

    async def test_who_may_not_join_may_be_in_no_room(self):
        client = await self.greeted(self.key.token("ann", "hall", grants=["create", "offer", "moderate"]))
        error = await self.join_refused(client, "hall", "permission_denied")
        self.assertIn("'join'", error["message"])

    async def test_the_plain_path_leads_to_the_tokens_only_room(self):
        for token_rooms, query, room in (("hall", "", "hall"), (["hall"], "", "hall"), ("hall", "?room=hall", "hall"),
                                         (["hall", "lobby"], "", "lobby"), ("*", "", "lobby"), ("l*", "", "lobby")):
            with self.subTest(rooms=token_rooms, query=query):
                client = await self.seated(self.key.token("ann", token_rooms), query)
                self.assertEqual(client.hello["room"]["room"], room)
                await client.close()
        for token_rooms, query in (("hall", "?room=lobby"), (["hall", "dale"], "")):
            client = await self.open(
                f"/{query}", headers={"Authorization": f"Bearer {self.key.token('ann', token_rooms)}"})
            await self.refused(client, "permission_denied", close=4502)

    async def test_a_room_is_made_and_has_its_options_from_who_may_create(self):
        guest = await self.greeted(self.key.token("bob", "made", JOIN))
        for fields in ({}, {"options": {"max_participants": 2}}):
            await self.join_refused(guest, "made", "room_not_found", **fields)
        plain = await self.open("/", headers={"Authorization": f"Bearer {self.key.token('dan', 'made', JOIN)}"})
        await self.refused(plain, "room_not_found", close=4502)
        maker = await self.member("ann", "made", CREATE, join={"options": {"max_participants": 3, "media": "audio"}})
        made = {**harness.DEFAULT_OPTIONS, "max_participants": 3, "media": "audio"}
        self.assertEqual(maker.joined["options"], made)
        joined = await self.join(guest, "made", options={"max_participants": 5})
        self.assertEqual(joined["options"], made)

    async def test_an_allow_list_is_of_subs(self):
        await self.member("ann", "listed", CREATE, join={"options": {"allowed": ["ann", "bob"]}})
        eve = await self.greeted(self.key.token("eve", "listed", CREATE, name="bob", metadata={"client_id": "bob"}))
        await self.join_refused(eve, "listed", "permission_denied")
        await self.member("bob", "listed", JOIN)


class ModerationTest(tokens.Stack):
    async def commands_refused(self, client, victim):
        for type_, fields in (("kick", {"client_id": victim}), ("lock", {"locked": True}), ("close_room", {}),
                              ("admit", {"client_id": victim})):
            number = await client.command(type_, **fields)
            await client.expect_error("permission_denied", reply_to=number)

    async def test_a_grant_makes_a_moderator_and_not_having_been_first(self):
        first = await self.member("ann", "order", CREATE)
        moderator = await self.member("mod", "order", ("join", "moderate"))
        await first.expect("participant_joined", client_id="mod")
        await self.commands_refused(first, "mod")
        await moderator.command("lock", locked=True)
        for one in (first, moderator):
            await one.expect("room_locked", locked=True, client_id="mod")
        late = await self.greeted(self.key.token("bob", "order"))
        await self.join_refused(late, "order", "room_locked")
        # Who moderates elsewhere does not here.
        await moderator.command("kick", client_id="ann", reason="enough", ban_ms=0)
        await first.expect("kicked", reason="enough")
        await self.refused(first, "kicked", close=4503)
        await moderator.expect("participant_left", client_id="ann", reason="kicked")
        await moderator.command("close_room", reason="over")
        await moderator.expect("room_closed", reason="over")
        await self.refused(moderator, "room_closed", close=4505)

    async def test_a_moderator_need_not_knock_and_hears_who_does(self):
        first = await self.member("ann", "door", CREATE, join={"options": {"knock": True}})
        bob = await self.greeted(self.key.token("bob", "door", JOIN))
        knock = await bob.command("join", room="door")
        await bob.expect("knock", reply_to=knock)
        await first.expect_nothing()
        moderator = await self.member("mod", "door", ("join", "moderate"))
        await moderator.expect("knock", client_id="bob")
        await first.expect("participant_joined", client_id="mod")
        await self.commands_refused(first, "bob")
        await moderator.command("admit", client_id="bob")
        await bob.expect("joined", reply_to=knock)
        for one in (first, moderator):
            await one.expect("participant_joined", client_id="bob")

    async def test_a_moderator_is_one_also_on_the_plain_path_and_by_a_new_token(self):
        first = await self.member("ann", "later", CREATE)
        plain = await self.seated(self.key.token("mod", "later", ("join", "moderate")))
        await first.expect("participant_joined", client_id="mod")
        await plain.send("lock", locked=True)
        await first.expect("room_locked", client_id="mod")
        await self.commands_refused(first, "mod")
        await first.send("refresh", token=self.key.token("ann", "later", MODERATE))
        await first.command("lock", locked=False)
        await first.expect("room_locked", locked=False, client_id="ann")


class OffersTest(tokens.Stack):
    async def test_offers_are_for_who_may(self):
        ann = await self.greeted(self.key.token("ann", grants=["offer"]))
        number = await ann.command("create_offer", sdp=harness.SDP)
        offer_id = (await ann.expect("offer_created", reply_to=number))["offer_id"]
        guest = await self.greeted(self.key.token("bob", "hall"))
        for type_, fields in (("create_offer", {"sdp": harness.SDP}), ("claim_offer", {"offer_id": offer_id})):
            number = await guest.command(type_, **fields)
            error = await guest.expect_error("permission_denied", reply_to=number)
            self.assertIn("'offer'", error["message"])
        taker = await self.greeted(self.key.token("cem", grants=["offer"]))
        await taker.command("claim_offer", offer_id=offer_id)
        await taker.expect("offer", offer_id=offer_id, client_id="ann")
        await ann.expect("offer_claimed", offer_id=offer_id, client_id="cem")

    async def test_an_offer_for_somebody_is_for_a_sub(self):
        ann = await self.greeted(self.key.token("ann", grants=["offer"]))
        await ann.command("create_offer", sdp=harness.SDP, allowed=["bob"])
        offer_id = (await ann.expect("offer_created"))["offer_id"]
        eve = await self.greeted(self.key.token("eve", grants=["offer"], name="bob"))
        number = await eve.command("claim_offer", offer_id=offer_id)
        await eve.expect_error("permission_denied", reply_to=number)
        bob = await self.greeted(self.key.token("bob", grants=["offer"]))
        await bob.command("claim_offer", offer_id=offer_id)
        await bob.expect("offer", offer_id=offer_id)
        await ann.expect("offer_claimed", client_id="bob")

    async def test_what_is_ones_own_may_be_taken_back_with_fewer_rights(self):
        ann = await self.greeted(self.key.token("ann", grants=["offer"]))
        await ann.command("create_offer", sdp=harness.SDP)
        offer_id = (await ann.expect("offer_created"))["offer_id"]
        await ann.send("refresh", token=self.key.token("ann", grants=[]))
        number = await ann.command("create_offer", sdp=harness.SDP)
        await ann.expect_error("permission_denied", reply_to=number)
        await ann.command("withdraw_offer", offer_id=offer_id)
        await ann.expect("offer_withdrawn", offer_id=offer_id)


if __name__ == "__main__":
    harness.main()

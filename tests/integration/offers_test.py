"""Offers by id over WebSocket: made, claimed, answered, given back, taken back."""

import asyncio

import harness
from harness import SDP, candidate


class OffersStack(harness.Stack):

    gateway_flags = ("--max_connections=300",)

    async def settle(self, *clients):
        """What was sent so far has arrived, and none of them has anything left to read."""
        for client in clients:
            number = await client.command("withdraw_offer", offer_id="none")
            await client.expect_error("offer_not_found", reply_to=number)

    async def offered(self, maker, **fields):
        number = await maker.command("create_offer", sdp=SDP, **fields)
        created = await maker.expect("offer_created", reply_to=number)
        self.assertRegex(created["offer_id"], r"^[A-Za-z0-9_-]{22}$")
        self.assertRegex(created["expires_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        return created["offer_id"]

    async def claimed(self, claimer, offer_id):
        number = await claimer.command("claim_offer", offer_id=offer_id)
        return await claimer.expect("offer", reply_to=number, offer_id=offer_id)


class OffersTest(OffersStack):

    async def test_from_the_offer_to_the_answer_and_on(self):
        maker, claimer = await self.v1("maker"), await self.v1("claimer")
        first = {"candidate": candidate(1), "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "EsAw"}
        offer_id = await self.offered(maker, candidates=[first], metadata={"name": "Ann"}, ttl_ms=60000)
        await maker.command("ice_candidate", offer_id=offer_id, candidate=candidate(2), sdpMid="0")
        await self.settle(maker)
        offer = await self.claimed(claimer, offer_id)
        self.assertEqual(offer["sdp"], SDP)
        self.assertEqual(offer["client_id"], "maker")
        self.assertEqual(offer["candidates"], [first, {"candidate": candidate(2), "sdpMid": "0"}])
        self.assertEqual(offer["metadata"], {"name": "Ann"})
        await maker.expect("offer_claimed", offer_id=offer_id, client_id="claimer")
        await claimer.command("ice_candidate", offer_id=offer_id, candidate=candidate(3))
        await claimer.command("answer", offer_id=offer_id, sdp=SDP)
        await claimer.command("ice_candidate", offer_id=offer_id, candidate="")
        await maker.expect("answer", offer_id=offer_id, client_id="claimer", sdp=SDP)
        await maker.expect("ice_candidate", offer_id=offer_id, candidate=candidate(3))
        await maker.expect("ice_candidate", offer_id=offer_id, candidate="")
        await maker.command("offer", offer_id=offer_id, sdp=SDP)
        await claimer.expect("offer", offer_id=offer_id, client_id="maker")
        await claimer.command("answer", offer_id=offer_id, sdp=SDP)
        await maker.expect("answer", offer_id=offer_id)
        number = await claimer.command("withdraw_offer", offer_id=offer_id)
        await claimer.expect("offer_withdrawn", offer_id=offer_id, reply_to=number)
        await maker.expect("offer_withdrawn", offer_id=offer_id, client_id="claimer")

    async def test_of_two_hundred_claims_one_wins(self):
        maker = await self.v1("maker")
        offer_id = await self.offered(maker)
        claimers = await asyncio.gather(*(self.v1() for _ in range(200)))

        async def claim(client):
            await client.command("claim_offer", offer_id=offer_id)
            while True:
                message = await client.receive()
                if message["type"] != "ack":
                    return message

        verdicts = await asyncio.gather(*(claim(client) for client in claimers))
        won = [verdict for verdict in verdicts if verdict["type"] == "offer"]
        self.assertEqual(len(won), 1)
        self.assertEqual({verdict["code"] for verdict in verdicts if verdict["type"] == "error"}, {"offer_taken"})
        await maker.expect("offer_claimed", offer_id=offer_id)

    async def test_busy_waits_on_and_declined_is_the_end(self):
        maker, claimer = await self.v1("maker"), await self.v1("claimer")
        offer_id = await self.offered(maker)
        await self.claimed(claimer, offer_id)
        number = await claimer.command("reject", offer_id=offer_id, reason="busy")
        await claimer.expect("offer_requeued", reply_to=number, reason="busy")
        await maker.expect("offer_claimed")
        await maker.expect("offer_requeued", client_id="claimer", reason="busy")
        await self.claimed(claimer, offer_id)
        await maker.expect("offer_claimed")
        await claimer.command("reject", offer_id=offer_id, reason="declined")
        await maker.expect("offer_rejected", client_id="claimer", reason="declined")
        await claimer.expect("offer_rejected", client_id="maker", reason="declined")

    async def test_its_time_ends(self):
        maker, late = await self.v1("maker"), await self.v1("late")
        offer_id = await self.offered(maker, ttl_ms=1000)
        await maker.expect("offer_expired", offer_id=offer_id, reason="ttl_expired")
        await late.command("claim_offer", offer_id=offer_id)
        await late.expect_error("offer_expired", action="none")

    async def test_the_makers_end_is_told(self):
        maker, claimer = await self.v1("maker"), await self.v1("claimer")
        offer_id = await self.offered(maker)
        await self.claimed(claimer, offer_id)
        await maker.send("bye")
        await claimer.expect("offer_expired", offer_id=offer_id, client_id="maker", reason="maker_left")

    async def test_only_those_allowed(self):
        maker, friend, stranger = await self.v1("maker"), await self.v1("friend"), await self.v1("stranger")
        offer_id = await self.offered(maker, allowed=["friend"])
        await stranger.command("claim_offer", offer_id=offer_id)
        await stranger.expect_error("permission_denied", action="none")
        await self.claimed(friend, offer_id)

    async def test_fifty_wait_and_no_more(self):
        maker = await self.v1("maker")
        ids = [await self.offered(maker) for _ in range(50)]
        await maker.command("create_offer", sdp=SDP)
        await maker.expect_error("too_many_offers", action="retry")
        await maker.command("withdraw_offer", offer_id=ids[0])
        await maker.expect("offer_withdrawn", offer_id=ids[0])
        await self.offered(maker)

    async def test_bad_input_is_named_and_loses_nothing(self):
        maker = await self.v1("maker")
        for code, fields in (
                ("invalid_sdp", {"sdp": "v=1"}),
                ("invalid_candidate", {"sdp": SDP, "candidates": [{"candidate": "hello"}]}),
                ("invalid_sdp", {"sdp": SDP.replace("sha-256", "sha-1")})):
            number = await maker.command("create_offer", **fields)
            await maker.expect_error(code, reply_to=number, fatal=False)
        number = await maker.command("create_offer", sdp=SDP, ttl_ms=999)
        await maker.expect_error("invalid_message", reply_to=number)
        await self.offered(maker)

    async def test_the_plain_path_takes_part_and_needs_no_numbers(self):
        maker = await self.plain("?client_id=robot")
        await maker.send("create_offer", sdp=SDP)
        offer_id = (await maker.expect("offer_created"))["offer_id"]
        claimer = await self.plain("?room=elsewhere&client_id=viewer")
        await claimer.send("claim_offer", offer_id=offer_id)
        await claimer.expect("offer", offer_id=offer_id, client_id="robot")
        await claimer.send("answer", offer_id=offer_id, sdp=SDP)
        await maker.expect("offer_claimed")
        await maker.expect("answer", offer_id=offer_id, client_id="viewer")


class LeaseTest(OffersStack):

    service_flags = ("--claim_lease=6s", "--resume_window=2s")

    async def test_a_claimer_that_vanishes_gives_it_back_and_one_that_is_silent_too(self):
        maker, vanishes, silent, answers = await asyncio.gather(*(self.v1(name) for name in (
            "maker", "vanishes", "silent", "answers")))
        offer_id = await self.offered(maker)
        await self.claimed(vanishes, offer_id)
        await maker.expect("offer_claimed", client_id="vanishes")
        vanishes.ws.transport.abort()
        await maker.expect("offer_requeued", offer_id=offer_id, client_id="vanishes", reason="claimer_left")
        await self.claimed(silent, offer_id)
        await maker.expect("offer_claimed", client_id="silent")
        await maker.expect("offer_requeued", client_id="silent", reason="lease_expired")
        await silent.expect("offer_requeued", offer_id=offer_id, client_id="maker", reason="lease_expired")
        await self.claimed(answers, offer_id)
        await maker.expect("offer_claimed", client_id="answers")
        for type_, fields in (("answer", {"sdp": SDP}), ("ice_candidate", {"candidate": candidate(9)})):
            number = await silent.command(type_, offer_id=offer_id, **fields)
            await silent.expect_error("claim_lost", reply_to=number, action="none")
        await maker.command("ice_candidate", offer_id=offer_id, candidate=candidate(8))
        await answers.expect("ice_candidate", candidate=candidate(8))
        await answers.command("answer", offer_id=offer_id, sdp=SDP)
        await maker.expect("answer", offer_id=offer_id, client_id="answers")
        await self.settle(maker, silent)

    async def test_a_kept_plain_offer_goes_through_the_same_states(self):
        robot = await self.plain("?room=kept&client_id=robot")
        await robot.send("offer", sdp=SDP)
        await robot.expect_error("peer_unavailable", action="none")
        silent = await self.plain("?room=kept&client_id=silent")
        self.assertNotIn("offer_id", await silent.expect("offer", client_id="robot", sdp=SDP))
        await robot.expect("participant_joined")
        await robot.expect("offer_claimed", client_id="silent")
        await robot.expect("offer_requeued", client_id="silent", reason="lease_expired")
        await silent.expect("offer_requeued", client_id="robot")
        viewer = await self.plain("?room=kept&client_id=viewer")
        await viewer.expect("offer", client_id="robot", sdp=SDP)
        await viewer.send("answer", sdp=SDP, to="robot")
        await robot.expect("participant_joined")
        await robot.expect("offer_claimed", client_id="viewer")
        await robot.expect("answer", client_id="viewer")


if __name__ == "__main__":
    harness.main()

"""Sessions of /v1 in rooms: who is there, who hears whom, and the numbers that make delivery exact."""

import asyncio
import time

import harness
from harness import SDP
from raw_socket import RawSocket


class OpeningTest(harness.Stack):

    async def test_connected_says_what_holds(self):
        client = await self.v1("robot-1")
        hello = client.hello
        self.assertEqual(hello["client_id"], "robot-1")
        self.assertTrue(hello["session_id"])
        self.assertIs(hello["resumed"], False)
        self.assertEqual(hello["last_id"], 0)
        self.assertNotIn("room", hello)
        self.assertEqual(hello["ice_servers"], [])
        self.assertEqual(hello["ice_transport_policy"], "all")
        self.assertEqual((hello["ping_interval_ms"], hello["timeout_ms"]), (10000, 30000))
        self.assertEqual(hello["limits"]["max_message_bytes"], 65536)
        self.assertNotIn("seq", hello)

    async def test_the_server_makes_ids_that_differ(self):
        first, second = await self.v1(), await self.v1()
        self.assertNotEqual(first.client_id, second.client_id)
        self.assertNotEqual(first.hello["session_id"], second.hello["session_id"])

    async def test_only_ping_is_served_before_hello(self):
        client = await self.open("/v1")
        await client.send("ping", t={"a": [1.5]})
        self.assertEqual((await client.expect("pong"))["t"], {"a": [1.5]})
        await client.send("join", room="r", id=1)
        await client.expect_error("hello_required", action="none", fatal=False)
        await client.send("hello")
        await client.expect("connected")

    async def test_a_second_hello_and_one_on_the_plain_path(self):
        client = await self.v1()
        await client.send("hello")
        await client.expect_error("invalid_message", fatal=False)
        plain = await self.plain("?room=hello")
        await plain.send("hello")
        await plain.expect_error("invalid_message", fatal=False)
        await plain.expect_nothing()

    async def test_subprotocol(self):
        client = await self.open("/v1", subprotocols=["signaling.v1", "bearer.secret"])
        self.assertEqual(client.ws.subprotocol, "signaling.v1")

    async def test_bye_ends_the_session(self):
        first, second = await self.pair("bye")
        await second.send("bye")
        await second.expect_close(1000)
        await first.expect("participant_left", client_id=second.client_id, reason="left")

    async def test_close_1000_is_a_bye_and_a_broken_socket_is_not(self):
        first, second = await self.pair("close")
        await second.close()
        await first.expect("participant_left", client_id=second.client_id, reason="left")
        third = await self.v1(room="close")
        await first.expect("participant_joined", client_id=third.client_id)
        third.ws.transport.abort()
        await first.expect("participant_connection", client_id=third.client_id, connected=False)
        await first.expect("participant_left", client_id=third.client_id, reason="timeout")


class RoomsTest(harness.Stack):

    async def test_presence_and_who_is_polite(self):
        first = await self.v1("a", metadata={"name": "A"})
        joined = await self.join(first, "presence")
        self.assertEqual(joined["participants"], [])
        self.assertEqual(joined["options"], harness.DEFAULT_OPTIONS)
        self.assertEqual(joined["seq"], 1)
        second = await self.v1("b", room="presence")
        seen, = second.joined["participants"]
        self.assertEqual((seen["client_id"], seen["metadata"], seen["polite"], seen["connected"]),
                         ("a", {"name": "A"}, True, True))
        self.assertRegex(seen["joined_at"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        event = await first.expect("participant_joined", client_id="b", seq=2)
        self.assertIs(event["participant"]["polite"], False)
        third = await self.v1(room="presence")
        self.assertEqual([p["client_id"] for p in third.joined["participants"]], ["a", "b"])

    async def test_leave_and_join_again(self):
        first, second = await self.pair("leave")
        number = await second.command("leave")
        await second.expect("left", reason="left", reply_to=number)
        await first.expect("participant_left", client_id=second.client_id, reason="left")
        number = await second.command("leave")
        await second.expect_error("not_in_room", reply_to=number, action="none", fatal=False)
        number = await second.command("offer", sdp=SDP)
        await second.expect_error("not_in_room", reply_to=number)
        await self.join(second, "elsewhere")
        number = await second.command("join", room="leave")
        await second.expect_error("already_in_room", reply_to=number, action="none")
        await first.expect_nothing()

    async def test_update_is_seen_by_the_others(self):
        first, second = await self.pair("update")
        await first.command("update", metadata={"muted": "true"})
        event = await second.expect("participant_updated", client_id=first.client_id)
        self.assertEqual(event["participant"]["metadata"], {"muted": "true"})
        self.assertIs(event["participant"]["polite"], True)
        third = await self.v1(room="update")
        self.assertEqual(third.joined["participants"][0]["metadata"], {"muted": "true"})

    async def test_five_and_no_sixth(self):
        clients = [await self.v1(room="full") for _ in range(5)]
        sixth = await self.v1()
        number = await sixth.command("join", room="full")
        await sixth.expect_error("room_full", reply_to=number, action="retry", fatal=False)
        plain = await self.open("/?room=full")
        await plain.expect_error("room_full", fatal=True)
        await plain.expect_close(4005)
        for i, client in enumerate(clients):  # each has heard of those after it, and of nobody else
            for later in clients[i + 1:]:
                await client.expect("participant_joined", client_id=later.client_id)
            await client.expect_nothing()
        await clients[0].close()
        await clients[1].expect("participant_left", client_id=clients[0].client_id)
        await self.join(sixth, "full")

    async def test_many_at_once_leave_exactly_five_in(self):
        clients = [await self.v1() for _ in range(40)]
        await asyncio.gather(*(client.command("join", room="crowd") for client in clients))

        async def outcome(client):
            while True:
                message = await client.receive()
                if message.get("reply_to") == 1:
                    return message.get("code", message["type"])

        outcomes = await asyncio.gather(*map(outcome, clients))
        self.assertEqual((outcomes.count("joined"), outcomes.count("room_full")), (5, 35), outcomes)

    async def test_a_client_id_in_use_is_taken_and_a_dead_sockets_is_not(self):
        await self.v1("twin", room="twins")
        second = await self.v1("twin")
        number = await second.command("join", room="twins")
        await second.expect_error("client_id_taken", reply_to=number, action="retry", fatal=False)
        plain = await self.open("/?room=twins&client_id=twin")
        await plain.expect_error("client_id_taken", fatal=True)
        await plain.expect_close(4005)
        other_room = await self.v1("twin")
        await self.join(other_room, "another-room")

    async def test_a_silent_holder_of_a_client_id_is_replaced(self):
        dead = await RawSocket.upgrade(self.gateway.port, "/?room=silent&client_id=twin")
        await dead.expect("connected", client_id="twin")
        witness = await self.v1(room="silent")
        heir = await self.v1("twin")
        number = await heir.command("join", room="silent", replace=False)
        await heir.expect_error("client_id_taken", reply_to=number)
        begin = time.monotonic()
        await self.join(heir, "silent")
        self.assertGreater(time.monotonic() - begin, 1.5)
        await witness.expect("participant_left", client_id="twin", reason="replaced")
        await witness.expect("participant_joined", client_id="twin")
        await dead.expect("participant_joined", client_id=witness.client_id)
        await dead.expect("error", code="session_replaced", action="close", fatal=True)
        await dead.expect_close(4504)

    async def test_messages_may_follow_an_opening_that_waits(self):
        dead = await RawSocket.upgrade(self.gateway.port, "/?room=waits&client_id=twin")
        await dead.expect("connected", client_id="twin")
        witness = await self.v1(room="waits")
        heir = await self.open("/?room=waits&client_id=twin")  # until it is known that nobody answers for the name
        await heir.send("message", data="early")
        await heir.expect("connected", client_id="twin")
        await witness.expect("participant_left", client_id="twin", reason="replaced")
        await witness.expect("participant_joined", client_id="twin")
        await witness.expect("message", data="early", client_id="twin")
        dead.abort()


class SignalsTest(harness.Stack):
    """Over two threads, so that the two sides of a call are on links of their own."""

    gateway_flags = ("--max_connections=64", "--io_threads=2")

    async def test_a_call(self):
        first, second = await self.pair("call")
        await first.command("offer", sdp=SDP, to=second.client_id)
        offer = await second.expect("offer", sdp=SDP, client_id=first.client_id)
        self.assertNotIn("to", offer)
        self.assertNotIn("reply_to", offer)
        await second.command("answer", sdp=SDP)
        await first.expect("answer", sdp=SDP, client_id=second.client_id)
        await first.command("ice_candidate", candidate=harness.candidate(1), sdpMid="0", sdpMLineIndex=0,
                            usernameFragment="EsAw")
        await second.expect("ice_candidate", candidate=harness.candidate(1), sdpMid="0", sdpMLineIndex=0,
                            usernameFragment="EsAw", client_id=first.client_id)
        await second.command("ice_candidate", candidate="")
        end = await first.expect("ice_candidate", candidate="")
        self.assertNotIn("sdpMid", end)
        await self.settle(first, second)

    async def test_reject(self):
        first, second = await self.pair("reject")
        await first.command("offer", sdp=SDP)
        await second.expect("offer")
        for reason in ("busy", "declined", "unsupported"):
            await second.command("reject", to=first.client_id, reason=reason)
            await first.expect("reject", reason=reason, client_id=second.client_id)

    async def test_without_a_target(self):
        first = await self.v1(room="target")
        number = await first.command("offer", sdp=SDP)
        await first.expect_error("peer_unavailable", reply_to=number, action="retry", fatal=False)
        second = await self.v1(room="target")
        third = await self.v1(room="target")
        await first.expect("participant_joined")
        await first.expect("participant_joined")
        await second.expect("participant_joined")
        number = await first.command("offer", sdp=SDP)
        await first.expect_error("target_required", reply_to=number, action="none")
        await first.command("offer", sdp=SDP, to=third.client_id)
        await third.expect("offer", client_id=first.client_id)
        await third.command("answer", sdp=SDP)
        await first.expect("answer", client_id=third.client_id)
        await first.command("ice_candidate", candidate=harness.candidate(7))
        await third.expect("ice_candidate", candidate=harness.candidate(7))
        number = await first.command("offer", sdp=SDP, to="nobody")
        await first.expect_error("peer_unavailable", reply_to=number)
        await second.expect_nothing()

    async def test_content_is_checked_before_routing(self):
        first = await self.v1(room="content")
        number = await first.command("offer", sdp="hello", to="nobody")
        await first.expect_error("invalid_sdp", reply_to=number, action="none", fatal=False)
        number = await first.command("ice_candidate", candidate="candidate:nonsense", to="nobody")
        await first.expect_error("invalid_candidate", reply_to=number, action="none")

    async def test_messages_to_one_and_to_all(self):
        first = await self.v1(room="chat")
        number = await first.command("message", data={"alone": True})
        await first.wait_for_ack(number)
        second, third = await self.v1(room="chat"), await self.v1(room="chat")
        await first.expect("participant_joined")
        await first.expect("participant_joined")
        await second.expect("participant_joined")
        data = {"text": "é\u0000\n\"", "list": [1, 2.5, None, True, {}]}
        await first.command("message", data=data)
        await second.expect("message", data=data, client_id=first.client_id)
        await third.expect("message", data=data, client_id=first.client_id)
        await second.command("message", data=None, to=third.client_id)
        await third.expect("message", data=None, client_id=second.client_id)
        await self.settle(second, first)

    async def test_nobody_speaks_for_another(self):
        first, second = await self.pair("mismatch")
        number = await first.command("offer", sdp=SDP, client_id=second.client_id)
        await first.expect_error("client_id_mismatch", reply_to=number, action="none", fatal=False)
        await first.command("offer", sdp=SDP, client_id=first.client_id)
        await second.expect("offer", client_id=first.client_id)


class NumbersTest(harness.Stack):

    async def test_what_was_processed_is_only_acknowledged(self):
        first, second = await self.pair("duplicates")
        await first.send("message", data=1, id=10)
        await second.expect("message", data=1)
        await first.wait_for_ack(10)
        for number in (10, 2):  # again, and one that was skipped
            first.acks.clear()
            await first.send("message", data="again", id=number)
            await first.wait_for_ack(10)
        await first.send("message", data=2, id=11)
        await second.expect("message", data=2)

    async def test_acks_come_soon_and_ride_along(self):
        client = await self.v1(room="acks")
        waits = []
        for _ in range(3):
            begin = time.monotonic()
            number = await client.command("message", data=1)
            await client.wait_for_ack(number)
            waits.append(time.monotonic() - begin)
        self.assertLess(min(waits), 0.25)

    async def test_who_numbers_nothing_gets_no_ack_and_no_reply_to(self):
        client = await self.v1()
        await client.send("join", room="silent")
        self.assertNotIn("reply_to", await client.expect("joined"))
        await client.send("leave")
        self.assertNotIn("reply_to", await client.expect("left"))
        await client.send("leave")
        self.assertNotIn("reply_to", await client.expect_error("not_in_room"))
        await self.outlive_an_ack()
        await client.expect_nothing()
        self.assertEqual(client.acks, [])

    async def outlive_an_ack(self):
        """Whatever the service had to acknowledge before this call is out: another session got a later ack alone."""
        other = await self.v1(room="elsewhere")
        number = await other.command("message", data=1)
        await other.wait_for_ack(number)

    async def test_the_gateways_refusals_are_verdicts_too(self):
        client = await self.v1()
        await client.send("offer", id=5)
        error = await client.expect_error("invalid_message", reply_to=5, seq=1, fatal=False)
        self.assertIn("sdp", error["message"])
        await client.send("no_such_type", id=6)
        await client.expect_error("unknown_type", reply_to=6, seq=2, fatal=False)
        await client.send("leave", id=6)
        await client.wait_for_ack(6)
        await client.send("leave", id=7)
        await client.expect_error("not_in_room", reply_to=7, seq=3)

    async def test_who_acknowledges_nothing_is_ended_and_nobody_else(self):
        first, second = await self.pair("overflow")
        third = await self.v1(room="overflow")
        await first.expect("participant_joined")
        await second.expect("participant_joined")
        second.ack_every = 0
        left = None
        for number in range(300):
            await first.command("message", data=number)
            message = await third.receive()
            if message["type"] == "participant_left":
                left = message
                message = await third.receive()
            self.assertEqual((message["type"], message["data"]), ("message", number))
        self.assertEqual((left["client_id"], left["reason"]), (second.client_id, "overflow"))
        while (message := await second.receive())["type"] == "message":
            pass
        self.assertEqual((message["code"], message["action"], message["fatal"]),
                         ("slow_consumer", "reconnect", True))
        await second.expect_close(4003)
        await first.expect("participant_left", client_id=second.client_id, reason="overflow")


if __name__ == "__main__":
    harness.main()

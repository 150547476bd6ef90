"""Programs that were written to the plain format, as they stand: connect to `/`, send, read."""

import asyncio
import json

import harness
import websockets
from harness import SDP, candidate


class PlainFormatTest(harness.Stack):

    async def test_connecting_is_enough(self):
        first = await self.plain()
        room = first.hello["room"]
        self.assertEqual((room["room"], room["participants"]), ("lobby", []))
        self.assertEqual(room["options"], harness.DEFAULT_OPTIONS)
        second = await self.plain("?client_id=viewer")
        self.assertEqual(second.client_id, "viewer")
        self.assertEqual([(p["client_id"], p["polite"]) for p in second.hello["room"]["participants"]],
                         [(first.client_id, True)])
        await first.expect("participant_joined", client_id="viewer", seq=1)
        await self.plain("?room=elsewhere&client_id=viewer")
        await first.expect_nothing()

    async def test_a_wrong_query_is_told(self):
        for query in ("?room=a%20b", "?client_id=%00", "?room=" + "r" * 129):
            client = await self.open(f"/{query}")
            await client.expect_error("invalid_message", fatal=True)
            await client.expect_close(4500)

    async def test_robot_and_viewer(self):
        robot = await self.plain("?room=call&client_id=robot")
        viewer = await self.plain("?room=call&client_id=viewer")
        await robot.expect("participant_joined", client_id="viewer")
        await viewer.send("offer", sdp=SDP, client_id="viewer")
        self.assertEqual(await robot.expect("offer"),
                         {"type": "offer", "sdp": SDP, "client_id": "viewer", "seq": 2})
        await robot.send("answer", sdp=SDP, client_id="robot")
        self.assertEqual(await viewer.expect("answer"),
                         {"type": "answer", "sdp": SDP, "client_id": "robot", "seq": 1})
        await robot.send("ice_candidate", candidate=candidate(1), sdpMid="0", sdpMLineIndex=0, client_id="robot")
        self.assertEqual(await viewer.expect("ice_candidate"),
                         {"type": "ice_candidate", "candidate": candidate(1), "sdpMid": "0", "sdpMLineIndex": 0,
                          "client_id": "robot", "seq": 2})
        self.assertEqual(robot.acks + viewer.acks, [])

    async def test_an_offer_waits_for_the_viewer_with_its_candidates(self):
        robot = await self.plain("?room=waiting")
        await robot.send("offer", sdp=SDP)
        await robot.expect_error("peer_unavailable", action="none", fatal=False)
        candidates = [candidate(1), candidate(2), candidate(3), ""]
        for line in candidates:
            await robot.send("ice_candidate", candidate=line, sdpMid="0", sdpMLineIndex=0)
        await self.handled(robot)
        viewer = await self.plain("?room=waiting")
        await viewer.expect("offer", sdp=SDP, client_id=robot.client_id)
        for line in candidates:
            await viewer.expect("ice_candidate", candidate=line, sdpMid="0", sdpMLineIndex=0)
        await robot.expect("participant_joined")
        await robot.expect("offer_claimed", client_id=viewer.client_id)
        await viewer.send("answer", sdp=SDP)
        await robot.expect("answer", client_id=viewer.client_id)
        third = await self.plain("?room=waiting")
        await third.expect_nothing()

    async def handled(self, client):
        """What `client` sent so far has been handled: so has a message after it."""
        await client.send("message", data=None, to="nobody")
        await client.expect_error("peer_unavailable")

    async def test_the_newest_offer_wins(self):
        robot = await self.plain("?room=newest")
        for version in ("1", "2"):
            await robot.send("offer", sdp=SDP + f"a=version:{version}\r\n")
            await robot.expect_error("peer_unavailable", action="none")
            await robot.send("ice_candidate", candidate=candidate(int(version)))
        await self.handled(robot)
        viewer = await self.plain("?room=newest")
        await viewer.expect("offer", sdp=SDP + "a=version:2\r\n")
        await viewer.expect("ice_candidate", candidate=candidate(2))
        await viewer.expect_nothing()

    async def test_a_client_id_is_adopted_once(self):
        robot = await self.plain("?room=adopt")
        viewer = await self.plain("?room=adopt")
        await robot.expect("participant_joined")
        await robot.send("offer", sdp=SDP, client_id="robot")
        event = await viewer.expect("participant_updated", client_id=robot.client_id)
        self.assertEqual(event["participant"]["client_id"], "robot")
        await viewer.expect("offer", client_id="robot")
        await robot.send("ice_candidate", candidate=candidate(1), client_id="robot")
        await viewer.expect("ice_candidate", client_id="robot")
        await robot.send("ice_candidate", candidate=candidate(2), client_id="other")
        await robot.expect_error("client_id_mismatch", action="none", fatal=False)
        named = await self.plain("?room=adopt&client_id=named")
        await named.send("offer", sdp=SDP, client_id="other", to="robot")
        await named.expect_error("client_id_mismatch", action="none", fatal=False)
        await robot.expect("participant_joined", client_id="named")
        await robot.expect_nothing()

    async def test_a_client_id_of_somebody_here_is_not_adopted(self):
        robot = await self.plain("?room=borrow&client_id=robot")
        viewer = await self.plain("?room=borrow")
        await robot.expect("participant_joined")
        await viewer.send("offer", sdp=SDP, client_id="robot")
        await viewer.expect_error("client_id_taken", fatal=False)
        await viewer.send("offer", sdp=SDP, client_id="viewer")
        await robot.expect("participant_updated")
        await robot.expect("offer", client_id="viewer")

    async def test_a_plain_client_and_one_of_v1(self):
        robot = await self.plain("?room=mixed&client_id=robot")
        viewer = await self.v1("viewer", room="mixed")
        await robot.expect("participant_joined")
        await viewer.command("offer", sdp=SDP, to="robot")
        await robot.expect("offer", client_id="viewer")
        await robot.send("answer", sdp=SDP, client_id="robot")
        await viewer.expect("answer", client_id="robot")

    async def test_a_plain_client_may_number(self):
        client = await self.plain("?room=numbers")
        await client.send("message", data=1, id=1)
        await client.wait_for_ack(1)
        await client.send("offer", id=2)
        await client.expect_error("invalid_message", reply_to=2)


class LongLifeTest(harness.Stack):
    """The default of ten connections holds what is needed here."""

    gateway_flags = ()

    async def test_ten_thousand_candidates_and_twenty_reconnects(self):
        per_round, rounds = 250, 20  # in each direction: 10 000 in all

        async def speak(socket, name, first):
            for number in range(first, first + per_round):
                await socket.send(json.dumps({
                    "type": "ice_candidate", "candidate": candidate(number + 1), "sdpMid": "0", "sdpMLineIndex": 0,
                    "client_id": name}))

        async def listen(socket, peer, first):
            number = first
            while number < first + per_round:
                message = harness.parse(await asyncio.wait_for(socket.recv(), harness.DEADLINE))
                if message["type"] in ("participant_joined", "participant_updated", "participant_left"):
                    continue
                self.assertEqual((message["type"], message.get("candidate"), message.get("client_id")),
                                 ("ice_candidate", candidate(number + 1), peer))
                number += 1

        async def connect():
            socket = await websockets.connect(f"ws://127.0.0.1:{self.gateway.port}", ping_interval=None)
            self.assertEqual(harness.parse(await socket.recv())["type"], "connected")
            return socket

        viewer = await connect()
        for round_ in range(rounds):
            robot = await connect()
            first = round_ * per_round
            await asyncio.gather(speak(robot, "robot", first), speak(viewer, "viewer", first),
                                 listen(robot, "viewer", first), listen(viewer, "robot", first))
            # Every other time without a word: the next one takes the name of a session whose socket is gone.
            if round_ % 2:
                robot.transport.abort()
            else:
                await robot.close()
        await viewer.close()

    async def test_a_second_viewer_does_not_disturb_the_first(self):
        robot = await self.plain("?room=three&client_id=robot")
        viewer = await self.plain("?room=three&client_id=viewer")
        await robot.expect("participant_joined", client_id="viewer")
        await viewer.send("offer", sdp=SDP, client_id="viewer")
        await robot.expect("offer", client_id="viewer")
        await robot.send("answer", sdp=SDP, client_id="robot")
        await viewer.expect("answer", client_id="robot")
        late = await self.plain("?room=three&client_id=late")
        await robot.expect("participant_joined", client_id="late")
        await viewer.expect("participant_joined", client_id="late")
        for number in range(1, 50):
            await robot.send("ice_candidate", candidate=candidate(number), client_id="robot")
            await viewer.send("ice_candidate", candidate=candidate(number), client_id="viewer")
            await viewer.expect("ice_candidate", candidate=candidate(number), client_id="robot")
            await robot.expect("ice_candidate", candidate=candidate(number), client_id="viewer")
        # Who has not spoken with anybody has to say whom it means.
        await late.send("offer", sdp=SDP, client_id="late")
        await late.expect_error("target_required", fatal=False)
        await late.close()
        await robot.expect("participant_left", client_id="late")
        await viewer.expect("participant_left", client_id="late")
        await robot.expect_nothing()
        await viewer.expect_nothing()


if __name__ == "__main__":
    harness.main()

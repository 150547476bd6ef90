"""The Python client against the real gateway and service."""

import asyncio
from unittest import mock

import support
from support import ANSWER, DEADLINE, OFFER, Recorder, harness

from signaling_client import IceCandidate, MessageTooLargeError, NotConnectedError, SignalingClosed
from signaling_client.wire import Socket

CANDIDATE = IceCandidate(harness.candidate(1), sdp_mid="0", sdp_m_line_index=0, username_fragment="EsAw")


class Stack(harness.Stack):

    def client(self, client_id=None, kind=Recorder, **options):
        options.setdefault("room", self.id().rsplit(".", 1)[1])
        return kind(f"ws://127.0.0.1:{self.gateway.port}/", client_id=client_id, **options)


class ClientTest(Stack):

    async def test_a_call(self):
        async with self.client("robot") as robot, self.client("viewer") as viewer:
            await robot.expect("connected", (), "all")
            await viewer.expect("connected", (), "all")
            self.assertEqual((viewer.client_id, viewer.room), ("viewer", "test_a_call"))
            self.assertEqual(list(viewer.participants), ["robot"])
            self.assertTrue(viewer.participants["robot"].polite)
            (joined,) = await robot.expect("participant_joined")
            self.assertEqual((joined.client_id, joined.polite), ("viewer", False))
            self.assertIsNotNone(joined.joined_at)
            await viewer.send_offer("robot", OFFER)
            await viewer.send_ice_candidate("robot", CANDIDATE)
            await viewer.send_ice_candidate(None, IceCandidate(""))
            await robot.expect("offer", "viewer", OFFER)
            await robot.expect("ice_candidate", "viewer", CANDIDATE)
            await robot.expect("ice_candidate", "viewer", IceCandidate(""))
            await robot.send_answer(None, ANSWER)
            await viewer.expect("answer", "robot", ANSWER)
            await viewer.send_offer("robot", OFFER)
            await robot.expect("offer", "viewer", OFFER)
            await robot.send_reject("viewer", "busy")
            await viewer.expect("reject", "robot", "busy")
            await viewer.close()
            await robot.expect("participant_left", "viewer", "left")
            self.assertEqual(dict(robot.participants), {})
        self.assertEqual((viewer.connected, viewer.client_id, dict(viewer.participants)), (False, None, {}))

    async def test_messages_and_metadata(self):
        async with self.client("a", metadata={"role": "robot"}) as first, self.client("b") as second:
            await second.until("connected")
            await first.until("participant_joined")
            await first.update({"role": "tractor"})
            while second.participants["a"].metadata != {"role": "tractor"}:
                await second.until("participant_updated")
            for to, data in (("b", {"speed": [1, None]}), (None, None), (None, "ä\u2028\0")):
                await first.send_message(to, data)
                await second.expect("message", "a", data)

    async def test_a_refusal_is_told_and_the_session_goes_on(self):
        async with self.client() as client:
            await client.expect("connected")
            await client.send_message("nobody", 1)
            (error,) = await client.expect("error")
            self.assertEqual((error.code, error.action, error.fatal), ("peer_unavailable", "retry", False))
            await client.send_reject(None, "no such reason")
            (error,) = await client.expect("error")
            self.assertEqual((error.code, error.action), ("invalid_message", "none"))
            self.assertTrue(client.connected)

    async def test_a_refusal_says_of_which_message(self):
        async with self.client("a") as client, self.client("b") as other:
            await other.until("connected")
            ids = [await client.send_message("nobody", 1), await client.send_offer("b", OFFER),
                   await client.send_ice_candidate("gone", CANDIDATE), await client.send_answer("neither", ANSWER),
                   await client.update({"role": "robot"}), await client.send_reject("no one", "busy")]
            self.assertEqual(ids, list(range(ids[0], ids[0] + 6)))
            refused = [(await client.until("error"))[0].reply_to for _ in range(4)]
            self.assertEqual(refused, [ids[0], ids[2], ids[3], ids[5]])

    async def test_an_offer_that_finds_nobody_is_told(self):
        async with self.client("robot") as robot:
            await robot.expect("connected")
            await robot.send_offer(None, OFFER)
            (error,) = await robot.expect("error")
            self.assertEqual((error.code, error.action), ("peer_unavailable", "retry"))

    async def test_what_is_too_large_is_not_sent(self):
        async with self.client() as client:
            with self.assertRaises(MessageTooLargeError):
                await client.send_message(None, "ä" * 32768)
            await client.send_message("nobody", "x" * 1000)  # the session has not suffered
            await client.until("error")

    async def test_nothing_is_sent_without_a_session(self):
        client = self.client()
        with self.assertRaises(NotConnectedError):
            await client.send_offer(None, OFFER)
        async with client:
            pass
        with self.assertRaises(NotConnectedError):
            await client.send_message(None, 1)
        with self.assertRaises(RuntimeError):
            await client.run()

    async def test_a_slow_handler_holds_up_its_own_participant_only(self):
        class Slow(Recorder):
            gate = asyncio.Event()

            async def handle_ice_candidate(self, client_id, candidate):
                if client_id == "slow":
                    await self.gate.wait()
                self.calls.put_nowait(("ice_candidate", client_id, candidate))

        async with self.client("robot", kind=Slow) as robot, self.client("slow") as slow, self.client("quick") as quick:
            # More than the WebSocket library would keep for a reader that does not read.
            sent = [IceCandidate(harness.candidate(number)) for number in range(1, 121)]
            for one in sent:
                await slow.send_ice_candidate("robot", one)
            await slow.send_message("quick", "all sent")
            await quick.until("message")
            await quick.send_ice_candidate("robot", CANDIDATE)
            client_id, candidate = await robot.until("ice_candidate")
            self.assertEqual((client_id, candidate), ("quick", CANDIDATE))
            robot.gate.set()
            for one in sent:
                await robot.expect("ice_candidate", "slow", one)

    async def test_a_handler_that_raises_is_not_the_end(self):
        class Broken(Recorder):
            async def handle_offer(self, client_id, offer):
                raise ValueError("on purpose")

        async with self.client("robot", kind=Broken) as robot, self.client("viewer") as viewer:
            with self.assertLogs("signaling_client", "ERROR") as logged:
                await viewer.send_offer("robot", OFFER)
                await viewer.send_ice_candidate("robot", CANDIDATE)
                self.assertEqual(await robot.until("ice_candidate"), ("viewer", CANDIDATE))
            self.assertIn("on purpose", logged.output[0])
            self.assertNotIn("ufrag", logged.output[0])

    async def test_a_cancellation_of_a_handler_is(self):
        class Cancelled(Recorder):
            async def handle_offer(self, client_id, offer):
                asyncio.current_task().cancel()
                await asyncio.Event().wait()

        robot = self.client("robot", kind=Cancelled)
        running = asyncio.ensure_future(robot.run())
        await robot.wait_connected()
        async with self.client("viewer") as viewer:
            await viewer.send_offer("robot", OFFER)
            await asyncio.wait([running], timeout=DEADLINE)
            self.assertTrue(running.cancelled())
            self.assertEqual(await viewer.until("participant_left"), ("robot", "left"))

    async def test_it_leaves_the_room_however_it_ends(self):
        class Closer(Recorder):
            async def handle_message(self, client_id, data):
                await self.close()

        async with self.client("witness") as witness:
            for way in ("close", "cancel", "handler"):
                client = self.client(way, kind=Closer)
                running = asyncio.ensure_future(client.run())
                await witness.until("participant_joined")
                await client.wait_connected()
                if way == "handler":
                    await witness.send_message(way, "go")
                elif way == "close":
                    await client.close()
                else:
                    running.cancel()
                await asyncio.wait([running], timeout=DEADLINE)
                self.assertEqual((running.done(), running.cancelled()), (True, way == "cancel"))
                self.assertEqual(await witness.until("participant_left"), (way, "left"))

    async def test_it_may_be_cancelled_at_any_moment(self):
        # That no session stays behind is checked after every test.
        for turns in range(0, 2000, 100):
            running = asyncio.ensure_future(self.client().run())
            for _ in range(turns):
                await asyncio.sleep(0)
            await self.cancel(running)

    async def test_it_may_be_cancelled_when_the_socket_has_just_opened(self):
        really_open = Socket.open

        async def open_and_cancel(*values):
            socket = await really_open(*values)
            running.cancel()
            return socket

        with mock.patch.object(Socket, "open", open_and_cancel):
            running = asyncio.ensure_future(self.client().run())
            await self.cancel(running, already=True)

    async def cancel(self, running, already=False):
        if not already:
            running.cancel()
        await asyncio.wait([running], timeout=DEADLINE)
        self.assertTrue(running.cancelled())

    async def test_who_is_sent_away_stays_away(self):
        moderator = await self.v1("moderator", room="test_who_is_sent_away_stays_away")
        client = self.client("robot")
        with self.assertRaises(SignalingClosed) as caught:  # on leaving the block
            async with client:
                await moderator.expect("participant_joined")
                await moderator.command("kick", client_id="robot", reason="enough")
                (reason,) = await client.until("disconnected")
                with self.assertRaises(SignalingClosed):
                    await asyncio.wait_for(client.wait_closed(), DEADLINE)
        self.assertEqual((reason.close_code, reason.retry_in), (4503, None))
        self.assertEqual((caught.exception.close_code, caught.exception.error.code), (4503, "kicked"))
        with self.assertRaisesRegex(SignalingClosed, "4502: banned"):
            async with self.client("robot"):
                self.fail("it is banned")

    async def test_what_the_client_lets_pass_the_server_takes(self):
        name = "AZaz09._~:@-" + "x" * 116
        full = {"ä\0\u2028": "\"" * 2000, "k": "ä" * 1043 + "xx"}
        async with self.client(room=name) as witness, self.client(name, room=name, metadata=full) as client:
            self.assertEqual((client.client_id, client.room), (name, name))
            (participant,) = await witness.until("participant_joined")
            self.assertEqual(participant.metadata, full)
            full["k"] += "x"  # 4096 bytes
            await client.update(full)
            participant, _ = await witness.until("participant_updated")
            self.assertEqual(participant.metadata, full)
            full["k"] += "x"
            with self.assertRaises(MessageTooLargeError):
                await client.update(full)
            await client.send_message(None, "goes on")
            await witness.expect("message", name, "goes on")

    async def test_a_seat_is_waited_for(self):
        async with self.client("robot"):
            second = self.client("robot")
            with self.assertLogs("signaling_client", "WARNING") as logged:
                running = asyncio.ensure_future(second.run())
                await harness.eventually(lambda: logged.output, "it is refused")
            self.assertIn("client_id_taken", logged.output[0])
        await asyncio.wait_for(second.wait_connected(), DEADLINE)
        self.assertEqual(second.client_id, "robot")
        await second.close()
        await running


if __name__ == "__main__":
    support.main()

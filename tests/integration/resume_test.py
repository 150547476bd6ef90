"""Clients that come back: to all that they left, on any gateway, or with a reason why not."""

import asyncio
import time

import harness
from raw_socket import RawSocket
from tcp_proxy import TcpProxy


def texts(count, begin=0):
    return [f"text {number}" for number in range(begin, begin + count)]


class Resumes(harness.Stack):
    service_flags = ("--resume_window=6s",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.start_gateway()
        cls.addClassCleanup(lambda: cls.check_stop(cls.other))

    async def expect_texts(self, client, expected):
        for text in expected:
            while (message := await client.expect_any("message", "participant_connection"))["type"] != "message":
                pass
            self.assertEqual(message["data"], text)

    async def break_off(self, client):
        """Its connection is gone, and the service knows."""
        detached = "signaling_detached_sessions"
        before = self.service.metrics()[detached]
        client.ws.transport.abort()
        await harness.eventually(lambda: self.service.metrics()[detached] > before, "the session is detached")


class ComingBackTest(Resumes):
    async def test_at_any_gateway_all_is_as_it_was(self):
        first, second = await self.pair("room")
        for text in texts(3):
            await second.command("message", data=text)
        await self.expect_texts(first, texts(3))
        refused = await first.command("message", data="x", to="nobody")
        await self.break_off(first)
        for text in texts(3, 3):
            await second.command("message", data=text)
        await second.wait_for_ack(second.next_id)
        for gateway in (self.other, self.gateway, self.other):
            first = await self.resume(first, gateway)
            self.assertIs(first.hello["resumed"], True)
            self.assertEqual(first.hello["last_id"], refused)
            self.assertNotIn("room", first.hello)
            self.assertNotIn("resume_error", first.hello)
        await first.expect_error("peer_unavailable", reply_to=refused)
        await self.expect_texts(first, texts(3, 3))
        await first.command("message", data="back")
        await self.expect_texts(second, ["back"])

    async def test_what_was_not_acknowledged_is_sent_again_and_acted_on_once(self):
        proxy = TcpProxy(self.service.port)
        await proxy.start()
        self.addAsyncCleanup(proxy.stop)
        behind = await asyncio.to_thread(self.start_gateway, proxy.port)
        first = await self.open("/v1", behind)
        await first.send("hello")
        first.hello = await first.expect("connected")
        await self.join(first, "again")
        second = await self.v1(room="again")
        await first.expect("participant_joined")
        numbers = [await first.command("message", data=text) for text in texts(10)]
        await first.wait_for_ack(numbers[-1])
        # The gateway has the rest and passes it on, but the service never gets it.
        proxy.hold()
        numbers += [await first.command("message", data=text) for text in texts(10, 10)]
        await first.expect_nothing()
        self.assertEqual(first.acks[-1], numbers[9])
        first.ws.transport.abort()
        await proxy.stop()
        back = await self.resume(first, self.other)
        self.assertIs(back.hello["resumed"], True)
        self.assertEqual(back.hello["last_id"], numbers[9])
        await proxy.start()
        self.assertEqual(await asyncio.to_thread(behind.stop), 0, behind.log())
        for number, text in zip(numbers, texts(20), strict=True):
            # All of them, also what the server says that it has.
            await back.send("message", id=number, data=text)
        await self.expect_texts(second, texts(20))
        await back.send("message", id=numbers[-1] + 1, data="end")
        await self.expect_texts(second, ["end"])

    async def test_the_others_hear_of_it_after_a_second(self):
        first, second = await self.pair("away")
        begun = time.monotonic()
        first.ws.transport.abort()
        await second.expect("participant_connection", client_id=first.client_id, connected=False)
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        first = await self.resume(first)
        await second.expect("participant_connection", client_id=first.client_id, connected=True)

    async def test_the_window_ends(self):
        first, second = await self.pair("late")
        begun = time.monotonic()
        first.ws.transport.abort()
        await second.expect("participant_connection", client_id=first.client_id, connected=False)
        await second.expect("participant_left", client_id=first.client_id, reason="timeout")
        self.assertGreaterEqual(time.monotonic() - begun, 6)
        first = await self.resume(first)
        self.assertIs(first.hello["resumed"], False)
        self.assertEqual(first.hello["resume_error"], "session_expired")
        self.assertEqual(first.hello["last_id"], 0)
        await self.join(first, "late")

    async def test_a_socket_that_only_looks_alive_is_taken_over(self):
        first, second = await self.pair("alive")
        for gateway in (self.gateway, self.other):
            back = await self.resume(first, gateway)
            self.assertIs(back.hello["resumed"], True)
            await first.expect_error("session_replaced", action="close", fatal=True)
            await first.expect_close(4504)
            await second.command("message", data="who")
            await self.expect_texts(back, ["who"])
            first = back
        await second.expect_nothing()

    async def test_the_token_before_does_until_the_new_one_was_used(self):
        first, _ = await self.pair("token")
        for _ in range(3):
            lost = await self.open("/v1")
            await lost.send("hello", resume={
                "session_id": first.hello["session_id"], "resume_token": first.hello["resume_token"],
                "last_seq": first.seq})
            await lost.expect("connected", resumed=True)  # and is gone before it could keep the token
            lost.ws.transport.abort()
        back = await self.resume(first)
        self.assertIs(back.hello["resumed"], True)
        await back.send("ack", seq=back.seq)
        await back.command("update", metadata={})
        await back.wait_for_ack(back.next_id)
        late = await self.resume(first)
        self.assertEqual((late.hello["resumed"], late.hello["resume_error"]), (False, "invalid"))
        self.assertNotEqual(late.hello["session_id"], first.hello["session_id"])

    async def test_an_ack_that_says_nothing_new_voids_the_token_before(self):
        first, second = await self.pair("token")
        await second.command("message", data="x")
        await self.expect_texts(first, ["x"])
        await first.send("ack", seq=first.seq)
        back = await self.resume(first)
        await back.send("ack", seq=back.seq)

        # Who is faster than the ack takes the session over, and has said the same then.
        async with asyncio.timeout(harness.DEADLINE):
            while (late := await self.resume(first)).hello["resumed"]:
                await late.send("ack", seq=late.seq)
        self.assertEqual(late.hello["resume_error"], "invalid")

    async def test_what_cannot_be_exact_is_refused(self):
        first, second = await self.pair("refused")
        wrong = await self.resume(first, resume_token="AAAAAAAAAAAAAAAAAAAAAA")
        self.assertEqual(wrong.hello["resume_error"], "invalid")
        unknown = await self.resume(first, session_id="AAAAAAAAAAAAAAAAAAAAAA")
        self.assertEqual(unknown.hello["resume_error"], "session_expired")
        await first.expect_nothing()
        await second.send("bye")
        await second.expect_close(1000)
        self.assertEqual((await self.resume(second)).hello["resume_error"], "session_expired")
        lost = await self.resume(first, last_seq=first.seq + 100)
        self.assertEqual(lost.hello["resume_error"], "events_lost")
        await first.expect("participant_left")
        await first.expect_error("slow_consumer")
        await first.expect_close(4003)

    async def test_more_than_an_outbox_holds_is_told_as_lost(self):
        first, second = await self.pair("flood")
        await self.break_off(first)
        for number in range(300):
            await second.command("message", data=number)
        while (message := await second.receive())["type"] != "participant_left":
            self.assertIn(message["type"], ("ack", "participant_connection"))
        self.assertEqual(message["reason"], "overflow")
        first = await self.resume(first)
        self.assertEqual((first.hello["resumed"], first.hello["resume_error"]), (False, "events_lost"))

    async def test_an_outbox_that_is_full_is_no_flood_for_who_comes_back(self):
        # At most 64 events or 64 KiB at a time.
        for count, size, portion in ((200, 10, 64), (20, 12_000, 5)):
            with self.subTest(size=size):
                first, second = await self.pair(f"full-{size}")
                await self.break_off(first)
                data = "x" * size
                for number in range(count):
                    await second.command("message", data=[number, data])
                await second.wait_for_ack(second.next_id)
                first.ack_every = 0
                first = await self.resume(first)
                for number in range(count):
                    self.assertEqual((await first.expect("message"))["data"][0], number)
                    if (number + 1) % portion == 0:
                        # What the service answers overtakes what it holds back.
                        await first.wait_for_ack(await first.command("update", metadata={}))
                        await first.send("ack", seq=first.seq)

    async def test_who_was_removed_meanwhile_is_told_so(self):
        first, second = await self.pair("removal")
        await self.break_off(second)
        await first.command("kick", client_id=second.client_id)
        again = await self.open("/v1")
        await again.send("hello", resume={
            "session_id": second.hello["session_id"], "resume_token": second.hello["resume_token"],
            "last_seq": second.seq})
        await again.expect("kicked")
        await again.expect_error("kicked", fatal=True)
        await again.expect_close(4503)

    async def test_a_client_of_the_plain_path_that_acknowledges(self):
        robot = await self.plain("?room=plain&client_id=robot")
        quiet = await self.plain("?room=plain&client_id=quiet")
        await robot.expect("participant_joined", client_id="quiet")
        await robot.send("ack", seq=robot.seq)
        await robot.send("message", data=1)
        await quiet.expect("message", data=1)
        await self.break_off(robot)
        await quiet.send("message", data=2)
        robot = await self.resume(robot, self.other)
        self.assertIs(robot.hello["resumed"], True)
        await self.expect_texts(robot, [2])
        # It never acknowledged: nobody waits for it until its window ends, which is 30 s.
        begun = time.monotonic()
        quiet.ws.transport.abort()
        await robot.expect("participant_left", client_id="quiet", reason="timeout")
        self.assertLess(time.monotonic() - begun, 15)

    async def test_bad_fields(self):
        good = {"session_id": "AAAAAAAAAAAAAAAAAAAAAA", "resume_token": "AAAAAAAAAAAAAAAAAAAAAA", "last_seq": 0}
        for resume in ("x", [], {**good, "last_seq": -1}, {**good, "last_seq": "1"}, {**good, "session_id": 7},
                       {**good, "resume_token": None}, {"session_id": good["session_id"]}):
            client = await self.open("/v1")
            await client.send("hello", resume=resume)
            await client.expect_error("invalid_message", fatal=False)

    async def test_a_slow_reader_loses_its_socket_and_nothing_else(self):
        sender = await self.v1(room="slow")
        slow = await RawSocket.upgrade(self.gateway.port, "/v1", receive_buffer=4096)
        await slow.send_message("hello", client_id="slow")
        hello = await slow.expect("connected")
        await slow.send_message("join", room="slow", id=1)
        await slow.expect("joined")
        await sender.expect("participant_joined")
        count, data = 0, "x" * 12_000
        while self.service.metrics()["signaling_detached_sessions"] == 0:
            # Under the 256 KiB that an outbox holds unacknowledged, over what a socket's queue may hold.
            self.assertLess(count, 21, "it reads nothing and is not closed")
            await sender.command("message", data=[count, data])
            await sender.wait_for_ack(sender.next_id)
            count += 1
            await asyncio.sleep(0.01)
        back = await self.open("/v1", self.other)
        await back.send("hello", resume={
            "session_id": hello["session_id"], "resume_token": hello["resume_token"], "last_seq": 1})
        await back.expect("connected", resumed=True)
        back.seq, back.ack_every = 1, 1
        for number in range(count):
            while (message := await back.receive())["type"] != "message":
                pass
            self.assertEqual(message["data"][0], number)
        slow.abort()
        closed = 'signaling_closes_total{code="4003",side="server"}'
        await harness.eventually(lambda: self.gateway.metrics()[closed] > 0, "the slow one's close is counted")


class AtTheCapTest(harness.Stack):
    gateway_flags = ("--max_connections=1",)

    async def test_who_comes_back_takes_its_own_place(self):
        first = await self.v1("ann")
        other = await self.open("/v1")
        await other.send("hello")
        await other.expect_error("too_many_connections", fatal=True)
        await other.expect_close(4005)
        for _ in range(3):
            back = await self.resume(first)
            self.assertIs(back.hello["resumed"], True)
            await first.expect_error("session_replaced")
            await first.expect_close(4504)
            first = back
        await first.expect_nothing()
        stranger = await self.open("/v1")
        await stranger.send("hello", resume={
            "session_id": "AAAAAAAAAAAAAAAAAAAAAA", "resume_token": "AAAAAAAAAAAAAAAAAAAAAA", "last_seq": 0})
        await stranger.expect_error("too_many_connections", fatal=True)
        await stranger.expect_close(1013)


if __name__ == "__main__":
    harness.main()

"""Going on with a session, with a server that does what the real one does rarely."""

import asyncio
from unittest import mock

import support
from support import CONNECTED, DEADLINE, JOINED, MESSAGE, Recorder, Script, Scripted, answers, says

import signaling_client.connection
from signaling_client import SignalingClosed


class ResumeTest(Scripted):

    async def test_whatever_broke_it_the_session_goes_on(self):
        for code in (1001, 1011, 1013, 1014, 4000, 4001, 4003, 4004, 4499, None):
            async def broken(peer):
                await peer.greet()
                await peer.send({**MESSAGE, "seq": 2, "data": "a"})
                if code is None:
                    peer.cut()
                else:
                    await peer.close(code)

            async def mended(peer):
                hello = await peer.resume(1)
                self.assertEqual(hello["resume"], {"session_id": "s", "resume_token": "t1", "last_seq": 2})
                await peer.send({**MESSAGE, "seq": 2, "data": "a"}, {**MESSAGE, "seq": 3, "data": "b"})

            with self.subTest(code=code):
                async with Script(broken, mended) as server:
                    client = self.run_client(server.url)
                    await client.expect("connected")
                    await client.expect("message", "other", "a")
                    (reason,) = await client.expect("reconnecting")
                    self.assertEqual(reason.close_code, code or 1006)
                    await client.expect("resumed")
                    await client.expect("message", "other", "b")  # and the first one not again
                    await self.end(client)

    async def test_the_newest_token_is_used(self):
        async def second(peer):
            await peer.resume(1)
            await peer.close(1011)

        async def third(peer):
            hello = await peer.resume(1, resume_token="t3")
            self.assertEqual(hello["resume"]["resume_token"], "t2")

        async with Script(says(close=1011), second, third) as server:
            client = self.run_client(server.url)
            for name in ("connected", "reconnecting", "resumed", "reconnecting", "resumed"):
                await client.expect(name)
            await self.end(client)

    async def test_the_token_of_before_is_made_void_at_once(self):
        said = asyncio.Queue()

        async def greet(peer):
            await peer.greet()
            await peer.send({**MESSAGE, "seq": 2, "data": "a"})
            await peer.expect("message")
            peer.cut()

        async def back(peer):
            await peer.resume(1)
            for _ in range(2):
                said.put_nowait(await peer.receive())

        async with Script(greet, back) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await client.expect("message", "other", "a")
            await client.send_message(None, "b")
            for message in ({"type": "ack", "seq": 2}, {"type": "message", "data": "b", "id": 2}):
                self.assertEqual(await asyncio.wait_for(said.get(), DEADLINE), message)
            await self.end(client)

    async def test_a_gateway_that_cannot_resume_now_leaves_the_session_alone(self):
        full = {"type": "error", "code": "too_many_connections", "message": "m", "action": "reconnect", "fatal": True}

        async def back(peer):
            self.assertEqual((await peer.resume(1))["resume"]["resume_token"], "t1")

        async def silent(peer):
            await peer.expect("hello")
            peer.cut()

        async with Script(says(close=1011), answers(full, close=1013), answers(full, close=4005), silent, back) as server:
            client = self.run_client(server.url)
            for name in ("connected", "reconnecting", "resumed"):
                await client.expect(name)
            await self.end(client)

    async def test_what_the_server_has_not_comes_again_first_and_under_the_same_ids(self):
        gate = asyncio.Event()

        async def lossy(peer):
            await peer.greet()
            self.assertEqual([(await peer.expect("message"))["id"] for _ in range(3)], [2, 3, 4])
            await peer.send({"type": "ack", "id": 2})
            peer.cut()

        async def back(peer):
            await peer.expect("hello")
            await gate.wait()  # nothing comes meanwhile
            await peer.send({"type": "pong"}, {**CONNECTED, "resumed": True, "last_id": 3, "resume_token": "t2"})
            received = [await peer.expect("message") for _ in range(3)]
            self.assertEqual([(one["id"], one["data"]) for one in received], [(4, "c"), (5, "d"), (6, "e")])
            await peer.send({**MESSAGE, "seq": 2, "reply_to": 6, "data": "all here"})

        async with Script(lossy, back) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            for data in "abc":
                await client.send_message(None, data)
            await client.expect("reconnecting")
            await client.send_message(None, "d")
            gate.set()
            await client.send_message(None, "e")
            await client.expect("resumed")
            await client.expect("message", "other", "all here")
            self.assertEqual(client._session.outbox.unacknowledged, 0)
            await self.end(client)

    async def test_a_server_that_forgot_what_it_acknowledged_is_a_new_one(self):
        ends = []

        async def first(peer):
            await peer.greet()
            await peer.expect("message")
            await peer.send({"type": "pong", "ack": 2})
            await peer.expect("message")
            peer.cut()

        async def forgetful(peer):
            await peer.resume(1)
            ends.append((await peer.expect("bye"))["type"])

        async def fresh(peer):
            hello, join = await peer.greet()
            self.assertNotIn("resume", hello)
            self.assertIs(join["replace"], False)

        async with Script(first, forgetful, fresh) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await client.send_message(None, "acknowledged")
            await client.send_message(None, "not")
            await client.expect("reconnecting")
            (reason,) = await client.expect("disconnected")
            self.assertEqual(reason.lost_messages, 1)
            await client.expect("connected")
            self.assertEqual(ends, ["bye"])
            await self.end(client)

    async def test_a_resume_that_is_refused_opens_a_session_on_the_same_socket(self):
        joins = []

        async def refused(peer):
            hello = await peer.expect("hello")
            self.assertEqual((hello["client_id"], hello["metadata"]), ("robot", {"k": "v"}))
            await peer.send({**CONNECTED, "session_id": "other", "resume_error": "events_lost"})
            joins.append(await peer.expect("join"))
            await peer.send(JOINED)

        async def again(peer):
            self.assertEqual((await peer.resume(1, session_id="other"))["resume"]["session_id"], "other")

        async with Script(says(close=1011), refused) as server:
            client = self.run_client(server.url, room="r", client_id="robot", metadata={"k": "v"})
            await client.expect("connected")
            await client.expect("reconnecting")
            (reason,) = await client.expect("disconnected")
            self.assertEqual((reason.close_code, reason.retry_in, reason.reason), (1011, 0, "it could not go on: events_lost"))
            await client.expect("connected")
            self.assertEqual(joins, [{"type": "join", "room": "r", "metadata": {"k": "v"}, "replace": False, "id": 1}])
            await self.end(client)

    async def test_who_was_removed_meanwhile_stays_away(self):
        for code, close in (("session_replaced", 4504), ("kicked", 4503), ("room_closed", 4505)):
            error = {"type": "error", "code": code, "message": "m", "action": "close", "fatal": True}
            async with Script(says(close=1011), answers({"type": code}, error, close=close)) as server:
                client = Recorder(server.url)
                with self.assertRaisesRegex(SignalingClosed, f"{close}: {code}"):
                    await asyncio.wait_for(client.run(), DEADLINE)
                for name in ("connected", "reconnecting", "disconnected"):
                    await client.expect(name)

    async def test_who_is_away_for_too_long_gives_the_session_up(self):
        brief = {**CONNECTED, "resume_window_ms": 100, "timeout_ms": 100}

        async def until_it_gives_up(peer):
            hello = await peer.expect("hello")
            if "resume" in hello:
                await peer.close(1013)
            else:
                await peer.send(CONNECTED)
                await peer.send({**JOINED, "reply_to": (await peer.expect("join"))["id"]})

        async with Script(says(close=1011, connected=brief), until_it_gives_up) as server:
            client = self.run_client(server.url)
            for name in ("connected", "reconnecting", "disconnected", "connected"):
                await client.expect(name)
            await self.end(client)

    async def test_ice_servers_that_were_missed_are_told(self):
        async def back(peer):
            await peer.resume(1, ice_servers=[{"urls": ["turn:h"]}])

        async with Script(says(close=1011), back) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await client.expect("reconnecting")
            (servers,) = await client.expect("ice_servers")
            self.assertEqual(servers[0].urls, ("turn:h",))
            await client.expect("resumed")
            await self.end(client)

    async def test_a_break_between_the_greeting_and_the_room_is_mended_too(self):
        async def half(peer):
            await peer.expect("hello")
            await peer.send(CONNECTED)
            await peer.expect("join")
            peer.cut()

        async def whole(peer):
            await peer.resume(0)
            join = await peer.receive()  # and no acknowledgement before it: nothing has come
            self.assertEqual((join["type"], join["id"]), ("join", 1))
            await peer.send(JOINED)

        async with Script(half, whole) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await self.end(client)

    async def test_a_server_that_goes_away_is_left_without_a_word(self):
        ends = asyncio.Queue()
        greeted = asyncio.Event()

        async def leaving(peer):
            await peer.greet()
            await peer.send({"type": "go_away", "reason": "draining", "reconnect_after_ms": 50})
            ends.put_nowait(await peer.expect_end())  # no message any more, from when the other one is asked

        async def next_one(peer):
            await peer.expect("hello")
            greeted.set()
            await peer.send({**MESSAGE, "type": "pong"})
            await asyncio.wait_for(sent.wait(), DEADLINE)
            await peer.send({**CONNECTED, "resumed": True, "last_id": 1, "resume_token": "t2"})
            self.assertEqual([(await peer.expect("message"))["data"] for _ in range(10)], list(range(10)))
            await peer.send({**MESSAGE, "seq": 2, "data": "here"})

        sent = asyncio.Event()
        async with Script(leaving, next_one) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await asyncio.wait_for(greeted.wait(), DEADLINE)
            for number in range(10):
                await client.send_message(None, number)
                await asyncio.sleep(0)  # so that whoever sends could
            sent.set()
            await client.expect("message", "other", "here")
            self.assertEqual(await asyncio.wait_for(ends.get(), DEADLINE), 1001)  # 1000 would end the session
            self.assertGreaterEqual(-(await server.arrived.get() - await server.arrived.get()), 0.05)
            await self.end(client)

    async def test_a_server_that_does_not_answer_a_resume_is_not_told_goodbye(self):
        ends = asyncio.Queue()
        short = mock.patch.object(signaling_client.connection, "HELLO_TIMEOUT", 0.2)

        async def first(peer):
            await peer.greet()
            short.start()
            self.addCleanup(short.stop)
            await peer.close(1011)

        async def silent(peer):
            await peer.expect("hello")
            ends.put_nowait(await peer.expect_end())
            short.stop()

        async def back(peer):
            await peer.resume(1)

        async with Script(first, silent, back) as server:
            client = self.run_client(server.url)
            for name in ("connected", "reconnecting", "resumed"):
                await client.expect(name)
            self.assertEqual(await asyncio.wait_for(ends.get(), DEADLINE), 1001)  # 1000 would end the session
            await self.end(client)

    async def test_goodbye_is_said_after_all_that_was_sent(self):
        said = []

        async def listen(peer):
            await peer.greet()
            said.extend([(await peer.expect("message"))["data"] for _ in range(50)])
            said.append((await peer.expect("bye"))["type"])
            said.append(await peer.expect_end())

        async with Script(listen) as server:
            async with Recorder(server.url) as client:
                for number in range(50):
                    await client.send_message(None, number)
        self.assertEqual(said, [*range(50), "bye", 1000])


if __name__ == "__main__":
    support.main()

"""A session, and the client's waiting for one, over sockets that never let go or end at once."""

import asyncio
import json
import unittest
from unittest import mock

import support
from support import CONNECTED, DEADLINE, JOINED, Recorder, harness

from signaling_client import MessageTooLargeError, NotConnectedError, SendQueueFullError, SignalingClosed
from signaling_client.outbox import MAX_MESSAGES, MAX_WAITING
from signaling_client.wire import Socket, SocketClosedError

OFFER = {"type": "offer", "sdp": harness.SDP, "client_id": "other"}


class FakeSocket:
    """Answers `join`, holds these messages for after it, and a close code or silence after them. receive() never yields while
    it has something, as websockets 14 and newer for what has come already."""

    def __init__(self, *messages, close=None, connected=CONNECTED):
        self._messages = [json.dumps(message) for message in (connected, JOINED, *messages)]
        self._close = close
        self._join = self.joined = asyncio.Event()
        self.closed = asyncio.Event()
        self.said = []  # before the join, and after it
        self.sent = []

    async def receive(self):
        if self._messages and json.loads(self._messages[0]) == JOINED:
            await self._join.wait()
        if self._messages:
            return self._messages.pop(0)
        if self._close is None:
            await self.closed.wait()
        raise SocketClosedError(self._close or 1006, "so be it")

    async def send(self, text):
        message = json.loads(text)
        (self.sent if self._join.is_set() else self.said).append(message)
        if message["type"] == "join":
            self._join.set()

    async def close(self, code=1000, reason=""):
        self.closed.set()

    async def lose(self):
        """The session ends with it."""
        self._close = 1012
        self.closed.set()


class SessionTest(unittest.IsolatedAsyncioTestCase):

    def sockets(self, *sockets):
        """The sockets that are opened from now on, and no pause between them."""
        opened = list(sockets)

        async def open_next(url, options):
            return opened.pop(0)

        patch = mock.patch.object(Socket, "open", open_next)
        patch.start()
        self.addCleanup(patch.stop)
        self.patch("signaling_client.reconnect.FIRST_PAUSE", 0.0)
        return opened

    def patch(self, name, value):
        patch = mock.patch(name, value)
        patch.start()
        self.addCleanup(patch.stop)

    async def test_a_burst_of_small_messages_is_handled(self):
        burst = [{"type": "message", "client_id": "other", "data": number} for number in range(400)]
        self.sockets(FakeSocket(*burst))
        async with Recorder("ws://h/") as client:
            await client.expect("connected")
            for number in range(400):
                await client.expect("message", "other", number)

    async def test_who_waits_for_a_session_does_not_miss_that_it_was_short(self):
        for codes in ((1012,), (1012, 1012, 1012), (1012, 4500), (4500,)):
            with self.subTest(codes=codes):
                stays = FakeSocket()
                left = self.sockets(*[FakeSocket(close=code) for code in codes], stays)
                entering = Recorder("ws://h/").__aenter__()
                # Whether the first session is over by then is the event loop's affair; what counts is how it goes on.
                if 4500 in codes:
                    with self.assertRaisesRegex(SignalingClosed, "4500"):
                        client = await asyncio.wait_for(entering, DEADLINE)
                        await asyncio.wait_for(client.wait_closed(), DEADLINE)
                else:
                    client = await asyncio.wait_for(entering, DEADLINE)
                    while left or not client.connected:
                        await asyncio.wait_for(client.wait_connected(), DEADLINE)
                        await asyncio.sleep(0)
                    await client.send_message(None, 1)  # in the session that stays
                    await client.__aexit__(None, None, None)
                    self.assertEqual([one["type"] for one in stays.sent], ["message", "bye"])

    async def test_who_waits_where_it_is_closed_is_told(self):
        self.sockets(FakeSocket())
        async with Recorder("ws://h/") as client:
            waiting = asyncio.ensure_future(client.wait_connected())
            await asyncio.wait_for(waiting, DEADLINE)
            await client.close()
            with self.assertRaises(NotConnectedError):
                await client.wait_connected()

    async def test_the_handler_of_the_end_may_wait_for_the_next_session(self):
        class Waiting(Recorder):
            async def handle_disconnected(self, reason):
                await self.wait_connected()
                self.calls.put_nowait(("back",))

        self.sockets(FakeSocket(close=1012), FakeSocket(OFFER))
        async with Waiting("ws://h/") as client:
            for name in ("connected", "back", "connected", "offer"):
                await client.expect(name)

        self.sockets(FakeSocket(close=4500))
        with self.assertRaisesRegex(SignalingClosed, "4500"):
            await asyncio.wait_for(Waiting("ws://h/").run(), DEADLINE)

    async def test_the_handler_of_the_end_may_hang(self):
        class Hanging(Recorder):
            async def handle_disconnected(self, reason):
                self.calls.put_nowait(("disconnected", reason))
                try:
                    await asyncio.Event().wait()
                finally:
                    self.calls.put_nowait(("given up",))

        self.sockets(FakeSocket(close=1012), FakeSocket(close=1012), FakeSocket())
        client = Hanging("ws://h/")
        running = asyncio.ensure_future(client.run())
        for name in ("connected", "disconnected", "given up", "disconnected"):
            await client.expect(name)
        await client.close()
        await asyncio.wait_for(running, DEADLINE)
        await client.expect("given up")

    async def test_the_server_says_how_large_metadata_may_be(self):
        limits = {"max_message_bytes": 200, "max_metadata_bytes": 80}
        socket = FakeSocket(connected={**CONNECTED, "limits": limits})
        self.sockets(socket)
        async with Recorder("ws://h/", metadata={"k": "v"}) as client:
            for value in ("\0" * 79, "x" * 80):  # as JSON it is too large for a message; too large for metadata
                with self.assertRaises(MessageTooLargeError):
                    await client.update({"k": value})
                self.assertEqual(client._life.metadata, {"k": "v"})
            await client.update({"k": "x" * 79})
        self.assertEqual([one["metadata"] for one in socket.sent if one["type"] == "update"], [{"k": "x" * 79}])

    async def test_an_update_that_is_given_up_has_changed_nothing(self):
        self.sockets(FakeSocket())
        async with Recorder("ws://h/", metadata={"k": "v"}) as client:
            while client._session.outbox.unacknowledged < MAX_MESSAGES:
                await client.send_message(None, "fills it")
            waiting = [asyncio.ensure_future(client.update({"k": str(number)})) for number in range(MAX_WAITING)]
            await asyncio.sleep(0)
            with self.assertRaises(SendQueueFullError):
                await client.update({"k": "too many"})
            self.assertEqual(client._life.metadata, {"k": str(MAX_WAITING - 1)})
            waiting[-1].cancel()
            await asyncio.wait(waiting[-1:])
            self.assertEqual(client._life.metadata, {"k": str(MAX_WAITING - 2)})
        results = await asyncio.wait_for(asyncio.gather(*waiting[:-1], return_exceptions=True), DEADLINE)
        self.assertEqual({type(one) for one in results}, {NotConnectedError})  # there is no next session

    async def test_an_update_without_a_session_is_for_the_next_one(self):
        class Waiting(Recorder):
            async def handle_disconnected(self, reason):
                self.calls.put_nowait(("disconnected", await self.update({"k": "between"}), self.connected))

        first, second = FakeSocket(), FakeSocket()
        self.sockets(first, second)
        client = Waiting("ws://h/", metadata={"k": "v"})
        self.assertEqual(await client.update({"k": "before"}), 0)
        async with client:
            self.assertEqual(await client.update({"k": "now"}), 2)  # after the join
            while client._session.outbox.unacknowledged < MAX_MESSAGES:
                await client.send_message(None, "fills it")
            waiting = asyncio.ensure_future(client.update({"k": "later"}))
            await asyncio.sleep(0)
            await first.lose()
            self.assertEqual(await asyncio.wait_for(waiting, DEADLINE), 0)
            await client.until("connected")
            await asyncio.wait_for(second.joined.wait(), DEADLINE)
        self.assertEqual([one["metadata"] for one in first.said], [{"k": "before"}] * 2)
        told = [one["metadata"]["k"] for one in (*second.said, *second.sent) if "metadata" in one]
        self.assertIn(told[0], ("later", "between"))  # its handler runs beside
        self.assertEqual(told[-1], "between")
        with self.assertRaises(NotConnectedError):
            await client.update({"k": "after"})

    async def test_the_handler_of_the_end_may_end_it(self):
        class Cancelled(Recorder):
            async def handle_disconnected(self, reason):
                asyncio.current_task().cancel()
                await asyncio.Event().wait()

        for code in (1012, 4500):
            self.sockets(FakeSocket(close=code), FakeSocket())
            running = asyncio.ensure_future(Cancelled("ws://h/").run())
            await asyncio.wait([running], timeout=DEADLINE)
            self.assertTrue(running.cancelled())

    async def test_the_handler_of_the_end_may_wait_for_what_is_cancelled(self):
        class Waiting(Recorder):
            async def handle_disconnected(self, reason):
                cancelled = asyncio.get_running_loop().create_future()
                cancelled.cancel()
                await cancelled

        self.sockets(FakeSocket(close=1012), FakeSocket(OFFER))
        with self.assertLogs("signaling_client", "ERROR") as logged:
            async with Waiting("ws://h/") as client:
                await client.until("offer")
        self.assertEqual(len(logged.output), 1)

    async def test_handlers_that_take_long_to_end_hold_up_nothing(self):
        gates = []

        class Slow(Recorder):
            async def tidy(self, name):
                gate = asyncio.Event()
                gates.append(gate)
                self.calls.put_nowait((name,))
                try:
                    await asyncio.Event().wait()
                finally:
                    await gate.wait()
                    self.calls.put_nowait((f"{name} let go",))

            async def handle_message(self, client_id, data):
                await self.tidy(data)

            async def handle_disconnected(self, reason):
                if reason.close_code == 1012:
                    await self.tidy("disconnected")

        first, second, third = FakeSocket({"type": "message", "client_id": "other", "data": "one"}), FakeSocket(), FakeSocket()
        self.sockets(first, second, third)
        self.patch("signaling_client.tasks.PATIENCE", 0.05)
        client = Slow("ws://h/")
        running = asyncio.ensure_future(client.run())
        for name in ("connected", "one"):
            await client.expect(name)
        await first.lose()
        await client.expect("disconnected")
        await second.joined.wait()
        await second.lose()  # handle_disconnected does not let go either; nobody hears of this session
        await client.expect("disconnected")
        await third.joined.wait()
        for gate, name in zip(gates, ("one let go", "disconnected let go")):
            gate.set()
            await client.expect(name)
        self.assertTrue(client.connected)
        await client.close()
        await asyncio.wait_for(third.closed.wait(), DEADLINE)
        self.assertFalse(running.done())  # at the end they are waited for
        gates[-1].set()
        await asyncio.wait_for(running, DEADLINE)
        await client.expect("disconnected let go")

    async def test_handlers_that_never_end_do_not_hold_up_the_end_for_ever(self):
        class Stubborn(Recorder):
            async def handle_connected(self, ice_servers, policy):
                self.task = asyncio.current_task()
                try:
                    await asyncio.Event().wait()
                finally:
                    await gate.wait()

        gate = asyncio.Event()
        self.sockets(FakeSocket())
        self.patch("signaling_client.tasks.PATIENCE", 0.02)
        self.patch("signaling_client.life.LAST_PATIENCE", 0.05)
        client = Stubborn("ws://h/")
        running = asyncio.ensure_future(client.run())
        await client.wait_connected()
        await asyncio.sleep(0)  # its handler begins
        with self.assertLogs("signaling_client", "WARNING") as logged:
            await client.close()
            await asyncio.wait_for(running, DEADLINE)
        self.assertIn("1 handlers do not end", logged.output[0])
        gate.set()
        await asyncio.wait((client.task,), timeout=DEADLINE)
        self.assertTrue(client.task.cancelled())

    async def test_a_handler_that_does_not_let_go_does_not_keep_the_seat(self):
        class Stubborn(Recorder):
            async def handle_connected(self, ice_servers, policy):
                self.calls.put_nowait(("connected",))
                try:
                    await asyncio.Event().wait()
                finally:
                    await asyncio.wait_for(socket.closed.wait(), DEADLINE)
                    self.calls.put_nowait(("let go",))

        socket = FakeSocket()
        self.sockets(socket)
        async with Stubborn("ws://h/") as client:
            await client.expect("connected")
        await client.expect("let go")

    async def test_metadata_that_cannot_be_sent_are_not_kept(self):
        first, second = FakeSocket(), FakeSocket()
        self.sockets(first, second)
        good = {"name": "good"}
        async with Recorder("ws://h/", metadata=good) as client:
            await client.expect("connected")
            for bad in ({"a": object()}, {"a": 1}, {"a": None}, {"a": "x" * 4096}, {"a": "x" * 65536}, {"a": "\ud800"}):
                with self.assertRaisesRegex((TypeError, ValueError), "metadata"):
                    await client.update(bad)
            await first.lose()
            await client.until("connected")
        for socket in (first, second):
            self.assertEqual([(one["type"], one["metadata"]) for one in socket.said], [("hello", good), ("join", good)])

    async def test_what_is_still_to_be_sent_goes_before_the_goodbye(self):
        class Slow(FakeSocket):
            async def send(self, text):
                for _ in range(10):
                    await asyncio.sleep(0)
                await super().send(text)

        socket = Slow()
        self.sockets(socket)
        async with Recorder("ws://h/") as client:
            for number in range(20):
                await client.send_message(None, number)
        self.assertEqual([one.get("data", one["type"]) for one in socket.sent], [*range(20), "bye"])

    async def test_a_room_may_become_one_of_relays(self):
        policies = []

        class Noting(Recorder):
            async def handle_event(self, type_, message):
                policies.append(self.ice_transport_policy)
                self.calls.put_nowait(("event",))

        for policy, relay_only, expected in (("all", False, "all"), ("all", True, "relay"), ("relay", False, "relay")):
            self.sockets(FakeSocket({"type": "room_updated", "options": {"relay_only": relay_only}},
                                    connected={**CONNECTED, "ice_transport_policy": policy}))
            async with Noting("ws://h/") as client:
                await client.until("event")
            self.assertEqual(policies.pop(), expected)


if __name__ == "__main__":
    support.main()

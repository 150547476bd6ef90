"""The parts of the client that need no socket."""

import asyncio
import contextlib
import gc
import logging
import unittest
from datetime import datetime, timezone
from unittest import mock

import support
from support import OFFER

from signaling_client import IceCandidate, IceServer, MessageTooLargeError, SignalingClient, SignalingError, messages
from signaling_client.address import Address
from signaling_client.lanes import Kind, Lanes
from signaling_client.tasks import Latecomers, cancel, within
from signaling_client.reconnect import Pauses, code_after, may_reconnect, may_resume, refusal_code


class ReconnectTest(unittest.TestCase):

    def test_close_codes_are_those_of_the_protocol(self):
        again = [1001, 1005, 1006, 1011, 1012, 1013, 4000, 4001, 4005, 4499, 408, 429, 500, 503]
        never = [1000, 1002, 1003, 1007, 1009, 4500, 4501, 4502, 4504, 4506, 4999, 200, 400, 403, 404]
        self.assertEqual([code for code in again if not may_reconnect(code)], [])
        self.assertEqual([code for code in never if may_reconnect(code)], [])

    def test_a_session_outlives_all_but_two_of_them(self):
        codes = (1001, 1005, 1006, 1011, 1012, 1013, 1014, 4000, 4001, 4002, 4003, 4004, 4005, 4499)
        self.assertEqual([code for code in codes if not may_resume(code)], [1012, 4005])

    def test_a_refusal_has_the_code_that_it_would_be_closed_with(self):
        for code, action, expected in (("banned", "close", 4502), ("permission_denied", "none", 4502),
                                       ("invalid_message", "none", 4500), ("unauthenticated", "close", 4501),
                                       ("room_full", "retry", 4005), ("new", "close", 4500),
                                       ("message_too_large", "close", 1009), ("origin_not_allowed", "close", 4502),
                                       ("kicked", "close", 4503), ("session_replaced", "close", 4504),
                                       ("room_closed", "close", 4505)):
            self.assertEqual(refusal_code(SignalingError(code, "m", action)), expected)

    def test_a_final_error_counts_where_its_close_code_was_lost(self):
        for action, fatal, code, expected in (
                ("close", True, 1006, 4504), ("none", True, 1006, 4504), ("close", True, 1001, 4504), ("close", True, 4000, 4504),
                ("close", True, 4506, 4506), ("close", True, 1009, 1009), ("close", True, 4005, 4005), ("close", True, 1012, 1012),
                ("close", False, 1006, 1006), ("reconnect", True, 1006, 1006), ("retry", True, 1006, 1006)):
            error = SignalingError("session_replaced", "m", action, fatal=fatal)
            self.assertEqual(code_after(code, error), expected, (action, fatal, code))
        self.assertEqual(code_after(1006, None), 1006)

    def test_pauses_grow_to_a_bound_and_start_again(self):
        pauses = Pauses(draw=lambda: 1.0)
        self.assertEqual([pauses.next() for _ in range(8)], [0.5, 1, 2, 4, 8, 16, 20, 20])
        pauses.reset()
        self.assertEqual(pauses.next(), 0.5)
        self.assertEqual([Pauses(draw=lambda: 0.0).next() for _ in range(3)], [0, 0, 0])

    def test_no_pause_is_shorter_than_the_server_asked_for(self):
        self.assertEqual(Pauses(draw=lambda: 0.5).next(least=3.0), 3.0)

    def test_no_pause_costs_a_session_its_window(self):
        pauses = Pauses(draw=lambda: 1.0)
        self.assertEqual([pauses.next(window=30.0) for _ in range(6)], [0.5, 1, 2, 4, 7.5, 7.5])
        self.assertEqual(pauses.next(), 20, "the session is gone")
        self.assertEqual(Pauses(draw=lambda: 1.0).next(least=0.1), 0.5)


class AddressTest(unittest.TestCase):

    def address(self, url, room=None, client_id=None):
        address = Address.of(url, room, client_id)
        return address.url, address.room, address.client_id

    def test_the_path_ends_in_v1(self):
        for url, expected in (("ws://h:8765", "ws://h:8765/v1"), ("ws://h:8765/", "ws://h:8765/v1"),
                              ("wss://h/prefix/", "wss://h/prefix/v1"), ("wss://h/prefix", "wss://h/prefix/v1"),
                              ("ws://h/v1", "ws://h/v1"), ("ws://h/x/v1/", "ws://h/x/v1"), ("ws://[::1]:1/", "ws://[::1]:1/v1")):
            self.assertEqual(self.address(url), (expected, "lobby", None))

    def test_room_and_name_may_be_in_the_query(self):
        self.assertEqual(self.address("ws://h/", "a", "b:c"), ("ws://h/v1", "a", "b:c"))
        self.assertEqual(self.address("wss://h/x?room=old&k=v", "new"), ("wss://h/x/v1?k=v", "new", None))
        self.assertEqual(self.address("ws://h/?room=kept&client_id=b%3Ac"), ("ws://h/v1", "kept", "b:c"))

    def test_other_urls_are_refused(self):
        for url in ("http://h/", "h:8765", "ws://", ""):
            with self.assertRaises(ValueError):
                SignalingClient(url)

    def test_names_that_the_server_would_refuse_are_refused_at_once(self):
        for name in ("", "x" * 129, "not a name", "a/b", "ä", "a\n", "\u0661", "a#"):
            for what in ("room", "client_id"):
                with self.assertRaisesRegex(ValueError, what):
                    SignalingClient("ws://h/", **{what: name})
        with self.assertRaisesRegex(ValueError, "room"):
            SignalingClient("ws://h/?room=not%20a%20name")
        with self.assertRaisesRegex(TypeError, "client_id"):
            SignalingClient("ws://h/", client_id=5)


class MetadataTest(unittest.TestCase):

    def test_what_the_server_would_refuse_is_refused_at_once_and_says_what_is_wrong(self):
        for metadata, error, said in (
                ({"a": object()}, TypeError, "'a'"), ({"a": "secret", "b": 1}, TypeError, "'b'"), ({"a": None}, TypeError, "'a'"),
                ({1: "secret"}, TypeError, "1"), ({"a": ["secret"]}, TypeError, "'a'"), ({"a": "secret\ud800"}, ValueError, "'a'"),
                ({"\udfff": "secret"}, ValueError, "udfff"), ({"a": "x" * 65536}, MessageTooLargeError, "65537"),
                ({"a": "x" * 2001, "b": "ä" * 1047}, ValueError, "4097")):
            with self.assertRaisesRegex(error, said) as caught:
                SignalingClient("ws://h/", metadata=metadata)
            self.assertIn("metadata", str(caught.exception))
            self.assertNotIn("secret", str(caught.exception))
        SignalingClient("ws://h/", metadata={"a": "x" * 2000, "b": "ä" * 1047})


class MessagesTest(unittest.TestCase):

    def test_what_is_no_message(self):
        for data in (b"{}", "", "x", "[]", "1", "{}", '{"type":1}', '{"type":""}', "[" * 100_000):
            with self.assertRaises(messages.BadMessageError, msg=repr(data[:20])):
                messages.parse(data)

    def test_fields_of_the_wrong_kind_are_refused_without_quoting_them(self):
        for read, message in (
                (messages.description, {"type": "offer"}),
                (messages.description, {"type": "offer", "sdp": 7}),
                (messages.candidate, {}),
                (messages.candidate, {"candidate": "", "sdpMLineIndex": "secret"}),
                (messages.candidate, {"candidate": "", "sdpMLineIndex": True}),
                (messages.ice_servers, {"ice_servers": ["secret"]}),
                (messages.ice_servers, {"ice_servers": [{"urls": "secret"}]}),
                (messages.participant, {"client_id": "a", "metadata": {"k": 1}}),
                (messages.participant, {"client_id": "a", "joined_at": "secret"}),
                (messages.participant, {"client_id": "a", "joined_at": "2026-13-01T00:00:00Z"}),
                (messages.error, {"message": "m"})):
            with self.assertRaises(messages.BadMessageError, msg=str(message)) as caught:
                read(message)
            self.assertNotIn("secret", str(caught.exception))

    def test_values(self):
        server = {"urls": ["turn:h"], "username": "u", "credential": "c", "new": 1}
        self.assertEqual(messages.ice_servers({"ice_servers": [server, {"urls": ["stun:h"]}]}),
                         (IceServer(("turn:h",), "u", "c"), IceServer(("stun:h",))))
        self.assertEqual(messages.candidate({"candidate": "", "sdpMid": None}), IceCandidate(""))
        for text, micro in (("2026-01-02T03:04:05Z", 0), ("2026-01-02T03:04:05.5Z", 500_000),
                            ("2026-01-02T03:04:05.123456789Z", 123_456)):
            self.assertEqual(messages.time({"t": text}, "t"), datetime(2026, 1, 2, 3, 4, 5, micro, timezone.utc))

    def test_no_server_sends_anybody_away_for_years(self):
        for asked, kept in ((-1, 0), (700, 700), (10 ** 12, 600_000), (10 ** 400, 600_000)):
            self.assertEqual(messages.error({"code": "draining", "retry_after_ms": asked}).retry_after_ms, kept)

    def test_an_error_says_what_it_answers(self):
        self.assertEqual(messages.error({"code": "peer_unavailable", "reply_to": 7}).reply_to, 7)
        self.assertEqual(messages.error({"code": "peer_unavailable"}).reply_to, SignalingError("new", "m").reply_to)

    def test_what_goes_out(self):
        self.assertEqual(messages.write("offer", {"to": None, "sdp": "ä"}), '{"type":"offer","sdp":"ä"}')
        self.assertEqual(messages.write("message", {"to": "a", "data": None}), '{"type":"message","to":"a","data":null}')
        for data in (float("nan"), object()):
            with self.assertRaises((TypeError, ValueError)):
                messages.write("message", {"data": data})

    def test_nothing_secret_is_in_a_repr(self):
        shown = repr((OFFER, IceCandidate("candidate:1 secret"), IceServer(("turn:h",), "u", "secret")))
        self.assertNotIn("secret", shown)
        self.assertNotIn("ufrag", shown)


class TasksTest(unittest.IsolatedAsyncioTestCase):

    async def asyncSetUp(self):
        patch = mock.patch("signaling_client.tasks.PATIENCE", 0.05)
        patch.start()
        self.addCleanup(patch.stop)
        self.gate = asyncio.Event()
        self.cancelled = 0

    async def stubborn(self):
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1
            await self.gate.wait()

    async def test_what_does_not_end_is_waited_for_for_a_moment_and_kept(self):
        late, task = Latecomers(), asyncio.ensure_future(self.stubborn())
        await asyncio.sleep(0)
        await asyncio.wait_for(late.let_go(None, task), support.DEADLINE)
        self.assertEqual((task.done(), await late.wait(0)), (False, 1))
        self.gate.set()
        self.assertEqual(await late.wait(support.DEADLINE), 0)
        self.assertEqual((task.cancelled(), self.cancelled), (True, 1))

    async def test_who_has_little_time_does_not_wait_for_ever_for_what_takes_longer(self):
        before = asyncio.all_tasks()
        with self.assertRaises(asyncio.TimeoutError):
            await asyncio.wait_for(within(0.01, self.stubborn()), support.DEADLINE)
        (task,) = asyncio.all_tasks() - before
        self.gate.set()
        await asyncio.wait((task,), timeout=support.DEADLINE)
        self.assertTrue(task.cancelled())

    async def test_what_fails_as_nobody_waits_any_more_is_not_logged(self):
        """Its text may quote a token."""
        logged = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: logged.append(context))
        waits = asyncio.Event()

        async def fail():
            waits.set()
            await self.gate.wait()
            raise ValueError("secret")

        waiting = asyncio.ensure_future(within(support.DEADLINE, fail()))
        await waits.wait()
        self.gate.set()
        await asyncio.sleep(0)  # it raises
        waiting.cancel()
        await asyncio.wait((waiting,))
        self.assertTrue(waiting.cancelled())
        del waiting
        gc.collect()
        self.assertEqual(logged, [])


class LanesTest(unittest.IsolatedAsyncioTestCase):

    async def asyncSetUp(self):
        self.log = []
        self.lanes = Lanes(8, 12, logging.getLogger("signaling_client"))
        self.assertTrue(self.lanes.put("", self.call("first")))

    async def asyncTearDown(self):
        await cancel(*self.lanes.close())

    def call(self, name, gate=None, error=None):
        async def run():
            self.log.append(f"{name} begins")
            if gate is not None:
                await gate.wait()
            if error is not None:
                raise error
            self.log.append(f"{name} ends")
        return run

    async def flush(self, *keys):
        """All that was put into these lanes is done."""
        for key in keys:
            done = asyncio.Event()

            async def note(event=done):
                event.set()
            self.lanes.put(key, note)
            await asyncio.wait_for(done.wait(), support.DEADLINE)

    async def test_one_lane_is_in_order_and_lanes_do_not_wait_for_each_other(self):
        gate = asyncio.Event()
        self.lanes.put("a", self.call("a1", gate))
        self.lanes.put("a", self.call("a2"))
        self.lanes.put("b", self.call("b1"))
        await self.flush("b")
        self.assertEqual(self.log, ["first begins", "first ends", "a1 begins", "b1 begins", "b1 ends"])
        gate.set()
        await self.flush("a")
        self.assertEqual(self.log[5:], ["a1 ends", "a2 begins", "a2 ends"])

    async def test_the_first_call_runs_alone(self):
        await cancel(*self.lanes.close())
        gate = asyncio.Event()
        lanes = self.lanes = Lanes(8, 12, logging.getLogger("signaling_client"))
        lanes.put("", self.call("connected", gate))
        lanes.put("a", self.call("offer"))
        for _ in range(10):
            await asyncio.sleep(0)
        self.assertEqual(self.log[-1], "connected begins")
        gate.set()
        await self.flush("a")
        self.assertEqual(self.log[-4:], ["connected begins", "connected ends", "offer begins", "offer ends"])

    async def test_a_renamed_lane_keeps_its_order(self):
        gate = asyncio.Event()
        self.lanes.put("old", self.call("1", gate))
        self.lanes.rename("old", "new")
        self.lanes.put("new", self.call("2"))
        await self.flush("")
        gate.set()
        await self.flush("new")
        self.assertEqual(self.log[2:], ["1 begins", "1 ends", "2 begins", "2 ends"])

    async def test_a_fault_is_not_the_end_of_its_lane(self):
        self.lanes.put("a", self.call("1", error=ValueError("on purpose")))
        self.lanes.put("a", self.call("2"))
        await self.flush("a")
        self.assertEqual(self.log[-2:], ["2 begins", "2 ends"])
        self.assertFalse(self.lanes.broken.done())

    async def test_a_cancellation_of_its_task_is(self):
        async def end():
            asyncio.current_task().cancel()
            await asyncio.Event().wait()

        self.lanes.put("a", end)
        with self.assertRaises(asyncio.CancelledError):
            await asyncio.wait_for(self.lanes.broken, support.DEADLINE)

    async def test_a_cancellation_of_what_it_waits_for_is_not(self):
        cancelled = asyncio.get_running_loop().create_future()
        cancelled.cancel()

        async def wait():
            await cancelled

        async def swallow():
            asyncio.current_task().cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

        for call in (wait, swallow, wait):  # who was cancelled once, and went on, has not been this time
            self.lanes.put("a", call)
        self.lanes.put("a", self.call("2"))
        with self.assertLogs("signaling_client", "ERROR") as logged:
            await self.flush("a")
        self.assertEqual(len(logged.output), 2)
        self.assertEqual(self.log[-2:], ["2 begins", "2 ends"])
        self.assertFalse(self.lanes.broken.done())

    async def hold(self, key):
        """A call runs in this lane, and none waits. Ends with the event that it returns."""
        await self.flush("")
        gate = asyncio.Event()
        self.lanes.put(key, self.call("running", gate))
        await self.flush("b")  # so it runs, and no longer waits
        del self.log[:]
        return gate

    async def test_too_many_are_refused_and_closing_drops_them(self):
        await self.hold("a")
        self.assertEqual([self.lanes.put("a", self.call("waiting")) for _ in range(14)], [True] * 12 + [False] * 2)
        await cancel(*self.lanes.close())
        self.assertEqual(self.log, [])

    async def test_a_call_that_does_not_mind_its_cancellation_is_the_last_one(self):
        gate = asyncio.Event()

        async def stubborn():
            with contextlib.suppress(asyncio.CancelledError):
                await gate.wait()
            self.log.append("stubborn ends")

        await self.flush("")
        self.lanes.put("a", stubborn)
        await self.flush("b")
        self.lanes.put("a", self.call("next"))
        await cancel(*self.lanes.close())
        self.assertEqual((self.log[-1], self.lanes.waiting), ("stubborn ends", 0))

    async def test_a_full_lane_drops_what_comes_until_something_starts_anew(self):
        gate = await self.hold("a")

        def put(name, kind):
            self.assertTrue(self.lanes.put("a", self.call(name), kind))

        with self.assertLogs("signaling_client", "WARNING") as logged:
            for number in range(8):
                put(f"message {number}", Kind.ALONE)
            put("lost offer", Kind.STARTS)
            put("lost candidate", Kind.FOLLOWS)
        self.assertEqual(len(logged.output), 1)
        gate.set()
        await self.flush("a")
        del self.log[:]
        put("candidate of the lost offer", Kind.FOLLOWS)
        put("message", Kind.ALONE)
        put("offer", Kind.STARTS)
        put("candidate", Kind.FOLLOWS)
        await self.flush("a")
        self.assertEqual([line for line in self.log if line.endswith("begins")],
                         ["message begins", "offer begins", "candidate begins"])

    async def test_who_leaves_a_full_lane_is_told_to_have_left(self):
        gate = await self.hold("a")
        self.lanes.put("a", self.call("joined"))
        for number in range(20):
            self.lanes.put("a", self.call(f"offer {number}"), Kind.STARTS)
        self.assertTrue(self.lanes.leave("a", self.call("left")))
        self.assertEqual(self.lanes.waiting, 2)
        self.lanes.put("a", self.call("candidate"), Kind.FOLLOWS)  # of the next one with its name
        gate.set()
        await self.flush("a")
        self.assertEqual([line for line in self.log if line.endswith("begins")],
                         ["joined begins", "left begins", "candidate begins"])


if __name__ == "__main__":
    support.main()

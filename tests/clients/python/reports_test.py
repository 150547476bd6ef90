"""What programs report of their set-ups, and the trace that they name."""

import asyncio
import sys
import unittest
from types import SimpleNamespace
from unittest import mock

import support
from support import DEADLINE, Recorder, harness

from signaling_client.connection import MAX_UNNUMBERED, Connection

sys.path.insert(0, str(support._ROOT / "gateway/clients/python/examples"))

import robot as robot_example  # noqa: E402

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class ReportsTest(support.Scripted):

    async def test_a_report_has_no_number_and_is_not_kept_over_a_break(self):
        reports = asyncio.Queue()
        resumed = asyncio.Event()

        async def first(peer):
            await peer.greet()
            reports.put_nowait(await peer.expect("report"))
            peer.cut()

        async def second(peer):
            await resumed.wait()
            await peer.resume(1)
            reports.put_nowait(await peer.expect("report"))

        async with support.Script(first, second) as server:
            client = self.run_client(server.url)
            client.report("bob", "connected")  # there is no session yet
            await client.expect("connected")
            client.report("bob", "connected", setup_time=0.4204, candidate_type="srflx")
            self.assertEqual(await asyncio.wait_for(reports.get(), DEADLINE), {
                "type": "report", "to": "bob", "state": "connected", "setup_ms": 420, "candidate_type": "srflx"})
            await client.expect("reconnecting")
            client.report("carol", "connected")
            resumed.set()
            await client.expect("resumed")
            client.report("bob", "failed", setup_time=7200, reason="timeout")
            self.assertEqual(await asyncio.wait_for(reports.get(), DEADLINE), {
                "type": "report", "to": "bob", "state": "failed", "setup_ms": 600_000, "reason": "timeout"})
            await self.end(client)

    async def test_what_the_server_would_refuse_is_refused_at_once(self):
        client = Recorder("ws://h/")
        for arguments, options, error in (
                (("no body", "connected"), {}, "client_id is not"), (("b", "closed"), {}, "state is none of"),
                (("b", "connected"), {"reason": "ice"}, "with connected there is candidate_type"),
                (("b", "failed"), {"candidate_type": "host"}, "with failed there is reason"),
                (("b", "failed"), {"reason": "busy"}, "one of ice, dtls, timeout"),
                (("b", "connected"), {"candidate_type": "relayed"}, "one of host, srflx, prflx, relay"),
                (("b", "connected"), {"setup_time": -1.0}, "negative"),
                (("b", "connected"), {"setup_time": float("nan")}, "negative")):
            with self.subTest(error), self.assertRaisesRegex(ValueError, error):
                client.report(*arguments, **options)
        with self.assertRaises(TypeError):
            client.report(None, "connected")

    async def test_what_waits_for_a_socket_that_takes_nothing_is_bounded(self):
        connection = Connection(None)
        for _ in range(MAX_UNNUMBERED + 1):
            connection.say("report", to="b", state="connected")
        self.assertEqual(len(connection._unnumbered), MAX_UNNUMBERED)

    async def test_the_trace_is_a_header_of_each_connection(self):
        for named, expected in ((TRACEPARENT, TRACEPARENT), (None, None)):
            seen = []

            async def step(peer):
                # websockets 13 and older keep it elsewhere than the newer.
                headers = getattr(peer.ws, "request_headers", None) or peer.ws.request.headers
                seen.append(headers.get("traceparent"))
                if len(seen) == 1:
                    await peer.greet()
                    peer.cut()
                else:
                    await peer.resume(1)

            async with support.Script(step) as server:
                client = self.run_client(server.url, traceparent=named)
                await client.until("resumed")
                await self.end(client)
            self.assertEqual(seen, [expected] * 2)

    async def test_a_trace_that_is_none_is_refused(self):
        for value in ("", "00", TRACEPARENT.upper(), TRACEPARENT + "\r\nx: y", TRACEPARENT + "\n"):
            with self.subTest(value), self.assertRaisesRegex(ValueError, "traceparent is not"):
                Recorder("ws://h/", traceparent=value)


class SetupTest(unittest.TestCase):
    """Of the examples: what aiortc says, as a report."""

    def setUp(self):
        self.told = []
        client = SimpleNamespace(report=lambda *arguments, **options: self.told.append((arguments, options)))
        pair = SimpleNamespace(local_candidate=SimpleNamespace(type="relay"))
        ice = SimpleNamespace(_connection=SimpleNamespace(_nominated={1: pair}))
        sender = SimpleNamespace(transport=SimpleNamespace(transport=ice))
        self.connection = SimpleNamespace(connectionState="connecting", iceConnectionState="checking",
                                          getTransceivers=lambda: [SimpleNamespace(sender=sender)])
        with mock.patch("time.monotonic", lambda: 10.0):
            self.setup = robot_example.Setup(client, "bob", self.connection)

    def expect(self, state, **why):
        self.assertEqual(self.told, [(("bob", state), {"setup_time": 2.5, **why})])

    def look(self, state, ice_state):
        self.connection.connectionState, self.connection.iceConnectionState = state, ice_state
        with mock.patch("time.monotonic", lambda: 12.5):
            self.setup.look()

    def test_connected_once(self):
        self.look("connecting", "checking")
        self.assertEqual(self.told, [])
        for state in ("connected", "failed", "connected"):
            self.look(state, "completed")
        self.setup.give_up()
        self.expect("connected", candidate_type="relay")

    def test_a_type_that_aiortc_does_not_tell(self):
        self.connection.getTransceivers = lambda: []
        self.look("connected", "completed")
        self.expect("connected", candidate_type=None)

    def test_why_it_failed(self):
        self.look("failed", "failed")
        self.expect("failed", reason="ice")

    def test_what_failed_after_a_way_was_found(self):
        self.look("failed", "completed")
        self.expect("failed", reason="dtls")

    def test_given_up(self):
        with mock.patch("time.monotonic", lambda: 12.5):
            self.setup.give_up()
        self.look("connected", "completed")
        self.expect("failed", reason="timeout")


if __name__ == "__main__":
    support.main()

"""What an operator relies on: flags, probes, logs, and that docs/configuration.md says the same. Metrics: metrics_test.py."""

import pathlib
import re
import unittest
import urllib.error
import urllib.request

import harness

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
BINARIES = ("signaling-service", "signaling-gateway")


def run(binary, *flags):
    return harness.run(binary, *flags)


class Start(unittest.TestCase):
    def test_version(self):
        said = {run(binary, "--version").stdout for binary in BINARIES} | {harness.run("signalctl", "version").stdout}
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said.pop(), r"^\d+\.\d+\.\d+ \(([0-9a-f]{12}|unknown)\)\n$")

    def test_what_makes_no_sense_ends_the_start_with_one_line(self):
        for binary in BINARIES:
            for flag in ("--no_such_flag", "--port=70000", "--port=x", "--port", "--address=nowhere", "--log_level=loud",
                         "--address=0.0.0.0", "--link_flush_interval=-1s", "word"):
                with self.subTest(binary=binary, flag=flag):
                    answer = run(binary, flag)
                    self.assertEqual(answer.returncode, 2, answer)
                    self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)
                    self.assertIn(flag.lstrip("-").split("=")[0], answer.stderr)
        for flag in ("--max_participants=1", "--engine=stone"):
            self.assertEqual(run("signaling-service", flag).returncode, 2)
        for flag in ("--max_connections=0", "--timeout=0s", "--service=nothing", "--default_room=a b",
                     "--allowed_origins=nonsense"):
            self.assertEqual(run("signaling-gateway", flag).returncode, 2, flag)


class Running(harness.Stack):
    async def test_the_four_questions_have_numbers(self):
        before = (self.service.metrics(), self.gateway.metrics())
        first, second = await self.pair("counted")
        await first.command("ice_candidate", candidate=harness.candidate(1))
        await second.expect("ice_candidate")
        await first.command("offer", sdp="nonsense")
        await first.expect_error("invalid_sdp")
        after = (self.service.metrics(), self.gateway.metrics())
        for process, name, grown in (
                (1, "signaling_connections", 2),
                (1, 'signaling_messages_total{direction="received",type="ice_candidate"}', 1),
                (1, 'signaling_messages_total{direction="sent",type="ice_candidate"}', 1),
                (1, 'signaling_errors_total{code="invalid_sdp"}', 1),
                (1, "signaling_connection_setup_seconds_count", 2),
                (0, 'signaling_messages_total{direction="received",type="ice_candidate"}', 1),
                (0, 'signaling_messages_total{direction="sent",type="ice_candidate"}', 1),
                (0, 'signaling_errors_total{code="invalid_sdp"}', 1),
                (0, "signaling_connection_setup_seconds_count", 2),
                (0, "signaling_sessions", 2), (0, "signaling_participants", 2), (0, "signaling_rooms", 1)):
            self.assertEqual(after[process][name] - before[process][name], grown, name)
        self.assertEqual(after[0]["signaling_connections"], 1, "one link")

    async def test_probes_answer(self):
        for process in (self.service, self.gateway):
            for path in ("healthz", "readyz"):
                with urllib.request.urlopen(f"http://127.0.0.1:{process.internal_port}/{path}") as answer:
                    self.assertEqual((answer.status, answer.read()), (200, b"ok\n"))

    async def test_logs_tell_how_a_session_ended_and_nothing_private(self):
        client = await self.v1(room="r")
        address = client.ws.local_address
        await client.command("offer", sdp=harness.SDP)
        await client.expect_error("peer_unavailable")
        await client.close()
        await harness.eventually(lambda: client.hello["session_id"] in self.gateway.log(), "the end is logged")
        for process in (self.service, self.gateway):
            for private in ("a=fingerprint", f"127.0.0.1:{address[1]}", "192.0.2.1"):
                self.assertNotIn(private, process.log())


class WithoutService(unittest.TestCase):
    def test_a_gateway_without_service_is_alive_and_says_why_it_is_not_ready(self):
        service = harness.Process("signaling-service", "--port=0", "--internal_port=0")
        port = service.port
        self.assertEqual(service.stop(), 0)
        gateway = harness.Process("signaling-gateway", "--port=0", "--internal_port=0", f"--service=127.0.0.1:{port}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{gateway.internal_port}/healthz") as answer:
                self.assertEqual(answer.status, 200)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{gateway.internal_port}/readyz")
            self.assertEqual(refused.exception.code, 503)
            self.assertIn(b"service", refused.exception.read())
            refused.exception.close()
        finally:
            self.assertEqual(gateway.stop(), 0)


if __name__ == "__main__":
    harness.main()

#!/usr/bin/python3
"""signalctl doctor, call and load against the real binaries, well and in the ways in which these refuse."""

import asyncio
import json
import pathlib
import tempfile

import harness
import tls_files
import tokens
from signalctl_cli import Signalctl, run

GRANTS = ("join", "create", "offer")


class OpenTest(harness.Stack, Signalctl):
    """A system that runs open."""

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.gateway.port}"

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write_log(self, process):
        path = pathlib.Path(self.folder.name) / process.name
        path.write_text(process.log())
        return path

    async def test_all_is_well(self):
        steps = await asyncio.to_thread(
            self.doctor, self.url, "--gateway-internal", f"http://127.0.0.1:{self.gateway.internal_port}",
            "--service-internal", f"http://127.0.0.1:{self.service.internal_port}",
            "--gateway-log", self.write_log(self.gateway), "--service-log", self.write_log(self.service), expect=0)
        self.assertEqual({name: check["outcome"] for name, check in steps[2].items()},
                         dict.fromkeys(("ping before hello", "hello", "unknown type", "connection stays open"), "ok"))
        self.assertEqual({name: check["outcome"] for name, check in steps[3].items()},
                         dict.fromkeys(("round trip", "session", "room", "resume", "end"), "ok"))
        self.assertIn("max_message_bytes 65536", " ".join(steps[3]["session"]["lines"]))
        self.assertEqual({name: check["outcome"] for name, check in steps[4].items()}, dict.fromkeys((
            "gateway /healthz", "gateway /readyz", "gateway /metrics", "gateway's log",
            "service /healthz", "service /readyz", "service /metrics", "service's log"), "ok"))
        self.assertIn('signaling_errors_total{code="unknown_type"}', " ".join(steps[4]["gateway /metrics"]["lines"]))
        self.assertEqual(steps[5]["what is wanted"]["detail"],
                         "nothing: the service runs open, everybody may connect")

    async def test_finds_its_own_lines_and_the_warnings_in_a_log(self):
        path = pathlib.Path(self.folder.name) / "log"
        lines = [{"time": "t1", "level": "warning", "event": "link_refused", "error": "no \x1b[31mway"},
                 {"time": "t2", "level": "info", "event": "ready"}]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "not JSON\n")
        done = await asyncio.to_thread(run, "doctor", self.url, "--gateway-log", path)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("t1 warning link_refused", done.stdout)
        self.assertNotIn("ready", done.stdout.split("gateway's log")[1].split("service")[0])
        self.assertNotIn("\x1b", done.stdout)

    async def test_both_are_ready(self):
        for process in (self.service, self.gateway):
            done = await asyncio.to_thread(run, "ready", f"http://127.0.0.1:{process.internal_port}")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "ready\n", ""))

    async def test_without_internal_ports_it_says_how_to_look(self):
        done = await asyncio.to_thread(run, "doctor", self.url)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("curl http://127.0.0.1:8766/readyz", done.stdout)
        self.assertIn("curl http://127.0.0.1:50052/readyz", done.stdout)
        self.assertIn("nothing that was checked failed", done.stdout)

    async def test_wrong_origin(self):
        await asyncio.to_thread(self.assert_fails, self.url, 1, "origin", "Pages of https://evil.example may not connect",
                                "--origin", "https://evil.example")

    async def test_own_origin(self):
        steps = await asyncio.to_thread(self.doctor, self.url, "--origin", f"http://127.0.0.1:{self.gateway.port}",
                                        expect=0)
        self.assertEqual(steps[1]["origin"]["outcome"], "ok")

    async def test_full_room(self):
        for _ in range(5):
            await self.v1(room="full")
        await asyncio.to_thread(self.assert_fails, self.url, 3, "room", "Every seat of the room full is taken",
                                "--room", "full")
        await asyncio.to_thread(self.assert_call_fails, self.url, "caller joins", "room_full", "--room", "full")

    async def test_wrong_path(self):
        await asyncio.to_thread(self.assert_fails, f"{self.url}/nowhere", 1, "upgrade",
                                "HTTP 404")

    async def test_call(self):
        call = await asyncio.to_thread(self.assert_call, self.url)
        self.assertEqual([step["name"] for step in call["steps"]], [
            "caller connects", "answerer connects", "caller joins", "answerer joins", "caller sees it come",
            "offer arrives", "answer arrives", "caller's candidates arrive", "answerer's candidates arrive",
            "all is acknowledged", "answerer leaves", "caller leaves"])

    async def test_call_by_offer(self):
        call = await asyncio.to_thread(self.assert_call, self.url, "--by-offer")
        self.assertIn("offer is claimed", [step["name"] for step in call["steps"]])
        self.assertNotIn("room", call)

    async def test_calls(self):
        done = await asyncio.to_thread(run, "call", self.url, "--count", 3, "--interval", "10ms", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([json.loads(line)["ok"] for line in done.stdout.splitlines()], [True] * 3)

    async def test_load_adds_up(self):
        before = self.gateway.metrics()
        done = await asyncio.to_thread(run, "load", self.url, "--pairs", 5, "--rate", 44, "--duration", "3s", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        load = json.loads(done.stdout)
        self.assertTrue(load["ok"])
        self.assertEqual(load["opened"], 5)
        # 5 pairs, 44 frames a second of each; a busy machine is late with the last ones.
        self.assertGreater(load["sent"], 100)
        self.assertLessEqual(load["sent"] + load["held_back"], 5 * 133)
        self.assertEqual(load["sent"], load["delivered"])
        self.assertEqual([load[name] for name in ("lost", "duplicated", "reordered", "changed")], [0] * 4)
        self.assertEqual((load["errors"], load["closes"]), ({}, {}))
        latency = load["latency_ms"]
        self.assertTrue(0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["max"], latency)
        after = self.gateway.metrics()
        relayed = sum(after[name] - before[name] for name in (
            f'signaling_messages_total{{direction="received",type="{type_}"}}'
            for type_ in ("offer", "answer", "ice_candidate")))
        self.assertEqual(relayed, load["sent"])

    async def test_load_has_bounds(self):
        for options, words in ((("--pairs", "0"), "--pairs"), (("--pairs", "10001"), "--pairs"),
                               (("--duration", "11m"), "--duration"), (("--rate", "0"), "--rate")):
            done = await asyncio.to_thread(run, "load", self.url, *options)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)

    async def test_load_leaves_others_alone(self):
        done = await asyncio.to_thread(run, "load", "ws://192.0.2.1:8765")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--i-run-this-server", done.stderr)


class SmallTest(harness.Stack, Signalctl):
    """A gateway that takes two sessions."""

    gateway_flags = ("--max_connections=2",)

    async def test_too_many_connections(self):
        await self.v1()
        await self.v1()
        url = f"ws://127.0.0.1:{self.gateway.port}"
        await asyncio.to_thread(self.assert_fails, url, 2, "hello", "as many sessions as --max_connections")
        await asyncio.to_thread(self.assert_call_fails, url, "caller connects", "too_many_connections")
        done = await asyncio.to_thread(run, "load", url, "-o", "json")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("too_many_connections", json.loads(done.stdout)["what"])


class KeyedTest(tokens.Stack, Signalctl):
    """A system that wants tokens."""

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.gateway.port}"

    def token_file(self, sub, rooms="signalctl-*", **claims):
        path = self.folder / f"token-{sub}"
        tokens.replace(path, self.key.token(sub, rooms, GRANTS, **claims))
        return path

    async def test_a_good_token(self):
        steps = await asyncio.to_thread(self.doctor, self.url, "--token-file", self.token_file("ann"), expect=0)
        self.assertEqual(steps[5]["token"]["detail"], "taken, as ann")
        self.assertIn("sub ann, rooms signalctl-*", steps[5]["claims"]["lines"][0])
        self.assertEqual(steps[3]["room"]["outcome"], "ok")
        self.assertEqual(steps[3]["resume"]["outcome"], "ok")

    async def test_a_room_of_others_is_left_alone(self):
        steps = await asyncio.to_thread(self.doctor, self.url, "--token-file", self.token_file("ann", "lobby"), expect=0)
        self.assertEqual(steps[3]["room"]["outcome"], "not checked")

    async def test_no_token(self):
        await asyncio.to_thread(self.assert_fails, self.url, 5, "token",
                                "The service wants a token, and none was given")
        await asyncio.to_thread(self.assert_call_fails, self.url, "caller connects",
                                "The service wants a token, and none was given")

    async def test_a_wrong_token(self):
        path = self.folder / "wrong"
        tokens.replace(path, tokens.Key("one").token("ann", "signalctl-*", GRANTS))
        await asyncio.to_thread(self.assert_fails, self.url, 5, "token", "The service does not take this token",
                                "--token-file", path)
        done = await asyncio.to_thread(run, "doctor", self.url, "--token-file", path)
        self.assertNotIn(path.read_text(), done.stdout + done.stderr)

    async def test_calls(self):
        both = ("--token-file", self.token_file("ann"), "--answerer-token-file", self.token_file("ben"))
        await asyncio.to_thread(self.assert_call, self.url, *both)
        await asyncio.to_thread(self.assert_call, self.url, *both, "--by-offer")

    async def test_one_token_is_not_enough_for_two(self):
        await asyncio.to_thread(self.assert_call_fails, self.url, "tokens", "both peers have the same sub",
                                "--token-file", self.token_file("ann"))


class TlsTest(harness.Stack, Signalctl):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.pair = tls_files.Pair(folder.name, "gateway")
        cls.gateway_flags = (f"--tls_cert={cls.pair.cert}", f"--tls_key={cls.pair.key}")
        super().setUpClass()

    async def test_tls(self):
        url = f"wss://127.0.0.1:{self.gateway.port}"
        steps = await asyncio.to_thread(self.doctor, url, "--ca", self.pair.cert, expect=0)
        self.assertIn("ends in 29 days", steps[1]["certificate"]["detail"])
        await asyncio.to_thread(self.assert_call, url, "--ca", self.pair.cert)

    async def test_unknown_ca(self):
        await asyncio.to_thread(self.assert_fails, f"wss://127.0.0.1:{self.gateway.port}", 1, "TLS",
                                "No trusted CA vouches for it")

    async def test_wrong_name(self):
        await asyncio.to_thread(self.assert_fails, f"wss://localhost:{self.gateway.port}", 1, "TLS",
                                "and not for localhost", "--ca", self.pair.cert)

    async def test_without_tls(self):
        done = await asyncio.to_thread(run, "doctor", f"ws://127.0.0.1:{self.gateway.port}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Try wss:// in place of ws://", done.stdout)


if __name__ == "__main__":
    harness.main()

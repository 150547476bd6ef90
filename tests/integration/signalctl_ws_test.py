#!/usr/bin/python3
"""signalctl doctor, call and load against the real binaries, well and in each of the ways in which they are not."""

import asyncio
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import unittest

import harness
import tls_files
import tokens
import websockets
from process import DEADLINE, Process

GRANTS = ("join", "create", "offer")


def run(*arguments, env=None):
    """signalctl to its end: the CompletedProcess."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIGNALCTL_")}
    return subprocess.run([pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / "signalctl", *map(str, arguments)],
                          capture_output=True, text=True, timeout=3 * DEADLINE, check=False,
                          env={**environment, **(env or {})})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Canned:
    """A server that is no gateway: it reads a request and answers so; without an answer it says nothing at all."""

    def __init__(self, answer=None):
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            if self._answer is not None:
                client.settimeout(DEADLINE)
                try:
                    client.recv(65536)
                    client.sendall(self._answer)
                    client.shutdown(socket.SHUT_WR)
                except OSError:
                    pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE)
        for client in self._sockets:
            client.close()


class Signalctl(unittest.TestCase):
    """What all tests here ask of a doctor's report."""

    def doctor(self, url, *options, expect):
        """The report, by step: {name of the check: check}."""
        done = run("doctor", url, "-o", "json", *options)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["ok"], expect == 0)
        self.assertEqual([step["step"] for step in report["steps"]], [1, 2, 3, 4, 5])
        for step in report["steps"]:
            for check in step["checks"]:
                if check["outcome"] == "failed":
                    self.assertTrue(check["meaning"] and check["next"], check)
        self.failed = [(step["step"], check["name"]) for step in report["steps"] for check in step["checks"]
                       if check["outcome"] == "failed"]
        return {step["step"]: {check["name"]: check for check in step["checks"]} for step in report["steps"]}

    def assert_fails(self, url, step, name, words, *options):
        """Exactly this check fails, and says this: in the report, and for people."""
        check = self.doctor(url, *options, expect=1)[step][name]
        self.assertEqual(self.failed, [(step, name)])
        self.assertIn(words, check["detail"] + " " + check["meaning"])
        text = run("doctor", url, *options)
        self.assertEqual(text.returncode, 1)
        self.assertIn(words, text.stdout)
        self.assertIn(f"failed: step {step}", text.stdout)
        self.assertNotIn("\x1b", text.stdout)

    def assert_call_fails(self, url, step, words, *options):
        done = run("call", url, "-o", "json", *options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        call = json.loads(done.stdout)
        self.assertFalse(call["ok"])
        self.assertEqual(call["failed_step"], step)
        self.assertIn(words, f"{call['what']} {call['meaning']}")
        self.assertTrue(call["next"])

    def assert_call(self, url, *options):
        done = run("call", url, "-o", "json", *options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        call = json.loads(done.stdout)
        self.assertTrue(call["ok"])
        self.assertGreater(call["setup_ms"], 0)
        self.assertGreater(call["total_ms"], call["setup_ms"])
        return call


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
        done = await asyncio.to_thread(run, "load", self.url, "--pairs", 5, "--rate", 44, "--duration", "1s", "-o", "json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        load = json.loads(done.stdout)
        self.assertTrue(load["ok"])
        self.assertEqual(load["opened"], 5)
        # 5 pairs, 44 frames a second of each; a busy machine is late with the last ones.
        self.assertGreater(load["sent"], 100)
        self.assertLessEqual(load["sent"], 5 * 45)
        self.assertEqual(load["sent"], load["delivered"])
        self.assertEqual([load[name] for name in ("lost", "duplicated", "reordered", "changed", "held_back")], [0] * 5)
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


class BrokenTest(Signalctl):
    """There is no gateway, or none that could serve."""

    @classmethod
    def setUpClass(cls):
        harness.stay_on_this_machine()

    def test_no_gateway(self):
        url = f"ws://127.0.0.1:{free_port()}"
        self.assert_fails(url, 1, "TCP", "no gateway: nothing listens at 127.0.0.1:")
        self.assert_call_fails(url, "caller connects", "no gateway: nothing listens at 127.0.0.1:")

    def test_no_such_host(self):
        self.assert_fails("ws://no-such-host.invalid", 1, "name", "the name no-such-host.invalid has no address")

    def test_service_never_there(self):
        gateway = Process("signaling-gateway", "--port=0", "--internal_port=0", f"--service=127.0.0.1:{free_port()}")
        self.addCleanup(gateway.stop)
        url = f"ws://127.0.0.1:{gateway.port}"
        self.assert_fails(url, 2, "hello", "has no signaling service behind it")
        self.assert_call_fails(url, "caller connects", "has no signaling service behind it")
        steps = self.doctor(url, "--gateway-internal", f"http://127.0.0.1:{gateway.internal_port}", expect=1)
        self.assertIn("cannot be reached", steps[4]["gateway /readyz"]["detail"])

    def test_service_killed(self):
        service = Process("signaling-service", "--port=0", "--internal_port=0")
        gateway = Process("signaling-gateway", "--port=0", "--internal_port=0", f"--service=127.0.0.1:{service.port}")
        self.addCleanup(gateway.stop)
        gateway.wait_for("ready")
        url = f"ws://127.0.0.1:{gateway.port}"
        self.assert_call(url)
        service.kill()
        self.assert_fails(url, 2, "hello", "has no signaling service behind it")
        steps = self.doctor(url, "--service-internal", f"http://127.0.0.1:{service.internal_port}", expect=1)
        self.assertIn("The service does not run there", steps[4]["service /healthz"]["meaning"])

    def test_a_plain_http_server(self):
        with Canned(b"HTTP/1.1 200 OK\r\nServer: plain\r\nContent-Length: 2\r\n\r\nhi") as server:
            self.assert_fails(f"http://127.0.0.1:{server.port}", 1, "upgrade", "This is a plain HTTP server")

    def test_a_proxy_that_drops_the_upgrade(self):
        answer = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n"
        with Canned(answer) as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "dropped the Upgrade header")

    def test_a_proxy_without_a_gateway(self):
        with Canned(b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n") as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "it cannot reach the gateway behind it")

    def test_no_http_at_all(self):
        with Canned(b"SSH-2.0-OpenSSH_9.2\r\n") as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "is no HTTP")

    def test_a_server_that_says_nothing(self):
        with Canned() as server:
            self.assert_fails(f"ws://127.0.0.1:{server.port}", 1, "upgrade", "takes the connection and says nothing",
                              "--timeout", "300ms")
            self.assert_fails(f"wss://127.0.0.1:{server.port}", 1, "TLS", "does not answer the TLS handshake",
                              "--timeout", "300ms")
            self.assert_call_fails(f"ws://127.0.0.1:{server.port}", "caller connects",
                                   "takes the connection and says nothing", "--timeout", "300ms")

    def test_wrong_use(self):
        for arguments in (("doctor", "ftp://x"), ("doctor", "ws://u:p@x"), ("doctor", "ws://x/?token=t"),
                          ("call", "ws://x", "--count", "0"), ("call", "ws://x", "--by-offer", "--room", "r"),
                          ("doctor", "wss://x", "--ca", "/nowhere")):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


class LiarTest(unittest.IsolatedAsyncioTestCase, Signalctl):
    """A WebSocket server that answers, but not as a gateway has to."""

    GREETING = {"type": "connected", "client_id": "c", "session_id": "s", "resume_token": "t", "resumed": False,
                "last_id": 0, "ice_servers": [], "ice_transport_policy": "all", "ping_interval_ms": 10000,
                "timeout_ms": 30000, "resume_window_ms": 0, "features": [],
                "limits": dict.fromkeys(("max_message_bytes", "max_metadata_bytes", "max_app_message_bytes",
                                         "max_json_depth", "max_offer_candidates"), 1)}

    async def start(self, changes=None, greeting=None, subprotocols=("signaling.v1",)):
        """`changes` replaces the answers to messages of a type. The server's URL."""
        async def serve(ws, *_):
            with contextlib.suppress(websockets.ConnectionClosed):
                await converse(ws)

        async def converse(ws):
            seq = 0
            async for text in ws:
                message = json.loads(text)
                type_ = message["type"]
                seq += "id" in message
                numbers = {"seq": seq, "reply_to": message.get("id"), "ack": message.get("id")}
                answer = {"ping": {"type": "pong", "t": message.get("t")},
                          "hello": greeting or self.GREETING,
                          "signalctl_no_such_type": {"type": "error", "code": "unknown_type", "message": "no",
                                                     "action": "none", "fatal": False, **numbers},
                          "join": {"type": "joined", "room": message.get("room"), "options": {}, "participants": [],
                                   **numbers}, **(changes or {})}.get(type_)
                if type_ == "bye":
                    await ws.close(1000)
                elif answer is not None:
                    await ws.send(answer if isinstance(answer, str) else json.dumps({**numbers, **answer}
                                                                                    if "id" in message else answer))

        server = await websockets.serve(serve, "127.0.0.1", 0, subprotocols=subprotocols)
        self.addAsyncCleanup(self.stop, server)
        return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def stop(self, server):
        server.close()
        await server.wait_closed()

    async def test_one_that_does_all_right_passes(self):
        await asyncio.to_thread(self.doctor, await self.start(), expect=0)

    async def test_another_subprotocol(self):
        await asyncio.to_thread(self.assert_fails, await self.start(subprotocols=None), 1, "upgrade",
                                "signaling.v1 was not selected")

    async def test_a_greeting_without_a_field(self):
        greeting = {name: value for name, value in self.GREETING.items() if name != "timeout_ms"}
        await asyncio.to_thread(self.assert_fails, await self.start(greeting=greeting), 2, "hello",
                                "connected is not well-formed")

    async def test_no_json(self):
        await asyncio.to_thread(self.assert_fails, await self.start({"hello": "<html>"}), 2, "hello",
                                "a message that is no JSON object")

    async def test_another_pong(self):
        await asyncio.to_thread(self.assert_fails, await self.start({"ping": {"type": "pong", "t": "x"}}), 2,
                                "ping before hello", "has not the t of the ping")

    async def test_a_gap_in_the_events(self):
        url = await self.start({"join": {"type": "joined", "seq": 7}})
        await asyncio.to_thread(self.assert_fails, url, 3, "room", "event 7 after event 1")

    async def test_an_unknown_type_that_is_borne(self):
        url = await self.start({"signalctl_no_such_type": {"type": "ack"}})
        await asyncio.to_thread(self.assert_fails, url, 2, "unknown type", "has to be answered by unknown_type",
                                "--timeout", "500ms")


if __name__ == "__main__":
    harness.main()

"""Containers of our images do what the processes do: probes, calls, settings from mounted files, an end in order."""

import asyncio
import json
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "integration")]

# pylint: disable=wrong-import-position
import container  # noqa: E402
import grpc.aio  # noqa: E402
import harness  # noqa: E402
from container import Container  # noqa: E402

# As the chart has it, shortened: what a session does not hear in time.
DRAIN = 6
SESSIONS = 50


class Stack(harness.Stack):
    """As those of tests/integration, with two containers."""

    options = ()  # of podman, for both

    @classmethod
    def start_service(cls, port=0):
        service = Container("signaling-service", f"--port={port}", "--internal_port=0", *cls.service_flags, options=cls.options)
        service.wait_for("ready")
        return service

    @classmethod
    def start_gateway(cls, service_port=None, tag=None):
        gateway = Container("signaling-gateway", "--port=0", "--internal_port=0", *cls.gateway_flags,
                            f"--service=127.0.0.1:{service_port or cls.service.port}", tag=tag, options=cls.options)
        gateway.wait_for("ready")
        return gateway


def call(gateway, *more, options=()):
    done = container.signalctl("call", f"ws://127.0.0.1:{gateway.port}", "-o", "json", *more, options=options)
    if done.returncode != 0:
        raise AssertionError(f"{done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def answer(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=harness.DEADLINE) as found:
            return found.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


class RunningTest(Stack):

    async def test_http_probes(self):
        for process in (self.service, self.gateway):
            for path in ("/healthz", "/readyz", "/metrics"):
                self.assertEqual(await asyncio.to_thread(answer, process.internal_port, path), 200, (process.name, path))

    async def test_grpc_probes(self):
        """What the kubelet asks. The messages of grpc.health.v1 have one field each."""
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}") as channel:
            check = channel.unary_unary("/grpc.health.v1.Health/Check")
            for name in ("", "readiness", "liveness", "signaling.v1.SignalingService"):
                said = await check(b"\x0a" + bytes([len(name)]) + name.encode(), timeout=harness.DEADLINE)
                self.assertEqual(said, b"\x08\x01", f"{name!r} is SERVING")
            with self.assertRaises(grpc.aio.AioRpcError) as refused:
                await check(b"\x0a\x04none", timeout=harness.DEADLINE)
            self.assertEqual(refused.exception.code(), grpc.StatusCode.NOT_FOUND)

    async def test_metrics_say_which_build_it_is(self):
        for process in (self.service, self.gateway):
            labels = container.inspect(process.name)["Config"]["Labels"]
            self.assertIn(labels["org.opencontainers.image.revision"], self.build_of(process))

    @staticmethod
    def build_of(process):
        return next(name for name in process.metrics() if name.startswith("signaling_build_info"))

    async def test_a_call(self):
        for more in ((), ("--by-offer",)):
            made = await asyncio.to_thread(call, self.gateway, *more)
            print(f"a call {' '.join(more)}: set up in {made['setup_ms']:.1f} ms")
        done = await asyncio.to_thread(
            container.signalctl, "doctor", f"127.0.0.1:{self.gateway.port}",
            "--gateway-internal", f"http://127.0.0.1:{self.gateway.internal_port}",
            "--service-internal", f"http://127.0.0.1:{self.service.internal_port}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = await asyncio.to_thread(container.signalctl, "--service", f"127.0.0.1:{self.service.port}", "rooms", "list")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class WritesNothingTest(Stack):
    """On a root that could be written to, nothing is."""

    options = ("--read-only=false",)

    async def test_nothing_is_written(self):
        await asyncio.to_thread(call, self.gateway)
        for process in (self.service, self.gateway):
            # podman itself puts its places for mounts there.
            ours = [line for line in process.changes() if line.split(" ", 1)[1] not in (
                "/etc", "/etc/mtab", "/run", "/run/.containerenv", "/run/secrets", "/dev", "/proc", "/sys")]
            self.assertEqual(ours, [], process.name)


class NoShellTest(Stack):
    """None is needed, not for probes and not for a drain: here there is none."""

    options = ("--volume=/dev/null:/usr/bin/dash:ro", "--volume=/dev/null:/usr/bin/bash:ro")

    async def test_without_a_shell(self):
        gone = container.run("signaling-gateway", "-c", "true", entrypoint="/bin/sh", options=self.options)
        self.assertNotEqual(gone.returncode, 0, "so there is none")
        client = await self.v1(room="none")
        await client.expect_nothing()
        await client.send("bye")
        # The chart's preStop.
        begun = time.monotonic()
        container.says("signaling-gateway", "1", entrypoint="sleep", options=self.options)
        self.assertGreaterEqual(time.monotonic() - begun, 1)


class AllInOneTest(unittest.TestCase):
    """In a network of its own: the service in it has a port that nobody else may have."""

    def start(self):
        name = container.fresh_name()
        process = subprocess.Popen(container.command("signaling", options=(f"--name={name}",), network="none"),
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(container.remove, name)
        for line in process.stdout:
            if '"component":"gateway","event":"ready"' in line:
                return process, name
        raise AssertionError(f"it ended with {process.wait()}")

    def test_a_call_and_an_end_in_order(self):
        process, name = self.start()
        done = subprocess.run((*container.ENGINE, "exec", name, "signalctl", "call", "localhost:8765"), check=False,
                              capture_output=True, text=True, timeout=harness.DEADLINE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        process.terminate()
        rest = process.stdout.read()
        self.assertEqual(process.wait(timeout=harness.DEADLINE), 0, rest)
        stopped = [json.loads(line)["component"] for line in rest.splitlines() if '"event":"stopped"' in line]
        self.assertEqual(stopped, ["gateway", "service"])

    def test_where_one_dies_so_does_the_other_and_it_is_told(self):
        for program in ("signaling-service", "signaling-gateway"):
            with self.subTest(program):
                process, name = self.start()
                subprocess.run(("kill", "-KILL", pid_in(name, program)), check=True)
                rest = process.stdout.read()
                self.assertEqual(process.wait(timeout=harness.DEADLINE), 128 + 9, rest)
                self.assertIn(f"{program} ended with code 137", rest)
                self.assertEqual(rest.count('"event":"stopped"'), 1, "the other one, in order")

    def test_flags_that_it_does_not_take(self):
        done = container.run("signaling", "--port=x", network="none")
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)


def pid_in(name, program):
    """Of a program in a container: found among the children of its first process."""
    found = subprocess.run(("podman", "inspect", "--format", "{{.State.Pid}}", name), capture_output=True, text=True, check=True)
    first = found.stdout.strip()
    for pid in pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split():
        if pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")[0].endswith(program):
            return pid
    raise AssertionError(f"{name} has no {program}")


class DrainTest(Stack):
    """SIGTERM, as the kubelet sends it, with sessions on it."""

    gateway_flags = ("--max_connections=256", f"--drain_timeout={DRAIN}s")
    service_flags = ("--resume_window=2s", f"--drain_timeout={DRAIN}s")

    async def test_a_gateway_tells_all_and_ends_in_time(self):
        gateway = await asyncio.to_thread(self.start_gateway)
        clients = []
        for number in range(SESSIONS):
            client = await self.open("/v1", gateway)
            await client.send("hello")
            client.hello = await client.expect("connected")
            clients.append(client)
            if number % 5 == 0:
                await self.join(client, f"drained-{number}")
        begun = time.monotonic()
        gateway.send_signal(15)
        await asyncio.gather(*(client.expect("go_away", reason="draining") for client in clients))
        told = time.monotonic() - begun
        resumed = [await self.resume(client) for client in clients[::2]]
        for client in resumed:
            self.assertIs(client.hello["resumed"], True)
            await client.send("bye")
        # Half of them does not listen: these are closed, which is what the time is for.
        for client in clients[1::2]:
            await client.expect_error("draining", action="reconnect", fatal=True)
            await client.expect_close(4000)
        code = await asyncio.to_thread(gateway.wait)
        took = time.monotonic() - begun
        print(f"{SESSIONS} sessions: told after {told:.2f} s, ended after {took:.2f} s of {DRAIN} s, exit code {code}")
        self.assertEqual(code, 0, gateway.log())
        self.assertLess(took, DRAIN + 3)

    async def test_a_service_ends_in_time_as_well(self):
        service = await asyncio.to_thread(self.start_service)
        gateway = await asyncio.to_thread(self.start_gateway, service.port)
        client = await self.open("/v1", gateway)
        await client.send("hello")
        await client.expect("connected")
        begun = time.monotonic()
        code = await asyncio.to_thread(service.stop)
        took = time.monotonic() - begun
        print(f"a service with a session: ended after {took:.2f} s of {DRAIN} s, exit code {code}")
        self.assertEqual(code, 0, service.log())
        self.assertLess(took, DRAIN + 4)
        self.assertEqual(await asyncio.to_thread(gateway.stop), 0)


if __name__ == "__main__":
    container.main()

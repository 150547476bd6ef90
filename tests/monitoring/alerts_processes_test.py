"""The alerts about processes: they are gone, not ready, do not end, start again and again, or run out of something."""

import asyncio
import resource
import signal
import unittest

import monitoring
from monitoring import harness

GATEWAY = "signaling-gateway"
SERVICE = "signaling-service"


class ProcessesTest(monitoring.Watching, unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        harness.stay_on_this_machine()
        self.processes = []
        self.addCleanup(self.stop_all)
        self.service = await self.start(SERVICE, "--port=0", "--internal_port=0", "--resume_window=2s")
        self.gateway = await self.start_gateway()

    async def start(self, name, *flags):
        process = await asyncio.to_thread(harness.Process, name, *flags)
        self.processes.append(process)
        await asyncio.to_thread(process.wait_for, "ready")
        return process

    async def start_gateway(self, *flags):
        return await self.start(GATEWAY, "--port=0", f"--service=127.0.0.1:{self.service.port}", "--internal_port=0",
                                *flags)

    async def kill(self, process):
        self.processes.remove(process)
        await asyncio.to_thread(process.kill)

    def stop_all(self):
        for process in reversed(self.processes):
            self.assertEqual(process.stop(), 0, process.log())

    async def open_socket(self, gateway):
        client = harness.Client(await harness.websockets.connect(f"ws://127.0.0.1:{gateway.port}/v1", ping_interval=None))
        self.addAsyncCleanup(client.close)
        return client

    async def test_gateway_down(self):
        self.prometheus = await self.watch(self.gateway, self.service)
        gone = monitoring.instance(self.gateway)
        await self.expect_quiet("SignalingInstanceDown", "SignalingServiceDown")
        await self.fires("SignalingGatewayDown", lambda: self.kill(self.gateway))
        await self.expect_firing("SignalingInstanceDown", job=GATEWAY, instance=gone)
        await self.expect_quiet("SignalingServiceDown")

    async def test_service_down(self):
        self.prometheus = await self.watch(self.gateway, self.service)
        await self.expect_quiet("SignalingNothingReady", "SignalingNotReady", "SignalingConnectsFail")
        await self.fires("SignalingServiceDown", lambda: self.kill(self.service))
        await self.expect_firing("SignalingNothingReady", job=GATEWAY)
        await self.expect_firing("SignalingNotReady", job=GATEWAY, instance=monitoring.instance(self.gateway))

        async def connect():
            client = await self.open_socket(self.gateway)
            await client.send("hello")
            await client.expect_error("unavailable", fatal=True)

        await self.expect_firing("SignalingConnectsFail", connect, job=GATEWAY)
        await self.expect_quiet("SignalingGatewayDown")

    async def test_one_of_two_gateways_is_not_ready(self):
        lone = await self.start(SERVICE, "--port=0", "--internal_port=0")
        other = await self.start(GATEWAY, "--port=0", f"--service=127.0.0.1:{lone.port}", "--internal_port=0")
        self.prometheus = await self.watch(self.gateway, other, self.service)
        await self.fires("SignalingNotReady", lambda: self.kill(lone), job=GATEWAY, instance=monitoring.instance(other))
        await self.expect_quiet("SignalingNothingReady", "SignalingServiceDown")

    async def test_drain_too_long(self):
        """A gateway whose client does not go, and which may wait for it."""
        patient = await self.start_gateway("--drain_timeout=10m", "--drain_rate=1", "--max_connections=40")
        self.prometheus = await self.watch(patient, self.gateway, self.service)
        # One goes each second: half a minute for Prometheus to see it, however busy the machine.
        clients = [await self.open_socket(patient) for _ in range(40)]
        for client in clients:
            await client.send("hello")
            await client.expect("connected")

        async def stop():
            patient.send_signal(signal.SIGTERM)

        await self.fires("SignalingDrainTooLong", stop, job=GATEWAY, instance=monitoring.instance(patient))
        for client in clients:
            await client.close()
        self.processes.remove(patient)
        self.assertEqual(await asyncio.to_thread(patient.wait), 0, patient.log())

    async def test_restarts(self):
        internal = f"--internal_port={self.service.internal_port}"
        self.prometheus = await self.watch(self.gateway, self.service)
        begins = f'changes(process_start_time_seconds{{instance="{monitoring.instance(self.service)}"}}[1m])'

        async def restart(times):
            await self.kill(self.service)
            self.service = await self.start(SERVICE, f"--port={self.service.port}", internal)
            await self.until(lambda: self.prometheus.query(begins)[0][1] == times, "Prometheus saw the restart")

        await restart(1)
        await restart(2)
        await self.fires("SignalingRestarts", lambda: restart(3), job=SERVICE, instance=monitoring.instance(self.service))

    async def test_descriptors_near_the_limit(self):
        """The limit comes down to what is open and a few more, as if the rest were taken."""
        self.prometheus = await self.watch(self.gateway, self.service)
        open_now = int((await asyncio.to_thread(self.gateway.metrics))["process_open_fds"])
        limit = int(open_now / 0.8) + 2
        resource.prlimit(self.gateway.pid, resource.RLIMIT_NOFILE, (limit, limit))

        async def fill():
            for _ in range(limit - open_now - 2):
                await self.open_socket(self.gateway)

        await self.fires("SignalingDescriptorsNearLimit", fill, job=GATEWAY, instance=monitoring.instance(self.gateway))


if __name__ == "__main__":
    harness.main()

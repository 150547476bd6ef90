"""What both processes say of themselves: their resources as the system counts them, whether they are ready or on their way
out, when their certificates end; and the trace of a session in each line of it."""

import asyncio
import json
import os
import pathlib
import re
import ssl
import subprocess
import tempfile
import unittest

import harness
from authority import Authority, Files
from tls_files import Pair

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-00"


def stat_fields(pid):
    """/proc/PID/stat from the third field on (proc(5))."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def limit_of(pid, name):
    """The soft limit, as /proc/PID/limits has it."""
    found = re.search(rf"^{name}\s+(\S+)", pathlib.Path(f"/proc/{pid}/limits").read_text(), re.MULTILINE).group(1)
    return float(2 ** 64 - 1 if found == "unlimited" else found)


def end_of(certificate):
    """In seconds since the epoch, as openssl reads it."""
    said = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", certificate],
                          check=True, capture_output=True, text=True, timeout=harness.DEADLINE).stdout
    return ssl.cert_time_to_seconds(said.strip().removeprefix("notAfter="))


class ProcessTest(harness.Stack):
    async def test_resources_are_those_that_the_system_counts(self):
        ticks = os.sysconf("SC_CLK_TCK")
        boot = float(re.search(r"^btime (\d+)", pathlib.Path("/proc/stat").read_text(), re.MULTILINE).group(1))
        # So that there is something to count.
        first, second = await self.pair("resources")
        for number in range(200):
            await first.command("message", data=number)
            await second.expect("message", data=number)
        for process in (self.service, self.gateway):
            with self.subTest(process.name):
                before = stat_fields(process.pid)
                said = process.metrics()
                after = stat_fields(process.pid)
                cpu = [(int(fields[11]) + int(fields[12])) / ticks for fields in (before, after)]
                self.assertGreater(cpu[0], 0)
                self.assertTrue(cpu[0] <= said["process_cpu_seconds_total"] <= cpu[1], (cpu, said))
                self.assertEqual(said["process_threads"], int(after[17]))
                self.assertAlmostEqual(said["process_start_time_seconds"], boot + int(after[19]) / ticks, delta=0.1)
                self.assertAlmostEqual(said["process_virtual_memory_bytes"] / int(after[20]), 1, delta=0.1)
                resident = int(after[21]) * os.sysconf("SC_PAGE_SIZE")
                self.assertAlmostEqual(said["process_resident_memory_bytes"] / resident, 1, delta=0.1)
                # The scrape itself has a connection, which may be gone by now.
                self.assertAlmostEqual(said["process_open_fds"], len(os.listdir(f"/proc/{process.pid}/fd")), delta=2)
                self.assertEqual(said["process_max_fds"], limit_of(process.pid, "Max open files"))
                # No limit is more than a double tells exactly.
                self.assertAlmostEqual(
                    said["process_virtual_memory_max_bytes"] / limit_of(process.pid, "Max address space"), 1)

    async def test_the_build_has_its_version(self):
        for process in (self.service, self.gateway):
            version, revision = harness.run(process.name, "--version").stdout.split()
            (build,) = (name for name in process.metrics() if name.startswith("signaling_build_info{"))
            self.assertRegex(build, rf'version="{re.escape(version)}"')
            self.assertIn(f'revision="{revision.strip("()")}"', build)
            self.assertRegex(build, r'compiler="\w+ \d+\.\d+\.\d+"')

    async def test_log_lines_are_counted(self):
        client = await self.v1()
        before = self.gateway.metrics()
        ends = self.gateway.count("session_end")
        await client.close()
        await harness.eventually(lambda: self.gateway.count("session_end") > ends, "the end is logged")
        after = self.gateway.metrics()
        name = 'signaling_log_lines_total{level="%s"}'
        self.assertEqual(after[name % "info"] - before[name % "info"], 1)
        for level in ("warning", "error"):
            self.assertEqual(after[name % level], before[name % level])

    async def test_latencies_are_measured(self):
        before = self.gateway.metrics()
        await self.pair("measured")
        after = self.gateway.metrics()
        for name in ("signaling_handshake_seconds", "signaling_join_seconds"):
            self.assertEqual(after[f"{name}_count"] - before[f"{name}_count"], 2, name)
            took = (after[f"{name}_sum"] - before[f"{name}_sum"]) / 2
            self.assertTrue(0 < took < harness.DEADLINE, f"{name}: {took}")
        for direction in ("sent", "received"):
            self.assertGreater(after[f'signaling_link_batch_frames_count{{direction="{direction}"}}'],
                               before[f'signaling_link_batch_frames_count{{direction="{direction}"}}'])
        self.assertEqual(after["signaling_sessions"], 2)
        self.assertEqual(after["signaling_max_connections"], 64)
        self.assertEqual(after["signaling_links"], 1)


class ReadyTest(harness.Stack):
    async def test_ready_is_what_readyz_says(self):
        gateway = await asyncio.to_thread(self.start_gateway)
        self.addCleanup(self.check_stop, gateway)
        self.assertEqual((gateway.metrics()["signaling_ready"], self.service.metrics()["signaling_ready"]), (1, 1))
        lost = await asyncio.to_thread(
            harness.Process, "signaling-gateway", "--port=0", "--internal_port=0", "--service=127.0.0.1:1")
        self.addCleanup(self.check_stop, lost)
        self.assertEqual(lost.metrics()["signaling_ready"], 0)
        self.assertEqual(lost.metrics()["signaling_links"], 0)
        # One line, however often it tries.
        await harness.eventually(lambda: lost.count("link_still_down") > 2, "it tries again")
        self.assertEqual(lost.count("link_down"), 1, lost.log())
        self.assertEqual(lost.metrics()["signaling_link_breaks_total"], 0)

    async def test_a_gateway_that_drains_says_so(self):
        gateway = await asyncio.to_thread(self.start_gateway)
        client = await self.open("/v1", gateway)
        await client.send("hello")
        client.hello = await client.expect("connected")
        self.assertEqual(gateway.metrics()["signaling_draining"], 0)
        gateway.send_signal(15)
        await client.expect("go_away")
        # For another second or two it is there.
        said = gateway.metrics()
        self.assertEqual((said["signaling_draining"], said["signaling_ready"]), (1, 0))
        await client.close()
        self.assertEqual(await asyncio.to_thread(gateway.wait), 0, gateway.log())
        self.assertEqual(gateway.wait_for("drain_begins")["sessions"], 1)
        self.assertEqual(gateway.wait_for("drain_ended")["told"], 1)

    async def test_a_link_that_breaks_is_counted(self):
        service = await asyncio.to_thread(self.start_service)
        gateway = await asyncio.to_thread(self.start_gateway, service.port)
        self.addCleanup(self.check_stop, gateway)
        self.assertEqual(gateway.metrics()["signaling_link_breaks_total"], 0)
        service.kill()
        await harness.eventually(lambda: gateway.metrics()["signaling_ready"] == 0, "it is not ready")
        self.assertEqual(gateway.metrics()["signaling_link_breaks_total"], 1)
        self.assertGreater(gateway.wait_for("link_down")["up_ms"], 0)
        await asyncio.to_thread(gateway.wait_for, "not_ready")


class SlowDrainTest(harness.Stack):
    service_flags = ("--resume_window=2s", "--drain_rate=1", "--drain_timeout=20s")

    async def test_a_service_that_drains_says_so(self):
        service = await asyncio.to_thread(self.start_service)
        gateway = await asyncio.to_thread(self.start_gateway, service.port)
        self.addCleanup(self.check_stop, gateway)
        clients = [await self.open("/v1", gateway) for _ in range(4)]
        for client in clients:
            await client.send("hello")
            client.hello = await client.expect("connected")
        self.assertEqual(service.metrics()["signaling_draining"], 0)
        service.send_signal(15)
        await asyncio.to_thread(service.wait_for, "stopping")
        self.assertEqual(service.metrics()["signaling_draining"], 1)
        await harness.eventually(lambda: service.metrics()["signaling_ready"] == 0, "it is not ready any more")
        self.assertEqual(await asyncio.to_thread(service.wait), 0, service.log())


class CertificatesTest(unittest.TestCase):
    NAME = 'signaling_certificate_expiry_timestamp_seconds{certificate="%s"}'

    def start(self, name, *flags):
        process = harness.Process(name, "--port=0", "--internal_port=0", *flags)
        self.addCleanup(harness.Stack.check_stop, process)
        return process

    def expiry(self, process, certificate):
        return process.metrics().get(self.NAME % certificate)

    def test_expiry_is_that_of_what_is_loaded_now(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        files = Files(folder.name)
        ca = Authority(folder.name, "ca")
        # Each of its own end, so that none can be taken for another.
        ends = {name: [Pair(folder.name, f"{name}-{days}", days=days) for days in (first, first + 100)]
                for name, first in (("public", 10), ("client", 20))}
        service_pair = ca.sign("service", "IP:127.0.0.1")
        files.write_pair("service", service_pair)
        for name, pairs in ends.items():
            files.write_pair(name, (pairs[0].cert, pairs[0].key))
        files.write("service_ca", ca.cert)
        files.write("clients_ca", ends["client"][0].cert, ends["client"][1].cert)
        path = files.path
        service = self.start("signaling-service", f"--tls_cert={path('service.crt')}", f"--tls_key={path('service.key')}",
                             f"--tls_client_ca={path('clients_ca')}")
        gateway = self.start("signaling-gateway", f"--service=127.0.0.1:{service.port}",
                             f"--tls_cert={path('public.crt')}", f"--tls_key={path('public.key')}",
                             f"--service_ca={path('service_ca')}", f"--service_cert={path('client.crt')}",
                             f"--service_key={path('client.key')}")
        self.assertEqual(self.expiry(service, "server"), end_of(service_pair[0]))
        self.assertIsNone(self.expiry(service, "client"))
        self.assertEqual(self.expiry(gateway, "server"), end_of(ends["public"][0].cert))
        self.assertEqual(self.expiry(gateway, "client"), end_of(ends["client"][0].cert))

        renewed = Pair(folder.name, "service-300", days=300)
        files.write_pair("service", (renewed.cert, renewed.key))
        for name, pairs in ends.items():
            files.write_pair(name, (pairs[1].cert, pairs[1].key))
        for process, certificate, pair in ((service, "server", renewed), (gateway, "server", ends["public"][1]),
                                           (gateway, "client", ends["client"][1])):
            asyncio.run(harness.eventually(
                lambda of=process, which=certificate, end=end_of(pair.cert): self.expiry(of, which) == end,
                f"{process.name} has the new {certificate} certificate"))

        # What is no pair is not loaded.
        files.write("public.crt", ends["public"][0].cert)
        gateway.wait_for("tls_not_renewed")
        self.assertEqual(self.expiry(gateway, "server"), end_of(ends["public"][1].cert))
        files.write("public.crt", ends["public"][1].cert)

    def test_without_certificates_there_is_no_series(self):
        service = self.start("signaling-service")
        gateway = self.start("signaling-gateway", f"--service=127.0.0.1:{service.port}")
        for process in (service, gateway):
            self.assertFalse([name for name in process.metrics() if "certificate" in name])


class TraceTest(harness.Stack):
    def lines_of(self, session_id):
        lines = [json.loads(line) for line in self.gateway.log().splitlines() if session_id in line]
        self.assertIn("session_end", {line["event"] for line in lines})
        return lines

    async def ended(self, client):
        await client.close()
        session_id = client.hello["session_id"]
        await harness.eventually(
            lambda: any(session_id in line and '"session_end"' in line for line in self.gateway.log().splitlines()),
            "the end is logged")
        return self.lines_of(session_id)

    async def test_a_header_is_in_each_line(self):
        client = await self.open("/v1", headers={"traceparent": TRACE})
        await client.send("hello")
        client.hello = await client.expect("connected")
        await self.join(client, "traced")
        await client.command("offer", sdp="nonsense")
        await client.expect_error("invalid_sdp")
        lines = await self.ended(client)
        self.assertLessEqual({"session_opening", "session_opened", "joined", "message_refused", "session_end"},
                             {line["event"] for line in lines})
        for line in lines:
            self.assertEqual(line.get("traceparent"), TRACE, line)
        end = lines[-1]
        self.assertEqual(
            {name: end.get(name) for name in
             ("client_id", "room", "path", "close_code", "side", "received", "refused", "last_refusal", "offers")},
            {"client_id": client.client_id, "room": "traced", "path": "/v1", "close_code": 1000, "side": "client",
             "received": 3, "refused": 1, "last_refusal": "invalid_sdp", "offers": 1})
        self.assertGreater(end["setup_ms"], 0)

    async def test_a_parameter_will_do(self):
        client = await self.plain(f"?room=traced&traceparent={OTHER_TRACE}")
        for line in await self.ended(client):
            self.assertEqual(line.get("traceparent"), OTHER_TRACE, line)

    async def test_a_session_that_is_resumed_has_that_of_its_new_connection(self):
        first = await self.open("/v1", headers={"traceparent": TRACE})
        await first.send("hello")
        first.hello = await first.expect("connected")
        await self.join(first, "traced")
        await first.send("ack", seq=first.seq)
        first.ws.transport.abort()
        again = await self.open("/v1", headers={"traceparent": OTHER_TRACE})
        await again.send("hello", resume={"session_id": first.hello["session_id"],
                                          "resume_token": first.hello["resume_token"], "last_seq": first.seq})
        again.hello = await again.expect("connected")
        self.assertIs(again.hello["resumed"], True)
        await again.send("bye")
        await harness.eventually(
            lambda: sum(again.hello["session_id"] in line and '"session_end"' in line
                        for line in self.gateway.log().splitlines()) == 2, "both ends are logged")
        ends = {line["traceparent"]: line for line in self.lines_of(again.hello["session_id"])
                if line["event"] == "session_end"}
        self.assertEqual(set(ends), {TRACE, OTHER_TRACE})
        self.assertNotIn("resumed", ends[TRACE])
        self.assertIs(ends[OTHER_TRACE]["resumed"], True)

    async def test_what_is_not_well_formed_is_ignored(self):
        client = await self.open("/v1", headers={"traceparent": TRACE.upper()})
        await client.send("hello")
        client.hello = await client.expect("connected")
        for line in await self.ended(client):
            self.assertNotIn("traceparent", line)


if __name__ == "__main__":
    harness.main()

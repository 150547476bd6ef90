"""Where the configuration of both processes comes from, how it is checked and printed, and what a running process takes anew."""

import asyncio
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import back_office
import harness

sys.path.append(str(pathlib.Path(__file__).parents[2] / "docs"))

import regenerate  # noqa: E402  pylint: disable=wrong-import-position

BINARIES = ("signaling-service", "signaling-gateway")
OPEN = "https://open.example"


class Folder:
    """Files of a test, or of a class of them, until its cleanup."""

    def __init__(self, cleanup):
        self.path = pathlib.Path(tempfile.mkdtemp())
        cleanup(shutil.rmtree, self.path)

    def write(self, name, text):
        """Renamed into its place, so that nobody reads half of it."""
        part = self.path / f"{name}.part"
        part.write_text(text)
        os.rename(part, self.path / name)
        return str(self.path / name)


class Sources(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(self.addCleanup)

    def value(self, binary, name, *flags, **environment):
        """A setting and where it comes from, as --print_config says."""
        answer = harness.run(binary, "--print_config", *flags, environment=environment)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return re.search(rf"^{name}: (.*)  # (.*)$", answer.stdout, re.MULTILINE).groups()

    def refusal(self, binary, *flags, **environment):
        answer = harness.run(binary, *flags, environment=environment)
        self.assertEqual(answer.returncode, 2, answer)
        self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)
        return answer.stderr.strip()

    def test_flags_come_before_the_environment_and_that_before_the_file(self):
        file = self.folder.write("file.yaml", "# of both\ndrain_rate: 3\n")
        for binary in BINARIES:
            self.assertEqual(self.value(binary, "drain_rate"), ("500", "default"))
            self.assertEqual(self.value(binary, "drain_rate", f"--config={file}"), ("3", f"{file}:2"))
            self.assertEqual(self.value(binary, "drain_rate", SIGNALING_CONFIG=file), ("3", f"{file}:2"))
            self.assertEqual(self.value(binary, "drain_rate", SIGNALING_CONFIG=file, SIGNALING_DRAIN_RATE="4"),
                             ("4", "SIGNALING_DRAIN_RATE"))
            self.assertEqual(
                self.value(binary, "drain_rate", "--drain_rate=5", SIGNALING_CONFIG=file, SIGNALING_DRAIN_RATE="4"),
                ("5", "--drain_rate"))

    def test_each_mistake_is_named_with_its_place(self):
        file = self.folder.write("file.yaml", "port: 0\ndrain_rate: many\n")
        for binary in BINARIES:
            self.assertEqual(self.refusal(binary, f"--config={file}"),
                             f"{file}:2: drain_rate=many: must be a whole number, 1 to 1000000")
            self.assertEqual(self.refusal(binary, SIGNALING_DRAIN_RATE="0"),
                             "SIGNALING_DRAIN_RATE=0: must be a whole number, 1 to 1000000")
            self.assertIn("SIGNALING_DRAIN_RATES: unknown variable", self.refusal(binary, SIGNALING_DRAIN_RATES="1"))
            self.assertEqual(self.refusal(binary, "--config=/none"), "--config: /none: No such file or directory")
            self.assertIn("SIGNALING_CONFIG: /: is not a regular file", self.refusal(binary, SIGNALING_CONFIG="/"))
            for text, error in (("port: 1\nport: 1\n", ":2: port: is there twice"),
                                ("ports: 1\n", ":1: there is no setting 'ports'; see --help"),
                                ("config: a\n", ":1: there is no setting 'config'; see --help"),
                                ("port: [1\n", ":1: "), ("a\n", ":1: must be a mapping")):
                wrong = self.folder.write("wrong.yaml", text)
                self.assertTrue(self.refusal(binary, f"--config={wrong}").startswith(wrong + error), text)

    def test_links_of_kubernetes_are_passed_over_and_told(self):
        links = {"SIGNALING_PORT": "tcp://10.0.0.1:50051", "SIGNALING_SERVICE_HOST": "10.0.0.1",
                 "SIGNALING_PORT_50051_TCP_ADDR": "10.0.0.1"}
        for binary in BINARIES:
            self.assertEqual(self.value(binary, "port", **links)[1], "default")
        service = harness.Process("signaling-service", "--port=0", "--internal_port=0", environment=links)
        told = service.wait_for("service_links_ignored")
        self.assertEqual(set(told["variables"].split(",")), set(links))
        self.assertEqual(service.stop(), 0)

    def test_a_printed_configuration_says_the_same_again(self):
        for binary in BINARIES:
            first = harness.run(binary, "--print_config", "--rate_limits=candidate=7",
                                "--address=::1", environment={"SIGNALING_DRAIN_TIMEOUT": "90s"})
            self.assertIn('rate_limits: "candidate=7"  # --rate_limits\n', first.stdout)
            self.assertIn("drain_timeout: 1m30s  # SIGNALING_DRAIN_TIMEOUT\n", first.stdout)
            file = self.folder.write("printed.yaml", first.stdout)
            again = harness.run(binary, "--print_config", f"--config={file}")
            self.assertEqual(again.stderr, "")
            self.assertEqual(re.sub("  # .*", "", again.stdout), re.sub("  # .*", "", first.stdout))
            self.assertNotIn("# default", again.stdout)
            self.assertEqual(harness.run(binary, f"--config={file}", "--check_config").stdout, "ok\n")

    def test_what_is_printed_holds_no_password(self):
        url = "https://someone:hidden-word@keys.example/jwks"
        answer = harness.run("signaling-service", "--print_config", f"--auth_jwks_url={url}", "--auth_audience=a")
        self.assertIn('auth_jwks_url: "https://redacted@keys.example/jwks"', answer.stdout)
        self.assertNotIn("hidden-word", answer.stdout)
        self.assertNotIn("hidden-word", self.refusal("signaling-service", f"--auth_jwks_url={url}", "--auth_audience=a"))

    def test_nor_does_the_error_of_a_wrong_value(self):
        for binary, flag in (("signaling-service", "--turn_urls=turn:someone:hidden-word@relay.example"),
                             ("signaling-service", "--turn_urls=turn://someone:hidden,word@relay.example"),
                             ("signaling-gateway", "--service=https://someone:hidden-word@service.example:1"),
                             ("signaling-gateway", "--service=someone:hidden-word@service.example:1"),
                             ("signaling-gateway", "--trusted_proxies=http://someone:hidden-word@proxy.example"),
                             ("signaling-gateway", "--tls_key=first line\nhidden-word\n")):
            refusal = self.refusal(binary, flag, "--print_config")
            self.assertNotIn("hidden", refusal)
            self.assertIn(flag.split("=")[0], refusal)

    def test_a_list_with_spaces_is_refused(self):
        """No browser's origin and no certificate's name begins with one: they would be refused, and nobody would know why."""
        self.assertEqual(self.refusal("signaling-gateway", "--allowed_origins=https://a.example, https://b.example"),
                         "--allowed_origins=https://a.example, https://b.example: must have no spaces around the commas")
        self.assertIn("no spaces", self.refusal("signaling-service", SIGNALING_TLS_GATEWAY_NAMES="a, b"))

    def test_what_the_system_does_not_give_is_one_line(self):
        few = (4, 4)
        gateway = pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / "signaling-gateway"
        answer = subprocess.run(
            [gateway, "--port=0", "--internal_port=0"],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few), capture_output=True, text=True,
            timeout=harness.DEADLINE, check=False, env={})
        if b"__ubsan_handle_dynamic_type_cache_miss" in gateway.read_bytes():
            # UBSan looks at a vptr through a pipe, for which there is no descriptor, and ends the process in its own words.
            self.assertNotEqual(answer.returncode, 0)
            return
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr.count("\n")), (2, "", 1), answer)
        self.assertIn("Too many open files", answer.stderr)

    def test_a_check_reads_all_files_and_binds_nothing(self):
        broken = self.folder.write("broken.pem", "nothing\n")
        pair = (f"--tls_cert={broken}", f"--tls_key={broken}")
        none = ("--tls_cert=/none", "--tls_key=/none")
        # The ports of others are taken, and that is nobody's business here.
        running = harness.Process("signaling-service", "--port=0", "--internal_port=0")
        try:
            answer = harness.run("signaling-service", "--check_config", f"--port={running.port}",
                                 f"--internal_port={running.internal_port}")
            self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (0, "ok\n", ""))
        finally:
            self.assertEqual(running.stop(), 0)
        for binary in BINARIES:
            self.assertIn(broken, self.refusal(binary, "--check_config", *pair))
            self.assertIn("/none: No such file", self.refusal(binary, "--check_config", *none))
            self.assertEqual(harness.run(binary, "--print_config", *none).returncode, 0)
            self.assertEqual(self.refusal(binary, "--check_config", "--port=x"), self.refusal(binary, "--port=x"))
        service, gateway = BINARIES
        cases = (
            (service, "--auth_keys", (f"--auth_keys={broken}", "--auth_audience=a")),
            (service, "--auth_jwks_url", ("--auth_jwks_url=http://a", "--auth_audience=a")),
            (service, "--auth_jwks_ca", ("--auth_jwks_url=https://a", "--auth_audience=a", f"--auth_jwks_ca={broken}")),
            (service, "--turn_secret_file", ("--turn_secret_file=/none", "--turn_urls=turn:a")),
            (service, "--tls_client_ca", (f"--tls_client_ca={broken}",)),
            (gateway, "--service_ca", (f"--service_ca={broken}",)),
            (gateway, "--service_cert", (f"--service_ca={broken}", f"--service_cert={broken}", f"--service_key={broken}")),
            (gateway, "--service_token_file", ("--service_token_file=/none",)),
        )
        for binary, name, flags in cases:
            self.assertIn(name.split("_")[0], self.refusal(binary, "--check_config", *flags), flags)

    def test_the_page_is_what_the_binaries_say(self):
        page = pathlib.Path(regenerate.__file__).with_name("configuration.md").read_text()
        self.assertEqual(page, regenerate.regenerated(page), "./dev docs")
        for binary in BINARIES:
            flags = re.findall(r"^  --(\w+)", harness.run(binary, "--help").stdout, re.MULTILINE)
            self.assertGreater(len(flags), 20)
            self.assertEqual(flags[4:], sorted(flags[4:]))
            for flag in flags[4:]:
                self.assertIn(f"| `--{flag}` | `SIGNALING_{flag.upper()}` |", page)


class Reload(harness.Stack):
    """Both processes with a file each, which every test begins with as it is here."""

    SERVICE = "port: 0\ninternal_port: 0\nresume_window: 2s\nrate_limits: off\n"
    GATEWAY = "port: 0\ninternal_port: 0\nmax_connections: 64\nrate_limits: off\n"

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder(cls.addClassCleanup)
        super().setUpClass()

    @classmethod
    def start_service(cls, port=0):
        file = cls.folder.write("service.yaml", cls.SERVICE)
        service = harness.Process("signaling-service", f"--config={file}")
        service.wait_for("ready")
        return service

    @classmethod
    def start_gateway(cls, service_port=None):
        file = cls.folder.write("gateway.yaml", cls.GATEWAY + f"service: 127.0.0.1:{cls.service.port}\n")
        gateway = harness.Process("signaling-gateway", f"--config={file}")
        gateway.wait_for("ready")
        return gateway

    @property
    def gateway_text(self):
        return self.GATEWAY + f"service: 127.0.0.1:{self.service.port}\n"

    async def asyncTearDown(self):
        await self.reload(self.service, self.SERVICE)
        await self.reload(self.gateway, self.gateway_text)
        await super().asyncTearDown()

    @staticmethod
    def reloads(process, result="ok"):
        return process.metrics()[f'signaling_config_reloads_total{{result="{result}"}}']

    async def reload(self, process, text, result="ok"):
        """Writes the file of a process, and waits until it was looked at."""
        name = process.name.removeprefix("signaling-") + ".yaml"
        if (self.folder.path / name).read_text() == text:
            return
        before = self.reloads(process, result)
        self.folder.write(name, text)
        await harness.eventually(lambda: self.reloads(process, result) > before, f"a reload of {text!r}")

    async def test_an_origin_that_was_refused_is_taken(self):
        client = await self.open("/", headers={"Origin": OPEN})
        await client.expect_error("origin_not_allowed")
        await client.expect_close(4502)
        stays = await self.v1(room="stays")
        await self.reload(self.gateway, self.gateway_text + f"allowed_origins: [{OPEN}]\n")
        client = await self.open("/", headers={"Origin": OPEN})
        await client.expect("connected")
        client = await self.open("/", headers={"Origin": "https://other.example"})
        await client.expect_error("origin_not_allowed")
        await stays.expect_nothing()

    async def test_fewer_connections_end_nobody_and_more_are_taken(self):
        first = await self.v1(room="few")
        second = await self.v1(room="few")
        await first.expect("participant_joined")
        await self.reload(self.gateway, self.gateway_text.replace("64", "1"))
        refused = await self.open("/")
        await refused.expect_error("too_many_connections")
        await refused.expect_close(4005)
        await first.command("message", data="still here")
        await second.expect("message", data="still here")
        await self.reload(self.gateway, self.gateway_text.replace("64", "3"))
        await (await self.open("/")).expect("connected")

    async def test_the_log_level_changes(self):
        for process, text in ((self.service, self.SERVICE), (self.gateway, self.gateway_text)):
            self.assertNotIn('"level":"debug"', process.log())
            await self.reload(process, text + "log_level: debug\n")
        await self.v1(room="seen")
        await harness.eventually(lambda: '"level":"debug"' in self.gateway.log(), "a line at debug")

    async def test_rate_limits_hold_for_sessions_that_there_are(self):
        client = await self.v1(room="fast")
        before = self.gateway.metrics()['signaling_rate_limited_total{limit="other"}']
        await self.reload(self.gateway, self.gateway_text.replace("off", "other=1"))
        for _ in range(160):  # 128 may go at once, and one each second
            await client.send("ping")
        await harness.eventually(
            lambda: self.gateway.metrics()['signaling_rate_limited_total{limit="other"}'] > before, "a limit")
        # Who is held back goes on at once where there are none any more.
        await self.reload(self.gateway, self.gateway_text)
        await client.send("ping", t="free")
        while (message := await client.receive()).get("t") != "free":
            self.assertIn(message["type"], ("pong", "error"))

    async def test_calls_of_back_ends_are_limited_from_then_on(self):
        async with back_office.grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}") as channel:
            rooms = back_office.rooms_pb2_grpc.RoomServiceStub(channel)
            for _ in range(5):
                await rooms.ListRooms(back_office.rooms_pb2.ListRoomsRequest())
            await self.reload(self.service, self.SERVICE.replace("off", "call=1"))
            with self.assertRaises(back_office.grpc.aio.AioRpcError) as refused:
                for _ in range(1000):
                    await rooms.ListRooms(back_office.rooms_pb2.ListRoomsRequest())
            self.assertEqual(refused.exception.code(), back_office.grpc.StatusCode.RESOURCE_EXHAUSTED)
            await self.reload(self.service, self.SERVICE)
            for _ in range(5):
                await rooms.ListRooms(back_office.rooms_pb2.ListRoomsRequest())

    async def test_trusted_proxies_are_taken(self):
        await self.reload(self.gateway, self.gateway_text.replace("off", "connection=1"))
        headers = {"X-Forwarded-For": "192.0.2.7"}
        for _ in range(3):
            await (await self.open("/", headers=headers)).expect("connected")
        for _ in range(20):  # one a second may be let in meanwhile
            answer = await (await self.open("/", headers=headers)).expect_any("connected", "error")
            if answer["type"] == "error":
                break
        self.assertEqual(answer.get("code"), "rate_limited")
        await self.reload(self.gateway, self.gateway_text.replace("off", "connection=1") + "trusted_proxies: [127.0.0.1]\n")
        await (await self.open("/", headers=headers)).expect("connected")

    async def test_what_is_wrong_changes_nothing_and_is_told(self):
        before = self.reloads(self.gateway)
        await self.reload(self.gateway, self.gateway_text.replace("64", "1") + "log_level: loud\n", "error")
        self.assertEqual(self.gateway.metrics()["signaling_config_last_reload_successful"], 0)
        await harness.eventually(
            lambda: "log_level=loud: must be debug, info, warning or error" in self.gateway.log(), "it is told")
        self.assertEqual(self.reloads(self.gateway), before)
        await self.v1()
        await self.v1()
        await self.reload(self.gateway, self.gateway_text)
        self.assertEqual(self.gateway.metrics()["signaling_config_last_reload_successful"], 1)

    async def test_what_needs_a_restart_is_named(self):
        await self.reload(self.service, self.SERVICE + "offer_ttl: 2h\nlog_level: warning\nmax_offers: 7\n")
        self.assertEqual(self.service.wait_for("config_needs_restart")["flags"], "offer_ttl,max_offers")

    async def test_a_signal_is_answered_and_a_storm_survived(self):
        client = await self.v1(room="storm")
        for process in (self.service, self.gateway):
            before = self.reloads(process)
            process.send_signal(signal.SIGHUP)
            await harness.eventually(lambda: self.reloads(process) > before, "a reload")
            for _ in range(500):
                process.send_signal(signal.SIGHUP)
            self.assertEqual(process.metrics()["signaling_config_last_reload_successful"], 1)
            while before != (before := self.reloads(process)):  # the next test counts its own
                await asyncio.sleep(0.5)
        await client.expect_nothing()
        self.assertEqual(harness.readyz(self.gateway), "ok")


class WithoutFile(unittest.IsolatedAsyncioTestCase):
    async def test_a_signal_without_a_file_changes_nothing_and_has_secrets_read(self):
        folder = Folder(self.addCleanup)
        secrets = folder.write("secrets", "first-secret-of-turn\n")
        service = harness.Process("signaling-service", "--port=0", "--internal_port=0", "--turn_urls=turn:127.0.0.1",
                                  f"--turn_secret_file={secrets}")
        service.wait_for("ready")
        folder.write("secrets", "second-secret-of-turn\n")
        service.send_signal(signal.SIGHUP)
        self.assertEqual(service.wait_for("config_reloaded")["changed"], "")
        service.wait_for("turn_secrets_renewed")
        self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    harness.main()

"""The alerts about what is read from files, and what can be wrong with it: tokens, keys, secrets, certificates, configuration."""

import asyncio
import pathlib
import signal
import tempfile

import monitoring
from monitoring import harness
import tls_files
import tokens

GATEWAY = "signaling-gateway"
SERVICE = "signaling-service"


class TokensTest(monitoring.Watching, tokens.Stack):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.prometheus = await self.watch(self.gateway, self.service)

    async def test_authentication_fails(self):
        stranger = tokens.Key("one")

        async def intrude():
            client = await self.open("/v1")
            await client.send("hello", token=stranger.token("somebody", "room"))
            await self.refused(client)

        await self.fires("SignalingAuthenticationFails", again=intrude, job=SERVICE)

    async def test_key_reload_fails(self):
        before = self.key_file.read_text()

        async def spoil():
            tokens.replace(self.key_file, "{")

        await self.fires("SignalingKeyReloadFails", spoil, job=SERVICE, source="file",
                         instance=monitoring.instance(self.service))
        tokens.replace(self.key_file, before)


class SecretsTest(monitoring.Live):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.secret = pathlib.Path(folder.name) / "turn"
        cls.secret.write_text("first-secret\n")
        cls.service_flags = ("--resume_window=2s", "--turn_urls=turn:turn.example.org", f"--turn_secret_file={cls.secret}")
        super().setUpClass()

    async def test_errors_logged(self):
        async def empty():
            tokens.replace(self.secret, "")

        await self.fires("SignalingErrorsLogged", empty, job=SERVICE, instance=monitoring.instance(self.service))
        self.assertGreater(self.service.count("turn_secrets_not_renewed"), 0)


class CertificatesTest(monitoring.Live):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        mount = pathlib.Path(folder.name) / "mount"
        mount.mkdir()
        cls.mounted = tls_files.Mounted(mount, tls_files.Pair(folder.name, "a-month", days=30))
        cls.gateway_flags = ("--max_connections=64", *cls.mounted.flags)
        super().setUpClass()

    async def test_certificate_ends(self):
        def show(name, days):
            async def renew():
                self.mounted.show(await asyncio.to_thread(tls_files.Pair, self.folder, name, days))
            return renew

        labels = {"job": GATEWAY, "instance": monitoring.instance(self.gateway), "certificate": "server"}
        await self.expect_quiet("SignalingCertificateEnds")
        await self.fires("SignalingCertificateEndsSoon", show("three-days", 3), **labels)
        await self.fires("SignalingCertificateEnds", show("a-day", 1), **labels)


class ConfigurationTest(monitoring.Live):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.file = pathlib.Path(folder.name) / "gateway.yaml"
        cls.file.write_text("max_connections: 64\n")
        cls.gateway_flags = (f"--config={cls.file}",)
        super().setUpClass()

    async def test_config_reload_fails(self):
        async def spoil():
            tokens.replace(self.file, "max_connections: many\n")
            self.gateway.send_signal(signal.SIGHUP)

        await self.fires("SignalingConfigReloadFails", spoil, job=GATEWAY, instance=monitoring.instance(self.gateway))


class MemoryTest(monitoring.Live):
    gateway_flags = ("--max_connections=100",)
    clients = 90

    async def test_memory_grows(self):
        """As many sessions as a day ago, and by and by each stores as many bytes of offers as it may, which nobody claims."""
        clients = [await self.v1() for _ in range(self.clients)]
        sdp = harness.SDP + "".join(f"a={harness.candidate(number)}\r\n" for number in range(1, 1000))
        sessions = f'signaling_sessions{{job="{SERVICE}"}} offset {monitoring.SHORT["d"]}s'
        await self.until(lambda: self.prometheus.query(sessions) and self.prometheus.query(sessions)[0][1] == len(clients),
                         "a day has passed")
        givers = iter(clients)

        async def deposit():
            giver = next(givers, None)
            while giver is not None:
                await giver.command("create_offer", sdp=sdp)
                if (await giver.expect_any("offer_created", "error"))["type"] == "error":
                    return

        await self.fires("SignalingMemoryGrows", again=deposit, job=SERVICE, instance=monitoring.instance(self.service))
        await asyncio.gather(*(client.close() for client in clients))


if __name__ == "__main__":
    harness.main()

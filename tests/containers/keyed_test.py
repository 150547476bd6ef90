"""A closed system in containers: keys, tokens and settings in mounted directories, replaced as Kubernetes replaces them."""

import os
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "integration")]

# pylint: disable=wrong-import-position
import container  # noqa: E402
import harness  # noqa: E402
import tokens  # noqa: E402
from authority import Authority  # noqa: E402
from container import Container  # noqa: E402
from jwks_url_test import KeyServer  # noqa: E402

CONFIG, SECRETS = "/etc/signaling", "/run/secrets/signaling"
COMMON = "port: 0\ninternal_port: 0\nlog_level: debug\nrate_limits: off\n"
SERVICE = COMMON + f"auth_keys: {SECRETS}/keys.json\nauth_audience: {tokens.AUDIENCE}\nresume_window: 2s\n"
ORIGIN = "https://example.org"


class Mounted:
    """A directory as Kubernetes mounts a ConfigMap or Secret: each file a link through ..data, which is a link to a folder that is
    new each time. Files are the group's to read, as fsGroup and defaultMode 0440 have it."""

    def __init__(self, folder, target, files):
        self.folder, self._target = folder, target
        self._number = 0
        folder.mkdir()
        self.show(files)
        for name in files:
            (folder / name).symlink_to(pathlib.Path("..data") / name)

    def show(self, files):
        self._number += 1
        data = self.folder / f"..{self._number}"
        data.mkdir()
        for name, text in files.items():
            path = data / name
            path.write_text(text)
            path.chmod(0o440)
            os.chown(path, 0, 65532)
        fresh = self.folder / "..data_tmp"
        fresh.symlink_to(data.name)
        fresh.rename(self.folder / "..data")

    @property
    def option(self):
        return f"--volume={self.folder}:{self._target}:ro"


class KeyedTest(unittest.IsolatedAsyncioTestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.key = tokens.Key("one")
        self.keys = Mounted(self.folder / "keys", SECRETS, {"keys.json": tokens.jwks(self.key)})
        self.identity = Mounted(self.folder / "identity", SECRETS, {"gateway-token": self.gateway_token()})
        self.service_config = Mounted(self.folder / "service", CONFIG, {"config.yaml": SERVICE})
        self.service = self.start("signaling-service", self.service_config, self.keys)
        self.gateway_text = (COMMON + f"service: 127.0.0.1:{self.service.port}\nmax_connections: 10\n"
                             f"service_token_file: {SECRETS}/gateway-token\n")
        self.gateway_config = Mounted(self.folder / "gateway", CONFIG, {"config.yaml": self.gateway_text})
        self.gateway = self.start("signaling-gateway", self.gateway_config, self.identity)

    def start(self, name, *mounts):
        process = Container(name, f"--config={CONFIG}/config.yaml", options=[mount.option for mount in mounts])
        self.addCleanup(lambda: self.assertEqual(process.stop(), 0, process.log()))
        process.wait_for("ready")
        return process

    def token(self, sub, **claims):
        token = self.key.token(sub, **claims)
        harness.secrets.add(token)
        return token

    def gateway_token(self):
        return self.token("gateway", grants=["gateway"])

    def call(self, number, *more):
        """Two peers with tokens of the present key."""
        files = {f"{sub}.jwt": self.token(sub, rooms=["signalctl-*"], grants=["join", "create", "offer"]) for sub in ("ann", "bob")}
        mounted = Mounted(self.folder / f"peers-{number}", "/run/peers", files)
        return container.signalctl("call", f"ws://127.0.0.1:{self.gateway.port}", "--token-file=/run/peers/ann.jwt",
                                   "--answerer-token-file=/run/peers/bob.jwt", *more, options=(mounted.option,))

    def assert_calls(self, number, *more):
        done = self.call(number, *more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    async def test_calls_with_tokens_alone(self):
        done = container.signalctl("call", f"ws://127.0.0.1:{self.gateway.port}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("token", done.stdout + done.stderr)
        self.assert_calls(1)
        self.assert_calls(2, "--by-offer")

    async def test_keys_are_replaced(self):
        self.key = tokens.Key("two")
        self.assertEqual(self.call(1).returncode, 1, "nobody knows this key yet")
        before = self.service.count("auth_keys_renewed")
        self.keys.show({"keys.json": tokens.jwks(self.key)})
        self.identity.show({"gateway-token": self.gateway_token()})
        await harness.eventually(lambda: self.service.count("auth_keys_renewed") > before, "the new keys are read")
        await harness.eventually(lambda: harness.readyz(self.gateway) == "ok", "the gateway is let in with its new token")
        self.assert_calls(2)

    async def test_settings_are_replaced(self):
        reloads = lambda: self.gateway.metrics()['signaling_config_reloads_total{result="ok"}']  # noqa: E731
        self.assertIn("may not connect", self.doctor_of_origin().stdout)
        before = reloads()
        self.gateway_config.show({"config.yaml": self.gateway_text + f"allowed_origins: [{ORIGIN}]\n"})
        await harness.eventually(lambda: reloads() > before, "a reload")
        self.assertNotIn("may not connect", self.doctor_of_origin().stdout)
        self.assert_calls(1)
        # What is wrong changes nothing.
        self.gateway_config.show({"config.yaml": self.gateway_text + "allowed_origins: [nonsense]\n"})
        await harness.eventually(lambda: self.gateway.count("config_not_reloaded"), "that it is wrong")
        self.assertNotIn("may not connect", self.doctor_of_origin().stdout)

    def doctor_of_origin(self):
        return container.signalctl("doctor", f"127.0.0.1:{self.gateway.port}", f"--origin={ORIGIN}")


class SystemAuthoritiesTest(unittest.IsolatedAsyncioTestCase):
    """Keys of a URL without --auth_jwks_ca: the image's own file of authorities is asked. A name is looked up, too."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.authority = Authority(folder.name, "ca")
        self.server = KeyServer(self.authority.sign("keys", "DNS:localhost"))
        self.server.keys = (tokens.Key("one"),)
        self.addCleanup(self.server.stop)

    def start(self, *options):
        service = Container("signaling-service", "--port=0", "--internal_port=0", f"--auth_audience={tokens.AUDIENCE}",
                            f"--auth_jwks_url=https://localhost:{self.server.port}/keys", options=options)
        self.addCleanup(lambda: self.assertEqual(service.stop(), 0, service.log()))
        return service

    def test_whom_they_vouch_for_is_believed(self):
        self.start(f"--volume={self.authority.cert}:/etc/ssl/certs/ca-certificates.crt:ro").wait_for("ready")

    async def test_and_nobody_else(self):
        service = self.start()
        await harness.eventually(lambda: "certificate" in harness.readyz(service), "why it is not ready")
        self.assertEqual(self.server.times, [])


if __name__ == "__main__":
    container.main()

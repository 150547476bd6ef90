"""deploy/docker/compose.yaml as far as it can be held without compose: what it mounts is there, what it starts is what our images
take, its probes tell who is ready, and Prometheus takes its configuration."""

import asyncio
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKER = ROOT / "deploy" / "docker"
sys.path[:0] = [str(ROOT / "tests" / "integration")]

# pylint: disable=wrong-import-position
import container  # noqa: E402
import harness  # noqa: E402
from container import Container  # noqa: E402

# Of signalctl ready (docs/signalctl.md).
DONE, NO, UNREACHABLE = 0, 1, 3
SETTINGS = {"TURN_HOST": "turn.example.org", "ALLOWED_ORIGINS": "https://example.org", "TRUSTED_PROXIES": "192.0.2.0/24"}


def substituted(value):
    """As compose does: ${NAME}, ${NAME:-default}, ${NAME:?what is missing}, $$."""
    if isinstance(value, dict):
        return {name: substituted(one) for name, one in value.items()}
    if isinstance(value, list):
        return [substituted(one) for one in value]
    if not isinstance(value, str):
        return value

    def one_of(found):
        if found.group(0) == "$$":
            return "$"
        name, default = found.group(1), found.group(2)
        if name not in SETTINGS and default is None:
            raise AssertionError(f"{name} has no default")
        return SETTINGS.get(name, default)

    return re.sub(r"\$\$|\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", one_of, value)


def source_and_target(volume):
    """Of both ways to write one."""
    return volume.split(":")[:2] if isinstance(volume, str) else (volume["source"], volume["target"])


class ComposeTest(unittest.IsolatedAsyncioTestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        # A copy, since the secrets stand beside it.
        shutil.copytree(ROOT / "deploy", cls.folder / "deploy", ignore=shutil.ignore_patterns("secrets"))
        cls.docker = cls.folder / "deploy" / "docker"
        cls.signalctl = cls.folder / "signalctl"
        secrets = cls.docker / "secrets"
        # As a composer leaves it which was started too early.
        (secrets / "gateway").mkdir(parents=True)
        words = container.command("signaling-gateway", entrypoint="/usr/bin/signalctl",
                                  options=("--user=0", f"--volume={secrets}:{secrets}:ro", f"--workdir={secrets}"))
        cls.signalctl.write_text("#!/bin/bash\nexec " + shlex.join(words) + ' "$@"\n')
        cls.signalctl.chmod(0o755)
        cls.make_secrets()
        cls.services = substituted(yaml.safe_load((DOCKER / "compose.yaml").read_text()))

    @classmethod
    def make_secrets(cls):
        subprocess.run((cls.docker / "make-secrets",), env={**os.environ, "SIGNALCTL": str(cls.signalctl)}, check=True)

    def mounts(self, name):
        """What compose would give to podman."""
        service = self.services["services"][name]
        pairs = [source_and_target(volume) for volume in service.get("volumes", ())]
        pairs = [(source, target) for source, target in pairs if source.startswith(".")]
        pairs += [(self.services["secrets"][secret]["file"], f"/run/secrets/{secret}") for secret in service.get("secrets", ())]
        found = []
        for source, target in pairs:
            path = (self.docker / source).resolve()
            self.assertTrue(path.exists(), path)
            found.append(f"--volume={path}:{target}:ro")
        return found

    def test_what_it_mounts_is_there(self):
        count = sum(len(self.mounts(name)) for name in self.services["services"])
        self.assertEqual(count, 11)

    def test_our_images_take_its_flags_and_files(self):
        for name, image in (("service", "signaling-service"), ("gateway", "signaling-gateway")):
            service = self.services["services"][name]
            self.assertEqual(service["build"]["target"], image)
            said = container.says(image, "--check_config", *service["command"], options=self.mounts(name))
            self.assertEqual(said, "ok\n")

    def test_secrets_stay_and_the_token_is_new(self):
        def contents():
            return {path.name: path.read_text() for path in (self.docker / "secrets").rglob("*") if path.is_file()}
        before = contents()
        self.make_secrets()
        after = contents()
        self.assertEqual({name for name in before if before[name] != after.get(name)}, {"token"})
        self.assertEqual((self.docker / "secrets").stat().st_mode & 0o777, 0o700)

    async def test_its_probes_tell_who_is_ready(self):
        service = Container("signaling-service", "--port=0", "--internal_port=0")
        gateway = None
        try:
            self.assertEqual(self.probe(service, "service", 50052), DONE)
            gateway = Container("signaling-gateway", "--port=0", "--internal_port=0", "--service=127.0.0.1:1")
            self.assertEqual(self.probe(gateway, "gateway", 8766), NO, "it has no service")
            gateway.internal_port = 1
            self.assertEqual(self.probe(gateway, "gateway", 8766), UNREACHABLE, "nobody listens")
        finally:
            for process in filter(None, (gateway, service)):
                self.assertEqual(await asyncio.to_thread(process.stop), 0)

    def probe(self, process, name, port):
        """Its exit code, asked for the process's port in place of `port`, which is the one that it has there."""
        kind, *command = self.services["services"][name]["healthcheck"]["test"]
        self.assertEqual(kind, "CMD")
        there = command.index(f"http://127.0.0.1:{port}")
        command[there] = f"http://127.0.0.1:{process.internal_port}"
        return subprocess.run((*container.ENGINE, "exec", process.container, *command),
                              timeout=harness.DEADLINE, check=False).returncode

    def test_where_secrets_are_missing_nothing_is_made_in_their_place(self):
        (volume,) = self.services["services"]["gateway"]["volumes"]
        self.assertEqual(volume["bind"], {"create_host_path": False})

    def test_prometheus_takes_its_configuration(self):
        etc = self.folder / "etc"
        etc.mkdir()
        for volume in self.services["services"]["prometheus"]["volumes"]:
            source, target = source_and_target(volume)
            if target.startswith("/etc/prometheus/"):
                shutil.copy(self.docker / source, etc / pathlib.Path(target).name)
        done = subprocess.run(("promtool", "check", "config", etc / "prometheus.yaml"), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\d\d rules found")


if __name__ == "__main__":
    container.main()

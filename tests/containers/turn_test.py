"""compose.yaml's TURN server: coturn of this machine with that command and the file of make-secrets, on a root that is read only."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "integration")]

# pylint: disable=wrong-import-position
import container  # noqa: E402
import harness  # noqa: E402
import stun  # noqa: E402
from process import ports  # noqa: E402

FILE = "/run/secrets/turnserver.conf"
# What `read_only` and `tmpfs: [/tmp]` are.
ALONE = ("unshare", "-m", "sh", "-c", 'mount -o remount,bind,ro / && mount -t tmpfs none /tmp && exec "$@"', "sh")


class TurnTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        # Not in /tmp, which it has for itself.
        folder = tempfile.TemporaryDirectory(dir="/var/tmp")
        cls.addClassCleanup(folder.cleanup)
        docker = pathlib.Path(folder.name) / "docker"
        shutil.copytree(ROOT / "deploy" / "docker", docker, ignore=shutil.ignore_patterns("secrets"))
        subprocess.run((docker / "make-secrets",), env={"PATH": "/usr/bin:/bin", "SIGNALCTL": "/bin/true"}, check=True)
        cls.secret = (docker / "secrets" / "turn-secret").read_text().strip()
        cls.service = yaml.safe_load((docker / "compose.yaml").read_text())["services"]["turn"]
        cls.port = ports.reserve()
        command = [str(docker / "secrets" / "turnserver.conf") if word == FILE else word for word in cls.service["command"]]
        cls.server = subprocess.Popen(
            (*ALONE, "turnserver", *command, f"--listening-port={cls.port}", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1"),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        cls.addClassCleanup(cls.stop)
        cls.wait_until_it_answers()

    @classmethod
    def stop(cls):
        cls.server.kill()
        cls.said = cls.server.communicate()[0]

    @classmethod
    def wait_until_it_answers(cls):
        client = stun.Client(cls.port)
        end = time.monotonic() + harness.DEADLINE
        while time.monotonic() < end and cls.server.poll() is None:
            try:
                client.ask(stun.BINDING, seconds=0.2)
            except (TimeoutError, ConnectionRefusedError):
                time.sleep(0.05)
                continue
            client.close()
            return
        cls.server.kill()
        raise AssertionError(f"coturn does not answer:\n{cls.server.communicate()[0]}")

    def client(self, *who):
        client = stun.Client(self.port, *who)
        self.addCleanup(client.close)
        return client

    def ask(self, client, kind, *attributes):
        return client.ask(kind, *attributes, seconds=harness.DEADLINE)

    def test_nobody_gets_a_relay_without_a_credential(self):
        client = self.client()
        for _ in range(2):
            self.assertEqual(self.ask(client, stun.ALLOCATE, stun.UDP), 401)

    def test_nor_with_one_of_another_secret_or_of_the_past(self):
        future, past = f"{int(time.time()) + 600}:ann", f"{int(time.time()) - 600}:ann"
        for username, secret in ((future, "another"), (past, self.secret)):
            client = self.client(username, stun.credential(secret, username))
            for _ in range(2):
                self.assertEqual(self.ask(client, stun.ALLOCATE, stun.UDP), 401)

    def test_with_one_as_the_service_makes_them_and_not_to_our_own_networks(self):
        username = f"{int(time.time()) + 600}:ann"
        client = self.client(username, stun.credential(self.secret, username))
        self.assertEqual(self.ask(client, stun.ALLOCATE, stun.UDP), 401)
        self.assertEqual(self.ask(client, stun.ALLOCATE, stun.UDP), 0)
        self.assertEqual(self.ask(client, stun.CREATE_PERMISSION, stun.peer("192.0.2.1")), 0)
        for address in ("10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0"):
            self.assertEqual(self.ask(client, stun.CREATE_PERMISSION, stun.peer(address)), 403, address)

    def test_it_ends_when_it_is_told_to(self):
        self.assertIs(self.service["init"], True, "coturn up to 4.6.1 as the first process of a container gets no TERM")


if __name__ == "__main__":
    container.main()

"""Closed by default: what starts, and what is served, only where somebody says that it is meant."""

import asyncio
import pathlib
import tempfile
import unittest

import harness
from authority import Authority


def start(binary, *flags):
    """(exit code, standard error) of a process that does not start."""
    answer = harness.run(binary, *flags)
    return answer.returncode, answer.stderr


class Start(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        ca = Authority(folder.name, "ca")
        self.ca = ca.cert
        self.cert, self.key = ca.sign("one")
        self.other = ca.sign("two")[1]
        self.empty = self.folder / "empty"
        self.empty.touch()
        self.none = self.folder / "none"

    def refused(self, binary, flags, *words):
        with self.subTest(binary=binary, flags=flags):
            code, said = start(binary, "--port=0", "--internal_port=0", *flags)
            self.assertEqual(code, 2, said)
            self.assertEqual(said.count("\n"), 1, said)
            for word in words:
                self.assertIn(str(word), said)

    def test_a_service_without_keys_is_not_public(self):
        refused = lambda flags, *words: self.refused("signaling-service", flags, *words)
        refused(["--address=0.0.0.0"], "--address=0.0.0.0", "--auth_keys", "--allow_anonymous")
        refused(["--address=::"], "--address=::", "--allow_anonymous")
        refused(["--allow_anonymous", "--auth_keys=x", "--auth_audience=y"], "--allow_anonymous", "--auth_keys",
                "one of the two")

    def test_a_gateway_without_an_identity_is_not_public(self):
        for flags in ([], [f"--service_ca={self.ca}"], [f"--tls_cert={self.cert}", f"--tls_key={self.key}"]):
            self.refused("signaling-gateway", ["--address=0.0.0.0", *flags], "--address=0.0.0.0",
                         "--service_token_file", "--service_cert", "--allow_anonymous")

    def test_files_that_cannot_be_used(self):
        def tls(cert, key, *more):
            return [f"--tls_cert={cert}", f"--tls_key={key}", *more]

        refused = lambda flags, *words: self.refused("signaling-service", flags, *words)
        for file in (self.none, self.empty, self.key):
            refused(tls(file, self.key), "--tls_cert", file)
            refused(tls(self.cert, self.key, f"--tls_client_ca={file}"), "--tls_client_ca", file)
        for file in (self.none, self.empty, self.cert, self.other):
            refused(tls(self.cert, file), "--tls_key", file)

        def mutual(cert, key):
            return [f"--service_ca={self.ca}", f"--service_cert={cert}", f"--service_key={key}"]

        refused = lambda flags, *words: self.refused("signaling-gateway", flags, *words)
        for file in (self.none, self.empty, self.key):
            refused([f"--service_ca={file}"], "--service_ca", file)
            refused(mutual(file, self.key), "--service_cert", file)
        for file in (self.none, self.empty, self.cert, self.other):
            refused(mutual(self.cert, file), "--service_key", file)
        for file in (self.none, self.empty, self.folder):
            refused([f"--service_token_file={file}"], "--service_token_file", file)
        two = self.folder / "two"
        two.write_text("secret-one\nsecret-two\n")
        code, said = start("signaling-gateway", f"--service_token_file={two}")
        self.assertEqual(code, 2)
        self.assertIn("more than one token", said)
        self.assertNotIn("secret", said.replace(str(two), ""))


class Open(harness.Stack):
    """A service on which everybody may do everything."""

    async def test_a_public_gateway_does_not_pass_it_on(self):
        self.assertEqual(self.service.count("open"), 1, "the service says so itself")
        with tempfile.NamedTemporaryFile("w") as token:
            token.write("whatever")
            token.flush()
            flags = ("signaling-gateway", "--address=0.0.0.0", "--port=0", "--internal_port=0",
                     f"--service=127.0.0.1:{self.service.port}", f"--service_token_file={token.name}")
            gateway = await asyncio.to_thread(harness.Process, *flags)
            self.addCleanup(self.check_stop, gateway)
            await harness.eventually(lambda: harness.readyz(gateway).startswith("the service runs open: "), "open")
            self.assertEqual(gateway.count("ready"), 0)
            client = await self.open("/v1", gateway)
            await client.send("hello")
            await client.expect_error("unavailable", fatal=True)
            asked = await asyncio.to_thread(harness.Process, *flags, "--allow_anonymous")
            self.addCleanup(self.check_stop, asked)
            await asyncio.to_thread(asked.wait_for, "ready")
            await asyncio.to_thread(asked.wait_for, "open")


if __name__ == "__main__":
    harness.main()

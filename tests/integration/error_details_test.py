"""Refusals as a standard client sees them: one of another implementation, with a published package for the details."""

import asyncio
import json
import pathlib
import subprocess
import tempfile

import harness
from authority import Authority, Files

TOOL = pathlib.Path(__file__).parents[1] / "tools" / "error_details.mjs"


class Refusals(harness.Stack):
    """The same two calls, over what a subclass listens with."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.ca = Authority(folder.name, "ca")
        cls.files = Files(folder.name)
        cls.files.write_pair("service", cls.ca.sign("service", "IP:127.0.0.1"))
        cls.prepare()
        harness.stay_on_this_machine()
        cls.service = cls.start_service()
        cls.addClassCleanup(lambda: cls.check_stop(cls.service))

    async def asyncTearDown(self):
        pass  # there is no gateway, and nobody gets far enough to leave anything

    def call(self, method, *credentials):
        answer = subprocess.run(
            ["node", TOOL, f"127.0.0.1:{self.service.port}", method, *map(str, credentials)],
            capture_output=True, text=True, timeout=harness.DEADLINE, check=False)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    async def expect_refusal(self, method, code, *credentials):
        answer = await asyncio.to_thread(self.call, method, *credentials)
        self.assertEqual(answer["code"], code, answer)
        self.assertTrue(answer["message"])
        [info] = [detail for detail in answer["details"] if detail["$type"] == "google.rpc.ErrorInfo"]
        self.assertEqual((info["reason"], info["domain"]), (code, "signaling.v1"))


class Plain(Refusals):
    """Without TLS, where a token says who calls."""

    @classmethod
    def prepare(cls):
        cls.files.write("keys", json.dumps({"keys": [
            {"kty": "oct", "kid": "one", "alg": "HS256", "use": "sig", "k": "A" * 43}]}))
        cls.service_flags = (f"--auth_keys={cls.files.path('keys')}", "--auth_audience=signaling")

    async def test_who_shows_nothing_is_unauthenticated(self):
        for method in ("RoomService/ListRooms", "SignalingService/Multiplex"):
            with self.subTest(method):
                await self.expect_refusal(method, "UNAUTHENTICATED")


class Mutual(Refusals):
    """Over TLS, where a certificate does."""

    @classmethod
    def prepare(cls):
        cls.service_flags = (
            f"--tls_cert={cls.files.path('service.crt')}", f"--tls_key={cls.files.path('service.key')}",
            f"--tls_client_ca={cls.ca.cert}", "--tls_admin_names=office")

    async def test_each_name_may_do_what_it_was_granted(self):
        office = self.ca.sign("x", "DNS:office")
        gateway = self.ca.sign("x", "DNS:signaling-gateway")
        await self.expect_refusal("RoomService/ListRooms", "PERMISSION_DENIED", self.ca.cert, *gateway)
        await self.expect_refusal("SignalingService/Multiplex", "PERMISSION_DENIED", self.ca.cert, *office)
        answer = await asyncio.to_thread(self.call, "RoomService/ListRooms", self.ca.cert, *office)
        self.assertEqual(answer["code"], "OK", answer)


del Refusals  # no test of its own

if __name__ == "__main__":
    harness.main()

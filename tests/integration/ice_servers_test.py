"""STUN and TURN servers for clients: what `connected` says, what follows before it ends, and secrets that change."""

import asyncio
import base64
import datetime
import hashlib
import hmac
import os
import pathlib
import tempfile
import time

import harness
from harness import eventually

STUN = "stun:stun.example.org:3478"
TURN = ["turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp"]
TTL = 12  # seconds
SKEW = 5  # seconds that may lie between our look at the clock and the service's


def signed(secret, username):
    return base64.b64encode(hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()).decode()


class IceServersTest(harness.Stack):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.secrets = pathlib.Path(folder.name) / "turn"
        cls.secrets.write_text("first-secret\nsecond-secret\n")
        cls.service_flags = (f"--stun_urls={STUN}", f"--turn_urls={','.join(TURN)}",
                             f"--turn_secret_file={cls.secrets}", f"--turn_ttl={TTL}s")
        super().setUpClass()

    def check(self, message, session_id, ends, secret="first-secret"):
        """The servers as configured, with a credential for this session. Returns when it ends."""
        stun, turn = message["ice_servers"]
        self.assertEqual(stun, {"urls": [STUN]})
        self.assertEqual(turn["urls"], TURN)
        expiry, _, user = turn["username"].partition(":")
        self.assertEqual(user, session_id)
        self.assertEqual(turn["credential"], signed(secret, turn["username"]))
        self.assertEqual(datetime.datetime.fromisoformat(ends.replace("Z", "+00:00")).timestamp(), int(expiry))
        self.assertLess(abs(int(expiry) - time.time() - TTL), SKEW)
        return int(expiry)

    async def test_fresh_ones_come_before_the_old_ones_end_on_both_paths(self):
        v1 = await self.v1("ann", "calls")
        plain = await self.plain("?room=calls&client_id=robot")
        await v1.expect("participant_joined", client_id="robot")
        await asyncio.gather(self.follow(v1), self.follow(plain))
        self.assertGreaterEqual(self.service.metrics()["signaling_turn_credentials_total"], 6)

    async def follow(self, client):
        session = client.hello["session_id"]
        expiry = self.check(client.hello, session, client.hello["ice_servers_expire_at"])
        for _ in range(2):  # and again, as long as the session lasts
            renewed = await client.expect("ice_servers")
            self.assertNotIn("seq", renewed)
            self.assertLess(time.time(), expiry - 1, "before the old ones end")
            expiry = self.check(renewed, session, renewed["expires_at"])

    async def test_a_new_secret_signs_without_a_restart(self):
        try:
            before = await self.v1("before")
            self.replace("third-secret\nfirst-secret\n")
            await eventually(lambda: '"turn_secrets_renewed"' in self.service.log(), "the new secret is read")
            after = await self.v1("after")
            self.check(after.hello, after.hello["session_id"], after.hello["ice_servers_expire_at"], "third-secret")
            renewed = await before.expect("ice_servers")
            self.check(renewed, before.hello["session_id"], renewed["expires_at"], "third-secret")

            # What cannot be used leaves what there is, and is told.
            self.replace("")
            await eventually(lambda: '"turn_secrets_not_renewed"' in self.service.log(), "the empty file is told")
            later = await self.v1("later")
            self.check(later.hello, later.hello["session_id"], later.hello["ice_servers_expire_at"], "third-secret")
        finally:
            self.replace("first-secret\nsecond-secret\n")
            await eventually(lambda: self.service.log().count('"turn_secrets_renewed"') == 2, "the old secret is read")

    def replace(self, text):
        """Renamed into its place, so that no half of it is ever read."""
        new = self.secrets.with_suffix(".new")
        new.write_text(text)
        os.replace(new, self.secrets)

    async def test_nothing_of_it_is_logged(self):
        client = await self.v1("quiet")
        turn = client.hello["ice_servers"][1]
        await client.close()
        for log in (self.service.log(), self.gateway.log()):
            self.assertNotIn(turn["credential"], log)
            self.assertNotIn("-secret\"", log)
            self.assertNotIn("first-secret", log)


class RefusedStartTest(harness.unittest.TestCase):

    def refused(self, *flags):
        ended = harness.run("signaling-service", "--port=0", "--internal_port=0", *flags)
        self.assertEqual(ended.returncode, 2, ended)
        self.assertEqual(len(ended.stderr.splitlines()), 1, ended.stderr)
        return ended.stderr

    def test_what_cannot_work_does_not_start(self):
        with tempfile.TemporaryDirectory() as folder:
            empty = pathlib.Path(folder) / "empty"
            empty.write_text("\n")
            spaced = pathlib.Path(folder) / "spaced"
            spaced.write_text("hidden word\n")
            turn = "--turn_urls=turn:turn.example.org"
            for flags, told in (
                    ((turn,), "--turn_secret_file"),
                    ((f"--turn_secret_file={empty}",), "--turn_urls"),
                    ((turn, f"--turn_secret_file={empty}"), "no secret"),
                    ((turn, f"--turn_secret_file={spaced}"), "line 1"),
                    ((turn, f"--turn_secret_file={folder}/none"), "No such file"),
                    ((turn, f"--turn_secret_file={folder}"), "not a regular file"),
                    (("--stun_urls=stun:a:99999",), "port"),
                    (("--turn_urls=turn:a?transport=quic",), "transport"),
            ):
                error = self.refused(*flags)
                self.assertIn(told, error)
                self.assertNotIn("hidden", error)


if __name__ == "__main__":
    harness.main()

"""signalctl against the real service: open, with keys, and with certificates."""

import asyncio
import contextlib
import json
import tempfile

import back_office
import harness
import mtls_test
import tokens
from back_office import grpc
from signaling.v1 import offer_pb2, room_pb2
from signalctl import NOT_ALLOWED, NOT_FOUND, REFUSED, UNREACHABLE, Signalctl

class OpenTest(back_office.Office):
    """A service without keys."""

    def setUp(self):
        super().setUp()
        self.ctl = Signalctl("--service", f"127.0.0.1:{self.service.port}")

    @contextlib.asynccontextmanager
    async def ended_participant(self, client_id):
        """One whose session somebody else ends meanwhile."""
        one = self.participant(client_id)
        await one.__aenter__()
        yield one
        self.assertEqual((await one.status()).code(), grpc.StatusCode.ABORTED)

    async def test_the_life_of_a_room(self):
        ctl = self.ctl
        self.assertEqual(await ctl.json("rooms", "list"), [])
        made = await ctl.json("rooms", "create", "interview", "--max-participants", 2, "--allow", "ann,bob", "--knock",
                              "--persistent")
        self.assertEqual((made["name"], made["persistent"], made["options"]["allowed"]["client_ids"]),
                         ("interview", True, ["ann", "bob"]))
        self.assertEqual(made["options"]["max_participants"], 2)
        changed = await ctl.json("rooms", "update", "interview", "--locked", "--no-knock", "--allow-all")
        self.assertEqual((changed["options"]["locked"], changed["options"]["knock"]), (True, False))
        self.assertNotIn("client_ids", changed["options"].get("allowed") or {})
        await ctl.says("rooms", "update", "interview", "--no-locked")
        async with self.ended_participant("ann") as ann:
            await ann.join("interview", metadata={"name": "Ann \x1b[31m"})
            people = await ctl.json("participants", "list", "interview")
            self.assertEqual([one["client_id"] for one in people], ["ann"])
            table = (await ctl.says("participants", "list", "interview")).splitlines()
            self.assertEqual(table[0].split(), ["CLIENT", "JOINED", "CONNECTED", "METADATA"])
            self.assertIn("name=Ann \\u001b[31m", table[1])
            listed = (await ctl.says("rooms", "list", "--no-header")).split()
            self.assertEqual(listed[:2], ["interview", "1/2"])
            self.assertEqual(await ctl.says("rooms", "delete", "interview", "--reason", "thank you"),
                             "ended room interview and 1 session\n")
        self.assertIn("ROOM_NOT_FOUND", await ctl.says("rooms", "get", "interview", code=NOT_FOUND))

    async def test_a_request_id_makes_it_once(self):
        words = ("rooms", "create", "--request-id", "5f0f7c3c-4f5b-4b8b-9f0e-0d8a3a3f9a01")
        first, again = await self.ctl.json(*words), await self.ctl.json(*words)
        self.assertEqual(first["name"], again["name"])
        self.assertEqual(len(await self.ctl.json("rooms", "list")), 1)

    async def test_who_is_kicked_stays_out_until_the_ban_is_lifted(self):
        ctl = self.ctl
        async with self.participant("ann") as ann, self.ended_participant("bob") as bob:
            await ann.join("lobby")
            await bob.join("lobby")
            self.assertEqual(await ctl.says("participants", "kick", "lobby", "bob", "--ban", "10m"),
                             "removed bob from lobby; it stays out for 10m\n")
            async with self.participant("bob") as again:
                self.assertEqual(await again.join_refused("lobby"), 24)  # ERROR_REASON_BANNED
                self.assertEqual(await ctl.says("participants", "kick", "lobby", "bob", "--ban", "0s"),
                                 "bob was not in lobby; it may come in\n")
                await again.join("lobby")

    async def test_sessions_are_listed_page_by_page_and_ended(self):
        ctl = self.ctl
        async with self.ended_participant("ann") as ann, self.participant("bob"):
            await ann.join("lobby")
            sessions = await ctl.json("sessions", "list")
            self.assertEqual({one["client_id"] for one in sessions}, {"ann", "bob"})
            self.assertEqual(len(await ctl.json("sessions", "list", "--limit", 1)), 1)
            (in_lobby,) = await ctl.json("sessions", "list", "--room", "lobby")
            self.assertEqual(in_lobby["client_id"], "ann")
            line = (await ctl.says("sessions", "list", "--client", "ann", "--no-header")).split()
            self.assertEqual(line[:5], [in_lobby["name"], "ann", "lobby", "connected", "/v1"])
            self.assertIn("ended session", await ctl.says("sessions", "end", "--", in_lobby["name"]))
            self.assertIn("SESSION_NOT_FOUND", await ctl.says("sessions", "end", "--", in_lobby["name"], code=NOT_FOUND))

    async def test_offers(self):
        ctl = self.ctl
        async with self.participant("ann") as ann:
            await ann.command(offer=offer_pb2.OfferCommand(
                create={"offer": {"sdp": harness.SDP}, "metadata": {"for": "support"}}))
            offer_id = (await ann.expect("offer")).offer_id
            (listed,) = await ctl.json("offers", "list", "--client", "ann")
            self.assertEqual((listed["offer_id"], listed["state"]), (offer_id, "OFFER_STATE_QUEUED"))
            self.assertEqual(await ctl.json("offers", "list", "--client", "bob"), [])
            shown = await ctl.says("offers", "get", "--", offer_id)
            self.assertIn("for=support", shown)
            self.assertNotIn("v=0", shown)
            self.assertEqual(await ctl.says("offers", "delete", "--", offer_id), f"withdrew offer {offer_id}\n")
            self.assertEqual((await ctl.json("offers", "get", "--", offer_id))["state"], "OFFER_STATE_WITHDRAWN")

    async def test_events_as_they_come(self):
        ctl = self.ctl
        watch = ctl.start("events", "watch", "-o", "json", "--count", "3")
        try:
            cursor = json.loads(await asyncio.to_thread(watch.stdout.readline))
            self.assertNotIn("event", cursor)
            await ctl.says("rooms", "create", "one")
            opened = json.loads(await asyncio.to_thread(watch.stdout.readline))
            self.assertEqual(opened["event"]["room_opened"]["room"], "one")
            await ctl.says("rooms", "delete", "one")
            await ctl.says("rooms", "create", "two")
            rest, _ = await asyncio.to_thread(watch.communicate, timeout=harness.DEADLINE)
            self.assertEqual([set(json.loads(line)["event"]) - {"event_time"} for line in rest.splitlines()],
                             [{"room_ended"}, {"room_opened"}])
            self.assertEqual(watch.returncode, 0)
        finally:
            watch.kill()
            watch.communicate()
        lines = await ctl.says("events", "watch", "--cursor", cursor["cursor"], "--count", 2)
        self.assertEqual([line.split()[1:] for line in lines.splitlines()], [["room_opened", "one"], ["room_ended", "one"]])
        self.assertIn("INVALID_MESSAGE", await ctl.says("events", "watch", "--cursor", "nonsense", code=REFUSED))

    async def test_what_happened_to_a_session_and_to_an_offer(self):
        ctl = self.ctl
        async with self.participant("ann") as ann:
            await ann.join("lobby")
            await ann.command(offer=offer_pb2.OfferCommand(create={"offer": {"sdp": harness.SDP}}))
            offer_id = (await ann.expect("offer")).offer_id
            await ann.command(room=room_pb2.RoomCommand(join=room_pb2.Join(room="another")))
            await ann.expect("error")
            (session,) = await ctl.json("sessions", "list")
            told = (await ctl.says("explain", "--", session["name"])).splitlines()
            self.assertTrue(told[0].startswith(f"session {session['name']} of ann, which lives, from "), told[0])
            steps = [line[20:] for line in told[2:]]
            for what in ("opened", "joined", "offer stored", "! message refused"):
                self.assertTrue(any(what in step for step in steps), told)
            self.assertRegex(told[-1], "another +already_in_room")
            self.assertNotIn("ice-ufrag", "".join(told))
            history = (await ctl.json("explain", "--", session["name"]))["history"]
            self.assertEqual(history["steps"][0]["kind"], "STEP_KIND_OPENED")
        told = await ctl.says("explain", "--", offer_id)
        self.assertTrue(told.startswith(f"offer {offer_id} of ann, expired, from "), told)
        self.assertIn("offer stored", told)
        self.assertIn("! offer expired", told)
        self.assertIn("which has ended", await ctl.says("explain", "--", session["name"]))
        self.assertIn("no session and no offer", await ctl.says("explain", "nobody", code=NOT_FOUND))

    async def test_what_the_service_refuses(self):
        await self.ctl.says("rooms", "create", "twice")
        self.assertIn("ROOM_EXISTS", await self.ctl.says("rooms", "create", "twice", code=REFUSED))
        self.assertIn("max_participants", await self.ctl.says(
            "rooms", "create", "--max-participants", 99, code=REFUSED))

    async def test_nobody_there(self):
        lost = Signalctl("--service", "127.0.0.1:1")
        self.assertIn("nothing listens there", await lost.says("rooms", "list", code=UNREACHABLE))
        self.assertIn("nothing listens there", await lost.says("events", "watch", code=UNREACHABLE))


class KeyedTest(tokens.Stack):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.address = f"127.0.0.1:{self.service.port}"

    def ctl(self, **env):
        return Signalctl("--service", self.address, **env)

    async def test_a_token_of_ones_own_opens_the_door(self):
        folder = self.folder
        private = folder / "private.jwk"
        private.write_text(self.key._key.export())  # pylint: disable=protected-access
        token = (await Signalctl().says("token", "create", "--signing-key", private, "--aud", tokens.AUDIENCE, "--sub",
                                        "ops", "--grants", "admin", "--ttl", "5m")).strip()
        harness.secrets.add(token)
        token_file = folder / "admin.jwt"
        token_file.write_text(token + "\n")
        self.assertEqual(await self.ctl().json("rooms", "list", "--token-file", token_file), [])
        self.assertEqual(await self.ctl(SIGNALCTL_TOKEN=token).json("rooms", "list"), [])
        self.assertEqual(await self.ctl(SIGNALCTL_TOKEN_FILE=str(token_file)).json("sessions", "list"), [])

        # The same token lets a client in through the gateway, if it says so.
        client_token = (await Signalctl().says(
            "token", "create", "--signing-key", private, "--aud", tokens.AUDIENCE, "--sub", "ann", "--room", "lobby",
            "--grants", "join,create")).strip()
        client = await self.greeted(client_token)
        await self.join(client, "lobby")

    async def test_who_may_not(self):
        ctl = self.ctl
        self.assertIn("--token-file FILE", await ctl().says("rooms", "list", code=NOT_ALLOWED))
        self.assertIn("the grant admin", await ctl(SIGNALCTL_TOKEN=self.key.token("ann", "*", tokens.ALL)).says(
            "rooms", "list", code=NOT_ALLOWED))
        self.assertIn("token check", await ctl(SIGNALCTL_TOKEN="nonsense").says("rooms", "list", code=NOT_ALLOWED))
        self.assertIn("token check", await ctl(SIGNALCTL_TOKEN="nonsense").says("events", "watch", code=NOT_ALLOWED))


class CertificatesTest(mtls_test.Guarded):
    async def test_the_certificate_says_who_asks(self):
        ca = self.files.path("service_ca")
        address = ("--service", f"127.0.0.1:{self.service.port}")
        cert, key = self.ca.sign("office")
        ctl = Signalctl(*address, "--ca", ca, "--cert", cert, "--key", key)
        self.assertEqual(await ctl.json("rooms", "list"), [])
        self.assertIn("its certificate has another name", await ctl.says(
            "rooms", "list", "--server-name", "another.example", code=UNREACHABLE))
        cert, key = self.ca.sign("nobody")
        self.assertIn("--tls_admin_names", await Signalctl(*address, "--ca", ca, "--cert", cert, "--key", key).says(
            "rooms", "list", code=NOT_ALLOWED))
        self.assertIn("--cert and --key", await Signalctl(*address, "--ca", ca).says("rooms", "list", code=UNREACHABLE))
        self.assertIn("it may want TLS", await Signalctl(*address).says("rooms", "list", code=UNREACHABLE))
        self.assertIn("not of the CAs in --ca", await Signalctl(*address, "--ca", self.stranger.cert).says(
            "rooms", "list", code=UNREACHABLE))


class PlainPortTest(harness.Stack):
    async def test_tls_to_a_port_without(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        ca = mtls_test.Authority(folder.name, "ca")
        ctl = Signalctl("--service", f"127.0.0.1:{self.service.port}", "--ca", ca.cert)
        self.assertIn("it does not speak TLS", await ctl.says("rooms", "list", code=UNREACHABLE))


if __name__ == "__main__":
    harness.main()

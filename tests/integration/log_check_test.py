"""No line of our processes has anything secret: that this would be seen, and that there is something to be looked at."""

import json
import pathlib
import sys
import tempfile
import unittest

import harness
from harness import SDP, candidate, log_check

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"
CANDIDATE = "candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 203.0.113.9 rport 46155"
# As they would stand in a line: of each kind what is known by its form, and what has to pass, as our own errors do.
LINES = json.loads((pathlib.Path(log_check.__file__).parent / "log_check_lines.json").read_text())


def said(*lines):
    """What is told of a process that says this."""
    watch = log_check.Watch("signaling-test")
    for line in lines:
        watch.line(line)
    return told(watch)


def told(watch):
    try:
        watch.check()
    except AssertionError as fault:
        return str(fault)
    return ""


class LinesTest(unittest.TestCase):

    def test_what_is_known_by_its_form(self):
        for kind, lines in LINES["forms"].items():
            for line in lines:
                with self.subTest(line=line):
                    self.assertIn(f"signaling-test: {kind}:", said(line))

    def test_what_is_harmless(self):
        for line in LINES["harmless"]:
            with self.subTest(line=line):
                self.assertEqual(said(line), "")

    def caught(self, value, add, line):
        """Both ways round: said before it is known to be secret, and after."""
        watch = log_check.Watch("early")
        watch.line(line)
        self.assertEqual(told(watch), "")
        add()
        self.assertIn(value, told(watch))
        self.assertEqual(told(watch), "", "each is told once")

    def test_values(self):
        secrets = log_check.secrets
        for number, (value, line) in enumerate((
                ("AvRT8OOmR0a5h2pJq1Zz9Q", '{"resume_token":"AvRT8OOmR0a5h2pJq1Zz9Q"}'),
                ("pa55", "login pa55 x"), ("hidden+part/of=", "x=hidden+part/of="), ("sec.ret.val", '"sec.ret.val"'))):
            with self.subTest(value=value):
                self.caught(value, lambda value=value: secrets.add(value), f"{number} {line}")
        with self.assertRaises(ValueError):
            secrets.add("€€€€")

    def test_messages(self):
        for value, message, line in (
                ("resumeresumeresume1234", {"type": "connected", "resume_token": "resumeresumeresume1234"},
                 "x resumeresumeresume1234"),
                ("Q2hhbGxlbmdl+A==", {"ice_servers": [{"urls": ["turn:x"], "credential": "Q2hhbGxlbmdl+A=="}]},
                 '"Q2hhbGxlbmdl+A=="'),
                ("Zh8gzQ", {"sdp": SDP.replace("EsAw", "Zh8gzQ")}, "ufrag Zh8gzQ"),
                ("z1pLvO5UCOQ4zxjKXaWCBui1", {"sdp": SDP.replace("P2uYro0", "z1pLvO5")}, "z1pLvO5UCOQ4zxjKXaWCBui1"),
                ("198.51.100.7 46154", {"candidates": [{"candidate": CANDIDATE}]}, "from 198.51.100.7:46154 to"),
                ("opaque-token-of-this-test", {"type": "hello", "token": "opaque-token-of-this-test"},
                 "opaque-token-of-this-test?")):
            with self.subTest(value=value):
                self.caught(value, lambda message=message: log_check.secrets.add_message(message), line)
        # Of the one above.
        self.assertIn("203.0.113.9 46155", said('{"address":"203.0.113.9","port":46155}'))
        self.assertIn("842163049", said("foundation 842163049"))

    def test_files_and_flags(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text, value in (
                    ("turn_secret_file", "north-north-west\n", "north-north-west"),
                    ("service_token_file", "opaque.gateway.token\n", "opaque.gateway.token"),
                    ("tls_key", "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n",
                     "MIGHAgEAMBMGByqGSM49"),
                    ("auth_keys", '{"keys":[{"kty":"oct","kid":"public-name","k":"c2hhcmVkLXNlY3JldA"}]}',
                     "c2hhcmVkLXNlY3JldA")):
                path = pathlib.Path(folder) / name
                path.write_text(text)
                watch = log_check.Watch("x", [f"--{name}={path}"])
                watch.line("public-name CERTIFICATE")
                self.assertEqual(told(watch), "")
                watch.line(f"it is {value}")
                self.assertIn(value, told(watch))
                path.write_text(text.replace(value, f"replaced{value}"))
                watch.line('{"event":"turn_secrets_renewed"}')
                watch.line(f"now replaced{value}")
                self.assertIn(f"replaced{value}", told(watch))
        log_check.secrets.add("in-a-flag-for-all-to-see")
        self.assertIn("a flag", told(log_check.Watch("x", ["--redis_password=in-a-flag-for-all-to-see"])))
        self.assertIn("a flag", told(log_check.Watch("x", [f"--token={JWT}"])))


class PageTest(unittest.TestCase):
    """A line that docs/logs.md does not have, or not so."""

    @staticmethod
    def line(**fields):
        return json.dumps({"time": "2026-01-01T00:00:00.000Z", "level": "info", "component": "service", **fields})

    def test_as_it_says(self):
        self.assertEqual(said(self.line(event="auth_keys_renewed", source="url", keys=1, skipped=0),
                              self.line(event="gateway_connected", gateway_id="g", caller=""),
                              self.line(event="gateway_connected", gateway_id="g", caller="", traceparent="00-…")), "")

    def test_not_as_it_says(self):
        for fault, fields in (("has no made_up of the service", {"event": "made_up"}),
                              ("has no link_up of the service", {"event": "link_up"}),
                              ("stopped: its level is error", {"event": "stopped", "level": "error"}),
                              ("it has no source", {"event": "auth_keys_renewed", "keys": 1, "skipped": 0}),
                              ("it has more", {"event": "stopped", "more": 1})):
            with self.subTest(fault=fault):
                line = self.line(**fields)
                self.assertEqual(said(line, line).count(fault), 1, "each is told once")


class DebugTest(harness.Stack):
    """What happens to sessions can be followed, and nothing of what they say."""

    service_flags = ("--resume_window=2s",)
    gateway_flags = ("--max_connections=64", "--allowed_origins=https://app.example.org")
    # Of one test below; it would be fewer, and nothing would be looked at, without --log_level=debug.
    FEWEST = {"gateway": 20, "service": 20}

    def events(self, process):
        entries = [json.loads(line) for line in process.log().splitlines() if line.startswith("{")]
        return {(entry["event"], entry.get("session_id")): entry for entry in entries}

    async def test_a_session_can_be_followed(self):
        before = {"gateway": self.gateway.debug_lines, "service": self.service.debug_lines}
        ann, bob = await self.v1("ann", room="hall"), await self.v1("bob", room="hall")
        await ann.expect("participant_joined")
        for sender, receiver in ((ann, bob), (bob, ann)):
            await sender.command("offer" if sender is ann else "answer", sdp=SDP)
            await receiver.expect("offer" if sender is ann else "answer")
            await sender.command("ice_candidate", candidate=candidate(1), sdpMid="0")
            await receiver.expect("ice_candidate")
        await self.refusals(ann)
        plain = await self.plain("?room=street&client_id=robot")
        await self.remarks()
        origin = await self.open("/v1", origin="https://elsewhere.example.org")
        await origin.expect_error("origin_not_allowed")
        await origin.expect_close(4502)
        ann.ws.transport.abort()
        again = await self.resume(ann)
        number = await again.command("leave")
        await again.expect_any("left", "participant_connection")
        for client in (again, bob, plain):
            await client.close()
        await harness.eventually(self._is_empty, "the sessions are over")
        session = ann.hello["session_id"]
        self.assertTrue(number)
        gateway, service = self.events(self.gateway), self.events(self.service)
        for event in ("session_opened", "joined", "message_refused", "left", "session_end"):
            self.assertIn((event, session), gateway)
        for event in ("session_opened", "joined", "message_refused", "session_detached", "session_closed", "left"):
            self.assertIn((event, session), service)
        opened = gateway["session_opened", session]
        self.assertEqual((opened["client_id"], opened["resumed"], opened["level"]), ("ann", True, "debug"))
        asked = gateway["session_opening", opened["asked_as"]]
        self.assertEqual((asked["resumes"], asked["remote_address"]), (True, "127.0.0.1"))
        refused = gateway["session_refused", ""]
        self.assertEqual((refused["reason"], refused["remote_address"]), ("origin_not_allowed", "127.0.0.1"))
        self.assertNotIn("127.0.0.1", [entry.get("remote_address") for entry in (*gateway.values(), *service.values())
                                       if entry["level"] != "debug"])
        for process, name in ((self.gateway, "gateway"), (self.service, "service")):
            lines = process.debug_lines - before[name]
            self.assertGreaterEqual(lines, self.FEWEST[name])
            print(f"{name}: {lines} debug lines", file=sys.stderr)

    async def refusals(self, client):
        """Of what is quoted by nobody."""
        for code, type_, fields in (
                ("invalid_sdp", "offer", {"sdp": SDP.replace("a=setup:actpass", "a=setup:quotedquoted")}),
                ("invalid_sdp", "offer", {"sdp": "quotedquoted=0"}),
                ("invalid_candidate", "ice_candidate", {"candidate": f"{candidate(2)} quotedquoted"}),
                ("invalid_message", "offer", {"sdp": {"quotedquoted": 1}}),
                ("unknown_type", "quotedquotedquoted", {})):
            await client.command(type_, **fields)
            await client.expect_error(code)
        harness.secrets.add("quotedquoted")
        harness.secrets.add("quotedquotedquoted")

    async def remarks(self):
        """What one person writes to another is none of the operator's business."""
        harness.secrets.add("because-of-his-hat")
        host, guest = await self.pair("salon")
        await host.command("message", data="because-of-his-hat")
        await guest.expect("message")
        await host.close()
        await guest.close()

    async def test_a_leak_would_be_found(self):
        client = await self.v1("a-name-that-leaks")
        await client.close()
        await harness.eventually(self._is_empty, "the session is over")
        harness.secrets.add("a-name-that-leaks")
        await harness.eventually(lambda: self.gateway.count("session_end") > 0, "it is told")
        self.assertIn("a-name-that-leaks", told(log_check.Watch("any")))


if __name__ == "__main__":
    harness.main()

"""Room rules over WebSocket: who comes in, who goes, what may be said, and what relay-only rooms never tell."""

import ipaddress
import pathlib
import re

import harness
from harness import SDP, candidate

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "sdp" / "corpus"


class AdmissionTest(harness.Stack):

    async def create(self, name, room, **options):
        client = await self.v1(name)
        client.joined = await self.join(client, room, options=options)
        return client

    async def refused(self, client, room, code, **fields):
        number = await client.command("join", room=room)
        await client.expect_error(code, reply_to=number, fatal=False, **fields)

    async def test_a_cap_of_two_and_a_list(self):
        ann = await self.create("ann", "listed", max_participants=2, allowed=["ann", "bob", "eve"])
        self.assertEqual(ann.joined["options"], {**harness.DEFAULT_OPTIONS, "max_participants": 2})
        await self.refused(await self.v1("stranger"), "listed", "permission_denied", action="none")
        await self.v1("bob", "listed")
        await self.refused(await self.v1("eve"), "listed", "room_full", action="retry")
        plain = await self.open("/?room=listed&client_id=stranger")
        await plain.expect_error("permission_denied", fatal=True)
        await plain.expect_close(4502)

    async def test_options_beyond_the_ceiling_are_refused_and_named(self):
        client = await self.v1("ann")
        number = await client.command("join", room="r", options={"max_participants": 6})
        error = await client.expect_error("invalid_message", reply_to=number)
        self.assertIn("1 to 5", error["message"])

    async def test_knock_and_admit(self):
        ann = await self.create("ann", "door", knock=True)
        bob = await self.v1("bob")
        number = await bob.command("join", room="door", metadata={"name": "Bob"})
        self.assertNotIn("client_id", await bob.expect("knock", reply_to=number))
        await ann.expect("knock", client_id="bob")
        await bob.command("admit", client_id="bob")
        await bob.expect_error("not_in_room")
        await ann.command("admit", client_id="bob")
        await bob.expect("joined", room="door", reply_to=number)
        joined = await ann.expect("participant_joined", client_id="bob")
        self.assertEqual(joined["participant"]["metadata"], {"name": "Bob"})
        plain = await self.open("/?room=door&client_id=robot")
        await plain.expect_error("permission_denied", fatal=True)
        await plain.expect_close(4502)

    async def test_a_knock_refused(self):
        ann = await self.create("ann", "door2", knock=True)
        bob = await self.v1("bob")
        number = await bob.command("join", room="door2")
        await bob.expect("knock")
        await ann.expect("knock", client_id="bob")
        await ann.command("kick", client_id="bob", reason="not today", ban_ms=0)
        error = await bob.expect_error("permission_denied", reply_to=number, fatal=False)
        self.assertEqual(error["message"], "not today")

    async def test_kicked_is_told_why_and_stays_out(self):
        ann, bob = await self.v1("ann", "kick"), await self.v1("bob", "kick")
        await ann.expect("participant_joined")
        await bob.command("kick", client_id="ann")
        await bob.expect_error("permission_denied")
        await ann.command("kick", client_id="bob", reason="enough")
        await ann.expect("participant_left", client_id="bob", reason="kicked")
        await bob.expect("kicked", reason="enough")
        await bob.expect_error("kicked", fatal=True, action="close")
        await bob.expect_close(4503)
        await self.refused(await self.v1("bob"), "kick", "banned", action="close")
        plain = await self.open("/?room=kick&client_id=bob")
        await plain.expect_error("banned", fatal=True)
        await plain.expect_close(4502)

    async def test_lock_and_close(self):
        ann, bob = await self.v1("ann", "locked"), await self.v1("bob", "locked")
        await ann.expect("participant_joined")
        await ann.command("lock", locked=True)
        for client in (ann, bob):
            await client.expect("room_locked", locked=True, client_id="ann")
        await self.refused(await self.v1("eve"), "locked", "room_locked", action="retry")
        plain = await self.open("/?room=locked")
        await plain.expect_error("room_locked", fatal=True)
        await plain.expect_close(4005)
        await ann.command("close_room", reason="good night")
        for client in (ann, bob):
            await client.expect("room_closed", reason="good night")
            await client.expect_error("room_closed", fatal=True)
            await client.expect_close(4505)

    async def test_an_audio_room(self):
        ann = await self.create("ann", "audio", media="audio")
        bob = await self.v1("bob", "audio")
        await ann.expect("participant_joined")
        number = await ann.command("offer", sdp=SDP.replace("m=audio", "m=video"))
        await ann.expect_error("media_not_allowed", reply_to=number, action="none")
        await ann.command("offer", sdp=SDP)
        await bob.expect("offer", sdp=SDP)


def addresses(text):
    """Every IP address in whatever spelling, as numbers, and every .local name."""
    found = set()
    for word in re.findall(r"[\w-]+\.local\b|[0-9A-Fa-f:.]+", text, re.IGNORECASE):
        if word.lower().endswith(".local"):
            found.add(word.lower())
            continue
        try:
            address = ipaddress.ip_address(word)
        except ValueError:
            continue
        mapped = getattr(address, "ipv4_mapped", None)
        found.add(int(mapped or address))
    return found - {int(ipaddress.ip_address("0.0.0.0")), int(ipaddress.ip_address("127.0.0.1")), 9}


class RelayOnlyTest(harness.Stack):
    """What real peers say, through a relay-only room: nothing in it is an address of the other side."""

    async def relay(self, sender, receiver, type_, **fields):
        """What arrives of it, or nothing where it is held back."""
        await sender.command(type_, **fields)
        await sender.command("message", data="mark")
        while True:
            message = await receiver.receive()
            if message["type"] == "ack":
                continue
            if message["type"] == "message":
                return None
            await receiver.expect("message", data="mark")
            return message

    async def exchange(self, sender, receiver):
        """All descriptions and candidates of the corpus, from one to the other. How many arrived."""
        arrived = 0
        for path in sorted(CORPUS.rglob("*.sdp")):
            text = path.read_bytes().decode()
            relays = {word for line in text.splitlines() if " typ relay" in line
                      for word in addresses(line.split(" typ ")[0])}
            hidden = addresses(text) - relays
            type_ = "answer" if "answer" in path.name else "offer"
            message = await self.relay(sender, receiver, type_, sdp=text)
            self.assertIsNotNone(message, path)
            self.assertEqual(addresses(message["sdp"]) & hidden, set(), path)
            arrived += 1
        for text in self.candidates():
            message = await self.relay(sender, receiver, "ice_candidate", candidate=text, sdpMid="0")
            if " typ relay" not in text:
                self.assertIsNone(message, text)
                continue
            own = addresses(text.split(" typ ")[0])
            self.assertEqual(addresses(message["candidate"]) - own, set(), text)
            arrived += 1
        self.assertEqual((await self.relay(sender, receiver, "ice_candidate", candidate=""))["candidate"], "")
        return arrived

    @staticmethod
    def candidates():
        for path in sorted(CORPUS.rglob("*.candidates.txt")):
            yield from (line for line in path.read_text().splitlines() if line)
        yield candidate(1)
        yield "candidate:1 1 udp 1 192.0.2.1 9 typ srflx raddr 10.0.0.1 rport 5"
        yield "candidate:1 1 udp 1 2001:db8::7 9 typ prflx raddr fe80::1 rport 5"
        yield "candidate:1 1 udp 1 5b8c9a0e-0000-4000-8000-000000000001.local 9 typ host"
        yield "candidate:1 1 udp 1 ::ffff:192.0.2.1 9 typ host"
        yield "candidate:1 1 udp 1 198.51.100.1 9 typ relay raddr 192.0.2.1 rport 5"
        yield "candidate:1 1 udp 1 2001:db8:1::9 9 typ relay raddr 2001:db8::7 rport 5 network-id 1"
        yield "candidate:1 1 udp 1 198.51.100.1 9 typ relay raddr ::ffff:192.0.2.1 rport 5"

    async def test_each_side_learns_no_address_of_the_other(self):
        ann, bob = await self.v1("ann"), await self.v1("bob")
        ann.ack_every = bob.ack_every = 8  # a description is up to 10 KiB
        joined = await self.join(ann, "relay", options={"relay_only": True})
        self.assertIs(joined["options"]["relay_only"], True)
        await self.join(bob, "relay")
        await ann.expect("participant_joined")
        self.assertGreater(await self.exchange(ann, bob), 50)
        self.assertGreater(await self.exchange(bob, ann), 50)
        await self.settle(bob, ann)


class ServiceDefaultsTest(harness.Stack):
    service_flags = ("--relay_only", "--media=audio")

    async def test_they_hold_everywhere_and_clients_are_told(self):
        plain = await self.plain("?client_id=robot")
        self.assertEqual(plain.hello["ice_transport_policy"], "relay")
        self.assertEqual(plain.hello["room"]["options"]["media"], "audio")
        client = await self.v1("ann")
        self.assertEqual(client.hello["ice_transport_policy"], "relay")
        joined = await self.join(client, "r", options={"relay_only": False, "media": "any"})
        self.assertEqual((joined["options"]["relay_only"], joined["options"]["media"]), (True, "audio"))
        await client.command("create_offer", sdp=SDP.replace("m=audio", "m=video"))
        await client.expect_error("media_not_allowed")


if __name__ == "__main__":
    harness.main()

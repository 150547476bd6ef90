"""Who comes into a room, and who has to go."""

from scenarios import sdp


async def _maker_of(play, name, room, **options):
    """The first one, which says how the room is to be, and is its moderator."""
    client = await play.v1(name)
    await client.say("join", id=1, room=room, options=options)
    await client.hear("joined")
    return client


async def room_full(play):
    """A room with a cap; who finds it full may try again later. On `/` that is the end of the connection."""
    await _maker_of(play, "alice", "pair", max_participants=1)
    bob = await play.v1("bob")
    await bob.say("join", id=1, room="pair")
    await bob.hear_error("room_full", reply_to=1, action="retry", fatal=False)
    plain = await play.open("plain", "/?room=pair")
    await plain.hear_error("room_full", action="reconnect", fatal=True)
    await plain.hear_close(4005)


async def allow_list_and_audio(play):
    """A room for those on a list, and for audio alone."""
    alice = await _maker_of(play, "alice", "listed", allowed=["alice", "bob"], media="audio")
    eve = await play.v1("eve")
    await eve.say("join", id=1, room="listed")
    await eve.hear_error("permission_denied", reply_to=1, action="none", fatal=False)
    plain = await play.open("plain", "/?room=listed&client_id=eve")
    await plain.hear_error("permission_denied", fatal=True)
    await plain.hear_close(4502)
    await alice.say("offer", id=2, sdp=sdp(1, kind="video"))
    await alice.hear_error("media_not_allowed", reply_to=2, action="none", fatal=False)


async def locked(play):
    """The moderator locks the room, and unlocks it again."""
    alice, bob = await play.v1("alice", "hall"), await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    await alice.say("lock", id=2, locked=True)
    for client in (alice, bob):
        await client.hear("room_locked", locked=True, client_id="alice")
    eve = await play.v1("eve")
    await eve.say("join", id=1, room="hall")
    await eve.hear_error("room_locked", reply_to=1, action="retry", fatal=False)
    plain = await play.open("plain", "/?room=hall")
    await plain.hear_error("room_locked", action="reconnect", fatal=True)
    await plain.hear_close(4005)
    await bob.say("lock", id=2, locked=False)
    await bob.hear_error("permission_denied", reply_to=2, action="none")
    await alice.say("lock", id=3, locked=False)
    for client in (alice, bob):
        await client.hear("room_locked", locked=False)
    await eve.say("join", id=2, room="hall")
    await eve.hear("joined", reply_to=2)
    for client in (alice, bob):
        await client.hear("participant_joined", client_id="eve")


async def knock_and_admit(play):
    """One knocks at the room: `knock` comes at once, `joined` when the moderator admits, with the same reply_to. Somebody else
    is sent away. `/` cannot knock."""
    alice = await _maker_of(play, "alice", "door", knock=True)
    bob = await play.v1("bob")
    await bob.say("join", id=1, room="door", metadata={"name": "Bob"})
    await bob.hear("knock", reply_to=1)
    await alice.hear("knock", client_id="bob")
    await alice.say("admit", id=2, client_id="bob")
    await bob.hear("joined", reply_to=1)
    await alice.hear("participant_joined")
    eve = await play.v1("eve")
    await eve.say("join", id=1, room="door")
    await eve.hear("knock", reply_to=1)
    await alice.hear("knock", client_id="eve")
    await alice.say("kick", id=3, client_id="eve", reason="not today", ban_ms=0)
    await eve.hear_error("permission_denied", reply_to=1, fatal=False)
    await alice.say("admit", id=4, client_id="eve")
    await alice.hear_error("peer_unavailable", reply_to=4)
    plain = await play.open("plain", "/?room=door")
    await plain.hear_error("permission_denied", fatal=True)
    await plain.hear_close(4502)


async def kick(play):
    """Who is kicked is told why, closed with 4503, and stays out until the ban is over, on either path. The resume of such a
    session is refused in the same way."""
    alice, bob = await play.v1("alice", "hall"), await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    await alice.say("kick", id=2, client_id="bob", reason="enough")
    await bob.hear("kicked", reason="enough")
    await bob.hear_error("kicked", action="close", fatal=True)
    await bob.hear_close(4503)
    await alice.hear("participant_left", client_id="bob", reason="kicked")
    again = await play.open("bob-again", "/v1")
    await again.say("hello", client_id="bob")
    await again.hear("connected")
    await again.say("join", id=1, room="hall")
    await again.hear_error("banned", reply_to=1, action="close", fatal=False)
    plain = await play.open("bob-plain", "/?room=hall&client_id=bob")
    await plain.hear_error("banned", action="close", fatal=True)
    await plain.hear_close(4502)
    late = await play.resume("bob-late", bob.hello, 1)
    await late.hear("kicked")
    await late.hear_error("kicked", fatal=True)
    await late.hear_close(4503)


async def close_room(play):
    """The moderator ends the room: all who are in it are told why and closed with 4505."""
    alice, bob = await play.v1("alice", "hall"), await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    await alice.say("close_room", id=2, reason="good night")
    for client in (alice, bob):
        await client.hear("room_closed", reason="good night")
        await client.hear_error("room_closed", action="close", fatal=True)
        await client.hear_close(4505)

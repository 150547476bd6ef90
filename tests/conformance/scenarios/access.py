"""Tokens, of a service that wants them: its header's `tokens`, which a message names as `$token:NAME`."""

from scenarios import sdp, setup

ALICE = {"sub": "alice", "room": "hall", "grants": ["join", "create"]}
BOB = {"sub": "bob", "room": "hall", "grants": ["join"]}
# Short, so that a replay is; by default the notice comes 30 s before, and the grace is 25 s.
SHORT = ["--token_notice=1500ms", "--token_grace=1500ms", "--resume_window=8s"]


def token(name):
    return f"$token:{name}"


@setup(tokens={"alice": ALICE, "late": {**ALICE, "lifetime_ms": -1000}, "other": {**ALICE, "aud": "another-service"}})
async def unauthenticated(play):
    """No token, one that has ended and one for another service: 4501 on both paths. The client_id is the token's `sub`, and no
    other."""
    none = await play.open("none", "/v1")
    await none.say("hello")
    await none.hear_error("unauthenticated", action="close", fatal=True)
    await none.hear_close(4501)
    plain = await play.open("plain", "/?room=hall")
    await plain.hear_error("unauthenticated", action="close", fatal=True)
    await plain.hear_close(4501)
    for name in ("late", "other"):
        client = await play.open(name, "/v1")
        await client.say("hello", token=token(name))
        await client.hear_error("unauthenticated", action="close", fatal=True)
        await client.hear_close(4501)
    pretender = await play.open("pretender", "/v1")
    await pretender.say("hello", client_id="bob", token=token("alice"))
    await pretender.hear_error("client_id_mismatch", action="close", fatal=True)
    await pretender.hear_close(4500)
    alice = await play.open("alice", "/v1")
    await alice.say("hello", token=token("alice"))
    await alice.hear("connected", client_id="alice")


@setup(tokens={"alice": ALICE, "bob": BOB})
async def not_granted(play):
    """What a token does not grant or name: another room, a room that is not there yet, offers, moderation; a refresh that does
    not allow the room that one is in."""
    bob = await play.open("bob", "/v1")
    await bob.say("hello", token=token("bob"))
    await bob.hear("connected")
    await bob.say("join", id=1, room="cellar")
    await bob.hear_error("permission_denied", reply_to=1, action="none", fatal=False)
    await bob.say("join", id=2, room="hall")
    await bob.hear_error("room_not_found", reply_to=2, action="none", fatal=False)
    alice = await play.open("alice", "/v1")
    await alice.say("hello", token=token("alice"))
    await alice.hear("connected")
    await alice.say("join", id=1, room="hall")
    await alice.hear("joined")
    await bob.say("join", id=3, room="hall")
    await bob.hear("joined")
    await alice.hear("participant_joined", client_id="bob")
    await alice.say("kick", id=2, client_id="bob")
    await alice.hear_error("permission_denied", reply_to=2, action="none", fatal=False)
    await bob.say("create_offer", id=4, sdp=sdp(1))
    await bob.hear_error("permission_denied", reply_to=4, action="none", fatal=False)
    await bob.say("refresh", token=token("alice"))
    await bob.hear_error("unauthenticated", action="none", fatal=False)


@setup(service_flags=SHORT, tokens={"short": {**ALICE, "lifetime_ms": 4000}, "alice": ALICE, "bob": BOB})
async def token_expiring(play):
    """A token is about to end: `refresh` with a new one has no answer, and the session goes on past the end of the old one,
    which another session with it shows."""
    alice = await play.open("alice", "/v1")
    await alice.say("hello", token=token("short"))
    await alice.hear("connected", client_id="alice")
    await alice.hear("token_expiring")
    await alice.say("refresh", token=token("bob"))
    await alice.hear_error("unauthenticated", action="none", fatal=False)
    await alice.say("refresh", token=token("alice"))
    other = await play.open("other", "/v1")
    await other.say("hello", token=token("short"))
    await other.hear("connected", client_id="alice")
    await other.hear("token_expiring")
    await other.hear_error("token_expired", action="reconnect", fatal=True)
    await other.hear_close(4002)
    await alice.say("leave", id=1)
    await alice.hear_error("not_in_room", reply_to=1)


@setup(service_flags=SHORT, tokens={
    "short": {**ALICE, "lifetime_ms": 4000}, "alice": ALICE, "bob": BOB})
async def token_expired(play):
    """No new token comes: 4002 after the grace. The session waits; it goes on with a new token of the same client, and with
    nobody else's."""
    alice = await play.open("alice", "/v1")
    await alice.say("hello", token=token("short"))
    hello = await alice.hear("connected", client_id="alice")
    await alice.say("join", id=1, room="hall")
    await alice.hear("joined")
    bob = await play.open("bob", "/v1")
    await bob.say("hello", token=token("bob"))
    await bob.hear("connected", client_id="bob")
    await bob.say("join", id=1, room="hall")
    await bob.hear("joined")
    await alice.hear("participant_joined", client_id="bob")
    await alice.hear("token_expiring")
    await alice.hear_error("token_expired", action="reconnect", fatal=True)
    await alice.hear_close(4002)
    await bob.hear("participant_connection", client_id="alice", connected=False)
    await bob.say("message", id=2, data="meanwhile")
    await bob.hear_ack(2)
    without = await play.resume("alice-without", hello, 2)
    await without.hear_error("token_expired", action="reconnect", fatal=True)
    await without.hear_close(4002)
    thief = await play.resume("thief", hello, 2, token=token("bob"))
    await thief.hear("connected", client_id="bob", resumed=False, resume_error="invalid")
    back = await play.resume("alice-back", hello, 2, token=token("alice"))
    await back.hear("connected", client_id="alice", resumed=True, last_id=1)
    await back.hear("message", client_id="bob", data="meanwhile")
    await bob.hear("participant_connection", client_id="alice", connected=True)


@setup(gateway_flags=["--rate_limits=authentication=1"], tokens={"alice": ALICE})
async def rate_limited(play):
    """Who has shown bad tokens is let in later: it is told when, and that it makes sense to connect again."""
    first = await play.open("first", "/v1")
    await first.say("hello", token="bad")
    await first.hear_error("unauthenticated", action="close", fatal=True)
    await first.hear_close(4501)
    second = await play.open("second", "/v1")
    await second.hear_error("rate_limited", action="reconnect", fatal=True)
    await second.hear_close(4004)

"""What a client can do wrong, and what it hears."""

from scenarios import answer, candidate, sdp, setup


async def faults(play):
    """Faults after which nothing follows: each is told, and the session goes on."""
    alice = await play.v1("alice")
    await alice.say("offer", id=1, sdp=sdp(1))
    await alice.hear_error("not_in_room", reply_to=1, action="none", fatal=False)
    await alice.say("join", id=2, room="hall")
    await alice.hear("joined")
    await alice.say("join", id=3, room="other")
    await alice.hear_error("already_in_room", reply_to=3, action="none", fatal=False)
    await alice.say("offer", id=4, sdp=sdp(1))
    await alice.hear_error("peer_unavailable", reply_to=4, action="retry", fatal=False)
    await alice.say("offer", id=5, sdp="v=0\r\n")
    await alice.hear_error("invalid_sdp", reply_to=5, action="none", fatal=False)
    await alice.say("ice_candidate", id=6, candidate="candidate:1 1 udp 1 192.0.2.1 99999 typ host")
    await alice.hear_error("invalid_candidate", reply_to=6, action="none", fatal=False)
    await alice.say("answer", id=7, sdp=answer(1), client_id="bob")
    await alice.hear_error("client_id_mismatch", reply_to=7, action="none", fatal=False)
    await alice.say("wave", id=8, valid=False)
    await alice.hear_error("unknown_type", reply_to=8, action="none", fatal=False)
    await alice.say("ice_candidate", id=9, valid=False, **{**candidate(), "candidate": None})
    await alice.hear_error("invalid_message", reply_to=9, action="none", fatal=False)
    # What is no JSON has no id that could be answered.
    await alice.say_text('{"type": "leave", "id": 10')
    await alice.hear_error("invalid_json", action="none", fatal=False)
    await alice.say("leave", id=10)
    await alice.hear("left")


async def hello_required(play):
    """Before `hello` only `ping` is served."""
    alice = await play.open("alice", "/v1")
    await alice.say("ping")
    await alice.hear("pong")
    await alice.say("join", id=1, room="hall")
    await alice.hear_error("hello_required", action="none", fatal=False)
    await alice.say("hello")
    await alice.hear("connected")
    await alice.say("hello")
    await alice.hear_error("invalid_message", action="none", fatal=False)


async def three_faults(play):
    """The third of invalid_json, invalid_message and hello_required in one connection ends it; an unknown type does not
    count."""
    alice = await play.v1("alice")
    await alice.say("offer", id=1, valid=False)
    await alice.hear_error("invalid_message", fatal=False)
    await alice.say("wave", id=2, valid=False)
    await alice.hear_error("unknown_type", fatal=False)
    await alice.say_text("{")
    await alice.hear_error("invalid_json", fatal=False)
    await alice.say("offer", id=3, valid=False)
    await alice.hear_error("invalid_message", action="close", fatal=True)
    await alice.hear_close(4500)


async def binary(play):
    """Messages are text; a binary one ends the connection with 1003."""
    alice = await play.v1("alice")
    await alice.say_binary('{"type": "leave"}')
    await alice.hear_error("invalid_message", action="close", fatal=True)
    await alice.hear_close(1003)


async def message_too_large(play):
    """65536 bytes pass, one more ends the connection with 1009."""
    alice = await play.v1("alice")
    await alice.say("ping", padded_to=65536)
    await alice.hear("pong")
    await alice.say("ping", padded_to=65537)
    await alice.hear_error("message_too_large", action="close", fatal=True)
    await alice.hear_close(1009)


@setup(gateway_flags=["--handshake_timeout=2s"])
async def hello_timeout(play):
    """No `hello` comes in time: close 4506."""
    alice = await play.open("alice", "/v1")
    await alice.hear_error("hello_required", action="close", fatal=True)
    await alice.hear_close(4506)


@setup(gateway_flags=["--max_connections=1"])
async def too_many_connections(play):
    """The gateway holds as many sessions as it may: try again later, or elsewhere. A resume is told 1013, because its session
    is untouched."""
    await play.v1("alice")
    plain = await play.open("plain", "/")
    await plain.hear_error("too_many_connections", action="reconnect", fatal=True)
    await plain.hear_close(4005)
    unknown = {"session_id": "AAAAAAAAAAAAAAAAAAAAAA", "resume_token": "AAAAAAAAAAAAAAAAAAAAAA"}
    other = await play.resume("other", unknown, 0)
    await other.hear_error("too_many_connections", action="reconnect", fatal=True)
    await other.hear_close(1013)


async def origin_not_allowed(play):
    """A page of another site may not connect."""
    page = await play.open("page", "/v1", origin="https://other.example")
    await page.hear_error("origin_not_allowed", action="close", fatal=True)
    await page.hear_close(4502)


async def wrong_query(play):
    """A room or a client_id in the query that is no id."""
    plain = await play.open("plain", "/?room=a%20b")
    await plain.hear_error("invalid_message", action="close", fatal=True)
    await plain.hear_close(4500)

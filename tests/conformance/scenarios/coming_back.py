"""Sessions that outlive their sockets, and those that end."""

from scenarios import setup


async def _away(gone, witness):
    """Its socket breaks, and the others have heard of it: a second later."""
    gone.break_off()
    await witness.hear("participant_connection", connected=False)


async def resume(play):
    """alice's socket breaks. She comes back with the last event that she has: what came meanwhile follows in order, and she
    sends again what is above last_id. Id 2 again is only acknowledged."""
    alice = await play.v1("alice", "hall")
    bob = await play.v1("bob", "hall")
    await alice.hear("participant_joined", seq=2)
    await alice.say("message", id=2, data="before")
    await bob.hear("message")
    await alice.hear_ack(2)
    await _away(alice, bob)
    await bob.say("message", id=2, data="first")
    await bob.say("message", id=3, data="second")
    await bob.hear_ack(3)
    again = await play.resume("alice-again", alice.hello, 2)
    await again.hear("connected", resumed=True, last_id=2)
    await again.hear("message", data="first", seq=3)
    await again.hear("message", data="second", seq=4)
    await bob.hear("participant_connection", connected=True)
    await again.say("message", id=2, data="before")
    await again.say("message", id=3, data="after", ack=4)
    await bob.hear("message", data="after")
    await again.bye()
    await bob.hear("participant_left", reason="left")


async def resume_connected_lost(play):
    """`connected` is lost with its token: the token before it stays good until something was sent on the connection that got
    the new one, and then no longer."""
    alice = await play.v1("alice", "hall")
    bob = await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    await _away(alice, bob)
    lost = await play.resume("alice-lost", alice.hello, 2)
    await lost.hear("connected", resumed=True)
    await bob.hear("participant_connection", connected=True)
    await _away(lost, bob)
    again = await play.resume("alice-again", alice.hello, 2)
    await again.hear("connected", resumed=True)
    await bob.hear("participant_connection", connected=True)
    await again.say("update", id=2, metadata={"back": "true"})
    await bob.hear("participant_updated")
    late = await play.resume("alice-late", alice.hello, 2)
    await late.hear("connected", resumed=False, resume_error="invalid")
    await again.bye()
    await bob.hear("participant_left")


async def resume_refused(play):
    """A resume that is refused opens a fresh session, with the reason: a token that is not the session's, and a session that
    is over or not known."""
    alice = await play.v1("alice", "hall")
    wrong = await play.resume("alice-wrong", alice.hello, 1, resume_token="AAAAAAAAAAAAAAAAAAAAAA")
    await wrong.hear("connected", resumed=False, resume_error="invalid")
    unknown = await play.resume("alice-unknown", alice.hello, 1, session_id="AAAAAAAAAAAAAAAAAAAAAA")
    await unknown.hear("connected", resumed=False, resume_error="session_expired")
    await alice.bye()
    late = await play.resume("alice-late", alice.hello, 1)
    await late.hear("connected", resumed=False, resume_error="session_expired")
    await late.say("join", id=1, room="hall")
    await late.hear("joined")


async def resume_events_lost(play):
    """Events that alice says she has were never sent: her session cannot go on exactly, so it is over, and the others hear
    `overflow`."""
    alice = await play.v1("alice", "hall")
    bob = await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    again = await play.resume("alice-again", alice.hello, 100)
    await again.hear("connected", resumed=False, resume_error="events_lost")
    await alice.hear_error("slow_consumer", action="reconnect", fatal=True)
    await alice.hear_close(4003)
    await bob.hear("participant_left", client_id="alice", reason="overflow")


@setup(service_flags=["--resume_window=2s"])
async def window_ends(play):
    """alice does not come back within resume_window_ms: the others hear `timeout`, and her resume is refused."""
    alice = await play.v1("alice", "hall")
    bob = await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    await _away(alice, bob)
    await bob.hear("participant_left", client_id="alice", reason="timeout")
    late = await play.resume("alice-late", alice.hello, 2)
    await late.hear("connected", resumed=False, resume_error="session_expired")


async def takeover(play):
    """A socket that only looks alive is taken over by the resume on another; it is closed with 4504, the session goes on."""
    alice = await play.v1("alice", "hall")
    again = await play.resume("alice-again", alice.hello, 1)
    await again.hear("connected", resumed=True)
    await alice.hear_error("session_replaced", action="close", fatal=True)
    await alice.hear_close(4504)
    await again.say("leave", id=2)
    await again.hear("left")


async def client_id_taken(play):
    """A client_id whose owner's socket answers is not given away; with replace: false it is not even asked. Where no socket
    is, the newcomer gets it at once."""
    alice = await play.v1("alice", "hall")
    bob = await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    twin = await play.open("alice-twin", "/v1")
    await twin.say("hello", client_id="alice")
    await twin.hear("connected")
    await twin.say("join", id=1, room="hall", replace=False)
    await twin.hear_error("client_id_taken", reply_to=1, action="retry", fatal=False)
    await twin.say("join", id=2, room="hall")
    await twin.hear_error("client_id_taken", reply_to=2)
    plain = await play.open("alice-plain", "/?room=hall&client_id=alice")
    await plain.hear_error("client_id_taken", action="reconnect", fatal=True)
    await plain.hear_close(4005)
    await _away(alice, bob)
    await twin.say("join", id=3, room="hall")
    await twin.hear("joined", reply_to=3)
    await bob.hear("participant_left", client_id="alice", reason="replaced")
    await bob.hear("participant_joined", client_id="alice")
    late = await play.resume("alice-late", alice.hello, 2)
    await late.hear_error("session_replaced", fatal=True)
    await late.hear_close(4504)


@setup(gateways=2)
async def drain(play):
    """A gateway is about to stop. alice goes on at another one at once, and loses nothing."""
    alice = await play.v1("alice", "hall")
    bob = await play.open("bob", "/v1", gateway=2)
    await bob.say("hello", client_id="bob")
    await bob.hear("connected")
    await bob.say("join", id=1, room="hall")
    await bob.hear("joined")
    await alice.hear("participant_joined", seq=2)
    # Open already here, so that a replay is not late.
    again = await play.open("alice-again", "/v1", gateway=2)
    play.stop_gateway(1)
    await alice.hear("go_away", reason="draining")
    # What is half done can be finished.
    await alice.say("message", id=2, data="one moment")
    await bob.hear("message", data="one moment")
    await play.ask_to_resume(again, alice.hello, 2)
    await again.hear("connected", resumed=True, last_id=2)
    await alice.hear_error("session_replaced", fatal=True)
    await alice.hear_close(4504)
    await again.say("message", id=3, data="still here")
    await bob.hear("message", data="still here")


@setup(gateways=2)
async def drain_unheard(play):
    """Who does not listen to `go_away` is closed with 4000 a second after its time, and can go on elsewhere too."""
    alice = await play.v1("alice", "hall")
    play.stop_gateway(1)
    await alice.hear("go_away", reason="draining")
    await alice.hear_error("draining", action="reconnect", fatal=True)
    await alice.hear_close(4000)
    again = await play.resume("alice-again", alice.hello, 1, gateway=2)
    await again.hear("connected", resumed=True)
    await again.say("leave", id=2)
    await again.hear("left")


async def service_stops(play):
    """The service ends with all its state: close 1012 says that the session is gone."""
    alice = await play.v1("alice", "hall")
    play.stop_service()
    await alice.hear_error("unavailable", action="reconnect", fatal=True)
    await alice.hear_close(1012)

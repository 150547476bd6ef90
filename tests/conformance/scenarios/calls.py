"""Calls in rooms."""

from scenarios import OTHER_HOST, answer, candidate, sdp, setup


async def plain_call(play):
    """The plain format on `/`: connecting is enough. The viewer calls, the robot answers, nobody numbers anything."""
    robot = await play.plain("robot", "hall", "robot-1")
    viewer = await play.plain("viewer", "hall")
    await robot.hear("participant_joined")
    await viewer.say("offer", sdp=sdp(1))
    await robot.hear("offer")
    await robot.say("answer", sdp=answer(2), client_id="robot-1")
    await viewer.hear("answer")
    await robot.say("ice_candidate", **candidate(), client_id="robot-1")
    await viewer.hear("ice_candidate")
    await viewer.say("ice_candidate", **candidate(OTHER_HOST))
    await robot.hear("ice_candidate")
    await viewer.say("ice_candidate", candidate="", sdpMid="0")
    await robot.hear("ice_candidate")
    await viewer.close()
    await robot.hear("participant_left", reason="left")


async def plain_kept_offer(play):
    """An offer on `/` that finds nobody is kept with its candidates for whoever comes next. The message to nobody is there
    to know that the candidate before it was handled."""
    robot = await play.plain("robot", "hall", "robot-1")
    await robot.say("offer", sdp=sdp(1), client_id="robot-1")
    await robot.hear_error("peer_unavailable", action="none", fatal=False)
    await robot.say("ice_candidate", **candidate(), client_id="robot-1")
    await robot.say("message", data=None, to="nobody")
    await robot.hear_error("peer_unavailable")
    viewer = await play.plain("viewer", "hall", "viewer-1")
    await viewer.hear("offer", client_id="robot-1")
    await viewer.hear("ice_candidate")
    await robot.hear("participant_joined")
    await robot.hear("offer_claimed", client_id="viewer-1")
    await viewer.say("answer", sdp=answer(2), client_id="viewer-1")
    await robot.hear("answer")


async def plain_client_id_adopted(play):
    """A session of `/` that was given no client_id adopts the first that it sends, once; the others hear of it before
    the message itself."""
    robot = await play.plain("robot", "hall")
    viewer = await play.plain("viewer", "hall", "viewer-1")
    await robot.hear("participant_joined")
    await robot.say("offer", sdp=sdp(1), client_id="robot-1")
    await viewer.hear("participant_updated")
    await viewer.hear("offer", client_id="robot-1")
    await robot.say("offer", sdp=sdp(1), client_id="robot-2")
    await robot.hear_error("client_id_mismatch", action="none", fatal=False)
    # By metadata the others know what it is; the query says none.
    await robot.say("update", metadata={"role": "robot"})
    await viewer.hear("participant_updated")


@setup(service_flags=["--stun_urls=stun:stun.example.org:3478"])
async def call(play):
    """Two clients of `/v1` that number and acknowledge, from hello to bye."""
    alice = await play.v1("alice", metadata={"role": "robot"})
    await alice.say("join", id=1, room="hall")
    await alice.hear("joined", reply_to=1, seq=1)
    bob = await play.v1("bob")
    await bob.say("join", id=1, room="hall", metadata={"role": "viewer"})
    await bob.hear("joined", reply_to=1)
    await alice.hear("participant_joined", seq=2)
    await bob.say("offer", id=2, sdp=sdp(1), to="alice")
    await bob.say("ice_candidate", id=3, **candidate(OTHER_HOST), to="alice")
    await alice.hear("offer", client_id="bob")
    await alice.hear("ice_candidate", client_id="bob")
    await bob.hear_ack(3)
    await alice.say("answer", id=2, sdp=answer(2), ack=4)
    await bob.hear("answer")
    await alice.say("ice_candidate", id=3, usernameFragment="EsAw", **candidate())
    await bob.hear("ice_candidate")
    await bob.say("ack", seq=3)
    await alice.say("ice_candidate", id=4, candidate="")
    await bob.hear("ice_candidate", candidate="")
    await bob.say("ping", t={"sent_at": 1.5})
    await bob.hear("pong")
    await bob.say("leave", id=4)
    await bob.hear("left", reply_to=4)
    await alice.hear("participant_left", client_id="bob", reason="left")
    await bob.bye()
    await alice.bye()


async def politeness(play):
    """Who came later is polite (perfect negotiation): `polite` is true for all in one's own `joined` and false in
    `participant_joined`. Two offers that cross both arrive; bob, who is polite, takes his back and answers."""
    alice = await play.v1("alice", "hall")
    bob = await play.v1("bob", "hall")
    joined = await alice.hear("participant_joined")
    if joined["participant"]["polite"]:
        raise AssertionError("alice was there first")
    await alice.say("offer", id=2, sdp=sdp(1), to="bob")
    await bob.say("offer", id=2, sdp=sdp(2), to="alice")
    await alice.hear("offer", client_id="bob")
    await bob.hear("offer", client_id="alice")
    await bob.say("answer", id=3, sdp=answer(2), to="alice")
    await alice.hear("answer", client_id="bob")
    carol = await play.v1("carol", "hall")
    for client in (alice, bob):
        await client.hear("participant_joined")
    # With several others, `to` says who is meant, or the last with whom an offer or answer was exchanged is.
    await carol.say("offer", id=2, sdp=sdp(3))
    await carol.hear_error("target_required", reply_to=2, action="none")
    await carol.say("offer", id=3, sdp=sdp(3), to="bob")
    await bob.hear("offer", client_id="carol")
    await bob.say("reject", id=4, reason="busy", to="carol")
    await carol.hear("reject", reason="busy")


async def messages_and_metadata(play):
    """The application's own messages, to one and to all, and what participants say of themselves."""
    alice = await play.v1("alice", "hall")
    bob = await play.v1("bob", "hall")
    await alice.hear("participant_joined")
    carol = await play.v1("carol", "hall")
    for client in (alice, bob):
        await client.hear("participant_joined")
    await alice.say("message", id=2, data={"text": "hello, all", "list": [1, 2.5, None, True, {}]})
    for client in (bob, carol):
        await client.hear("message", client_id="alice")
    await alice.say("message", id=3, data="for bob", to="bob")
    await bob.hear("message", data="for bob")
    await bob.say("update", id=2, metadata={"muted": "true"})
    for client in (alice, carol):
        await client.hear("participant_updated", client_id="bob")


async def reports(play):
    """What became of a set-up, told by both ends: a report has no id and no answer, and nobody else hears of it. One that is
    not as it should be is told. Before `hello` there is nothing to report."""
    alice = await play.open("alice", "/v1")
    await alice.say("report", to="bob", state="connected")
    await alice.hear_error("hello_required", action="none", fatal=False)
    await alice.say("hello", client_id="alice")
    await alice.hear("connected")
    await alice.say("join", room="hall", id=1)
    await alice.hear("joined")
    bob = await play.plain("bob", "hall", "bob")
    await alice.hear("participant_joined")
    await alice.say("offer", id=2, sdp=sdp(1), to="bob")
    await bob.hear("offer")
    await bob.say("answer", sdp=answer(2))
    await alice.hear("answer")
    await alice.say("report", to="bob", state="connected", setup_ms=420, candidate_type="srflx", ack=3)
    await bob.say("report", to="alice", state="failed", setup_ms=15300, reason="ice")
    await alice.say("report", to="bob", state="disconnected", valid=False)
    await alice.hear_error("invalid_message", action="none", fatal=False)
    await alice.say("message", id=3, to="bob", data="still here")
    await bob.hear("message", client_id="alice", seq=2)
    await bob.say("message", to="alice", data="so am I")
    await alice.hear("message", client_id="bob", seq=4)

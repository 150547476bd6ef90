"""Offers by id."""

from scenarios import OTHER_HOST, answer, candidate, sdp, setup


async def _offered(maker, number, **fields):
    await maker.say("create_offer", id=number, sdp=sdp(1), **fields)
    return (await maker.hear("offer_created", reply_to=number))["offer_id"]


async def _claimed(claimer, number, offer_id):
    await claimer.say("claim_offer", id=number, offer_id=offer_id)
    return await claimer.hear("offer", reply_to=number, offer_id=offer_id)


async def offer_by_id(play):
    """An offer is stored, claimed by its id without any room, answered, renegotiated, and withdrawn."""
    maker, claimer = await play.v1("maker"), await play.v1("claimer")
    offer_id = await _offered(maker, 1, candidates=[candidate()], metadata={"name": "Ann"}, ttl_ms=60000,
                              allowed=["claimer"])
    await maker.say("ice_candidate", id=2, offer_id=offer_id, **candidate(port=46155))
    await maker.hear_ack(2)
    await _claimed(claimer, 1, offer_id)
    await maker.hear("offer_claimed", client_id="claimer")
    # Held until the answer has gone ahead.
    await claimer.say("ice_candidate", id=2, offer_id=offer_id, **candidate(OTHER_HOST))
    await claimer.say("answer", id=3, offer_id=offer_id, sdp=answer(2))
    await maker.hear("answer", offer_id=offer_id)
    await maker.hear("ice_candidate", offer_id=offer_id)
    await maker.say("ice_candidate", id=3, offer_id=offer_id, candidate="")
    await claimer.hear("ice_candidate", candidate="")
    await maker.say("offer", id=4, offer_id=offer_id, sdp=sdp(3))
    await claimer.hear("offer", client_id="maker")
    await claimer.say("answer", id=4, offer_id=offer_id, sdp=answer(4))
    await maker.hear("answer")
    await claimer.say("withdraw_offer", id=5, offer_id=offer_id)
    await claimer.hear("offer_withdrawn", reply_to=5)
    await maker.hear("offer_withdrawn", client_id="claimer")


async def offer_rejected(play):
    """`busy` gives the offer back to wait for the next claim, `declined` is its end."""
    maker, claimer = await play.v1("maker"), await play.v1("claimer")
    offer_id = await _offered(maker, 1)
    await _claimed(claimer, 1, offer_id)
    await maker.hear("offer_claimed")
    await claimer.say("reject", id=2, offer_id=offer_id, reason="busy")
    await claimer.hear("offer_requeued", reply_to=2, reason="busy")
    await maker.hear("offer_requeued", reason="busy")
    await _claimed(claimer, 3, offer_id)
    await maker.hear("offer_claimed")
    await claimer.say("reject", id=4, offer_id=offer_id, reason="declined")
    await claimer.hear("offer_rejected", reason="declined")
    await maker.hear("offer_rejected", reason="declined")


@setup(service_flags=["--claim_lease=5s"])
async def offer_lease(play):
    """A claim that is not answered within the lease ends, and the next one gets the offer; who held it before comes too
    late."""
    maker, silent, other = await play.v1("maker"), await play.v1("silent"), await play.v1("other")
    offer_id = await _offered(maker, 1)
    await _claimed(silent, 1, offer_id)
    await maker.hear("offer_claimed", client_id="silent")
    await maker.hear("offer_requeued", client_id="silent", reason="lease_expired")
    await silent.hear("offer_requeued", client_id="maker", reason="lease_expired")
    await silent.say("answer", id=2, offer_id=offer_id, sdp=answer(2))
    await silent.hear_error("claim_lost", reply_to=2, action="none")
    await _claimed(other, 1, offer_id)
    await maker.hear("offer_claimed", client_id="other")
    await other.say("answer", id=2, offer_id=offer_id, sdp=answer(3))
    await maker.hear("answer", client_id="other")


async def offer_ends(play):
    """The ends of an offer that nobody answered: its time comes, its maker takes it back, its maker goes."""
    maker, claimer = await play.v1("maker"), await play.v1("claimer")
    offer_id = await _offered(maker, 1, ttl_ms=1000)
    await maker.hear("offer_expired", offer_id=offer_id, reason="ttl_expired")
    await claimer.say("claim_offer", id=1, offer_id=offer_id)
    await claimer.hear_error("offer_expired", reply_to=1, action="none")
    offer_id = await _offered(maker, 2)
    await _claimed(claimer, 2, offer_id)
    await maker.hear("offer_claimed")
    await maker.say("withdraw_offer", id=3, offer_id=offer_id)
    await maker.hear("offer_withdrawn", reply_to=3)
    await claimer.hear("offer_withdrawn", client_id="maker")
    offer_id = await _offered(maker, 4)
    await _claimed(claimer, 3, offer_id)
    await maker.hear("offer_claimed")
    await maker.bye()
    await claimer.hear("offer_expired", client_id="maker", reason="maker_left")


@setup(service_flags=["--max_offers=2"])
async def offer_faults(play):
    """What is refused: one's own offer, one for others, one that is taken, one that is not known, and one too many."""
    maker, claimer, third = await play.v1("maker"), await play.v1("claimer"), await play.v1("third")
    listed = await _offered(maker, 1, allowed=["claimer"])
    await maker.say("claim_offer", id=2, offer_id=listed)
    await maker.hear_error("permission_denied", reply_to=2, action="none")
    await third.say("claim_offer", id=1, offer_id=listed)
    await third.hear_error("permission_denied", reply_to=1, action="none")
    await _claimed(claimer, 1, listed)
    await maker.hear("offer_claimed")
    opened = await _offered(maker, 3)
    await _claimed(claimer, 2, opened)
    await maker.hear("offer_claimed")
    await third.say("claim_offer", id=2, offer_id=opened)
    await third.hear_error("offer_taken", reply_to=2, action="none")
    await third.say("claim_offer", id=3, offer_id="no-such-offer")
    await third.hear_error("offer_not_found", reply_to=3, action="none")
    await third.say("answer", id=4, offer_id=opened, sdp=answer(2))
    await third.hear_error("claim_lost", reply_to=4, action="none")
    for number in (5, 6):
        await _offered(third, number)
    await third.say("create_offer", id=7, sdp=sdp(1))
    await third.hear_error("too_many_offers", reply_to=7, action="retry")

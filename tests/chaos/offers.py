"""Two sessions that make, claim, answer and withdraw stored offers, and trickle candidates over them."""

import asyncio

import harness

# Over one offer, each side: the service keeps at most 64 of the maker's.
CANDIDATES = 20


class Deal:
    """One pair, one offer at a time, until it is told to stop. `maker` and `claimer` are Talkers."""

    def __init__(self, ledger, maker, claimer, rng):
        self._ledger = ledger
        self._maker = maker
        self._claimer = claimer
        self._rng = rng
        self._number = 0  # of the candidates of both
        self._offer_id = None
        self._created = None  # future
        self._stopping = False
        self.done = 0  # offers that went the whole way

    def _sides(self, session):
        """The names of the other side's streams and of this session."""
        other = self._claimer if session is self._maker.session else self._maker
        return other.session.name, session.name

    # What comes

    def on_event(self, session, message):
        """What of an offer reached this session: (events, bytes) that were owed."""
        type_ = message["type"]
        sender, receiver = self._sides(session)
        if type_ == "offer_created":
            self._created.set_result(message["offer_id"])
            return 1, 200
        if message["offer_id"] != self._offer_id:
            self._ledger.fault(f"offer: {receiver} got {type_} of another one")
            return 0, 0
        if type_ == "ice_candidate":
            return self._on_candidate(sender, receiver, message)
        if type_ == "offer":
            for candidate in message["candidates"]:
                self._on_candidate(sender, receiver, candidate)
            return 1 + len(message["candidates"]), 200 * (1 + len(message["candidates"]))
        if "reply_to" not in message:
            self._ledger.received(f"{type_} by {sender}", receiver, self.done + 1, 0)
        return 1, 200

    def _on_candidate(self, sender, receiver, message):
        number = int(message["candidate"].split()[3])
        size = self._ledger.received(f"candidates of {sender}", receiver, number, 0)
        return (1, size) if size else (0, 0)

    # What goes

    def stop(self):
        """After the offer that is under way."""
        self._stopping = True

    async def run(self):
        while not self._stopping:
            await self._once()
            await asyncio.sleep(self._rng.uniform(0, 0.2))

    async def _once(self):
        maker, claimer = self._maker, self._claimer
        self._created = asyncio.get_running_loop().create_future()
        await self._room(maker)
        maker.ask({"type": "create_offer", "sdp": harness.SDP}, "offer_created")
        self._offer_id = await self._created
        await self._trickle(maker, self._rng.randint(0, CANDIDATES // 2))
        await self._room(claimer)
        self._due("offer_claimed", claimer, maker)
        claimer.ask({"type": "claim_offer", "offer_id": self._offer_id}, "offer")
        await self._trickle(maker, self._rng.randint(0, CANDIDATES // 2))
        await self._arrived(maker, claimer)
        await self._room(claimer)
        self._due("answer", claimer, maker)
        claimer.session.post({"type": "answer", "sdp": harness.SDP.replace("actpass", "active"),
                              "offer_id": self._offer_id})
        await asyncio.gather(self._trickle(claimer, CANDIDATES), self._trickle(maker, CANDIDATES))
        await self._arrived(maker, claimer)
        await self._arrived(claimer, maker)
        await self._room(maker)
        self._due("offer_withdrawn", maker, claimer)
        maker.ask({"type": "withdraw_offer", "offer_id": self._offer_id}, "offer_withdrawn")
        await self._settled()
        self.done += 1

    def _due(self, type_, sender, receiver):
        """What the other side is to be told, once."""
        receiver.session.owe(200)
        self._ledger.sent(f"{type_} by {sender.session.name}", [receiver.session.name], self.done + 1, 0, 200)

    async def _trickle(self, talker, count):
        other = self._claimer if talker is self._maker else self._maker
        for _ in range(count):
            await self._room(talker, other)
            self._number += 1
            other.session.owe(200)
            self._ledger.sent(f"candidates of {talker.session.name}", [other.session.name], self._number, 0, 200)
            talker.session.post({"type": "ice_candidate", "candidate": harness.candidate(self._number),
                                 "offer_id": self._offer_id})

    async def _room(self, talker, receiver=None):
        receiver = receiver or talker
        while not (talker.session.fits(2000) and receiver.may_be_sent(200)):
            await asyncio.sleep(0.02)

    async def _arrived(self, sender, receiver):
        while self._ledger.due_between(f"candidates of {sender.session.name}", receiver.session.name):
            await asyncio.sleep(0.02)

    async def _settled(self):
        maker, claimer = self._maker.session.name, self._claimer.session.name
        while (self._ledger.due_between(f"offer_withdrawn by {maker}", claimer)
               or self._ledger.due_between(f"offer_claimed by {claimer}", maker)
               or self._ledger.due_between(f"answer by {claimer}", maker)
               or self._ledger.has_question(maker, "offer_withdrawn")):
            await asyncio.sleep(0.02)

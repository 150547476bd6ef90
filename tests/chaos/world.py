"""Everything of one run: the fleet, the sessions, what they say, and the verifier that is told of it."""

import asyncio
import random

from hasty_gateway import HastyGateway, HastySession
from ledger import Ledger
from library_session import LibrarySession
from library_worker import KINDS, Worker
from offers import Deal
from session import Session, describe
from traffic import Talker, number_of

ROOMS, SEATS = 5, 5
# The seats of those that the hasty gateway has; the others are WebSocket clients.
HASTY = ("r3s4", "r4s3", "r4s4")
# Of these, the seats that a library of ours holds: one of each in three rooms. They have no part in stored offers.
LIBRARIES = {f"r{room}s{seat}": kind for seat, kind in enumerate(KINDS, start=2) for room in range(3)}


class World:
    """Begun by open(), ended by close(); `phase` stands in every fault's line."""

    def __init__(self, fleet, seed):
        self.fleet = fleet
        self.seed = seed
        self.ledger = Ledger()
        self.talkers = []
        self.deals = []
        self.phase = "opening"
        self.hasty = None
        self.broken = asyncio.get_running_loop().create_future()  # what a task has ended of
        self._talker_of = {}
        self._deal_of = {}
        self._workers = {kind: Worker(kind) for kind in KINDS}
        self._left_behind = []
        self._away = {}  # (session, peer): told so by participant_connection
        self._tasks = []
        self._met = set()  # {session, peer}: of two, one is told that the other joined, once

    def rng(self, *of):
        """A generator of its own for each purpose, so that one does not disturb another."""
        return random.Random("/".join(map(str, (self.seed, *of))))

    def fault(self, text):
        self.ledger.fault(f"[{self.phase}] {text}")

    @property
    def clients(self):
        """The talkers that have a WebSocket."""
        return [talker for talker in self.talkers if talker.session.name not in HASTY]

    @property
    def scripted(self):
        """Those of them that do as the faults tell them."""
        return [talker for talker in self.clients if talker.session.name not in LIBRARIES]

    @property
    def libraries(self):
        """And those that do not."""
        return [talker for talker in self.talkers if talker.session.name in LIBRARIES]

    def talker(self, name):
        return self._talker_of[name]

    # What a session asks for

    @property
    def gateways(self):
        return self.fleet.entries

    def other_gateway(self, gateway):
        return self.fleet.other(gateway)

    def left_behind(self, connection):
        """Nobody reads what it says any more; it has to be closed as taken over."""
        connection.on_end = lambda ended: None
        self._left_behind.append(connection)

    def nobody_left_behind(self):
        """Have all of those been closed?"""
        still = []
        for connection in self._left_behind:
            if not connection.ended:
                still.append(connection)
            elif connection.close_code not in (4001, 4504, None):  # 4001: the gateway was stopped for longer than its --timeout
                self.fault(f"left behind: a socket that was taken over was closed with {connection.close_code}")
        self._left_behind = still
        return not still

    def deliver(self, session, message):
        """An event has reached this session: how many events and bytes were owed to it for that."""
        type_ = message["type"]
        if "reply_to" in message:
            self.ledger.answer(session.name, message["reply_to"], message.get("code", type_))
        if "offer_id" in message:
            return self._deal_of[session.name].on_event(session, message)
        if "reply_to" in message:
            return 1, 200
        numbered = number_of(message)
        if numbered is not None:
            size = self.ledger.received(message["client_id"], session.name, *numbered)
            return (1, size) if size else (0, 0)
        if type_ == "participant_connection":
            self._away[session.name, message["client_id"]] = not message["connected"]
        elif type_ == "participant_joined" and (pair := frozenset((session.name, message["client_id"]))) not in self._met:
            self._met.add(pair)
        else:
            self.fault(f"unexpected: {session.name} got {describe(message)}")
        return 0, 0

    # Its life

    async def open(self):
        """Everybody is in its room."""
        for worker in self._workers.values():
            await worker.start()
            self.spawn(worker.run())
        for room in range(ROOMS):
            members = []
            for seat in range(SEATS):
                name = f"r{room}s{seat}"
                session = self._session(name, self.rng("session", name))
                talker = Talker(self.ledger, session, members, self.rng("talker", name))
                self._talker_of[name] = talker
                members.append(talker)
            self.talkers += members
        self.spawn(self._tick())
        self.hasty = HastyGateway(self, self.fleet.service.port, self.rng("hasty"))
        for talker in self.talkers:
            await self.all([self._begin(talker.session)], 30)
            talker.ask({"type": "join", "room": "chaos-" + talker.session.name[:2]}, "joined")
        await self.settle(30)
        for number in range(ROOMS):  # the maker sits in one room, the claimer in the next one
            maker, claimer = self._talker_of[f"r{number}s0"], self._talker_of[f"r{(number + 1) % ROOMS}s1"]
            deal = Deal(self.ledger, maker, claimer, self.rng("deal", number))
            self._deal_of[maker.session.name] = self._deal_of[claimer.session.name] = deal
            self.deals.append(deal)

    def _session(self, name, rng):
        if name in LIBRARIES:
            return LibrarySession(self, name, rng, self._workers[LIBRARIES[name]])
        return (HastySession if name in HASTY else Session)(self, name, rng)

    async def _begin(self, session):
        if session.name in LIBRARIES:
            await session.open()
            return
        if session.name in HASTY:
            await self.hasty.open(session)
            return
        back = session.when_back()
        self.spawn(session.run())
        await back

    def talk(self, rate):
        """Everybody begins to talk: `rate` messages a second between them all."""
        self._talks = [self.spawn(talker.talk(rate / len(self.talkers))) for talker in self.talkers]
        self._bargains = [self.spawn(deal.run()) for deal in self.deals]
        self._bargains.append(self.spawn(self.hasty.run(self.talker)))

    async def hush(self, seconds):
        """Everybody says what it has begun, and no more; then everything has to arrive."""
        self.hasty.rest()
        for deal in self.deals:
            deal.stop()
        await self.all(self._bargains, seconds)
        for talk in self._talks:
            talk.cancel()
        await self.settle(seconds)

    async def settle(self, seconds):
        """Everything that was sent has been acknowledged, has arrived, and everything asked has been answered."""
        async def wait():
            while not self.is_settled():
                await asyncio.sleep(0.02)
        await self.all([wait()], seconds)

    def is_settled(self):
        return (self.ledger.is_settled() and not any(self._away.values())
                and len(self._met) == ROOMS * SEATS * (SEATS - 1) // 2
                and all(talker.session.established and not talker.session.unacked for talker in self.talkers))

    async def close(self):
        """Everybody says bye, and the service has nobody any more."""
        self.deliver = lambda session, message: (0, 0)  # those who go are told of those who went before
        for talker in self.talkers:
            talker.session.finish()
        async with asyncio.timeout(30):
            await self.hasty.stop()
            while await self.fleet.sessions():
                await asyncio.sleep(0.05)
            for worker in self._workers.values():
                await worker.stop()
        self.stop()

    def stop(self):
        for worker in self._workers.values():
            worker.kill()
        for talker in self.libraries:
            talker.session.stop()
        for task in self._tasks:
            task.cancel()

    def spawn(self, work):
        """A task that must not fail."""
        task = asyncio.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._on_task_done)
        return task

    def _on_task_done(self, task):
        if not task.cancelled() and task.exception() is not None and not self.broken.done():
            self.broken.set_result(f"{task.get_coro().__qualname__}: {task.exception()!r}")

    async def all(self, waits, seconds):
        """What they give, or TimeoutError; also where a task has failed, since then they would wait in vain."""
        together = asyncio.gather(*waits)
        done, _ = await asyncio.wait((together, self.broken), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if together in done:
            return together.result()
        together.add_done_callback(lambda future: future.cancelled() or future.exception())
        together.cancel()
        raise TimeoutError(self.broken.result() if self.broken in done else f"not within {seconds:.0f} s")

    async def _tick(self):
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.1)
            if loop.time() - before > 1:
                continue  # the machine stood still: what has come meanwhile is not read yet
            for talker in self.talkers:
                talker.session.tick(loop.time())

    def who_waits(self):
        """Everybody who does, for people."""
        lines = [talker.session.state() for talker in self.talkers
                 if not talker.session.established or talker.session.unacked
                 or self.ledger.waiting_for(talker.session.name) != "nothing"]
        lines += [f"{receiver} was told that {peer} is away" for (receiver, peer), away in self._away.items() if away]
        lines += [f"{len(self._left_behind)} sockets that were left behind are still open"] * bool(self._left_behind)
        return "\n".join(lines) or "nobody"

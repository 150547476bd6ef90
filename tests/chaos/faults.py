"""What is done to the sessions. Each fault is a coroutine that does it once, and says what came of it."""

import asyncio
import inspect
import signal

# A kill counts with so many messages in flight, and every session has to be back within its resume window.
IN_FLIGHT, WINDOW = 50, 30.0
# What the stalled reader is sent: as much as its outbox at the service surely holds, of one size.
STALL_EVENTS, STALL_SIZE = 215, 1000
# How often a library whose connection was cut does not get the answer to its first resume either.
CONNECTED_LOST = 0.25


class Faults:
    """Draws from `rng`; `world` has the fleet, the sessions and their talkers."""

    def __init__(self, world, rng):
        self._world = world
        self._rng = rng
        self.kinds = (self.cut, self.cut_mid_frame, self.hello_lost, self.taken_over, self.reader_stalled, self.library_cut,
                      self.gateway_killed, self.gateway_drained, self.gateway_frozen, self.link_cut, self.link_stalled)

    # The parts

    def _some(self, most):
        """Sessions that are connected and do as they are told."""
        connected = [talker for talker in self._world.scripted if talker.session.established]
        return self._rng.sample(connected, min(len(connected), self._rng.randint(1, most)))

    def _at(self, gateway):
        return [talker for talker in self._world.clients
                if talker.session.established and talker.session.connection.gateway is gateway]

    def _gateway(self):
        """One that has sessions; mostly the one that has more."""
        first, second = sorted(self._world.fleet.gateways, key=lambda gateway: len(self._at(gateway)))
        return first if len(self._at(first)) >= 4 and self._rng.random() < 0.4 else second

    async def _fill(self, victims, pause):
        """All that may be on its way is, and some of it has arrived. How many messages that are."""
        for talker in victims:
            talker.fill()
        await asyncio.sleep(self._rng.uniform(0, 0.008))
        for talker in victims:
            if pause and talker.session.established:
                talker.session.connection.stop_reading()
            elif not pause:
                talker.fill()
        if pause:
            await asyncio.sleep(self._rng.uniform(0, 0.008))
        if not all(talker.session.established for talker in victims):
            return 0
        return sum(len(talker.session.unacked) for talker in victims)

    async def _strike(self, victims, action, pause=False, broken=True):
        """(in flight, sessions, seconds until all of them were back and what was in flight was acknowledged)."""
        sessions = [talker.session for talker in victims]
        in_flight = await self._fill(victims, pause)
        if in_flight < IN_FLIGHT:
            for session in sessions:
                if session.connection is not None:
                    session.connection.read_on()
            return None
        begin = asyncio.get_running_loop().time()
        breaks = sum(session.breaks for session in sessions)
        waits = [session.when_acked(session.last_id) for session in sessions]
        if broken:
            waits += [session.when_back() for session in sessions]
        result = action()
        if inspect.isawaitable(result):
            await result
        times = await self._all(waits)
        if not broken and sum(session.breaks for session in sessions) != breaks:
            self._world.fault("sockets were closed, although only the link to the service broke")
        return in_flight, len(sessions), max(times) - begin

    async def _all(self, waits):
        return await self._world.all(waits, WINDOW)

    # One session or a few

    async def cut(self):
        """Between two frames."""
        victims = self._some(4)
        how = self._rng.choice(("reset", "hang_up"))
        return await self._strike(victims, lambda: [talker.session.leave(how) for talker in victims], pause=True)

    async def cut_mid_frame(self):
        """While a frame is being sent."""
        victims = self._some(4)
        how = self._rng.choice(("reset", "hang_up", "hang_up"))

        def tear():
            for talker in victims:
                talker.say(torn=True)
                talker.session.leave(how)
        return await self._strike(victims, tear, pause=True)

    async def hello_lost(self):
        """The answer to a resume, up to three times, does not arrive: the token before has to do."""
        victims = self._some(3)

        def lose():
            for talker in victims:
                talker.session.hellos_to_lose = self._rng.randint(1, 3)
                talker.session.leave("reset")
        return await self._strike(victims, lose, pause=True)

    async def taken_over(self):
        """A second socket resumes while the first looks alive."""
        victims = self._some(3)

        async def take():
            codes = await asyncio.gather(*(talker.session.take_over() for talker in victims))
            for talker, code in zip(victims, codes):
                if code not in (4504, None):
                    self._world.fault(f"taken over: the first socket of {talker.session.name} was closed with {code}")
        return await self._strike(victims, take)

    async def reader_stalled(self):
        """A client reads nothing, while others go on writing to it, until the gateway closes with 4003."""
        victim = self._some(1)[0]
        session, others = victim.session, [talker for talker in victim.members if talker is not victim]
        session.reserved = True
        try:
            # The kernel's buffers grow with what has gone through a socket: the one to be stalled is fresh.
            await self._until(lambda: session.established and session.owed_events == 0)
            session.narrow = True
            back = session.when_back()
            session.leave("hang_up")
            await self._all([back])
            gateway = session.connection.gateway
            before = await gateway.closed_with(4003)
            session.connection.stop_reading()
            in_flight = victim.fill()
            if in_flight < IN_FLIGHT:
                session.connection.read_on()
                return None
            await self._stuff(victim, others, gateway, before)
            begin = asyncio.get_running_loop().time()
            waits = [session.when_back(), session.when_acked(session.last_id)]
            session.connection.read_on()
            times = await self._all(waits)
            return in_flight, 1, max(times) - begin
        finally:
            session.reserved = False

    async def _stuff(self, victim, others, gateway, before):
        for _ in range(STALL_EVENTS):
            sender = self._rng.choice(others)
            await self._until(lambda talker=sender: talker.session.fits(STALL_SIZE))
            sender.message([victim], STALL_SIZE, directed=True)

        async def closed():
            while await gateway.closed_with(4003) == before:
                await asyncio.sleep(0.02)
        await self._all([closed()])

    async def _until(self, check):
        async def wait():
            while not check():
                await asyncio.sleep(0.01)
        await self._all([wait()])

    async def library_cut(self):
        """All connections of the libraries, which do not know what is coming, each in a way of its own."""
        victims = [talker for talker in self._world.libraries if talker.session.established]
        return await self._strike(victims, lambda: asyncio.gather(*map(self._cut, victims)), pause=True)

    async def _cut(self, talker):
        session, how = talker.session, self._rng.choice(("reset", "hang_up", "stalled"))
        if self._rng.random() < CONNECTED_LOST:
            session.connected_to_lose = 1
        if how == "stalled":
            await asyncio.sleep(self._rng.uniform(0.2, 1.5))
        session.connection.leave("hang_up" if how == "hang_up" else "reset")

    # A gateway

    async def gateway_killed(self):
        gateway = self._gateway()
        result = await self._strike(self._at(gateway), lambda: gateway.process.send_signal(signal.SIGKILL))
        if result is not None:
            await gateway.kill()
            await gateway.start()
        return result

    async def gateway_drained(self):
        """SIGTERM; it has to end by itself, and well."""
        gateway = self._gateway()
        ends = []
        result = await self._strike(
            self._at(gateway), lambda: ends.append(asyncio.create_task(gateway.drain())))
        if result is not None:
            await ends[0]
            await gateway.start()
        return result

    async def gateway_frozen(self):
        """Stopped until its clients have resumed at the other one; then it goes on where it was."""
        gateway = self._gateway()
        victims = self._at(gateway)

        def freeze():
            gateway.freeze()
            for talker in victims:
                talker.session.deaf = True
        try:
            result = await self._strike(victims, freeze)
        finally:
            gateway.thaw()
        await gateway.closed_with(0)  # it is awake
        await self._until(self._world.nobody_left_behind)
        return result

    # The link

    async def link_cut(self):
        gateway = self._gateway()
        return await self._strike(self._at(gateway), gateway.link.cut, broken=False)

    async def link_stalled(self):
        """Nothing passes for a while; then it does, or the link breaks."""
        gateway = self._gateway()

        async def stall():
            gateway.link.stall()
            await asyncio.sleep(self._rng.uniform(0.2, 1.2))
            if self._rng.random() < 0.5:
                gateway.link.cut()
            gateway.link.go_on()
        return await self._strike(self._at(gateway), stall, broken=False)

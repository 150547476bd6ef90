"""Two gateways behind haproxy are replaced one after the other, under load: nothing is lost, no session ends."""

import asyncio
import pathlib
import sys
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "integration")]

# pylint: disable=wrong-import-position
import harness  # noqa: E402
from fleet import Fleet  # noqa: E402
from proxy import Haproxy, behind  # noqa: E402
from world import World  # noqa: E402

RATE, ROUNDS = 400, 2


class RollingRestart(unittest.IsolatedAsyncioTestCase):
    """A subclass may replace them by something else."""

    fleet_class = Fleet

    async def replace(self, gateway, turn):
        """One of them, for the `turn`th time."""
        await gateway.drain()
        await gateway.start()

    async def test_no_message_and_no_session_is_lost(self):
        await behind(Haproxy, self._restart_all, fleet_class=self.fleet_class)

    async def _restart_all(self, fleet, _):
        world = World(fleet, seed=1)
        try:
            await world.open()
            world.talk(RATE)
            for turn in range(ROUNDS):
                for gateway in fleet.gateways:
                    world.phase = f"restart of {gateway}"
                    await self.replace(gateway, turn)
                    await self._serves(world, gateway)
            await world.hush(60)
            sessions = await fleet.sessions()
            self.assertEqual((world.ledger.faults, world.ledger.lost()), ([], 0))
            self.assertEqual(sessions, len(world.talkers), "those that there were at the beginning, and no other")
            resumes = sum(talker.session.resumes for talker in world.clients)
            print(f"{world.ledger.messages} messages, {world.ledger.deliveries} deliveries, none lost; {sessions} sessions, none ended, "
                  f"{resumes} resumes")
            self.assertGreaterEqual(resumes, len(world.clients), "each gateway was drained of what it had")
            await world.close()
        except TimeoutError:
            self.fail(f"{world.ledger.faults}; waiting:\n{world.who_waits()}")
        finally:
            world.stop()

    async def _serves(self, world, gateway):
        """Haproxy has it back: a session that looks for a gateway gets there."""
        async with asyncio.timeout(harness.DEADLINE):
            while not await gateway.connections():
                victims = [talker.session for talker in world.clients if talker.session.established]
                back = victims[0].when_back()
                victims[0].leave("hang_up")
                await back


if __name__ == "__main__":
    harness.stay_on_this_machine()
    harness.main()

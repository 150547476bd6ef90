"""Real proxies in front of two gateways, with the configurations of docs/examples/proxies."""

import asyncio
import pathlib
import sys
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "integration")]

# pylint: disable=wrong-import-position
import harness  # noqa: E402
from connection import Connection  # noqa: E402
from proxy import Haproxy, Nginx, Proxy, behind  # noqa: E402
from world import World  # noqa: E402

# After so long without a byte the proxy closes.
IDLE = 6.0
RATE = 300


class Proxies:
    """What holds with either."""

    proxy = Proxy

    async def test_idle_connections_stay(self):
        """The gateway's pings, every third of its timeout, are life enough."""
        async def body(fleet, proxy):
            connections = [await self._connected(proxy) for _ in range(10)]
            ended = asyncio.gather(*(ended for _, ended in connections))
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(2.5 * IDLE):
                    await asyncio.wait(
                        [ended for _, ended in connections], return_when=asyncio.FIRST_COMPLETED)
            for connection, _ in connections:
                connection.send({"type": "bye"})
            async with asyncio.timeout(harness.DEADLINE):
                await ended
        await behind(self.proxy, body, gateway_flags=(f"--timeout={IDLE:.0f}s",), idle=f"{IDLE:.0f}s")

    async def test_without_pings_they_do_not(self):
        """So the time that the tests set is what the proxy goes by."""
        async def body(fleet, proxy):
            _, ended = await self._connected(proxy)
            async with asyncio.timeout(harness.DEADLINE):
                await ended
        await behind(self.proxy, body, gateway_flags=("--timeout=600s",), idle=f"{IDLE:.0f}s")

    async def test_reload_loses_nothing(self):
        """The old worker closes what it still has after its time; the sessions resume on the new one."""
        async def body(fleet, proxy):
            world = World(fleet, seed=1)
            try:
                await world.open()
                world.talk(RATE)
                for _ in range(2):
                    await self._until_all_resumed(world, proxy.reload)
                await world.hush(60)
                self.assertEqual((world.ledger.faults, world.ledger.lost()), ([], 0))
                await world.close()
            except TimeoutError:
                self.fail(f"{world.ledger.faults}; waiting:\n{world.who_waits()}")
            finally:
                world.stop()
        await behind(self.proxy, body, grace="1s")

    async def _until_all_resumed(self, world, action):
        waits = [talker.session.when_back() for talker in world.clients]
        action()
        await world.all(waits, harness.DEADLINE * 2)

    async def _connected(self, proxy):
        """A connection that has been greeted and says nothing, and a future of its end."""
        loop = asyncio.get_running_loop()
        greeted, ended = loop.create_future(), loop.create_future()
        connection = await Connection.open(proxy, proxy.port, "/v1")
        connection.on_message = lambda connection, message, size: greeted.done() or greeted.set_result(message["type"])
        connection.on_end = lambda connection: ended.set_result(connection.close_code)
        connection.send({"type": "hello"})
        async with asyncio.timeout(harness.DEADLINE):
            self.assertEqual(await greeted, "connected")
        return connection, ended


class NginxTest(Proxies, unittest.IsolatedAsyncioTestCase):
    proxy = Nginx


class HaproxyTest(Proxies, unittest.IsolatedAsyncioTestCase):
    proxy = Haproxy


if __name__ == "__main__":
    harness.stay_on_this_machine()
    harness.main()

"""The rehearsal of an upgrade: containers of the gateway behind haproxy are replaced one by one by another image, under load, and
back again. No message is lost, and no session ends. And two controls: what SIGKILL in place of SIGTERM does, and that a loss is seen."""

import asyncio
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("integration", "chaos")]

# pylint: disable=wrong-import-position
import container  # noqa: E402
import fleet  # noqa: E402
import harness  # noqa: E402
import rolling_restart_test  # noqa: E402

TAGS = ("next", container.TAG)  # of each turn


class Gateway(fleet.Gateway):
    """Keeps its ports across images."""

    tag = container.TAG

    def process_class(self, name, *flags):
        return container.Container(name, *flags, tag=self.tag)

    def build(self):
        return next(name for name in self.process.metrics() if name.startswith("signaling_build_info"))


class Fleet(fleet.Fleet):
    process_class = container.Container
    gateway_class = Gateway

    async def forget(self):
        """Another service at the same port, which knows no session."""
        port = self.service.port
        await asyncio.to_thread(self.service.kill)
        self._service_flags = (f"--port={port}",)
        self.service = await asyncio.to_thread(self._start_service)


class UpgradeTest(rolling_restart_test.RollingRestart):
    """A gateway drains: SIGTERM, as the kubelet sends it."""

    fleet_class = Fleet

    async def end(self, gateway):
        await gateway.drain()

    async def replace(self, gateway, turn):
        before = await asyncio.to_thread(gateway.build)
        begun = time.monotonic()
        await self.end(gateway)
        ended = time.monotonic() - begun
        gateway.tag = TAGS[turn]
        await gateway.start()
        print(f"{gateway} becomes {gateway.tag}: ended in {ended:.1f} s, ready again after {time.monotonic() - begun:.1f} s")
        self.assertNotEqual(await asyncio.to_thread(gateway.build), before, "it is really another one")


class KilledTest(UpgradeTest):
    """Without a drain. It is sessions that resume which lose nothing; a drain spares them the break."""

    async def end(self, gateway):
        await gateway.kill()


class ForgottenTest(rolling_restart_test.RollingRestart):
    """The service is replaced, with what it has in memory: the rehearsal has to fail."""

    fleet_class = Fleet

    async def _restart_all(self, fleet, _):
        self._fleet = fleet
        await super()._restart_all(fleet, _)

    async def replace(self, gateway, turn):
        await self._fleet.forget()

    async def _serves(self, world, gateway):
        """Its gateway closes whoever has lost a session."""
        await harness.eventually(lambda: len(world.ledger.faults) >= len(world.scripted), "all are closed")
        raise TimeoutError

    async def test_no_message_and_no_session_is_lost(self):
        with self.assertRaises(AssertionError) as seen:
            await super().test_no_message_and_no_session_is_lost()
        self.assertRegex(str(seen.exception), r"closed: r\ds\d with 1012")


if __name__ == "__main__":
    container.main()

"""The alerts about the way between a gateway and the service, which breaks here."""

import asyncio
import contextlib

import monitoring
from monitoring import harness
from tcp_proxy import TcpProxy

GATEWAY = "signaling-gateway"
DELAY = 0.5  # seconds, one way


class FarProxy(TcpProxy):
    """As if the service were far away: what is on its way stays so for a while."""

    async def _pass(self, reader, writer):
        far = asyncio.StreamReader()

        async def carry():
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(65536):
                    asyncio.get_running_loop().call_later(DELAY, far.feed_data, data)
            asyncio.get_running_loop().call_later(DELAY, far.feed_eof)

        carrying = asyncio.create_task(carry())
        try:
            await super()._pass(far, writer)
        finally:
            carrying.cancel()


class LinkTest(monitoring.Watching, harness.Stack):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.proxy = FarProxy(self.service.port)
        await self.proxy.start()
        self.addAsyncCleanup(self.proxy.stop)
        self.behind = await asyncio.to_thread(self.start_gateway, self.proxy.port)
        self.addAsyncCleanup(self._stop_gateway)
        self.prometheus = await self.watch(self.behind, self.service)

    async def _stop_gateway(self):
        self.assertEqual(await asyncio.to_thread(self.behind.stop), 0, self.behind.log())

    async def until_metric(self, check):
        async with asyncio.timeout(harness.DEADLINE):
            while not check(await asyncio.to_thread(self.behind.metrics)):
                await asyncio.sleep(0.01)

    async def test_link_breaks(self):
        async def cut():
            await self.until_metric(lambda metrics: metrics["signaling_links"] == 1)
            self.proxy.cut()
            await self.until_metric(lambda metrics: metrics["signaling_links"] == 0)

        for _ in range(3):
            await cut()
        await self.fires("SignalingLinkBreaks", again=cut, job=GATEWAY, instance=monitoring.instance(self.behind))

    async def test_internal_errors(self):
        """A message is on its way when its stream breaks, and on its way again when the next one does."""
        client = await self.open("/v1", self.behind)
        await client.send("hello")
        await client.expect("connected")
        resent = (await asyncio.to_thread(self.behind.metrics))["signaling_messages_resent_total"]
        received = 'signaling_messages_total{direction="received",type="join"}'

        async def break_twice():
            await client.command("join", room="far")
            await self.until_metric(lambda metrics: metrics[received] == 1)
            self.proxy.cut()
            await self.until_metric(lambda metrics: metrics["signaling_messages_resent_total"] > resent)
            self.proxy.cut()
            await client.expect_error("internal", fatal=True)
            await client.expect_close(1011)

        await self.fires("SignalingInternalErrors", break_twice, job=GATEWAY)


if __name__ == "__main__":
    harness.main()

"""What breaks behind the gateway: the connection to the service, and the service itself."""

import asyncio
import time

import harness
from tcp_proxy import TcpProxy


class LinkTest(harness.Stack):
    """The gateway under test reaches the service through a connection that can be cut."""

    service_flags = ("--resume_window=5s",)

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.proxy = TcpProxy(self.service.port)
        await self.proxy.start()
        self.addAsyncCleanup(self.proxy.stop)
        # Ready only when the connection stands, which needs this loop.
        self.behind = await asyncio.to_thread(self.start_gateway, self.proxy.port)
        self.addAsyncCleanup(self._stop_gateway)

    async def _stop_gateway(self):
        self.assertEqual(await asyncio.to_thread(self.behind.stop), 0, self.behind.log())

    async def pair_behind(self, room, path="/v1"):
        """One whose gateway's link breaks, and one at another gateway."""
        if path == "/v1":
            near = await self.open("/v1", self.behind)
            await near.send("hello", client_id="near")
            near.hello = await near.expect("connected")
            await self.join(near, room)
        else:
            near = await self.open(f"/?room={room}&client_id=near", self.behind)
            near.hello = await near.expect("connected")
        near.ack_every = 16 if path == "/v1" else 0
        far = await self.v1("far", room=room)
        await near.expect("participant_joined", client_id="far")
        return near, far

    async def check_exact(self, near, far):
        """Both send on and on while the link breaks; no socket closes and nothing is lost."""
        async def send(client):
            for number in range(100):
                await client.command("message", data=number)
                await asyncio.sleep(0.005)

        async def receive(client):
            numbers = []
            while len(numbers) < 100:
                message = await client.expect_any("message", "participant_connection", "error")
                if message["type"] == "message":
                    numbers.append(message["data"])
                elif message["type"] == "error":
                    self.assertEqual((message["code"], message["fatal"]), ("unavailable", False))
            self.assertEqual(numbers, list(range(100)))

        async def cut():
            for _ in range(3):
                await asyncio.sleep(0.1)
                self.proxy.cut()

        await asyncio.gather(send(near), send(far), receive(near), receive(far), cut())

    async def test_a_broken_link_is_no_business_of_clients(self):
        near, far = await self.pair_behind("link")
        await self.check_exact(near, far)
        await near.wait_for_ack(near.next_id) if near.acks[-1] < near.next_id else None

    async def test_nor_of_plain_ones(self):
        near, far = await self.pair_behind("plain-link", path="/")
        self.proxy.cut()
        await far.command("message", data="after")
        await near.expect("message", data="after")
        await near.send("message", data="answer")
        while (await far.expect_any("message", "participant_connection"))["type"] != "message":
            pass

    async def test_while_there_is_none_messages_wait(self):
        near, far = await self.pair_behind("wait")
        await self.proxy.stop()
        for number in range(200):
            await near.command("message", data=number)
        await near.expect_error("unavailable", fatal=False)
        await self.proxy.start()
        for number in range(200):
            while (message := await far.expect_any("message", "participant_connection"))["type"] != "message":
                pass
            self.assertEqual(message["data"], number)
        await near.wait_for_ack(near.next_id)

    async def test_after_the_window_they_begin_anew(self):
        near, far = await self.pair_behind("window")
        await self.proxy.stop()
        begun = time.monotonic()
        await near.expect_error("unavailable", fatal=False)
        await near.expect_error("unavailable", fatal=True)
        await near.expect_close(1012)
        self.assertGreater(time.monotonic() - begun, 3)
        await far.expect("participant_connection", connected=False)
        await far.expect("participant_left", client_id="near", reason="timeout")
        late = await self.open("/v1", self.behind)
        await late.send("hello")
        await late.expect_error("unavailable", fatal=True)
        await self.proxy.start()


class RestartTest(harness.Stack):
    async def test_a_service_that_starts_anew_knows_nobody(self):
        first, second = await self.pair("restart")
        port = self.service.port
        self.service.kill()
        type(self).service = self.start_service(port)
        self.addClassCleanup(lambda service=self.service: self.check_stop(service))
        for client in (first, second):
            await client.expect_error("unavailable", fatal=True, action="reconnect")
            await client.expect_close(1012)
        again = await self.resume(first)
        self.assertEqual(again.hello["resume_error"], "session_expired")
        await self.join(again, "restart")

    @classmethod
    def check_stop(cls, process):
        if process is cls.service:
            super().check_stop(process)


if __name__ == "__main__":
    harness.main()

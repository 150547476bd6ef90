"""What breaks behind the gateway: the connection to the service, and the service itself."""

import asyncio
import signal
import time

import harness
from tcp_proxy import TcpProxy


class LinkTest(harness.Stack):
    """The gateway under test reaches the service through a connection that can be cut."""

    service_flags = ("--resume_window=5s",)

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.took = []  # seconds, the moves after cuts
        self.heard = []  # participant_connection
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

    async def metric(self, name):
        return (await asyncio.to_thread(self.behind.metrics))[f"signaling_{name}"]

    async def cut(self, say=None):
        """Cuts the link while a client's message is on it: one that `say()` sends, or one of those sent anyway.

        The session is on a link again when this returns.
        """
        received = 'messages_total{direction="received",type="message"}'
        moves, resent = await self.metric("session_moves_total"), await self.metric("messages_resent_total")
        self.proxy.hold()
        before = await self.metric(received)
        if say is not None:
            await say()
        await self.until(received, before)
        self.proxy.cut()
        begun = time.monotonic()
        await self.until("session_moves_total", moves)
        self.took.append(round(time.monotonic() - begun, 3))
        self.assertGreater(await self.metric("messages_resent_total"), resent)

    async def until(self, name, before):
        async with asyncio.timeout(harness.DEADLINE):
            while await self.metric(name) == before:
                await asyncio.sleep(0.01)

    async def expect_message(self, client):
        """What does not hear of a cut, as long as that takes less than a second."""
        message = await client.expect_any("message", "participant_connection", "error")
        if message["type"] == "participant_connection":
            self.heard.append(message)
            return await self.expect_message(client)
        if message["type"] == "error" and (message["code"], message["fatal"]) != ("unavailable", False):
            raise AssertionError(message)
        return message

    async def check_exact(self, near, far):
        """Both send on and on while the link breaks; no socket closes and nothing is lost."""
        async def cut():
            for _ in range(3):
                await self.cut()

        async def send(client, cutting):
            number = 0
            while number < 100 or not cutting.done():
                await client.command("message", data=number)
                number += 1
                await asyncio.sleep(0.01)
            await client.command("message", data="end")
            return number

        async def receive(client):
            numbers = []
            while (message := await self.expect_message(client)).get("data") != "end":
                if message["type"] == "message":
                    numbers.append(message["data"])
            return numbers

        async with asyncio.TaskGroup() as tasks:
            cutting = tasks.create_task(cut())
            sent = [tasks.create_task(send(client, cutting)) for client in (near, far)]
            received = [tasks.create_task(receive(client)) for client in (far, near)]
        for sender, receiver in zip(sent, received, strict=True):
            self.assertEqual(receiver.result(), list(range(sender.result())))
        self.check_nobody_heard()

    def check_nobody_heard(self):
        if self.heard:  # of a move that a busy machine made a long one
            self.assertGreater(max(self.took), 0.9, self.heard)

    async def test_a_broken_link_is_no_business_of_clients(self):
        near, far = await self.pair_behind("link")
        await self.check_exact(near, far)
        if near.acks[-1] < near.next_id:
            await near.wait_for_ack(near.next_id)

    async def test_nor_of_plain_ones(self):
        near, far = await self.pair_behind("plain-link", path="/")
        for number in range(2):
            await self.cut(lambda number=number: near.send("message", data=number))
            self.assertEqual((await self.expect_message(far))["data"], number)
            await far.command("message", data=number)
            await near.expect("message", data=number)
        self.check_nobody_heard()

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
        for client in (first, second):
            await client.expect_error("unavailable", fatal=True, action="reconnect")
            await client.expect_close(1012)
        await harness.eventually(lambda: harness.readyz(self.gateway) == "ok", "the gateway has found the next service")
        again = await self.resume(first)
        self.assertEqual(again.hello["resume_error"], "session_expired")
        await self.join(again, "restart")


class EvictionTest(harness.Stack):
    """What Kubernetes does to a service that it evicts: the next one is there, at the same address, while the old one still drains."""

    service_flags = ("--resume_window=2s", "--drain_rate=1")

    async def test_everybody_is_at_the_next_service(self):
        proxy = TcpProxy(self.service.port)
        await proxy.start()
        self.addAsyncCleanup(proxy.stop)
        behind = await asyncio.to_thread(self.start_gateway, proxy.port)
        for name in ("ann", "bob"):
            await self.at(behind, name)
        old, clients = self.service, tuple(self._clients)
        type(self).service = await asyncio.to_thread(self.start_service)
        proxy.target = self.service.port
        old.send_signal(signal.SIGTERM)
        for client in clients:
            await client.ws.wait_closed()
            self.assertEqual(client.ws.close_code, 1012)
        self.assertEqual(await asyncio.to_thread(old.wait), 0, old.log())
        await harness.eventually(lambda: harness.readyz(behind) == "ok", "the gateway has found the next service")
        for name in ("ann", "bob"):
            await self.at(behind, name)
        self.assertEqual((await asyncio.to_thread(self.service.metrics))["signaling_participants"], 2)
        self.assertEqual(await asyncio.to_thread(behind.stop), 0, behind.log())

    async def at(self, gateway, name):
        client = await self.open("/v1", gateway)
        await client.send("hello", client_id=name)
        client.hello = await client.expect("connected")
        await self.join(client, "hall")


if __name__ == "__main__":
    harness.main()

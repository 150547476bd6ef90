"""Sessions of the Python client that outlive their connections, with the real gateway and service."""

import asyncio
import json
import signal
from unittest import mock

import support
from support import DEADLINE, OFFER, Recorder, harness
from tcp_proxy import TcpProxy

from signaling_client import NotConnectedError, SignalingClosed
from signaling_client.wire import Socket

COUNT = 500
# How many messages may be under way to one: the service keeps 256 for somebody who is away.
UNDER_WAY = 64


class Stack(harness.Stack):

    def client(self, client_id, port=None, **options):
        options.setdefault("room", self.id().rsplit(".", 1)[1])
        return Recorder(f"ws://127.0.0.1:{port or self.gateway.port}/", client_id=client_id, **options)

    async def proxy(self, target=None):
        proxy = TcpProxy(target or self.gateway.port)
        await proxy.start()
        self.addAsyncCleanup(proxy.stop)
        return proxy

    async def messages_of(self, client, sender, count, came=lambda: None):
        """The next messages; only the connections may be told of between them."""
        received = []
        while len(received) < count:
            call = await asyncio.wait_for(client.calls.get(), DEADLINE)
            if call[:2] == ("message", sender):
                received.append(call[2])
                came()
            elif call[0] not in ("reconnecting", "resumed", "participant_connection"):
                raise AssertionError(f"expected a message of {sender}, got {call}")
        return received

    async def met(self, first, second):
        """Both are in the room and have nothing left to tell."""
        await first.expect("connected")
        await second.expect("connected")
        await first.expect("participant_joined")


class ResumeTest(Stack):

    async def test_nothing_is_lost_doubled_or_reordered(self):
        support.short_pauses(self)
        near, far = await self.proxy(), await self.proxy()
        async with self.client("a", near.port) as first, self.client("b", far.port) as second:
            await self.met(first, second)
            under_way = {client: asyncio.Semaphore(UNDER_WAY) for client in (first, second)}

            async def send(client):
                for number in range(COUNT):
                    await under_way[client].acquire()
                    await client.send_message(None, number)

            async def cut(traffic):
                while not traffic.done():
                    for proxy in (near, far):
                        proxy.hold()
                        await asyncio.wait((traffic,), timeout=0.02)  # what comes meanwhile is lost on its way
                        proxy.cut()
                        await asyncio.wait((traffic,), timeout=0.1)

            traffic = asyncio.gather(
                self.messages_of(second, "a", COUNT, under_way[first].release),
                self.messages_of(first, "b", COUNT, under_way[second].release), send(first), send(second))
            await asyncio.wait_for(asyncio.gather(cut(traffic), traffic), 3 * DEADLINE)
            self.assertEqual(traffic.result()[:2], [list(range(COUNT))] * 2)
            await first.send_message(None, "last")
            self.assertEqual(await self.messages_of(second, "a", 1), ["last"])

    async def test_a_break_is_told_and_what_is_sent_meanwhile_is_kept(self):
        proxy = await self.proxy()
        support.short_pauses(self)
        async with self.client("a", proxy.port) as first, self.client("b") as second:
            await self.met(first, second)
            await proxy.stop()
            (reason,) = await first.expect("reconnecting")
            self.assertEqual((reason.close_code, reason.lost_messages), (1006, 0))
            self.assertGreaterEqual(reason.retry_in, 0)
            self.assertEqual((first.connected, first.reconnecting, first.client_id, list(first.participants)),
                             (True, True, "a", ["b"]))
            for number in range(3):
                await first.send_message("b", number)
                await second.send_message("a", number)
            participant = (await second.until("participant_connection"))[0]
            self.assertEqual((participant.client_id, participant.connected), ("a", False))
            await proxy.start()
            await first.expect("resumed")
            self.assertFalse(first.reconnecting)
            self.assertEqual(await self.messages_of(first, "b", 3), [0, 1, 2])
            self.assertEqual(await self.messages_of(second, "a", 3), [0, 1, 2])

    async def test_handlers_go_on(self):
        proxy = await self.proxy()
        gate = asyncio.Event()

        class Slow(Recorder):
            async def handle_offer(self, client_id, offer):
                self.calls.put_nowait(("offer",))
                await gate.wait()
                await self.send_message(client_id, "done")

        robot = Slow(f"ws://127.0.0.1:{proxy.port}/", room="handlers", client_id="robot")
        async with robot, self.client("viewer", room="handlers") as viewer:
            await viewer.send_offer("robot", OFFER)
            await robot.until("offer")
            proxy.cut()
            await robot.until("resumed")
            gate.set()
            self.assertEqual(await viewer.until("message"), ("robot", "done"))

    async def test_a_lost_greeting_costs_nothing(self):
        proxy = await self.proxy()
        async with self.client("a", proxy.port) as first, self.client("b") as second:
            await self.met(first, second)
            greetings = 0
            receive = Socket.receive

            async def lose_connected(socket):
                nonlocal greetings
                data = await receive(socket)
                if json.loads(data)["type"] == "connected" and greetings < 2:
                    greetings += 1
                    proxy.cut()
                    return await receive(socket)
                return data

            support.short_pauses(self)
            with mock.patch.object(Socket, "receive", lose_connected):
                proxy.cut()
                await first.send_message(None, "through it all")
                await first.expect("reconnecting")
                await first.expect("resumed")  # once
            self.assertEqual(greetings, 2)
            self.assertEqual(await self.messages_of(second, "a", 1), ["through it all"])

    async def test_a_window_that_is_over_is_told(self):
        proxy = await self.proxy()
        async with self.client("a", proxy.port) as first, self.client("b") as second:
            await self.met(first, second)
            await proxy.stop()
            await first.expect("reconnecting")
            # More than are kept: some wait.
            sends = [asyncio.ensure_future(first.send_message(None, number)) for number in range(70)]
            self.assertEqual(await second.until("participant_left"), ("a", "timeout"))
            await proxy.start()
            (reason,) = await first.expect("disconnected")
            self.assertEqual((reason.lost_messages, reason.retry_in), (64, 0))
            self.assertIn("session_expired", reason.reason)
            results = await asyncio.wait_for(asyncio.gather(*sends, return_exceptions=True), DEADLINE)
            self.assertEqual([type(one) for one in results], [int] * 64 + [NotConnectedError] * 6)
            await first.expect("connected")
            await second.expect("participant_joined")
            await first.send_message(None, "again")
            self.assertEqual(await self.messages_of(second, "a", 1), ["again"])

    async def test_two_of_one_name_do_not_fight(self):
        first = self.client("a")
        running = asyncio.ensure_future(first.run())
        await first.until("connected")
        # Somebody who goes on with its session elsewhere.
        session = first._session.hello()
        taker = await self.open("/v1")
        await taker.send("hello", resume=session)
        await taker.expect("connected", resumed=True)
        with self.assertRaisesRegex(SignalingClosed, "4504: session_replaced"):
            await asyncio.wait_for(running, DEADLINE)
        (reason,) = await first.expect("disconnected")
        self.assertEqual((reason.close_code, reason.retry_in), (4504, None))


class TwoGatewaysTest(Stack):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.start_gateway()
        cls.addClassCleanup(lambda: cls.check_stop(cls.other))

    async def test_it_goes_on_at_another_one(self):
        proxy = await self.proxy()
        async with self.client("a", proxy.port) as first, self.client("b") as second:
            await self.met(first, second)
            for gateway in (self.other, self.gateway):
                proxy.target = gateway.port
                proxy.cut()
                await second.send_message(None, gateway.port)
                await first.expect("reconnecting")
                await first.expect("resumed")
                self.assertEqual(await self.messages_of(first, "b", 1), [gateway.port])

    async def test_a_gateway_that_goes_away_is_left_unnoticed(self):
        leaving = await asyncio.to_thread(self.start_gateway)
        proxy = await self.proxy(leaving.port)
        async with self.client("a", proxy.port) as first, self.client("b") as second:
            await self.met(first, second)
            proxy.target = self.other.port
            leaving.send_signal(signal.SIGTERM)
            for number in range(300):
                await first.send_message(None, number)
                await second.send_message(None, number)
            self.assertEqual(await asyncio.to_thread(leaving.wait), 0, leaving.log())
            for client, sender in ((first, "b"), (second, "a")):
                for number in range(300):
                    await client.expect("message", sender, number)
            await first.send_message(None, "at the other one")
            await second.expect("message", "a", "at the other one")

    async def test_a_gateway_that_goes_away_alone_is_waited_for(self):
        leaving = await asyncio.to_thread(self.start_gateway)
        async with self.client("a", leaving.port) as first, self.client("b") as second:
            await self.met(first, second)
            leaving.send_signal(signal.SIGTERM)
            (reason,) = await first.expect("reconnecting")
            self.assertEqual(reason.close_code, 4000)
            self.assertEqual(await asyncio.to_thread(leaving.wait), 0, leaving.log())


class BrokenTest(Stack):
    """Processes that die and come back at their old ports."""

    service_flags = ("--resume_window=20s",)

    async def test_the_gateway_comes_back(self):
        async with self.client("robot", metadata={"role": "robot"}) as robot, self.client("viewer") as viewer:
            await self.met(robot, viewer)
            cls = type(self)
            port = self.gateway.port
            cls.gateway.kill()
            for client, to in ((robot, "viewer"), (viewer, "robot")):
                (reason,) = await client.expect("reconnecting")
                self.assertEqual(reason.close_code, 1006)
                await client.send_message(to, "meanwhile")
            cls.gateway = harness.Process("signaling-gateway", f"--port={port}", "--internal_port=0",
                                          f"--service=127.0.0.1:{self.service.port}")
            cls.gateway.wait_for("ready")
            self.assertEqual(await self.messages_of(robot, "viewer", 1), ["meanwhile"])
            self.assertEqual(await self.messages_of(viewer, "robot", 1), ["meanwhile"])
            await viewer.send_offer("robot", OFFER)
            self.assertEqual(await robot.until("offer"), ("viewer", OFFER))

    async def test_the_service_comes_back(self):
        async with self.client("robot", metadata={"role": "robot"}) as robot:
            await robot.expect("connected")
            cls = type(self)
            port = self.service.port
            cls.service.kill()
            cls.service = await asyncio.to_thread(self.start_service, port)
            (reason,) = await robot.until("disconnected")
            self.assertEqual(reason.close_code, 1012)
            await robot.expect("connected")
            async with self.client("viewer") as viewer:
                self.assertEqual(viewer.participants["robot"].metadata, {"role": "robot"})


if __name__ == "__main__":
    support.main()

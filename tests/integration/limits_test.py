"""What is bounded, what times out, and what happens when a process goes away."""

import asyncio
import signal
import unittest
import urllib.error
import urllib.request

import harness
from harness import Process, eventually
from raw_socket import PING, RawSocket


class ConnectionsTest(harness.Stack):
    gateway_flags = ("--max_connections=2",)

    async def test_one_too_many(self):
        first = await self.plain("?room=a")
        second = await self.v1()
        third = await self.open("/?room=b")
        await third.expect_error("too_many_connections", action="reconnect", fatal=True)
        await third.expect_close(4005)
        waiting = await self.open("/v1")  # for a hello, which comes too early
        await waiting.send("hello")
        await waiting.expect_error("too_many_connections", action="reconnect", fatal=True)
        await waiting.expect_close(4005)
        await first.expect_nothing()
        await second.close()
        await self.until_admitted()

    async def until_admitted(self):
        """A place is free again once the service has confirmed the end of the session."""
        loop = asyncio.get_running_loop()
        end = loop.time() + harness.DEADLINE
        while True:
            client = await self.open("/v1")
            await client.send("hello")
            if (await client.receive())["type"] == "connected":
                return client
            await client.expect_close(4005)
            self.assertLess(loop.time(), end)

    async def test_those_who_wait_for_hello_are_bounded_too(self):
        sessions = [await self.plain(), await self.v1()]
        waiting = [await self.open("/v1") for _ in range(4)]
        for client in waiting:
            await client.expect_nothing()
        fifth = await self.open("/v1")
        await fifth.expect_error("too_many_connections", action="reconnect", fatal=True)
        await fifth.expect_close(4005)
        for client in sessions + waiting:
            await client.expect_nothing()


class TimeoutsTest(harness.Stack):
    gateway_flags = ("--timeout=3s", "--handshake_timeout=4s")

    async def test_hello_must_come(self):
        client = await self.open("/v1")
        await client.send("ping")
        await client.expect("pong")
        await client.expect_error("hello_required", fatal=True)
        await client.expect_close(4506)

    async def test_the_request_must_come(self):
        silent = await RawSocket.connect(self.gateway.port)
        slow = await RawSocket.connect(self.gateway.port)
        slow.writer.write(b"GET / HTTP/1.1\r\nHost:")
        await silent.expect_end()
        await slow.expect_end()

    async def test_who_is_silent_is_closed_and_who_answers_pings_is_not(self):
        witness = await self.v1(room="idle")
        self.assertEqual((witness.hello["ping_interval_ms"], witness.hello["timeout_ms"]), (1000, 3000))
        silent = await RawSocket.upgrade(self.gateway.port, "/?room=idle&client_id=silent")
        await silent.expect("connected")
        await witness.expect("participant_joined", client_id="silent")
        self.assertEqual((await silent.receive_frame())[0], PING)
        await silent.expect_close(4001)
        await witness.expect("participant_left", client_id="silent", reason="timeout")
        await witness.expect_nothing()


class BackPressureTest(harness.Stack):
    gateway_flags = ("--timeout=3s",)

    async def test_who_does_not_read_is_closed_and_disturbs_nobody(self):
        talker, listener = await self.pair("slow")
        listener.ack_every = 1  # 256 KiB unacknowledged are few of these messages
        slow = await RawSocket.upgrade(self.gateway.port, "/?room=slow&client_id=slow", receive_buffer=4096)
        await slow.expect("connected")
        for client in (talker, listener):
            await client.expect("participant_joined", client_id="slow")
        before = self.gateway.resident_kib()
        text = "x" * 16000
        sent = 0
        left = None
        while left is None:
            self.assertLess(sent, 5000, "80 MB, and the slow one is still there")
            await talker.command("message", data=[sent, text])
            message = await listener.receive()
            if message["type"] == "participant_left":
                left = message
                message = await listener.receive()
            self.assertEqual((message["type"], message.get("data", [message])[0]), ("message", sent))
            sent += 1
        self.assertEqual((left["client_id"], left["reason"]), ("slow", "timeout"))
        self.assertLess(self.gateway.resident_kib() - before, 64 * 1024)
        await slow.expect_end()
        await talker.expect("participant_left", client_id="slow")

    async def test_what_the_service_has_not_confirmed_is_bounded(self):
        """The gateway stops reading, keeps the client for longer than its timeout, and nothing is lost."""
        sender, receiver = await self.pair("window")
        count = 200
        before = self.received()
        with self.service.frozen():
            sending = asyncio.create_task(self.send_many(sender, count))
            await eventually(lambda: self.received() - before >= 64, "64 messages passed on")
            await asyncio.sleep(4)  # longer than the timeout: the test is that nothing happens
            self.assertEqual(self.received() - before, 64)
        for number in range(count):
            message = await receiver.expect("message")
            self.assertEqual(message["data"][0], number)
        await sending
        await sender.wait_for_ack(count + 1)

    def received(self):
        return self.gateway.metrics().get(
            'signaling_messages_total{direction="received",type="message"}', 0)

    async def send_many(self, sender, count):
        for number in range(count):
            await sender.command("message", data=[number, "x" * 500])


class ServiceLossTest(harness.Stack):

    async def test_a_killed_service_is_told_and_a_new_one_is_found(self):
        first, second = await self.pair("killed")
        plain = await self.plain("?room=killed")
        await first.expect("participant_joined")
        await second.expect("participant_joined")
        port = self.service.port
        self.assertEqual(self.ready(), 200)
        self.service.kill()
        for client in (first, second, plain):
            await client.expect_error("unavailable", action="reconnect", fatal=True)
            await client.expect_close(1012)
        await eventually(lambda: self.ready() == 503, "the gateway is not ready")
        for path in ("/", "/v1"):
            client = await self.open(path)
            if path == "/v1":
                await client.send("hello")
            await client.expect_error("unavailable", action="reconnect", fatal=True)
            await client.expect_close(1012)
        type(self).service = self.start_service(port)
        await eventually(lambda: self.ready() == 200, "the gateway is ready")
        first, second = await self.pair("killed")
        await self.settle(first, second)

    async def test_a_service_that_stops(self):
        client = await self.v1(room="stopped")
        port = self.service.port
        self.assertEqual(self.service.stop(), 0)
        await client.expect_error("unavailable", action="reconnect", fatal=True)
        await client.expect_close(1012)
        type(self).service = self.start_service(port)
        await eventually(lambda: self.ready() == 200, "the gateway is ready")

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.gateway.internal_port}/readyz") as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


class GatewayLossTest(harness.Stack):

    async def test_a_gateway_that_stops_says_so(self):
        client = await self.v1(room="drain")
        plain = await self.plain("?room=drain")
        waiting = await self.open("/v1")
        await client.expect("participant_joined")
        self.gateway.send_signal(signal.SIGTERM)
        for each in (client, plain, waiting):
            while (message := await each.receive())["type"] in ("go_away", "participant_left", "participant_connection"):
                pass
            self.assertEqual((message["code"], message["action"], message["fatal"]), ("draining", "reconnect", True))
            await each.expect_close(4000)
        self.assertEqual(self.gateway.wait(), 0)
        type(self).gateway = self.start_gateway()

    async def test_a_killed_gateways_sessions_end_with_their_window(self):
        client = await self.v1(room="killed")
        dead, type(self).gateway = self.gateway, self.start_gateway()
        witness = await self.v1(room="killed")  # through the other gateway
        await client.expect("participant_joined")
        dead.kill()
        await witness.expect("participant_connection", client_id=client.client_id, connected=False)
        await witness.expect("participant_left", client_id=client.client_id, reason="timeout")


class StartTest(unittest.TestCase):
    """What cannot be is said in one line, and the exit code is 2."""

    def test_refusals(self):
        for name, flag in (("signaling-service", "--port=65536"), ("signaling-service", "--no_such_flag"),
                           ("signaling-service", "--address=0.0.0.0"), ("signaling-service", "--max_participants=1"),
                           ("signaling-gateway", "--port=-1"), ("signaling-gateway", "--timeout=soon"),
                           ("signaling-gateway", "--address=0.0.0.0"), ("signaling-gateway", "--default_room=a/b"),
                           ("signaling-gateway", "--service=nowhere"), ("signaling-gateway", "surplus"),
                           ("signaling-gateway", "--rate_limits=on"), ("signaling-service", "--rate_limits=call=0"),
                           ("signaling-gateway", "--trusted_proxies=10.0.0.0/33")):
            with self.subTest(name=name, flag=flag):
                done = harness.run(name, flag)
                self.assertEqual(done.returncode, 2, done)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_busy_port(self):
        service = Process("signaling-service", "--port=0", "--internal_port=0")
        try:
            done = harness.run("signaling-service", "--port=0", f"--internal_port={service.internal_port}")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(str(service.internal_port), done.stderr + done.stdout)
        finally:
            self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    harness.main()

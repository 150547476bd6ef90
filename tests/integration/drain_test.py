"""Both processes end by their own will: nothing is lost, and the exit code is 0."""

import asyncio
import json
import signal
import time
import unittest
import urllib.error
import urllib.request

import harness


def readiness(process):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{process.internal_port}/readyz", timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


class GatewayDrainTest(harness.Stack):
    async def leaving(self):
        return await asyncio.to_thread(self.start_gateway)

    async def pair_at(self, gateway, room):
        first = await self.open("/v1", gateway)
        await first.send("hello")
        first.hello = await first.expect("connected")
        await self.join(first, room)
        second = await self.v1(room=room)
        await first.expect("participant_joined")
        return first, second

    async def test_clients_are_told_and_go_on_elsewhere(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                gateway = await self.leaving()
                first, second = await self.pair_at(gateway, f"drain-{number}")
                gateway.send_signal(number)
                told = await first.expect("go_away", reason="draining")
                # It has not closed yet: what is half done can be finished.
                await first.command("message", data="last")
                await second.expect("message", data="last")
                self.assertLessEqual(told["reconnect_after_ms"], 1000)
                self.assertEqual(readiness(gateway)[0], 503)
                with self.assertRaises(OSError):
                    await asyncio.open_connection("127.0.0.1", gateway.port)
                back = await self.resume(first)
                self.assertIs(back.hello["resumed"], True)
                await back.command("message", data="on")
                await second.expect("message", data="on")
                self.assertEqual(await asyncio.to_thread(gateway.wait), 0, gateway.log())
                await back.send("bye")
                await second.send("bye")

    async def test_who_does_not_listen_is_closed_and_can_come_back(self):
        gateway = await self.leaving()
        first, second = await self.pair_at(gateway, "deaf")
        plain = await self.open("/?room=deaf&client_id=robot", gateway)
        await plain.expect("connected")
        gateway.send_signal(signal.SIGTERM)
        async def told(client):
            while (message := await client.receive())["type"] != "error":
                pass
            self.assertEqual((message["code"], message["action"], message["fatal"]), ("draining", "reconnect", True))
            await client.expect_close(4000)

        await told(first)
        back = await self.resume(first)
        self.assertIs(back.hello["resumed"], True)
        await told(plain)
        self.assertEqual(await asyncio.to_thread(gateway.wait), 0, gateway.log())

    async def test_nobody_there_takes_no_time(self):
        gateway = await self.leaving()
        begun = time.monotonic()
        self.assertEqual(await asyncio.to_thread(gateway.stop), 0)
        self.assertLess(time.monotonic() - begun, 10)

    async def test_a_second_signal_ends_it_at_once(self):
        gateway = await self.leaving()
        first, _ = await self.pair_at(gateway, "twice")
        gateway.send_signal(signal.SIGTERM)
        await first.expect("go_away")
        gateway.send_signal(signal.SIGTERM)
        self.assertEqual(await asyncio.to_thread(gateway.wait), -signal.SIGTERM)


class ServiceDrainTest(harness.Stack):
    async def test_with_the_memory_engine_clients_begin_anew(self):
        service = await asyncio.to_thread(self.start_service)
        gateway = await asyncio.to_thread(self.start_gateway, service.port)
        client = await self.open("/v1", gateway)
        await client.send("hello")
        await client.expect("connected")
        service.send_signal(signal.SIGTERM)
        await client.expect_error("unavailable", fatal=True, action="reconnect")
        await client.expect_close(1012)
        self.assertEqual(await asyncio.to_thread(service.wait), 0, service.log())
        said = [json.loads(line) for line in service.log().splitlines() if line.startswith("{")]
        [ended] = [line for line in said if line["event"] == "session_ended"]
        self.assertEqual((ended["reason"], ended["detaches"]), ("draining", 1))
        self.assertEqual(said[-1]["event"], "stopped")
        await harness.eventually(lambda: readiness(gateway)[0] == 503, "the gateway is not ready without service")
        self.assertEqual(await asyncio.to_thread(gateway.stop), 0, gateway.log())


class OldStreamsTest(harness.Stack):
    service_flags = ("--resume_window=2s", "--max_stream_age=4s")

    async def test_they_are_replaced_and_nobody_notices(self):
        first, second = await self.pair("old")
        end = time.monotonic() + 9
        under_way = asyncio.Semaphore(20)
        longest = 0.0

        async def send():
            number = 0
            while time.monotonic() < end:
                await under_way.acquire()
                await first.command("message", data=number)
                number += 1
            return number

        async def receive(sending):
            nonlocal longest
            number, last = 0, time.monotonic()
            while not sending.done() or number < sending.result():
                await second.expect("message", data=number)
                under_way.release()
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
                number += 1

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(receive(tasks.create_task(send())))
        await first.wait_for_ack(first.next_id)
        self.assertLess(longest, 5)
        self.assertGreaterEqual(self.gateway.count("link_goes_away"), 2, self.gateway.log())
        self.assertEqual(self.gateway.count("link_down"), 0, self.gateway.log())
        self.assertGreaterEqual(self.gateway.metrics()["signaling_session_moves_total"], 4)


class NoClientTest(unittest.TestCase):
    def test_a_service_alone_ends_at_once(self):
        harness.stay_on_this_machine()
        service = harness.Process("signaling-service", "--port=0", "--internal_port=0")
        service.wait_for("ready")
        self.assertEqual(service.stop(), 0)


if __name__ == "__main__":
    harness.main()

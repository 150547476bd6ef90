"""The alerts about what clients do, or what is done to them: each fires when that really happens, and not before."""

import asyncio

import monitoring
import websockets
from monitoring import harness
from raw_socket import RawSocket

GATEWAY = "signaling-gateway"
SERVICE = "signaling-service"


class ClientsTest(monitoring.Live):
    async def test_messages_refused(self):
        client = await self.v1(room="refused")

        async def nonsense():
            await client.command("offer", sdp="nonsense")
            await client.expect_error("invalid_sdp")

        await self.fires("SignalingMessagesRefused", again=nonsense, job=GATEWAY)

    async def test_reconnect_storm(self):
        clients = [await self.v1() for _ in range(3)]

        async def reconnect():
            for index, client in enumerate(clients):
                await client.ws.close(1001)
                clients[index] = await self.resume(client)
                self.assertIs(clients[index].hello["resumed"], True)

        await self.fires("SignalingReconnectStorm", again=reconnect, job=SERVICE)
        await self.expect_quiet("SignalingResumesFail")

    async def test_resumes_fail(self):
        client = await self.v1()
        await client.close()

        async def come_back():
            again = await self.resume(client, resume_token="no-token-of-ours")
            self.assertIs(again.hello["resumed"], False)
            await again.close()

        await self.fires("SignalingResumesFail", again=come_back, job=SERVICE)

    async def test_slow_consumers(self):
        """Four do not read what a fifth one sends."""
        talker = await self.v1(room="slow")
        for number in range(4):
            slow = await RawSocket.upgrade(
                self.gateway.port, f"/?room=slow&client_id=slow-{number}", receive_buffer=4096)
            self.addCleanup(slow.writer.close)
            await slow.expect("connected")
        text = "x" * 16000

        async def talk():
            for _ in range(50):
                await talker.command("message", data=text)
                await self.wait_for_ack(talker)

        await self.fires("SignalingSlowConsumers", again=talk, job=GATEWAY)

    async def wait_for_ack(self, client):
        """Others come and go meanwhile, and at the end nobody is left to hear."""
        while not client.acks or client.acks[-1] < client.next_id:
            message = await client.receive()
            if message["type"] == "error" and message.get("reply_to") == client.next_id:
                self.assertEqual(message["code"], "peer_unavailable")
                return


class FullTest(monitoring.Live):
    gateway_flags = ("--max_connections=10",)

    async def test_connections_near_the_limit_and_over_it(self):
        await self.expect_quiet("SignalingConnectsFail")

        async def fill():
            for _ in range(10):
                await self.v1()

        async def one_more():
            late = await self.open("/v1")
            await late.send("hello")
            await late.expect_error("too_many_connections")
            await late.expect_close(4005)

        await self.fires("SignalingConnectionsNearLimit", fill, job=GATEWAY, instance=monitoring.instance(self.gateway))
        await self.fires("SignalingConnectsFail", again=one_more, job=GATEWAY)


class TooFastTest(monitoring.Live):
    gateway_flags = ("--max_connections=64", "--rate_limits=connection=2")

    async def test_rate_limited(self):
        async def connect():
            try:
                await (await self.open("/v1")).close()
            except (OSError, websockets.WebSocketException):
                pass  # refused, as it has to be

        await self.fires("SignalingRateLimited", again=lambda: asyncio.gather(*(connect() for _ in range(8))),
                         job=GATEWAY, limit="connection")


if __name__ == "__main__":
    harness.main()

"""A service with keys and two gateways, of which one has TLS, and clients that do something of everything: so that what
dashboards and alerts ask for has numbers."""

import asyncio
import tempfile

import monitoring
import tls_files
import tokens
from back_office import grpc, rooms_pb2, rooms_pb2_grpc
from monitoring import harness


class Busy(monitoring.Watching, tokens.Stack):
    more_gateway_flags = ("--max_connections=64", "--timeout=6s")  # a ping every third of it

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        pair = tls_files.Pair(folder.name, "shown")
        cls.secured = harness.Process(
            "signaling-gateway", "--port=0", "--internal_port=0", f"--service=127.0.0.1:{cls.service.port}",
            f"--service_token_file={cls.gateway_token_file}", f"--tls_cert={pair.cert}", f"--tls_key={pair.key}")
        cls.addClassCleanup(lambda: cls.check_stop(cls.secured))
        cls.secured.wait_for("ready")

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.prometheus = await self.watch(self.gateway, self.secured, self.service)
        self.rounds = 0
        self.stop = asyncio.Event()
        self.working = asyncio.create_task(self.work())
        await self.greeted(self.key.token("who-stays"))  # and answers pings
        await self.until(lambda: self.rounds >= 3 or self.working.done(), "three rounds of work")  # its end has the reason

    async def asyncTearDown(self):
        self.stop.set()
        try:
            await self.working
        finally:
            await super().asyncTearDown()

    async def work(self):
        """Again and again, so that each scrape sees more than the one before."""
        while not self.stop.is_set():
            await self.call()
            await self.come_back()
            await self.wrong_token()
            await self.back_end()
            self.rounds += 1

    async def call(self):
        room = f"room-{self.rounds}"
        caller = await self.member("caller", room, ("join", "create", "offer"))
        called = await self.member("called", room, ("join", "offer"))
        await caller.expect("participant_joined")
        await caller.command("offer", sdp=harness.SDP, to=called.client_id)
        await called.expect("offer")
        await called.command("ice_candidate", candidate=harness.candidate(1), to=caller.client_id)
        await caller.expect("ice_candidate")
        await called.command("answer", sdp=harness.SDP.replace("actpass", "active"), to=caller.client_id)
        await caller.expect("answer")
        await caller.send("report", to=called.client_id, state="connected", setup_ms=300, candidate_type="host")
        await called.send("report", to=caller.client_id, state="failed", reason="ice")
        await caller.command("offer", sdp="nonsense")
        await caller.expect_error("invalid_sdp")
        await caller.command("create_offer", sdp=harness.SDP)
        created = await caller.expect("offer_created")
        await called.command("claim_offer", offer_id=created["offer_id"])
        await called.expect("offer", offer_id=created["offer_id"])
        await caller.expect("offer_claimed")
        await called.command("answer", sdp=harness.SDP.replace("actpass", "active"), offer_id=created["offer_id"])
        await caller.expect("answer")
        await caller.wait_for_ack(caller.next_id)
        for client in (caller, called):
            await client.close()

    async def come_back(self):
        token = self.key.token("returning", "room", ("join", "create"))
        client = await self.greeted(token)
        await client.ws.close(1001)
        again = await self.resume_with(client, token)
        again.hello = await again.expect("connected")
        self.assertIs(again.hello["resumed"], True)
        await again.close()

    async def wrong_token(self):
        client = await self.open("/v1")
        await client.send("hello", token=tokens.Key("one").token("stranger", "room"))
        await self.refused(client)

    async def back_end(self):
        metadata = (("authorization", f"Bearer {self.key.token('office', grants=['admin'])}"),)
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}") as channel:
            rooms = rooms_pb2_grpc.RoomServiceStub(channel)
            await rooms.ListRooms(rooms_pb2.ListRoomsRequest(), metadata=metadata, timeout=harness.DEADLINE)
            with self.assertRaises(grpc.aio.AioRpcError):
                await rooms.GetRoom(rooms_pb2.GetRoomRequest(room="none"), metadata=metadata)

    async def expect_data(self, expression):
        """The expression gives a number, once there are enough scrapes of what it asks about."""
        await self.until(lambda: any(value == value for _, value in self.prometheus.query(expression)),
                         f"a number for {expression}")

"""Who speaks to the service, and that it is the service: certificates and tokens between the processes, and new ones."""

import asyncio
import json
import pathlib
import tempfile
import time
import urllib.request

import back_office
import harness
from authority import Authority, Files
from back_office import grpc, rooms_pb2, rooms_pb2_grpc
from jwcrypto import jwk, jwt

IP = "IP:127.0.0.1"


class Guarded(harness.Stack):
    """A service with TLS, certificates and what is theirs in files. Streams are so short that new files come into use."""

    service_auth = ()

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.ca = Authority(folder.name, "one")
        cls.stranger = Authority(folder.name, "stranger")
        cls.files = Files(folder.name)
        cls.files.write_pair("service", cls.ca.sign("service", IP))
        cls.files.write_pair("gateway", cls.ca.sign("other", "DNS:signaling-gateway"))
        cls.files.write("clients_ca", cls.ca.cert)
        cls.files.write("service_ca", cls.ca.cert)
        path = cls.files.path
        cls.service_flags = (
            f"--tls_cert={path('service.crt')}", f"--tls_key={path('service.key')}",
            f"--tls_client_ca={path('clients_ca')}", "--tls_admin_names=office", "--max_stream_age=3s",
            "--resume_window=2s", *cls.service_auth)
        cls.know = (f"--service_ca={path('service_ca')}",)
        cls.show = (f"--service_cert={path('gateway.crt')}", f"--service_key={path('gateway.key')}")
        cls.prepare()
        cls.gateway_flags = ("--max_connections=64", *cls.know, *cls.show)
        super().setUpClass()

    @classmethod
    def prepare(cls):
        """What else the flags need."""

    def another_gateway(self, *flags, service_port=None):
        """One that need not get ready."""
        gateway = harness.Process(
            "signaling-gateway", "--port=0", "--internal_port=0",
            f"--service=127.0.0.1:{service_port or self.service.port}", *flags)
        self.addCleanup(self.check_stop, gateway)
        return gateway

    def pair_flags(self, pair):
        return f"--service_cert={pair[0]}", f"--service_key={pair[1]}"

    async def refused(self, what, *flags, **options):
        """A gateway whose /readyz says so, and serves nobody."""
        gateway = await asyncio.to_thread(self.another_gateway, *flags, **options)
        await harness.eventually(lambda: what in harness.readyz(gateway), f"{what!r}, but {harness.readyz(gateway)!r}")
        self.assertEqual(gateway.count("ready"), 0)
        return gateway

    async def exchange(self, near, far, until):
        """Both send on and on until the task is over. No socket closes, and nothing is lost or out of order."""
        async def send(client):
            number = 0
            while not until.done():
                await client.command("message", data=number)
                number += 1
                await asyncio.sleep(0.01)
            await client.command("message", data="end")
            return number

        async def receive(client):
            numbers = []
            while (message := await client.expect_any("message", "participant_connection")).get("data") != "end":
                if message["type"] == "message":
                    numbers.append(message["data"])
            return numbers

        async with asyncio.TaskGroup() as tasks:
            sent = [tasks.create_task(send(client)) for client in (near, far)]
            received = [tasks.create_task(receive(client)) for client in (far, near)]
        for sender, receiver in zip(sent, received, strict=True):
            self.assertGreater(sender.result(), 0)
            self.assertEqual(receiver.result(), list(range(sender.result())))

    async def streams_renewed(self):
        """Two streams later: the second one began after this did."""
        def moves():
            return self.gateway.metrics()["signaling_session_moves_total"]

        # Each move takes both sessions.
        before = await asyncio.to_thread(moves)
        await harness.eventually(lambda: moves() >= before + 4, "two moves of both sessions")

    async def renewed(self, process, change, times=1):
        """The process says that it took what `change` wrote."""
        before = process.count("tls_renewed")
        change()
        await harness.eventually(lambda: process.count("tls_renewed") >= before + times, "tls_renewed")


class Certificates(Guarded):
    async def test_a_call_between_them(self):
        caller, callee = await self.pair("call")
        await caller.command("offer", sdp=harness.SDP)
        await callee.expect("offer", sdp=harness.SDP, client_id=caller.client_id)
        answer = harness.SDP.replace("actpass", "active")
        await callee.command("answer", sdp=answer)
        await caller.expect("answer", sdp=answer, client_id=callee.client_id)

    async def test_the_service_is_alive_although_it_has_no_client_certificate(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.service.internal_port}/healthz") as answer:
            self.assertEqual(answer.status, 200)

    async def test_all_files_are_renewed_while_sessions_talk(self):
        near, far = await self.pair("rotation")
        following = Authority(self.folder, "two")
        path, write, write_pair = self.files.path, self.files.write, self.files.write_pair

        async def rotate():
            await self.renewed(self.service, lambda: write_pair("service", self.ca.sign("service", IP)))
            await self.renewed(self.gateway, lambda: write_pair("gateway", self.ca.sign("signaling-gateway")))
            await self.streams_renewed()
            # Another CA: believed first, then used, and then the old one is not believed any more.
            await self.renewed(self.service, lambda: write("clients_ca", self.ca.cert, following.cert))
            await self.renewed(self.gateway, lambda: write("service_ca", self.ca.cert, following.cert))
            await self.streams_renewed()
            await self.renewed(self.service, lambda: write_pair("service", following.sign("service", IP)))
            await self.renewed(
                self.gateway, lambda: write_pair("gateway", following.sign("x", "DNS:signaling-gateway")))
            await self.streams_renewed()
            await self.renewed(self.service, lambda: write("clients_ca", following.cert))
            await self.renewed(self.gateway, lambda: write("service_ca", following.cert))
            await self.streams_renewed()

        rotating = asyncio.create_task(rotate())
        await self.exchange(near, far, rotating)
        await rotating
        self.assertEqual(self.gateway.count("link_refused"), 0, self.gateway.log())
        await self.refused("may not take this gateway's certificate", f"--service_ca={path('service_ca')}",
                           *self.pair_flags(self.ca.sign("signaling-gateway")))
        # As the other tests of the class know it.
        await self.renewed(self.service, lambda: write("clients_ca", self.ca.cert, following.cert))
        await self.renewed(self.gateway, lambda: write("service_ca", self.ca.cert, following.cert))
        office = self.credentials(self.ca.sign("office"))
        await harness.eventually(lambda: self.connects(office), "the old CA is believed again")

    async def test_half_of_a_pair_is_not_used(self):
        near, far = await self.pair("half")
        pair = self.ca.sign("service", IP)

        async def rotate():
            said = self.service.count("tls_not_renewed")
            self.files.write("service.crt", pair[0])
            await harness.eventually(lambda: self.service.count("tls_not_renewed") > said, "tls_not_renewed")
            await self.streams_renewed()
            await self.renewed(self.service, lambda: self.files.write("service.key", pair[1]))
            await self.streams_renewed()
            self.assertEqual(self.service.count("tls_not_renewed"), said + 1, self.service.log())

        rotating = asyncio.create_task(rotate())
        await self.exchange(near, far, rotating)
        await rotating

    async def test_who_does_not_belong_is_refused_and_its_gateway_says_why(self):
        stranger = self.stranger.sign("signaling-gateway", "DNS:signaling-gateway")
        not_taken = "the signaling service cannot be reached: .* (it may not take this gateway's certificate)"
        begin, end = not_taken.split(".*")
        for flags, words in (
                ((*self.know,), (begin, end)),
                ((*self.know, *self.pair_flags(stranger)), (begin, end)),
                ((f"--service_ca={self.stranger.cert}", *self.show), (begin, "certificate verify failed")),
                ((*self.know, *self.show, "--service_name=another.example"),
                 (begin, "another.example is not in peer certificate")),
                ((*self.know, *self.pair_flags(self.ca.sign("signaling-gateway", "DNS:another"))),
                 ("the service refuses this gateway: the names of the client certificate",)),
                ((), (begin,))):
            with self.subTest(flags=flags):
                gateway = await self.refused(words[0], *flags)
                for word in words:
                    self.assertIn(word, harness.readyz(gateway))
                client = await self.open("/v1", gateway)
                await client.send("hello")
                await client.expect_error("unavailable", fatal=True)

    async def test_refused_is_said_once(self):
        gateway = await self.refused(
            "refuses this gateway", *self.know, *self.pair_flags(self.ca.sign("x", "DNS:another")))
        before = self.service.count("gateway_refused")
        await harness.eventually(lambda: self.service.count("gateway_refused") >= before + 3, "three attempts")
        self.assertEqual(gateway.count("link_refused"), 1, gateway.log())

    def credentials(self, pair=()):
        return grpc.ssl_channel_credentials(
            self.files.path("service_ca").read_bytes(), *(path.read_bytes() for path in reversed(pair)))

    def connects(self, credentials):
        """The service takes a connection; gRPC has its files up to a second later than the log says."""
        with grpc.secure_channel(f"127.0.0.1:{self.service.port}", credentials) as channel:
            try:
                grpc.channel_ready_future(channel).result(timeout=1)
            except grpc.FutureTimeoutError:
                return False
        return True

    def stub(self, pair=()):
        """RoomService over TLS, with this certificate."""
        channel = grpc.aio.secure_channel(f"127.0.0.1:{self.service.port}", self.credentials(pair))
        self.addAsyncCleanup(channel.close)
        return rooms_pb2_grpc.RoomServiceStub(channel)

    async def list_rooms(self, stub):
        return await stub.ListRooms(rooms_pb2.ListRoomsRequest(), timeout=harness.DEADLINE)

    async def expect_refusal(self, stub, code):
        with self.assertRaises(grpc.aio.AioRpcError) as refused:
            await self.list_rooms(stub)
        self.assertEqual(refused.exception.code(), code, refused.exception)
        return refused.exception

    async def test_back_ends_are_who_their_certificate_says(self):
        await self.list_rooms(self.stub(self.ca.sign("x", "DNS:office")))
        for name in ("signaling-gateway", "another"):
            error = await self.expect_refusal(self.stub(self.ca.sign(name)), grpc.StatusCode.PERMISSION_DENIED)
            details = back_office.details_of(error)
            self.assertEqual((details["ErrorInfo"].reason, details["ErrorInfo"].domain),
                             ("PERMISSION_DENIED", "signaling.v1"))
        await self.expect_refusal(self.stub(self.stranger.sign("office")), grpc.StatusCode.UNAVAILABLE)
        await self.expect_refusal(self.stub(), grpc.StatusCode.UNAVAILABLE)

    async def test_who_speaks_no_tls_is_not_heard(self):
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}") as channel:
            await self.expect_refusal(rooms_pb2_grpc.RoomServiceStub(channel), grpc.StatusCode.UNAVAILABLE)


class Tokens(Guarded):
    """Certificates are optional where there are tokens; this gateway shows a token, and clients do."""

    @classmethod
    def prepare(cls):
        cls.key = jwk.JWK.generate(kty="EC", crv="P-256", kid="one", alg="ES256", use="sig")
        cls.files.write("keys", json.dumps({"keys": [cls.key.export_public(as_dict=True)]}))
        cls.files.write("token", cls.token("gateway-1", ["gateway"]))
        cls.show = (f"--service_token_file={cls.files.path('token')}",)
        cls.service_flags += (f"--auth_keys={cls.files.path('keys')}", "--auth_audience=signaling", "--auth_leeway=0s")

    @classmethod
    def token(cls, subject, grants, lifetime=3600, **claims):
        made = jwt.JWT(header={"alg": "ES256", "kid": "one"}, claims={
            "sub": subject, "aud": "signaling", "exp": int(time.time()) + lifetime, "grants": grants, **claims})
        made.make_signed_token(cls.key)
        return made.serialize()

    async def client(self, name, gateway=None):
        client = await self.open("/v1", gateway)
        client.ack_every = 32
        await client.send("hello", token=self.token(name, ["join", "create"], room="lobby"))
        client.hello = await client.expect("connected")
        await self.join(client, "lobby")
        return client

    async def test_a_new_token_is_shown_while_sessions_talk(self):
        near = await self.client("near")
        far = await self.client("far")
        await near.expect("participant_joined", client_id="far")

        async def rotate():
            self.files.write("token", self.token("gateway-1", ["gateway"], lifetime=15))
            await self.streams_renewed()
            self.files.write("token", self.token("gateway-2", ["gateway"]))
            await self.streams_renewed()
            await self.streams_renewed()

        rotating = asyncio.create_task(rotate())
        await self.exchange(near, far, rotating)
        await rotating
        self.assertEqual(self.gateway.count("link_refused"), 0, self.gateway.log())

    async def test_a_certificate_does_as_well(self):
        gateway = await asyncio.to_thread(
            self.another_gateway, *self.know, *self.pair_flags(self.ca.sign("x", "DNS:signaling-gateway")))
        await asyncio.to_thread(gateway.wait_for, "ready")
        await self.client("ann", gateway)

    async def test_what_is_no_token_of_a_gateway_is_refused(self):
        self.files.write("forged", self.token("gateway", ["gateway"])[:-4] + "AAAA")
        self.files.write("expired", self.token("gateway", ["gateway"], lifetime=-10))
        self.files.write("client", self.token("client", ["join"], room="lobby"))
        for name, words in (("forged", "refuses this gateway: "), ("expired", "refuses this gateway: "),
                            ("client", "refuses this gateway: this needs the grant 'gateway'")):
            with self.subTest(name):
                gateway = await self.refused(words, *self.know, f"--service_token_file={self.files.path(name)}")
                self.assertNotIn(self.files.path(name).read_text(), gateway.log())
        await self.refused("refuses this gateway: ", *self.know)

    async def test_a_token_file_that_is_gone_is_a_refusal_until_it_is_back(self):
        self.files.write("passing", self.token("gateway", ["gateway"], lifetime=12))
        gateway = await asyncio.to_thread(
            self.another_gateway, *self.know, f"--service_token_file={self.files.path('passing')}")
        await asyncio.to_thread(gateway.wait_for, "ready")
        self.files.path("passing").unlink()
        await harness.eventually(
            lambda: f"no token for the service: --service_token_file: {self.files.path('passing')}" in harness.readyz(gateway),
            "no token")
        self.files.write("passing", self.token("gateway", ["gateway"]))
        await harness.eventually(lambda: harness.readyz(gateway) == "ok", "ready again")
        self.assertEqual(gateway.count("link_refused"), 1, gateway.log())


if __name__ == "__main__":
    harness.main()

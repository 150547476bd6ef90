"""TLS on the gateway's port: what is spoken and what is not, and that its certificate changes under way."""

import asyncio
import http.client
import pathlib
import shutil
import signal
import socket
import ssl
import tempfile
import time
import unittest
import warnings

import websockets

import harness
from raw_socket import RawSocket
from tls_files import Mounted, Pair, handshake, openssl, shown, trusting

HANDSHAKE_TIMEOUT = 6.0


class TlsStack(harness.Stack):
    """A gateway with TLS whose files can be replaced."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.pairs = [Pair(folder.name, f"pair-{number}") for number in range(3)]
        cls.mount = cls.mounted("mount")
        cls.context = trusting(*cls.pairs)
        cls.gateway_flags = ("--max_connections=64", f"--handshake_timeout={HANDSHAKE_TIMEOUT}s", *cls.mount.flags)
        super().setUpClass()

    @classmethod
    def mounted(cls, name):
        (cls.folder / name).mkdir()
        return Mounted(cls.folder / name, cls.pairs[0])

    async def open(self, path, gateway=None, **options):
        client = harness.Client(await websockets.connect(
            f"wss://127.0.0.1:{(gateway or self.gateway).port}{path}", ssl=options.pop("ssl", self.context),
            ping_interval=None, open_timeout=harness.DEADLINE, close_timeout=harness.DEADLINE, max_size=None,
            **options))
        self._clients.append(client)
        return client


class SpokenTest(TlsStack):
    async def test_both_formats_and_both_versions(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = trusting(*self.pairs)
            context.minimum_version = context.maximum_version = version
            robot = await self.open(f"/?room=both-{version.name}", ssl=context)
            robot.hello = await robot.expect("connected")
            viewer = await self.v1(room=f"both-{version.name}")
            await robot.expect("participant_joined", client_id=viewer.client_id)
            await viewer.command("offer", sdp=harness.SDP)
            await robot.expect("offer", sdp=harness.SDP)
            secured = robot.ws.transport.get_extra_info("ssl_object")
            self.assertEqual(secured.version(), version.name.replace("_", "."))
            self.assertIsNone(secured.compression())
            self.assertFalse(secured.session_reused)
            await viewer.send("bye")

    async def test_pages_and_one_connection_for_several(self):
        def get():
            connection = http.client.HTTPSConnection("127.0.0.1", self.gateway.port, context=self.context,
                                                     timeout=harness.DEADLINE)
            answers = []
            for _ in range(2):
                connection.request("GET", "/client/index.js")
                answer = connection.getresponse()
                answers.append((answer.status, answer.read(), connection.sock))
            connection.close()
            return answers

        first, second = await asyncio.to_thread(get)
        self.assertEqual(first[0], 200)
        self.assertGreater(len(first[1]), 100)
        self.assertEqual(first, second)

    def test_nothing_before_tls_1_2(self):
        context = trusting(*self.pairs)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # as it should be
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaisesRegex(ssl.SSLError, "ALERT_PROTOCOL_VERSION"):
            handshake(self.gateway.port, context)

    def test_no_cipher_without_forward_secrecy(self):
        context = trusting(*self.pairs)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA256")
        with self.assertRaisesRegex(ssl.SSLError, "HANDSHAKE_FAILURE"):
            handshake(self.gateway.port, context)

    def test_alpn(self):
        for offered, selected in ((["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), (None, None)):
            with handshake(self.gateway.port, trusting(*self.pairs, alpn=offered)) as secured:
                self.assertEqual(secured.selected_alpn_protocol(), selected)
        with self.assertRaisesRegex(ssl.SSLError, "no application protocol"):
            handshake(self.gateway.port, trusting(*self.pairs, alpn=["h2"]))

    async def test_who_speaks_no_tls_is_sent_away_at_once(self):
        first, second = await self.pair("beside-plain")
        for text in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\0" * 100, b"\x16\x03\x01\x00\x05hello"):
            begun = time.monotonic()
            plain = await RawSocket.connect(self.gateway.port)
            plain.writer.write(text)
            await plain.expect_end()
            self.assertLess(time.monotonic() - begun, HANDSHAKE_TIMEOUT - 1)
        await first.command("message", data="still here")
        await second.expect("message", data="still here")

    async def test_who_speaks_tls_to_a_plain_port_is_sent_away_at_once(self):
        plain = await asyncio.to_thread(
            harness.Process, "signaling-gateway", "--port=0", "--internal_port=0",
            f"--service=127.0.0.1:{self.service.port}")
        begun = time.monotonic()
        with self.assertRaises(ssl.SSLError):
            await asyncio.to_thread(handshake, plain.port, self.context)
        self.assertLess(time.monotonic() - begun, HANDSHAKE_TIMEOUT)
        self.assertEqual(await asyncio.to_thread(plain.stop), 0)

    async def test_who_stalls_is_sent_away_at_the_deadline_and_holds_up_nobody(self):
        first, second = await self.pair("beside-stalled")
        hello = ssl.MemoryBIO()
        half = self.context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="127.0.0.1")
        with self.assertRaises(ssl.SSLWantReadError):
            half.do_handshake()
        first_bytes = hello.read()
        stalled = []
        begun = time.monotonic()
        for text in (b"", first_bytes[:40], first_bytes):
            one = await RawSocket.connect(self.gateway.port)
            one.writer.write(text)
            stalled.append(one)
        ends = [asyncio.create_task(one.expect_end()) for one in stalled]
        number = 0
        while not all(end.done() for end in ends):
            await first.command("message", data=number)
            await second.expect("message", data=number)
            number += 1
        await asyncio.gather(*ends)
        took = time.monotonic() - begun
        self.assertGreater(took, HANDSHAKE_TIMEOUT - 0.5)
        self.assertLess(took, HANDSHAKE_TIMEOUT + 10)
        self.assertGreater(number, 10)

    async def test_large_messages_both_ways(self):
        first, second = await self.pair("large")
        sdp = harness.SDP + "".join(f"a=x-{number}:{'x' * 1000}\r\n" for number in range(60))
        self.assertGreater(len(sdp), 59 * 1024)
        for sender, receiver in ((first, second), (second, first)) * 3:
            await sender.command("offer", sdp=sdp)
            received = await receiver.expect("offer")
            self.assertEqual(received["sdp"], sdp)

    async def test_a_burst_arrives_in_order(self):
        first, second = await self.pair("burst")
        count = 2000
        under_way = asyncio.Semaphore(100)  # more that are not read are too many

        async def send():
            for number in range(count):
                await under_way.acquire()
                await first.command("message", data=number)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(send())
            for number in range(count):
                await second.expect("message", data=number)
                under_way.release()
        await first.wait_for_ack(first.next_id)

    async def test_who_reads_late_gets_all_of_it(self):
        """What the kernel does not take waits here, and goes out in the same records."""
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        narrow.connect(("127.0.0.1", self.gateway.port))
        first = await self.v1(room="late")
        second = await self.open("/v1", sock=narrow, server_hostname="127.0.0.1")
        second.ack_every = 32
        await second.send("hello")
        second.hello = await second.expect("connected")
        await self.join(second, "late")
        await first.expect("participant_joined", client_id=second.client_id)
        second.ws.transport.pause_reading()
        for number in range(100):
            await first.command("message", data=f"{number} {'x' * 1000}")
        second.ws.transport.resume_reading()
        for number in range(100):
            await second.expect("message", data=f"{number} {'x' * 1000}")

    async def test_a_connection_that_breaks_is_resumed(self):
        first, second = await self.pair("broken")
        first.ws.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        first.ws.transport.abort()
        await second.command("message", data="meanwhile")
        back = await self.resume(first)
        self.assertIs(back.hello["resumed"], True)
        await back.expect("message", data="meanwhile")

    async def test_the_end_is_told(self):
        """A close_notify, and not only the end of TCP, which anybody on the way could make."""
        def ends_cleanly():
            context = trusting(*self.pairs)
            context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
            with handshake(self.gateway.port, context) as secured:
                secured.suppress_ragged_eofs = False
                secured.sendall(b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                text = b""
                while piece := secured.recv(4096):
                    text += piece
                return text

        self.assertTrue((await asyncio.to_thread(ends_cleanly)).startswith(b"HTTP/1.1 404 "))


class DrainTest(TlsStack):
    async def test_clients_are_told_and_closed(self):
        gateway = await asyncio.to_thread(self.start_gateway)
        client = await self.open("/v1", gateway)
        await client.send("hello")
        client.hello = await client.expect("connected")
        stalled = await RawSocket.connect(gateway.port)
        gateway.send_signal(signal.SIGTERM)
        await client.expect("go_away", reason="draining")
        await client.expect_error("draining", action="reconnect", fatal=True)
        await client.expect_close(4000)
        await stalled.expect_end()
        self.assertEqual(await asyncio.to_thread(gateway.wait), 0, gateway.log())
        back = await self.resume(client)
        self.assertIs(back.hello["resumed"], True)
        await back.send("bye")


class RenewalTest(TlsStack):
    async def until_shown(self, pair):
        await harness.eventually(lambda: shown(self.gateway.port) == pair.der, f"{pair.name} is shown")

    async def test_the_pair_is_replaced_under_load(self):
        self.assertEqual(await asyncio.to_thread(shown, self.gateway.port), self.pairs[0].der)
        stacks = [await self.pair(f"load-{number}") for number in range(4)]
        over = asyncio.Event()

        async def talk(sender, receiver):
            number = 0
            while not over.is_set() or number == 0:
                for _ in range(10):
                    await sender.command("message", data=number)
                    number += 1
                for expected in range(number - 10, number):
                    await receiver.expect("message", data=expected)
            await sender.wait_for_ack(sender.next_id)
            return number

        async with asyncio.TaskGroup() as tasks:
            talks = [tasks.create_task(talk(*pair)) for pair in stacks]
            for number in (1, 2, 0, 1):
                self.mount.show(self.pairs[number])
                await self.until_shown(self.pairs[number])
                newcomer = await self.v1(room=f"new-{number}")
                seen = newcomer.ws.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
                self.assertEqual(seen, self.pairs[number].der)
                await newcomer.send("bye")
            over.set()
        for task in talks:
            self.assertGreater(task.result(), 10)
        self.assertEqual(self.gateway.count("tls_renewed"), 4, self.gateway.log())
        self.assertRegex(self.gateway.wait_for("tls_renewed")["not_after"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.mount.show(self.pairs[0])
        await self.until_shown(self.pairs[0])


class HalfTest(TlsStack):
    async def test_half_a_pair_is_not_taken(self):
        half = self.folder / "half"
        half.mkdir()
        shutil.copy(self.pairs[1].cert, half)
        shutil.copy(self.pairs[0].key, half)
        self.mount.show_folder(half)
        said = await asyncio.to_thread(self.gateway.wait_for, "tls_not_renewed")
        self.assertIn(f"--tls_key={self.mount.key}", said["error"])
        self.assertEqual(await asyncio.to_thread(shown, self.gateway.port), self.pairs[0].der)
        # It looks again and again, and says it once. Nothing marks a look that finds the same, so another reason does.
        (half / "tls.key").write_text("")
        await harness.eventually(lambda: self.gateway.count("tls_not_renewed") == 2, "the second reason")
        self.assertEqual(await asyncio.to_thread(shown, self.gateway.port), self.pairs[0].der)
        shutil.copy(self.pairs[1].key, half)
        await asyncio.to_thread(self.gateway.wait_for, "tls_renewed")
        self.assertEqual(await asyncio.to_thread(shown, self.gateway.port), self.pairs[1].der)
        self.assertEqual(self.gateway.count("tls_not_renewed"), 2, self.gateway.log())
        self.assertEqual(self.gateway.count("tls_certificate_ends"), 0)


class StartTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.pair = Pair(cls.folder, "good")

    def refusal(self, *flags):
        answer = harness.run("signaling-gateway", "--port=0", "--internal_port=0", *flags)
        self.assertEqual(answer.returncode, 2, answer)
        self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)
        self.assertNotIn("BEGIN", answer.stderr)
        self.assertNotIn(self.pair.key.read_text().splitlines()[1], answer.stdout + answer.stderr)
        return answer.stderr

    def test_what_is_no_pair_ends_it_with_one_line(self):
        other = Pair(self.folder, "other")
        weak = Pair(self.folder, "weak", key=("-newkey", "rsa:1024"))
        locked = self.folder / "locked.key"
        openssl("pkey", "-in", self.pair.key, "-aes128", "-passout", "pass:secret", "-out", locked)
        empty = self.folder / "empty"
        empty.write_text("")
        binary = self.folder / "tls.der"
        openssl("x509", "-in", self.pair.cert, "-outform", "der", "-out", binary)
        cert, key = self.pair.cert, self.pair.key
        for flag, bad_cert, bad_key in (
                ("tls_cert", self.folder / "none", key), ("tls_key", cert, self.folder / "none"),
                ("tls_cert", empty, key), ("tls_key", cert, empty), ("tls_cert", binary, key),
                ("tls_cert", self.folder, key), ("tls_key", cert, other.key), ("tls_key", cert, locked),
                ("tls_cert", weak.cert, weak.key)):
            with self.subTest(flag=flag, cert=bad_cert, key=bad_key):
                said = self.refusal(f"--tls_cert={bad_cert}", f"--tls_key={bad_key}")
                file = bad_cert if flag == "tls_cert" else bad_key
                self.assertTrue(said.startswith(f"--{flag}={file}: "), said)

    def test_one_flag_needs_the_other(self):
        self.assertTrue(self.refusal(f"--tls_cert={self.pair.cert}").startswith("--tls_key: "))
        self.assertTrue(self.refusal(f"--tls_key={self.pair.key}").startswith("--tls_cert: "))

    def test_one_that_ends_soon_is_warned_of(self):
        for name, days, reason in (("ending", 3, "ends within 7 days"), ("lasting", 8, None)):
            pair = Pair(self.folder, name, days=days)
            gateway = harness.Process("signaling-gateway", "--port=0", "--internal_port=0",
                                      f"--tls_cert={pair.cert}", f"--tls_key={pair.key}")
            self.assertIs(gateway.wait_for("listening")["tls"], True)
            if reason:
                said = gateway.wait_for("tls_certificate_ends")
                self.assertEqual((said["error"], said["level"]), (reason, "warning"))
            else:
                self.assertEqual(gateway.count("tls_certificate_ends"), 0)
            self.assertEqual(gateway.stop(), 0)


if __name__ == "__main__":
    harness.main()

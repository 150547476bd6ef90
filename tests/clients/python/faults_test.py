"""The Python client against servers that misbehave, refuse, fall silent or are not there."""

import asyncio
import base64
import contextlib
import hashlib
import itertools
import json
import re
import socket
import ssl
import subprocess
import tempfile
import unittest
from unittest import mock

import support
from support import CONNECTED, DEADLINE, JOINED, Recorder, Script, answers, harness, says

import signaling_client.connection
import signaling_client.outbox
from signaling_client import MessageTooLargeError, NotConnectedError, SendQueueFullError, SignalingClosed

OFFER = {"type": "offer", "sdp": harness.SDP, "client_id": "other"}


@contextlib.asynccontextmanager
async def raw_server(talk):
    """A TCP server; `talk(reader, writer, head)` gets the request's head."""
    async def serve(reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer, (await reader.readuntil(b"\r\n\r\n")).decode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


def accept(writer, head, *messages):
    """Completes the handshake and sends these messages, each shorter than 64 KiB."""
    key = re.search(r"(?i)sec-websocket-key: *(\S+)", head)[1]
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n")
    for message in messages:
        data = json.dumps(message).encode()
        writer.write(b"\x81\x7e" + len(data).to_bytes(2, "big") + data)


class Hanging(Recorder):
    """Its handle_offer waits for the gate."""

    def __init__(self, url, **options):
        super().__init__(url, **options)
        self.gate = asyncio.Event()
        self.offers = 0
        self.cancelled = 0

    async def handle_offer(self, client_id, offer):
        self.offers += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


class FaultsTest(unittest.IsolatedAsyncioTestCase):

    async def asyncSetUp(self):
        self._running = []

    async def asyncTearDown(self):
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def run_client(self, url, **options):
        client = Recorder(url, **options)
        self._running.append(asyncio.ensure_future(client.run()))
        return client

    async def test_rubbish_ends_the_session_and_the_next_one_begins(self):
        for rubbish in ("rubbish", b"\x00\x01", "[]", "{}", {"type": "offer", "client_id": "other"},
                        {"type": "ice_candidate", "client_id": "other", "candidate": 1}, {**OFFER, "client_id": ""},
                        {"type": "participant_joined"}, {"type": "error"}, {"type": "ice_servers", "ice_servers": [1]},
                        {"type": "ack", "id": 2}, {"type": "brand_new", "seq": 3}, CONNECTED):
            with self.subTest(rubbish=rubbish):
                ends = []

                async def babble(peer):
                    await peer.greet()
                    await peer.send(rubbish, OFFER)
                    await peer.expect("bye")  # so the seat is free again
                    ends.append(await peer.expect_end())

                async with Script(babble, says(OFFER)) as server:
                    client = self.run_client(server.url)
                    await client.expect("connected")
                    (reason,) = await client.expect("disconnected")
                    self.assertEqual((reason.close_code, reason.lost_messages), (1006, 0))
                    self.assertIsNotNone(reason.retry_in)
                    await client.expect("connected")
                    await client.expect("offer", "other")
                    await client.close()
                    await self._running[-1]
                    self.assertEqual(ends, [1002])

    async def test_who_does_not_greet_is_no_server(self):
        for first in (answers(OFFER), answers("x"), answers({**CONNECTED, "client_id": 5}), answers()):
            with mock.patch.object(signaling_client.connection, "HELLO_TIMEOUT", 0.2):
                async with Script(first, says()) as server:
                    client = self.run_client(server.url)
                    await client.expect("connected")  # of the second one; the first was never a session
                    await client.close()
                    await self._running[-1]

    async def test_what_is_new_is_no_fault(self):
        new = {"type": "brand_new", "client_id": "other", "x": 1}
        joined = {**JOINED, "new": 1, "room": "r", "participants": [{"client_id": "other", "new": 1}]}
        async with Script(says(new, {"type": "pong"}, {"type": "ack", "id": 1}, {**OFFER, "new": 1},
                               connected={**CONNECTED, "new": {}}, joined=joined)) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            self.assertEqual((client.room, list(client.participants)), ("r", ["other"]))
            await client.expect("event", "brand_new", new)
            await client.expect("offer", "other")

    async def test_ice_servers_come_and_are_renewed(self):
        old = {"urls": ["turn:h"], "username": "u", "credential": "old"}
        fresh = [{"urls": ["stun:h"]}, {**old, "credential": "new"}]
        async with Script(says({"type": "ice_servers", "ice_servers": fresh},
                               connected={**CONNECTED, "ice_servers": [old], "ice_transport_policy": "relay"})) as server:
            client = self.run_client(server.url)
            servers, policy = await client.expect("connected")
            self.assertEqual(([one.credential for one in servers], policy), (["old"], "relay"))
            (servers,) = await client.expect("ice_servers")
            self.assertEqual([(one.urls, one.credential) for one in servers], [(("stun:h",), None), (("turn:h",), "new")])
            self.assertEqual((client.ice_servers, client.ice_transport_policy), (servers, "relay"))

    async def test_a_room_of_relays_says_so(self):
        async with Script(says(joined={**JOINED, "options": {"relay_only": True}})) as server:
            client = self.run_client(server.url)
            await client.expect("connected", (), "relay")

    async def test_others_may_be_away_for_a_while(self):
        joined = {**JOINED, "participants": [{"client_id": "other", "connected": False}]}
        away = {"type": "participant_connection", "client_id": "other", "connected": False}
        async with Script(says({**away, "connected": True}, {**away, "client_id": "stranger"}, away, joined=joined)) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            for connected in (True, False):
                (participant,) = await client.expect("participant_connection")
                self.assertEqual((participant.client_id, participant.connected), ("other", connected))
            self.assertEqual(client.participants["other"], participant)

    async def test_sessions_that_are_gone_are_followed_by_new_ones(self):
        for code in (1012, 4005):
            async with Script(says(close=code), says()) as server:
                client = self.run_client(server.url)
                await client.expect("connected")
                (reason,) = await client.expect("disconnected")
                self.assertEqual((reason.close_code, reason.reason), (code, "so be it"))
                await client.expect("connected")
                await client.close()
                await self._running[-1]

    async def test_other_ends_are_final(self):
        error = {"type": "error", "code": "session_replaced", "message": "m", "action": "close", "fatal": True}
        for code in (1000, 1003, 1007, 1009, 4500, 4504, 4999):
            async with Script(says(error, close=code)) as server:
                client = Recorder(server.url)
                with self.assertRaises(SignalingClosed) as caught:
                    await client.run()
                self.assertEqual((caught.exception.close_code, caught.exception.error.code), (code, "session_replaced"))
                await client.expect("connected")
                (reason,) = await client.expect("disconnected")
                self.assertEqual((reason.close_code, reason.retry_in), (code, None))
                self.assertEqual(server.connections, 1)

    async def test_a_final_error_is_final_where_the_close_code_is_lost(self):
        for code, action, close in (("session_replaced", "close", 4504), ("kicked", "close", 4503), ("room_closed", "close", 4505),
                                    ("invalid_message", "none", 4500), ("message_too_large", "none", 1009)):
            error = {"type": "error", "code": code, "message": "m", "action": action, "fatal": True}

            async def told(peer):
                await peer.greet()
                await peer.send(error)
                await peer.expect("message")  # so it has the error
                peer.cut()

            async def refused(peer):
                await peer.expect("hello")
                await peer.send(error)
                # What was sent goes before the end of the stream, unlike with cut().
                peer.ws.transport.write_eof()

            for steps in ((told,), (refused,), (says(close=1011), refused)):
                with self.subTest(code=code, steps=len(steps)):
                    async with Script(*steps) as server:
                        client = Recorder(server.url)
                        running = asyncio.ensure_future(client.run())
                        self._running.append(running)
                        if steps[0] is told:
                            await client.expect("connected")
                            await harness.eventually(lambda: client._session.error, "the error came")
                            await client.send_message(None, "it came")
                        with self.assertRaisesRegex(SignalingClosed, f"{close}: {code}") as caught:
                            await asyncio.wait_for(running, DEADLINE)
                        self.assertEqual((caught.exception.close_code, server.connections), (close, len(steps)))

    async def test_an_error_that_says_to_come_back_is_followed_where_the_close_code_is_lost(self):
        error = {"type": "error", "code": "draining", "message": "m", "action": "reconnect", "fatal": True}

        async def told(peer):
            await peer.greet()
            await peer.send(error)
            peer.ws.transport.write_eof()

        async def back(peer):
            await peer.resume(1)

        async with Script(told, back) as server:
            client = self.run_client(server.url)
            for name in ("connected", "reconnecting", "resumed"):
                await client.expect(name)
            await client.close()
            await self._running[-1]

    async def test_a_hello_that_is_refused_is_final(self):
        error = {"type": "error", "code": "invalid_message", "message": "m", "action": "none", "fatal": False}
        async with Script(answers(error)) as server:
            with self.assertRaisesRegex(SignalingClosed, "4500: invalid_message"):
                await asyncio.wait_for(Recorder(server.url).run(), DEADLINE)

    async def test_the_server_says_how_long_to_wait(self):
        error = {"type": "error", "code": "draining", "message": "m", "action": "reconnect", "retry_after_ms": 700, "fatal": True}
        async with Script(answers(error, close=4000), says()) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            self.assertGreaterEqual(-(await server.arrived.get() - await server.arrived.get()), 0.7)

    async def test_a_server_that_is_not_there_is_waited_for(self):
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))  # not listening: refused
            client = Recorder(f"ws://127.0.0.1:{reserved.getsockname()[1]}/")
            entering = asyncio.ensure_future(client.__aenter__())
            with self.assertLogs("signaling_client", "WARNING") as logged:
                await harness.eventually(lambda: logged.output, "it is refused")
            entering.cancel()
            await asyncio.wait([entering], timeout=DEADLINE)
            self.assertEqual((entering.cancelled(), client._task.done()), (True, True))

    async def test_it_ends_at_whatever_moment_it_is_asked_to(self):
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))  # not listening: refused
            async with Script(says()) as server:
                urls = (f"ws://127.0.0.1:{reserved.getsockname()[1]}/", server.url)
                # In steps of the event loop: a refusal comes after a few, a session begins after some dozens.
                for url, cancelled, steps in itertools.product(urls, (False, True), range(60)):
                    with self.subTest(url=url, cancelled=cancelled, steps=steps):
                        client = self.run_client(url)
                        for _ in range(steps):
                            await asyncio.sleep(0)
                        if cancelled:
                            self._running[-1].cancel()
                        else:
                            await client.close()
                        ended, _ = await asyncio.wait(self._running[-1:], timeout=DEADLINE)
                        self.assertEqual((len(ended), client.connected), (1, False))

    async def test_http_refusals(self):
        async def refuse(reader, writer, head):
            status = answers.pop(0) if len(answers) > 1 else answers[0]
            writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()

        for answers, end in (([404], 404), ([503, 403], 403), ([200], 200)):
            async with raw_server(refuse) as url:
                with self.assertRaises(SignalingClosed) as caught:
                    await asyncio.wait_for(Recorder(url).run(), DEADLINE)
                self.assertEqual(caught.exception.close_code, end)

    async def test_what_is_no_http_at_all(self):
        heads = []

        async def babble(reader, writer, head):
            heads.append(head)
            writer.write(b"\x00\x01\x02 nonsense\r\n\r\n" if len(heads) == 1 else b"")
            await writer.drain()

        async with raw_server(babble) as url:
            self.run_client(url)
            await harness.eventually(lambda: len(heads) >= 3, "further attempts")

    async def test_silence_is_noticed(self):
        async def fall_silent(reader, writer, head):
            accept(writer, head, CONNECTED, JOINED)
            await asyncio.Event().wait()

        async with raw_server(fall_silent) as url:
            client = self.run_client(url, ping_interval=0.1, ping_timeout=0.2)
            await client.expect("connected")
            (reason,) = await client.expect("reconnecting")
            self.assertEqual(reason.close_code, 1006)
            await client.close()
            await asyncio.wait_for(self._running[-1], DEADLINE)

    async def test_who_floods_a_handler_that_hangs_harms_nobody_else(self):
        last = {"type": "message", "client_id": "calm", "data": "last"}
        left = {"type": "participant_left", "client_id": "other", "reason": "left"}
        async with Script(says(*[OFFER] * 2000, last, left)) as server:
            client = Hanging(server.url)
            self._running.append(asyncio.ensure_future(client.run()))
            await client.expect("connected")
            await client.expect("message", "calm", "last")
            client.gate.set()
            await client.expect("participant_left", "other", "left")  # in place of all that waited
            self.assertEqual((client.offers, client.cancelled, client.connected), (1, 0, True))

    async def test_handlers_that_hang_are_bounded(self):
        offers = [{**OFFER, "client_id": f"other-{number % 10}"} for number in range(1100)]
        async with Script(says(*offers), says()) as server:
            client = Hanging(server.url)
            self._running.append(asyncio.ensure_future(client.run()))
            await client.expect("connected")
            (reason,) = await client.expect("disconnected")
            self.assertIn("1024 messages wait", reason.reason)
            self.assertEqual(client.cancelled, 10)
            await client.expect("connected")

    async def test_sends_that_hang_are_bounded_and_told(self):
        async def never_read(reader, writer, head):
            accept(writer, head, CONNECTED, JOINED)
            reader._transport.pause_reading()
            await asyncio.Event().wait()

        async with raw_server(never_read) as url:
            client = self.run_client(url)
            await client.expect("connected")
            sends = [asyncio.ensure_future(client.send_message(None, "x" * 60_000)) for _ in range(500)]
            await asyncio.wait(sends, return_when=asyncio.FIRST_EXCEPTION)
            refused = [one for one in sends if one.done() and isinstance(one.exception(), SendQueueFullError)]
            waiting = [one for one in sends if not one.done()]
            self.assertGreater(len(waiting), 0)
            self.assertLessEqual(len(waiting), signaling_client.outbox.MAX_WAITING)
            self.assertGreater(len(refused), 0)
            await client.close()
            await asyncio.wait(waiting, timeout=DEADLINE)
            self.assertEqual({type(one.exception()) for one in waiting}, {NotConnectedError})
            await asyncio.wait_for(self._running[-1], DEADLINE)

    async def test_the_server_says_how_large_a_message_may_be(self):
        async with Script(says(connected={**CONNECTED, "limits": {"max_message_bytes": 100}})) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await client.send_message(None, "x")
            with self.assertRaises(MessageTooLargeError):
                await client.send_message(None, "x" * 100)

    async def test_a_certificate_that_is_not_trusted_is_final(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                            "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-keyout", f"{folder}/key", "-out", f"{folder}/certificate"], check=True, capture_output=True)
            ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            ours.load_cert_chain(f"{folder}/certificate", f"{folder}/key")
            trusting = ssl.create_default_context(cafile=f"{folder}/certificate")
        async with Script(says(), ssl=ours) as server:
            with self.assertRaises(ssl.SSLCertVerificationError):
                await asyncio.wait_for(Recorder(server.url).run(), DEADLINE)
            client = self.run_client(server.url, ssl=trusting)
            await client.expect("connected")
            await client.close()
            await self._running[-1]


if __name__ == "__main__":
    support.main()

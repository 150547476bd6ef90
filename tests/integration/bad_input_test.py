"""Bad input: each gets what the protocol page says, nothing crashes, and a pair that talks notices nothing."""

import asyncio
import json

import harness
from harness import SDP, candidate
from raw_socket import BINARY, CLOSE, PING, PONG, TEXT, RawSocket

# One message each, on a session that is in a room: (text, code, what the message names).
FAULTS = (
    # Not one JSON object.
    ('', "invalid_json", ""),
    ('   ', "invalid_json", ""),
    ('{', "invalid_json", ""),
    ('{"type":"off', "invalid_json", ""),
    ('{"type":"offer","sdp":"v=0', "invalid_json", ""),
    ('[]', "invalid_json", ""),
    ('"offer"', "invalid_json", ""),
    ('null', "invalid_json", ""),
    ('{"type":"leave"}{"type":"leave"}', "invalid_json", ""),
    ('{"type":"leave",}', "invalid_json", ""),
    ("{'type':'leave'}", "invalid_json", ""),
    ('{"type":"offer","sdp":"\\ud83d"}', "invalid_json", ""),
    ('{"type":"offer","sdp":"\\ude00\\ud83d"}', "invalid_json", ""),
    ('{"type":"leave","x":' + "[" * 16 + "]" * 16 + "}", "invalid_json", "deep"),
    ("[" * 30000, "invalid_json", "deep"),
    ('{"a":' * 10000, "invalid_json", "deep"),
    # Wrong types and values.
    ('{}', "invalid_message", "type"),
    ('{"type":1}', "invalid_message", "type"),
    ('{"type":["offer"]}', "invalid_message", "type"),
    ('{"type":"offer"}', "invalid_message", "sdp"),
    ('{"type":"offer","sdp":{}}', "invalid_message", "sdp"),
    ('{"type":"answer","sdp":null}', "invalid_message", "sdp"),
    ('{"type":"offer","sdp":"v=0","to":7}', "invalid_message", "to"),
    ('{"type":"offer","sdp":"v=0","client_id":"a b"}', "invalid_message", "client_id"),
    ('{"type":"ice_candidate"}', "invalid_message", "candidate"),
    ('{"type":"ice_candidate","candidate":[]}', "invalid_message", "candidate"),
    ('{"type":"ice_candidate","candidate":"","sdpMLineIndex":-1}', "invalid_message", "sdpMLineIndex"),
    ('{"type":"ice_candidate","candidate":"","sdpMLineIndex":1.5}', "invalid_message", "sdpMLineIndex"),
    ('{"type":"ice_candidate","candidate":"","sdpMid":0}', "invalid_message", "sdpMid"),
    ('{"type":"join"}', "invalid_message", "room"),
    ('{"type":"join","room":"../etc"}', "invalid_message", "room"),
    ('{"type":"update","metadata":{"a":1}}', "invalid_message", "metadata"),
    ('{"type":"update","metadata":{"a":"' + "x" * 4096 + '"}}', "invalid_message", "metadata"),
    ('{"type":"message"}', "invalid_message", "data"),
    ('{"type":"message","data":"' + "x" * 16384 + '"}', "invalid_message", "data"),
    ('{"type":"reject","reason":"bored"}', "invalid_message", "reason"),
    ('{"type":"ack"}', "invalid_message", "seq"),
    ('{"type":"ack","seq":"1"}', "invalid_message", "seq"),
    ('{"type":"leave","id":0}', "invalid_message", "id"),
    ('{"type":"leave","id":1.0}', "invalid_message", "id"),
    ('{"type":"leave","id":9007199254740992}', "invalid_message", "id"),
    ('{"type":"hello"}', "invalid_message", ""),
    # Types that are none, and those of the server.
    ('{"type":"ofer"}', "unknown_type", "ofer"),
    ('{"type":""}', "unknown_type", ""),
    ('{"type":"joined","room":"r"}', "unknown_type", ""),
    ('{"type":"connected"}', "unknown_type", ""),
    # Well-formed, and not acceptable.
    ('{"type":"offer","sdp":""}', "invalid_sdp", ""),
    ('{"type":"offer","sdp":"hello"}', "invalid_sdp", ""),
    ('{"type":"answer","sdp":"v=1\\r\\n"}', "invalid_sdp", ""),
    ('{"type":"offer","sdp":"v=0\\u0000"}', "invalid_sdp", ""),
    ('{"type":"ice_candidate","candidate":"x"}', "invalid_candidate", ""),
    ('{"type":"ice_candidate","candidate":"candidate:1 1 udp 1 192.0.2.1 99999 typ host"}', "invalid_candidate", ""),
    ('{"type":"ice_candidate","candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host\\r\\na=x"}',
     "invalid_candidate", ""),
)


class BadInputTest(harness.Stack):

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.talkers = await self.pair("quiet-room")
        self._talking = asyncio.create_task(self._talk(*self.talkers))

    async def asyncTearDown(self):
        self._stop = True
        await self._talking
        self.assertGreater(self._said, 0)
        await super().asyncTearDown()

    async def _talk(self, first, second):
        """Candidates to and fro, nothing else is heard, until the test is over."""
        self._said = 0
        self._stop = False
        while not self._stop:
            self._said += 1
            for sender, receiver in ((first, second), (second, first)):
                await sender.command("ice_candidate", candidate=candidate(self._said))
                await receiver.expect("ice_candidate", candidate=candidate(self._said), client_id=sender.client_id)

    async def raw(self, path="/?room=raw"):
        socket = await RawSocket.upgrade(self.gateway.port, path)
        if path != "/v1":
            await socket.expect("connected")
        return socket

    async def test_each_fault_is_told_and_the_session_goes_on(self):
        witness = await self.v1(room="faults")
        for text, code, named in FAULTS:
            for path in ("/", "/v1"):
                with self.subTest(text=text[:80], path=path):
                    if path == "/":
                        client = await self.plain("?room=faults")
                    else:
                        client = await self.v1(room="faults")
                    await witness.expect("participant_joined", client_id=client.client_id)
                    await client.send_text(text)
                    error = await client.expect_error(code, action="none", fatal=False)
                    self.assertIn(named, error["message"])
                    self.assertLessEqual(len(error["message"].encode()), 512)
                    await client.send("message", data="still here")
                    await witness.expect("message", data="still here", client_id=client.client_id)
                    await client.close()
                    await witness.expect("participant_left", client_id=client.client_id, reason="left")

    async def test_an_offer_cut_at_every_byte(self):
        text = json.dumps({"type": "ice_candidate", "candidate": candidate(1), "sdpMid": "0", "client_id": "cutter"})
        for begin in range(0, len(text), 2):  # two strikes a connection
            client = await self.plain("?room=cuts&client_id=cutter")
            for size in (begin, min(begin + 1, len(text) - 1)):
                await client.send_text(text[:size])
                await client.expect_error("invalid_json", fatal=False)
            await client.close()

    async def test_three_strikes(self):
        client = await self.plain("?room=strikes")
        await client.send("offer")
        await client.expect_error("invalid_message", fatal=False)
        await client.send("no_such_type")  # does not count
        await client.expect_error("unknown_type", fatal=False)
        await client.send_text("{")
        await client.expect_error("invalid_json", fatal=False)
        await client.send_text("[" * 20)
        await client.expect_error("invalid_json", fatal=True)
        await client.expect_close(4500)

    async def test_three_strikes_before_hello(self):
        client = await self.open("/v1")
        await client.send("leave")
        await client.expect_error("hello_required", fatal=False)
        await client.send_text("{")
        await client.expect_error("invalid_json", fatal=False)
        await client.send("ping")
        await client.expect("pong")
        await client.send("bye", x=1)
        await client.expect_error("hello_required", fatal=True)
        await client.expect_close(4500)

    async def test_others_are_told_of_a_fatal_fault(self):
        witness = await self.v1(room="fatal")
        client = await self.v1(room="fatal")
        await witness.expect("participant_joined")
        for fatal in (False, False, True):
            await client.send_text("{")
            await client.expect_error("invalid_json", fatal=fatal)
        await client.expect_close(4500)
        await witness.expect("participant_left", client_id=client.client_id, reason="closed")

    async def test_the_largest_message_passes_and_one_byte_more_does_not(self):
        first, second = await self.pair("large")
        empty = json.dumps({"type": "message", "data": "x", "pad": ""})
        await first.send_text(json.dumps({"type": "message", "data": "x", "pad": "p" * (65536 - len(empty))}))
        await second.expect("message", data="x")
        await first.send_text(json.dumps({"type": "message", "data": "x", "pad": "p" * (65537 - len(empty))}))
        await first.expect_error("message_too_large", fatal=True)
        await first.expect_close(1009)
        await second.expect("participant_left", client_id=first.client_id, reason="closed")

    async def test_too_large_in_fragments_and_by_its_head_alone(self):
        client = await self.plain("?room=fragments")
        try:
            await client.ws.send("x" * 1000 for _ in range(70))
        except harness.websockets.ConnectionClosed:
            pass  # the gateway need not read to the end
        await client.expect_error("message_too_large", fatal=True)
        await client.expect_close(1009)
        socket = await self.raw()
        socket.writer.write(bytes([0x81, 0xFF]) + (1 << 62).to_bytes(8, "big") + bytes(4) + b"x" * 70000)
        await socket.expect("error", code="message_too_large", fatal=True)
        await socket.expect_close(1009)

    async def test_a_message_in_fragments_with_a_ping_between(self):
        socket = await self.raw()
        text = json.dumps({"type": "ping", "t": "é"}, ensure_ascii=False).encode()
        cut = text.index("é".encode()) + 1  # within a character
        await socket.send(TEXT, text[:cut], fin=False)
        await socket.send(PING, b"between")
        await socket.send(0, text[cut:])
        self.assertEqual(await socket.receive_frame(), (PONG, b"between"))
        await socket.expect("pong", t="é")
        socket.abort()

    async def test_binary(self):
        for path in ("/v1", "/?room=binary"):
            socket = await self.raw(path)
            await socket.send(BINARY, b'{"type":"ping"}')
            await socket.expect("error", code="invalid_message", fatal=True)
            await socket.expect_close(1003)

    async def test_bad_utf8(self):
        for text in (b'{"type":"ping","t":"\xff"}', b'{"type":"ping","t":"\xc0\x80"}',
                     b'{"type":"ping","t":"\xed\xa0\x80"}', b'{"type":"ping","t":"\xf4\x90\x80\x80"}', b'\xc3'):
            socket = await self.raw()
            await socket.send(TEXT, text)
            await socket.expect_close(1007)

    async def test_broken_frames(self):
        """What RFC 6455 calls a protocol error is answered 1002, or by the end of the connection."""
        for how in ({"masked": False}, {"rsv": 0x40}):
            socket = await self.raw()
            await socket.send(TEXT, b'{"type":"ping"}', **how)
            await socket.expect_close(1002)
        for opcode in (0x0, 0x3, 0xB):
            socket = await self.raw()
            await socket.send(opcode, b"")
            await socket.expect_close(1002)
        socket = await self.raw()
        await socket.send(CLOSE, b"\x00")
        await socket.expect_close(1002)
        socket = await self.raw()
        await socket.send(PING, b"x" * 126)
        await socket.expect_close(1002)

    async def test_sockets_that_end_in_the_middle(self):
        (await RawSocket.connect(self.gateway.port)).abort()
        half = await RawSocket.connect(self.gateway.port)
        half.writer.write(b"GET /v1 HTTP/1.1\r\nUpgra")
        await half.writer.drain()
        half.abort()
        socket = await self.raw()
        socket.writer.write(b"\x81\xfe\x10\x00")
        await socket.writer.drain()
        socket.abort()

    async def test_http_that_is_none(self):
        for text, status in (("GET / HTTP/1.1\r\nHost: x\r\nX: " + "y" * 17000 + "\r\n\r\n", (400, 413, 431)),
                             ("NONSENSE\r\n\r\n", (400,)),
                             ("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n", (404,)),
                             ("GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", (400, 404)),
                             ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", (405,)),
                             ("GET /v1 HTTP/1.1\r\nHost: x\r\n\r\n", (400, 404, 426))):
            with self.subTest(text=text[:40]):
                socket = await RawSocket.connect(self.gateway.port)
                self.assertIn(await socket.request(text), status)
                socket.abort()

    async def test_an_upgrade_elsewhere_is_not_found(self):
        with self.assertRaises(harness.websockets.InvalidHandshake):
            await self.open("/v2")

    async def test_another_sites_page(self):
        client = await self.open("/v1", origin="https://evil.example")
        await client.expect_error("origin_not_allowed", action="close", fatal=True)
        await client.expect_close(4502)
        client = await self.open("/v1", origin=f"http://127.0.0.1:{self.gateway.port}")
        await client.send("hello")
        await client.expect("connected")

    async def test_wrong_order(self):
        client = await self.v1()
        for type_, fields in (("offer", {"sdp": SDP}), ("answer", {"sdp": SDP}), ("message", {"data": 1}),
                              ("ice_candidate", {"candidate": candidate(1)}), ("reject", {"reason": "busy"})):
            number = await client.command(type_, **fields)
            await client.expect_error("not_in_room", reply_to=number, action="none", fatal=False)
        await client.command("update", metadata={"early": "yes"})
        joined = await self.join(client, "order")
        self.assertEqual(joined["participants"], [])
        number = await client.command("answer", sdp=SDP)  # to nobody's offer
        await client.expect_error("peer_unavailable", reply_to=number)
        await client.send("ack", seq=10**6)  # of events that never were
        await client.expect_error("invalid_message", fatal=False)


if __name__ == "__main__":
    harness.main()

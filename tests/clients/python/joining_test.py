"""Coming into a room, and what is in the way of it."""

import asyncio

import support
from support import CONNECTED, DEADLINE, JOINED, Recorder, Script, Scripted, says

from signaling_client import SignalingClosed


def refusal(code, action, reply_to, seq, retry_after_ms=None):
    return {"type": "error", "code": code, "message": "m", "action": action, "fatal": False, "reply_to": reply_to, "seq": seq,
            "retry_after_ms": retry_after_ms}


class JoinTest(Scripted):

    async def test_a_seat_that_somebody_holds_is_waited_for(self):
        async def step(peer):
            await peer.expect("hello")
            await peer.send(CONNECTED)
            for number, code in enumerate(("client_id_taken", "room_full", "room_locked", "internal"), 1):
                join = await peer.expect("join")
                self.assertEqual((join["id"], "replace" in join), (number, False))
                await peer.send(refusal(code, "retry", number, number))
            await peer.expect("join")
            await peer.send({**JOINED, "seq": 5, "reply_to": 5})

        async with Script(step) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            self.assertEqual(server.connections, 1)
            await self.end(client)

    async def test_no_attempt_is_sooner_than_the_server_wants(self):
        async def step(peer):
            await peer.expect("hello")
            await peer.send(CONNECTED)
            await peer.expect("join")
            begun = asyncio.get_running_loop().time()
            await peer.send(refusal("room_full", "retry", 1, 1, 300))
            await peer.expect("join")
            self.assertGreaterEqual(asyncio.get_running_loop().time() - begun, 0.3)
            await peer.send({**JOINED, "seq": 2, "reply_to": 2})

        async with Script(step) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await self.end(client)

    async def test_metadata_of_before_the_room_are_not_forgotten(self):
        updates = asyncio.Queue()

        async def step(peer):
            await peer.expect("hello")
            await peer.send(CONNECTED)
            self.assertEqual((await peer.expect("join"))["metadata"], {"k": "old"})
            self.assertEqual(await client.update({"k": "new"}), 0)
            await peer.send(JOINED)
            updates.put_nowait((await peer.expect("update"))["metadata"])

        async with Script(step) as server:
            client = self.run_client(server.url, metadata={"k": "old"})
            await client.expect("connected")
            self.assertEqual(await asyncio.wait_for(updates.get(), DEADLINE), {"k": "new"})
            await self.end(client)

    async def test_a_door_is_waited_at(self):
        async def step(peer):
            await peer.expect("hello")
            await peer.send(CONNECTED)
            await peer.expect("join")
            await peer.send({"type": "knock", "seq": 1, "reply_to": 1}, {"type": "ice_servers", "ice_servers": []},
                            {**JOINED, "seq": 2})

        async with Script(step) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            await self.end(client)

    async def test_other_refusals_are_final_the_first_time_and_later(self):
        for code, action, close in (("banned", "close", 4502), ("permission_denied", "none", 4502), ("invalid_message", "none", 4500)):
            async def refuse(peer):
                await peer.expect("hello")
                await peer.send(CONNECTED)
                await peer.expect("join")
                await peer.send(refusal(code, action, 1, 1))

            for first in ((), (says(close=1012),)):
                with self.subTest(code=code, again=bool(first)):
                    async with Script(*first, refuse) as server:
                        client = Recorder(server.url)
                        with self.assertRaisesRegex(SignalingClosed, f"{close}: {code}"):
                            await asyncio.wait_for(client.run(), DEADLINE)
                        self.assertFalse(client.connected)
                        with self.assertRaises(SignalingClosed):
                            await client.wait_connected()


if __name__ == "__main__":
    support.main()

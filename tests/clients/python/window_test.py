"""How much is under way unacknowledged, and when the client acknowledges."""

import asyncio
from unittest import mock

import support
from support import DEADLINE, MESSAGE, Script, Scripted


class WindowTest(Scripted):

    async def test_so_much_is_under_way_and_no_more(self):
        gate = asyncio.Event()

        async def slow(peer):
            await peer.greet()
            received = [await peer.expect("message") for _ in range(64)]
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(peer.expect("message"), 0.2)  # that nothing comes has no other sign
            await peer.send({"type": "ack", "id": received[9]["id"]})
            received += [await peer.expect("message") for _ in range(10)]
            self.assertEqual([one["data"] for one in received], list(range(74)))
            gate.set()

        async with Script(slow) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            sends = [asyncio.ensure_future(client.send_message(None, number)) for number in range(74)]
            await asyncio.wait_for(asyncio.gather(*sends), DEADLINE)
            await asyncio.wait_for(gate.wait(), DEADLINE)
            await self.end(client)

    async def acknowledged(self, *events):
        """The peer after these events were acknowledged."""
        peers = asyncio.Queue()

        async def step(peer):
            await peer.greet()
            await peer.send(*events)
            while not peer.acks or peer.acks[-1] < len(events) + 1:
                await peer.receive()
            peers.put_nowait(peer)

        async with Script(step) as server:
            client = self.run_client(server.url)
            await client.expect("connected")
            peer = await asyncio.wait_for(peers.get(), DEADLINE)
            await self.end(client)
        return peer

    async def test_events_are_acknowledged_in_time(self):
        loop = asyncio.get_running_loop()
        begun = loop.time()
        peer = await self.acknowledged({**MESSAGE, "seq": 2, "data": 1})
        self.assertEqual((peer.acks, peer.alone), ([2], 1))
        self.assertGreaterEqual(loop.time() - begun, 0.5)

    async def test_many_events_are_acknowledged_at_once(self):
        begun = asyncio.get_running_loop().time()
        peer = await self.acknowledged(*({**MESSAGE, "seq": seq, "data": 1} for seq in range(2, 65)))
        self.assertLessEqual(max(after - before for before, after in zip([0, *peer.acks], peer.acks)), 33)
        self.assertLess(asyncio.get_running_loop().time() - begun, DEADLINE)

    async def test_large_events_are_acknowledged_at_once(self):
        peer = await self.acknowledged(*({**MESSAGE, "seq": seq, "data": "x" * 15_000} for seq in range(2, 11)))
        self.assertLessEqual(max(after - before for before, after in zip([0, *peer.acks], peer.acks)), 4)

    async def test_acknowledgements_travel_on_messages(self):
        peers = asyncio.Queue()

        async def step(peer):
            await peer.greet()
            await peer.send({**MESSAGE, "seq": 2, "data": "a"})
            message = await peer.expect("message")
            peers.put_nowait((message["ack"], peer.alone))

        with mock.patch("signaling_client.receipts.MAX_DELAY", 2 * DEADLINE):  # else one goes alone where the machine is slow
            async with Script(step) as server:
                client = self.run_client(server.url)
                await client.expect("connected")
                await client.expect("message")
                await client.send_message(None, "b")
                self.assertEqual(await asyncio.wait_for(peers.get(), DEADLINE), (2, 0))
                await self.end(client)


if __name__ == "__main__":
    support.main()

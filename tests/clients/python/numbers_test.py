"""What a session has sent and what it has received, without a socket."""

import asyncio
import json
import unittest

import support
from support import DEADLINE

from signaling_client import MessageTooLargeError, NotConnectedError, SendQueueFullError
from signaling_client.messages import BadMessageError
from signaling_client.outbox import MAX_BYTES, MAX_MESSAGES, MAX_WAITING, Outbox
from signaling_client.receipts import MAX_BYTES as EVENT_BYTES
from signaling_client.receipts import MAX_DELAY, MAX_EVENTS, Receipts


class OutboxTest(unittest.IsolatedAsyncioTestCase):

    async def asyncSetUp(self):
        self.outbox = Outbox()
        self.woken = 0
        self.outbox.wake = self.wake

    def wake(self):
        self.woken += 1

    async def put(self, *data):
        for one in data:
            await asyncio.wait_for(self.outbox.put("message", {"data": one}), DEADLINE)

    def put_later(self, data):
        """A call that waits for room."""
        return asyncio.ensure_future(self.outbox.put("message", {"data": data}))

    def sent(self):
        """All that goes to the socket now."""
        texts = iter(self.outbox.next, None)
        return [(message["id"], message["data"]) for message in map(json.loads, texts)]

    async def test_numbers_grow_and_what_is_sent_is_kept_until_it_is_acknowledged(self):
        await self.put("a", "b", "c")
        self.assertEqual((self.sent(), self.sent(), self.woken), ([(1, "a"), (2, "b"), (3, "c")], [], 3))
        self.outbox.acknowledge(2)
        self.outbox.acknowledge(1)  # late
        self.assertEqual(self.outbox.unacknowledged, 1)
        await self.put("d")
        self.assertEqual(self.sent(), [(4, "d")])

    async def test_a_new_socket_gets_what_the_server_has_not_before_anything_new(self):
        await self.put("a", "b", "c")
        self.assertEqual(json.loads(self.outbox.next())["id"], 1)
        self.assertTrue(self.outbox.rewind(2))  # the server has more of it than was acknowledged
        await self.put("d")
        self.assertEqual(self.sent(), [(3, "c"), (4, "d")])
        self.assertTrue(self.outbox.rewind(2))
        self.assertEqual(self.sent(), [(3, "c"), (4, "d")])

    async def test_a_server_that_forgot_is_noticed(self):
        await self.put("a", "b")
        self.sent()
        self.outbox.acknowledge(2)
        self.assertFalse(self.outbox.rewind(1))
        with self.assertRaises(BadMessageError):
            self.outbox.acknowledge(3)

    async def test_an_acknowledgement_of_what_was_not_yet_sent_again_spares_it(self):
        await self.put("a", "b", "c")
        self.sent()
        self.outbox.rewind(0)
        self.assertEqual(json.loads(self.outbox.next())["id"], 1)
        self.outbox.acknowledge(2)
        self.assertEqual(self.sent(), [(3, "c")])

    async def test_so_many_messages_are_kept_and_the_next_ones_wait_in_order(self):
        await self.put(*range(MAX_MESSAGES))
        waiting = [self.put_later(f"late {number}") for number in range(3)]
        await asyncio.sleep(0)
        self.assertEqual((len(self.sent()), self.outbox.unacknowledged), (MAX_MESSAGES, MAX_MESSAGES))
        self.outbox.acknowledge(2)
        await asyncio.wait(waiting[:2], timeout=DEADLINE)
        self.assertEqual([one.done() for one in waiting], [True, True, False])
        self.assertEqual([data for _, data in self.sent()], ["late 0", "late 1"])
        self.outbox.acknowledge(3)
        await asyncio.wait(waiting, timeout=DEADLINE)
        self.assertEqual([data for _, data in self.sent()], ["late 2"])

    async def test_so_many_bytes_are_kept(self):
        size = 60_000
        await self.put(*["x" * size] * (MAX_BYTES // size))
        waiting = self.put_later("x" * size)
        await asyncio.sleep(0)
        self.assertFalse(waiting.done())
        self.outbox.acknowledge(1)
        await asyncio.wait_for(waiting, DEADLINE)

    async def test_a_message_larger_than_the_room_goes_alone(self):
        self.outbox = Outbox(1024 * 1024)
        await self.put("x" * 2 * MAX_BYTES)
        waiting = self.put_later("y")
        await asyncio.sleep(0)
        self.assertFalse(waiting.done())
        self.outbox.acknowledge(1)
        await asyncio.wait_for(waiting, DEADLINE)

    async def test_so_many_calls_wait(self):
        await self.put(*range(MAX_MESSAGES))
        waiting = [self.put_later("late") for _ in range(MAX_WAITING)]
        await asyncio.sleep(0)
        with self.assertRaises(SendQueueFullError):
            await self.outbox.put("message", {"data": "too late"})
        waiting[0].cancel()
        waiting[5].cancel()
        await asyncio.wait(waiting[:1])
        self.outbox.acknowledge(1)
        await asyncio.wait_for(waiting[1], DEADLINE)  # a call that was cancelled is not sent and holds up nobody
        self.assertEqual(self.outbox.close(), MAX_MESSAGES)
        results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), DEADLINE)
        told = [one for one in results if isinstance(one, NotConnectedError)]
        self.assertEqual(len(told), MAX_WAITING - 3)
        with self.assertRaises(NotConnectedError):
            await self.put("after the end")

    async def test_acknowledgements_travel_along_where_there_is_room(self):
        outbox = Outbox(100)
        await outbox.put("message", {"data": "x"})
        self.assertEqual(json.loads(outbox.next(lambda: 7)), {"type": "message", "data": "x", "id": 1, "ack": 7})
        await outbox.put("message", {"data": "x" * 45})
        self.assertNotIn("ack", json.loads(outbox.next(lambda: self.fail("there is no room"))))
        with self.assertRaises(MessageTooLargeError):
            await outbox.put("message", {"data": "x" * 100})
        self.assertEqual(outbox.unacknowledged, 2)


class ReceiptsTest(unittest.TestCase):

    def setUp(self):
        self.receipts = Receipts()
        self.woken = 0
        self.receipts.wake = self.wake

    def wake(self):
        self.woken += 1

    def test_what_came_before_is_not_new(self):
        self.assertEqual([self.receipts.arrived(seq, 10, 0.0) for seq in (1, 2, 1, 2, 3)], [True, True, False, False, True])
        with self.assertRaises(BadMessageError):
            self.receipts.arrived(5, 10, 0.0)
        self.assertEqual((self.receipts.tell(), self.receipts.owed), (3, False))

    def test_an_acknowledgement_is_due_after_a_while(self):
        self.assertIsNone(self.receipts.due_in(0.0))
        self.receipts.arrived(1, 10, 5.0)
        self.receipts.arrived(2, 10, 5.2)
        self.assertEqual(self.woken, 1)
        self.assertAlmostEqual(self.receipts.due_in(5.25), MAX_DELAY - 0.25)
        self.receipts.tell()
        self.assertIsNone(self.receipts.due_in(9.0))
        self.receipts.arrived(3, 10, 9.0)
        self.assertEqual((self.woken, self.receipts.due_in(9.0)), (2, MAX_DELAY))

    def test_an_acknowledgement_is_due_after_so_many_events(self):
        for seq in range(1, MAX_EVENTS):
            self.receipts.arrived(seq, 10, 0.0)
        self.assertGreater(self.receipts.due_in(0.0), 0)
        self.receipts.arrived(MAX_EVENTS, 10, 0.0)
        self.assertEqual((self.receipts.due_in(0.0), self.woken), (0, 2))

    def test_an_acknowledgement_is_due_after_so_many_bytes(self):
        self.receipts.arrived(1, EVENT_BYTES - 1, 0.0)
        self.assertGreater(self.receipts.due_in(0.0), 0)
        self.receipts.arrived(2, 1, 0.0)
        self.assertEqual(self.receipts.due_in(0.0), 0)
        self.assertEqual(self.receipts.tell(), 2)
        self.receipts.arrived(3, 1, 0.0)
        self.assertGreater(self.receipts.due_in(0.0), 0)


if __name__ == "__main__":
    support.main()

"""The numbers of one client that survive its connections: what it has given away, kept, received and acknowledged."""

import asyncio
import collections

# What a client may have unacknowledged.
WINDOW_MESSAGES, WINDOW_BYTES = 64, 128 * 1024
# When it acknowledges.
ACK_EVENTS, ACK_BYTES, ACK_SECONDS = 32, 32 * 1024, 1.0


class Window:
    """Of one session. What is derived from it says how to write, and calls the on_... methods."""

    # The questions (traffic.py) that it has no way to ask.
    never_asks = frozenset()

    def __init__(self, world, name, rng):
        self.world = world
        self.name = name
        self.rng = rng
        self.established = False
        self.unacked = collections.deque()  # (id, what was sent, size)
        self.unacked_bytes = 0
        self.last_id = 0  # given away
        self.acked_id = 0
        self.last_seq = 0
        self.told_seq = 0  # acknowledged
        self.resumes = 0
        self.reserved = False  # by a fault: ordinary traffic leaves it alone
        self.owed_events = 0  # on their way to it or not acknowledged by it
        self.owed_bytes = 0
        self.deaf = False  # set by a fault: until it comes back, nobody hears its acknowledgements
        self._taken = [0, 0]  # owed events and bytes that came since its last acknowledgement
        self._told_at = 0.0
        self._watches = []  # (id, future)

    # What goes

    def fits(self, size):
        return len(self.unacked) < WINDOW_MESSAGES and self.unacked_bytes + size + 256 <= WINDOW_BYTES

    def owe(self, size):
        self.owed_events += 1
        self.owed_bytes += size

    def draw_id(self):
        """Growing; gaps are allowed."""
        self.last_id += 1 if self.rng.random() < 0.95 else self.rng.randint(2, 5)
        return self.last_id

    def ask(self, message):
        """As post(), of a message that has an answer."""
        return self.post(message)

    def keep(self, number, what, size):
        self.unacked.append((number, what, size))
        self.unacked_bytes += size

    # What comes

    def on_ack(self, number):
        if not self.acked_id <= number <= self.last_id:
            self.world.fault(f"ack: {self.name} got that of {number} after {self.acked_id}, sent {self.last_id}")
        self.acked_id = max(self.acked_id, number)
        while self.unacked and self.unacked[0][0] <= number:
            self.unacked_bytes -= self.unacked.popleft()[2]
        while self._watches and self._watches[0][0] <= number:
            future = self._watches.pop(0)[1]
            if not future.done():
                future.set_result(asyncio.get_running_loop().time())

    def on_last_id(self, last_id):
        """What the service had when the session came back, and told it what it had."""
        self.deaf = False
        if not self.acked_id <= last_id <= self.last_id:
            self.world.fault(f"last_id: {self.name} is told {last_id}, acknowledged were {self.acked_id}, "
                             f"sent {self.last_id}")
        self.on_ack(last_id)

    def on_event(self, seq, message):
        if seq != self.last_seq + 1:
            self.world.fault(f"seq: {self.name} got {seq} after {self.last_seq}")
        self.last_seq = seq
        self.take(message)
        if self.last_seq - self.told_seq >= ACK_EVENTS or self._taken[1] >= ACK_BYTES:
            self.tell()
            self.write_ack()

    def tell(self):
        """What came is being acknowledged."""
        self.told_seq, self._told_at = self.last_seq, asyncio.get_running_loop().time()
        self.release()

    def take(self, message):
        """To the application. What was owed stays so until it is acknowledged."""
        events, size = self.world.deliver(self, message)
        self._taken[0] += events
        self._taken[1] += size

    def release(self):
        """It is, where somebody hears it."""
        if self.deaf:
            return
        self.owed_events -= self._taken[0]
        self.owed_bytes -= self._taken[1]
        self._taken = [0, 0]

    def acknowledge_late(self, now):
        """Once a second."""
        if self.last_seq > self.told_seq and now - self._told_at >= ACK_SECONDS:
            self.tell()
            self.write_ack()

    def write_ack(self):
        """Sends told_seq."""
        raise NotImplementedError

    # For those who wait

    def when_acked(self, number):
        """A future: the time when this id was acknowledged."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        if self.acked_id >= number:
            future.set_result(loop.time())
        else:
            self._watches.append((number, future))
            self._watches.sort(key=lambda watch: watch[0])
        return future

    def state(self):
        """For people."""
        kept = f"{len(self.unacked)} unacknowledged from {self.unacked[0][0]} on" if self.unacked else "all acknowledged"
        return (f"{self.name}: {'connected' if self.established else 'not connected'} {self.where()}, {kept}, "
                f"last seq {self.last_seq}, owed {self.owed_events}, waits for {self.world.ledger.waiting_for(self.name)}")

    def where(self):
        return ""

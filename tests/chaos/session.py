"""One chaos client of /v1 across all its sockets: numbers, keeps, acknowledges, resumes, sends again."""

import asyncio
import json

from connection import Connection
import frames
from window import Window

# After so long without anything, not even the answer to a ping, a client takes its connection for dead.
SILENCE = 3.0
# Before an attempt, at most: full jitter, doubled with each attempt.
BACKOFF_FIRST, BACKOFF_MOST = 0.05, 1.0
# Not numbered.
STATELESS = frozenset(("ack", "pong", "go_away", "ice_servers"))


class Session(Window):
    """What the world (chaos.py) makes of it: `world.ledger`, `world.gateways`, `world.deliver(session, message)`."""

    def __init__(self, world, name, rng):
        super().__init__(world, name, rng)
        self.connection = None  # established: `connected` has come on it
        self.breaks = 0  # sockets that ended under it
        # For the next connection, set by faults.
        self.gateway = None
        self.narrow = False
        self.hellos_to_lose = 0
        self._session_id = None
        self._token = None
        self._attempts = 0
        self._wake = asyncio.Event()  # `connection` has ended
        self._handshake = asyncio.Lock()  # one at a time
        self._connected = None  # future of the handshake that runs
        self._back = []  # futures
        self._moving = None  # the task that obeys a go_away
        self._finished = False

    # Sockets

    async def run(self):
        """Keeps the session connected until finish()."""
        while not self._finished:
            self._wake.clear()
            async with self._handshake:
                if not self.established:
                    await self._attempt()
            if self.established:
                await self._wake.wait()
            if not self.established and not self._finished:
                await asyncio.sleep(self.rng.uniform(0, min(BACKOFF_MOST, BACKOFF_FIRST * 2 ** self._attempts)))

    async def _attempt(self):
        last = self.connection.gateway if self.connection else None
        try:
            await self._connect()
            self._attempts = 0
        except (OSError, TimeoutError):
            self._attempts += 1
            self.gateway = self.world.other_gateway(last)

    async def _connect(self):
        gateway = self.gateway if self.gateway is not None else self.rng.choice(self.world.gateways)
        self.gateway = None
        connection = await Connection.open(gateway, gateway.port, "/v1", self.narrow)
        self.established = False
        self.connection = connection  # from here on nothing counts that the one before may still say
        connection.on_message, connection.on_end = self._on_message, self._on_end
        hello = {"type": "hello"}
        if self._token is None:
            hello["client_id"] = self.name
        else:
            hello["resume"] = {"session_id": self._session_id, "resume_token": self._token, "last_seq": self.last_seq}
        self._connected = asyncio.get_running_loop().create_future()
        connection.send(hello)
        if self.hellos_to_lose and self._token is not None:
            self.hellos_to_lose -= 1
            self._connected.cancel()
            connection.stop_reading()
            await asyncio.sleep(self.rng.uniform(0, 0.03))
            self.leave(self.rng.choice(("reset", "hang_up")))
            raise ConnectionResetError("connected is not to arrive")
        try:
            async with asyncio.timeout(SILENCE):
                await self._connected
        except BaseException:
            connection.reset()
            raise

    def _on_end(self, connection):
        if connection is not self.connection:
            return  # overtaken
        self.established = False
        if self._connected is not None and not self._connected.done():
            self._connected.set_exception(ConnectionResetError(f"closed with {connection.close_code}"))
        if not self._finished:
            self.breaks += 1
            if connection.close_code not in (None, 1001, 1005, 1013, 4000, 4003):
                self.world.fault(f"closed: {self.name} with {connection.close_code} by {connection.gateway}")
        self._wake.set()

    def tick(self, now):
        """Every now and then: acknowledges what is late, asks a silent gateway, gives up a dead one."""
        if not self.established:
            return
        self.acknowledge_late(now)
        if self.reserved:
            return
        silent = now - self.connection.last_life
        if silent > SILENCE:
            self.leave(self.rng.choice(("reset", "hang_up", "silently")), elsewhere=True)
        elif silent > SILENCE / 3:
            self.connection.send({"type": "ping"})

    def leave(self, how, elsewhere=False):
        """The socket is left, with RST, with FIN, or without a word while the next one takes over."""
        connection = self.connection
        if elsewhere:
            self.gateway = self.world.other_gateway(connection.gateway)
        if how == "silently":
            self.world.left_behind(connection)
        else:
            getattr(connection, how)()
        connection.on_message = lambda *unused: None
        self._on_end(connection)
        self.connection = None

    async def take_over(self):
        """A second socket resumes while the first looks alive. The first one's close code."""
        async with self._handshake:
            if not self.established:
                return None
            first = self.connection
            ended = asyncio.get_running_loop().create_future()
            first.on_end = lambda connection: self._on_end(connection) or ended.done() or ended.set_result(
                connection.close_code)
            try:
                await self._connect()
            except (OSError, TimeoutError):
                self._wake.set()
                if self.connection is not first:
                    first.reset()
                return None
        return await ended

    async def _obey(self, connection, delay):
        """A go_away: leaves in time, one way or another."""
        await asyncio.sleep(delay)
        if connection is not self.connection or not self.established:
            return
        self.gateway = self.world.other_gateway(connection.gateway)
        how = self.rng.choice(("wait", "close", "hang_up", "take_over"))
        if how == "close":
            connection.send_close(1001)
        elif how == "hang_up":
            self.leave(how, elsewhere=True)
        elif how == "take_over":
            await self.take_over()

    def finish(self):
        """Bye. The session is not connected again."""
        self._finished = True
        if self.established:
            self.connection.send({"type": "bye"})
        self._wake.set()

    # What comes

    def _on_message(self, connection, message, size):
        if connection is not self.connection:
            return
        if not self.established:
            self._on_handshake(message)
            return
        if "ack" in message or message["type"] == "ack":
            self.on_ack(message["ack"] if "ack" in message else message["id"])
        if "seq" in message:
            self.on_event(message["seq"], message)
        elif message["type"] == "go_away":
            self._moving = asyncio.create_task(self._obey(connection, message["reconnect_after_ms"] / 1000))
        elif message["type"] not in STATELESS and message.get("code") not in ("unavailable", "slow_consumer", "draining"):
            self.world.fault(f"unexpected: {self.name} got {describe(message)}")

    def _on_handshake(self, message):
        if message["type"] != "connected":
            if message.get("code") not in ("unavailable", "draining"):
                self.world.fault(f"handshake: {self.name} got {describe(message)}")
            return
        again = list(self.unacked)
        if self._token is not None:
            if not message["resumed"] or message["session_id"] != self._session_id:
                self.world.fault(f"fresh session: {self.name} got {describe(message)}")
            self._check_resumed(message)
            self.tell()  # the hello did
            self.resumes += 1
        self._session_id, self._token = message["session_id"], message["resume_token"]
        self.established, self.narrow = True, False
        self.connection.last_life = asyncio.get_running_loop().time()
        # What the service has is only acknowledged when it comes again: some clients do not look at last_id.
        for _, text, _ in again if self.rng.random() < 0.3 else self.unacked:
            self._write(text)
        if not self._connected.done():
            self._connected.set_result(None)
        back, self._back = self._back, []
        for future in back:
            if not future.done():
                future.set_result(asyncio.get_running_loop().time())

    def _check_resumed(self, message):
        if message["resume_token"] == self._token or len(message["resume_token"]) != 22:
            self.world.fault(f"token: {self.name} got no new one")
        self.on_last_id(message["last_id"])

    # What goes

    def write_ack(self):
        self.connection.send({"type": "ack", "seq": self.told_seq})

    def post(self, message, torn=False):
        """Numbers a message and sends it, or keeps it until there is a socket. `torn`: writes only a part of it."""
        message["id"] = self.draw_id()
        if self.established and self.last_seq > self.told_seq and self.rng.random() < 0.2:
            self.tell()
            message["ack"] = self.told_seq
        text = json.dumps(message, separators=(",", ":")).encode()
        self.keep(self.last_id, text, len(text))
        if self.established:
            self._write(text, torn)
        return self.last_id

    def _write(self, text, torn=False):
        data = frames.encode_text(text, 1 if self.rng.random() < 0.9 else self.rng.randint(2, 3))
        if torn:
            data = data[:self.rng.randrange(1, len(data))]
        if b'"type":"message"' in text and b'"data"' not in text:
            self.connection.faults += 1
        self.connection.write(data)

    # For those who wait

    def when_back(self):
        """A future: the time of the next `connected`."""
        future = asyncio.get_running_loop().create_future()
        self._back.append(future)
        return future

    def where(self):
        return f"at {self.connection.gateway}" if self.connection else "nowhere"


def describe(message):
    """Without what is secret."""
    return {name: value for name, value in message.items() if name not in ("resume_token", "ice_servers", "sdp", "data")}

"""What a scenario needs: a service and gateways of its own, and sockets to them. Recording and replaying both go through
this, and every message, either way, is held against the schemas here."""

import asyncio
import collections
import json
import pathlib
import signal
import sys
import tempfile

import schemas
import transcript

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

# pylint: disable=wrong-import-position
import harness  # noqa: E402
import tokens  # noqa: E402
import websockets  # noqa: E402


class Peer:
    """One socket. Acknowledgements come when they come: they are collected, and waited for where a scenario says so."""

    def __init__(self, ws):
        self._ws = ws
        self._waiting = collections.deque()  # messages that came while an acknowledgement was waited for
        self._acknowledged = 0
        self.is_open = True

    async def send(self, message, padded_to=0, valid=True):
        """`valid`: it is as the schema says, so that the scenario shows what clients should do."""
        if valid and (wrong := schemas.problem("client", message)) is not None:
            raise AssertionError(wrong)
        await self.send_text(json.dumps(message).ljust(padded_to))

    async def send_text(self, text):
        await self._ws.send(text)

    async def send_binary(self, text):
        await self._ws.send(text.encode())

    async def receive(self):
        """The next message that is no ack, without its field `ack`."""
        while not self._waiting:
            await self._read()
        return self._waiting.popleft()

    async def wait_for_ack(self, number):
        while self._acknowledged < number:
            await self._read()

    async def _read(self):
        message = json.loads(await asyncio.wait_for(self._ws.recv(), harness.DEADLINE))
        schemas.check_server(message)
        harness.secrets.add_message(message)
        acknowledged = message.get("id") if message["type"] == "ack" else message.pop("ack", None)
        if acknowledged is not None:
            if acknowledged < self._acknowledged:
                raise AssertionError(f"after ack {self._acknowledged} came {acknowledged}")
            self._acknowledged = acknowledged
        if message["type"] != "ack":
            self._waiting.append(message)

    async def closed(self):
        """The code with which the gateway closes; no message comes before."""
        self.is_open = False
        try:
            while not self._waiting:
                await self._read()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        raise AssertionError(f"expected a close, received {self._waiting[0]}")

    async def close(self, code):
        self.is_open = False
        await self._ws.close(code)

    def break_off(self):
        self.is_open = False
        self._ws.transport.abort()

    async def expect_nothing(self):
        """Nothing is on its way from the gateway."""
        await self.send({"type": "ping", "t": "mark"})
        message = await self.receive()
        if message != {"type": "pong", "t": "mark"}:
            raise AssertionError(f"expected nothing, received {message}")


class Issuer:
    """Where a transcript has tokens: who signs them, and the flags of those who check them."""

    def __init__(self, wanted, folder):
        self._wanted = wanted  # by name
        self._key = tokens.Key("one")
        keys, token = (pathlib.Path(folder) / name for name in ("keys", "token"))
        tokens.replace(keys, tokens.jwks(self._key))
        tokens.replace(token, self._key.token("gateway", grants=["gateway"]))
        self.service_flags = (f"--auth_keys={keys}", f"--auth_audience={tokens.AUDIENCE}", "--auth_leeway=0s")
        self.gateway_flags = (f"--service_token_file={token}",)

    def fill(self, message):
        """The message with the token that it names, made now."""
        name = transcript.token_of(message)
        if name is None:
            return message
        claims = dict(self._wanted[name])
        lifetime = claims.pop("lifetime_ms", 3_600_000) / 1000
        rooms = claims.pop("room", None) or claims.pop("rooms", ())
        return {**message, "token": self._key.token(claims.pop("sub"), rooms, lifetime=lifetime, **claims)}


class Stack:
    """A service and its gateways, with the flags of a transcript's header."""

    def __init__(self, header):
        harness.stay_on_this_machine()
        self._stopped = set()
        self._peers = []
        self._folder = tempfile.TemporaryDirectory()
        self._issuer = Issuer(header["tokens"], self._folder.name) if "tokens" in header else None
        keys, token = (self._issuer.service_flags, self._issuer.gateway_flags) if self._issuer else ((), ())
        self.service = harness.Process("signaling-service", "--port=0", "--internal_port=0", *keys,
                                       *header.get("service_flags", ()))
        self.service.wait_for("ready")
        self.gateways = []
        for _ in range(header.get("gateways", 1)):
            gateway = harness.Process("signaling-gateway", "--port=0", "--internal_port=0",
                                      f"--service=127.0.0.1:{self.service.port}", *token,
                                      *header.get("gateway_flags", ()))
            self.gateways.append(gateway)
            gateway.wait_for("ready")

    def with_token(self, message):
        """What goes over the wire in place of a message that names a token."""
        return self._issuer.fill(message) if self._issuer else message

    async def open(self, path, gateway=1, origin=None):
        peer = Peer(await websockets.connect(
            f"ws://127.0.0.1:{self.gateways[gateway - 1].port}{path}", origin=origin, ping_interval=None,
            open_timeout=harness.DEADLINE, close_timeout=harness.DEADLINE, max_size=None))
        self._peers.append(peer)
        return peer

    async def end(self):
        """Nothing is on its way that a transcript does not have, and no session outlives its sockets."""
        for peer in self._peers:
            if peer.is_open:
                await peer.expect_nothing()
        for peer in self._peers:
            if peer.is_open:
                await peer.close(1000)
        if self.service not in self._stopped:
            await harness.eventually(lambda: self.service.metrics()["signaling_sessions"] == 0, "no session lives")

    def terminate(self, process):
        """As an operator does; the clients hear of it first."""
        self._stopped.add(process)
        process.send_signal(signal.SIGTERM)

    def stop(self):
        """Both end with exit code 0. Says what does not, and does end all in any case."""
        codes = {process: process.wait() if process in self._stopped else process.stop()
                 for process in (*self.gateways, self.service)}
        self._folder.cleanup()
        return [f"{process.name} ended with {code}:\n{process.log()}" for process, code in codes.items() if code != 0]

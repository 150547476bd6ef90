"""One service and two gateways, each gateway with a link that can be cut."""

import asyncio
import signal

import harness
from link_proxy import LinkProxy

# A claim must not run out while its claimer comes back; streams age while all this goes on.
SERVICE_FLAGS = ("--claim_lease=2m", "--max_stream_age=20s")
# A gateway that is stopped has to be noticed well within a session's window: clients go by the timeout that it tells them.
GATEWAY_FLAGS = ("--max_connections=256", "--drain_timeout=10s", "--timeout=6s")


class Gateway:
    """Keeps its port across restarts."""

    process_class = harness.Process

    def __init__(self, name, link_port, flags=()):
        self.name = name
        self.port = 0
        self.internal_port = 0
        self.link = None
        self.process = None
        self._link_port = link_port
        self._flags = flags

    def __str__(self):
        return self.name

    async def start(self):
        self.process = await asyncio.to_thread(self._start)
        self.port, self.internal_port = self.process.port, self.process.internal_port

    def _start(self):
        process = self.process_class(
            "signaling-gateway", f"--port={self.port}", f"--internal_port={self.internal_port}",
            f"--service=127.0.0.1:{self._link_port}", *GATEWAY_FLAGS, *self._flags)
        process.wait_for("ready")
        return process

    async def kill(self):
        await asyncio.to_thread(self.process.kill)

    async def drain(self):
        """SIGTERM. Whether it ended as it should."""
        code = await asyncio.to_thread(self.process.stop)
        if code != 0:
            raise AssertionError(f"gateway {self.name} ended with {code}:\n{self.process.log()}")

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    async def connections(self):
        return int((await asyncio.to_thread(self.process.metrics))["signaling_connections"])

    async def closed_with(self, code):
        """How many sockets it has closed with this code."""
        metrics = await asyncio.to_thread(self.process.metrics)
        return sum(value for name, value in metrics.items()
                   if name.startswith("signaling_closes_total") and f'code="{code}"' in name)


class Fleet:
    """Started by start(), ended by stop(), which fails where a process does not end well."""

    process_class = harness.Process
    gateway_class = Gateway

    def __init__(self, gateway_flags=(), service_flags=(), proxied=True):
        self.service = None
        self.gateways = []
        self.entries = self.gateways  # where clients connect to
        self._gateway_flags = gateway_flags
        self._service_flags = service_flags
        self._proxied = proxied

    async def start(self):
        self.service = await asyncio.to_thread(self._start_service)
        for name in ("A", "B"):
            link = None
            port = self.service.port
            if self._proxied:
                link = LinkProxy(port)
                await link.start()
                port = link.port
            gateway = self.gateway_class(name, port, self._gateway_flags)
            gateway.link = link
            await gateway.start()
            self.gateways.append(gateway)

    def _start_service(self):
        service = self.process_class("signaling-service", "--port=0", "--internal_port=0", *SERVICE_FLAGS,
                                     *self._service_flags)
        service.wait_for("ready")
        return service

    def addresses(self):
        """[(port, internal port)] of the gateways, for a proxy."""
        return [(gateway.port, gateway.internal_port) for gateway in self.gateways]

    def other(self, entry):
        return next((other for other in self.entries if other is not entry), entry)

    async def sessions(self):
        return int((await asyncio.to_thread(self.service.metrics))["signaling_sessions"])

    async def stop(self):
        try:
            for gateway in self.gateways:
                await gateway.drain()
            code = await asyncio.to_thread(self.service.stop)
            if code != 0:
                raise AssertionError(f"the service ended with {code}:\n{self.service.log()}")
        finally:
            self.abandon()

    def abandon(self):
        """After a failure: nothing is left running."""
        for process in (self.service, *(gateway.process for gateway in self.gateways)):
            if process is not None:
                process.kill()
        for gateway in self.gateways:
            if gateway.link is not None:
                gateway.link.stop()

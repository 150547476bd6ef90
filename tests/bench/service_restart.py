#!/usr/bin/env python3
"""What a restart of the service costs its clients: with the memory engine their sessions end, and the library's clients come back.

    tests/bench/service_restart.py --bin build/ci/bin --sessions 400 --gap 1

Clients are those of gateway/clients/python, half of them at each of two gateways, four to a room. The service is told to stop, is gone,
`gap` seconds later the next one starts at the same port. 0 where everybody was back within two minutes.
"""

import argparse
import asyncio
import logging
import pathlib
import signal
import statistics
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "gateway" / "clients" / "python")]

# pylint: disable=wrong-import-position
from run import Process  # noqa: E402
from signaling_client import SignalingClient  # noqa: E402

PATIENCE = 120.0
# Connections that lived so long start a client's pauses from the first again.
STEADY = 11.0


class Client(SignalingClient):
    """Notes when its session was lost and when the next one began."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.lost = None
        self.began = None

    async def handle_connected(self, ice_servers, ice_transport_policy):
        self.began = time.monotonic()

    async def handle_disconnected(self, reason):
        self.lost = self.lost or time.monotonic()


async def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(condition):
        if time.monotonic() > end:
            raise SystemExit(f"not within {PATIENCE:.0f} s: {what}")
        await asyncio.sleep(0.01)


def ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
            return True
    except OSError:
        return False


class System:
    """One service and two gateways."""

    def __init__(self, options):
        self.options = options
        self.number = 0
        self.service, self.ports = self.start("signaling-service", "--rate_limits=off")
        self.gateways = [self.start("signaling-gateway", "--rate_limits=off", f"--service=127.0.0.1:{self.ports['port']}",
                                    f"--max_connections={options.sessions}") for _ in range(2)]

    def start(self, name, *flags, port=0, internal_port=0):
        self.number += 1
        log = self.options.logs / f"{name}-{self.number}.log"
        command = [self.options.bin / name, f"--port={port}", f"--internal_port={internal_port}", *flags]
        process = Process(command, log, 0)
        return process, process.wait_for("listening")

    def start_service_again(self):
        self.service, _ = self.start("signaling-service", "--rate_limits=off", port=self.ports["port"],
                                     internal_port=self.ports["internal_port"])

    async def gateways_ready(self):
        for _, ports in self.gateways:
            await until(lambda ports=ports: ready(ports["internal_port"]), "gateways are ready")

    def stop(self):
        for process in (*(process for process, _ in self.gateways), self.service):
            process.stop()


async def measure(options):
    system = System(options)
    try:
        await system.gateways_ready()
        clients = [Client(f"ws://127.0.0.1:{system.gateways[number % 2][1]['port']}/", room=f"room-{number // 4}",
                          client_id=f"client-{number}") for number in range(options.sessions)]
        running = [asyncio.create_task(client.run()) for client in clients]
        await until(lambda: all(client.began for client in clients), "everybody is connected")
        await asyncio.sleep(STEADY)
        told = time.monotonic()
        for client in clients:
            client.began = None
        system.service.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(system.service.process.wait)
        gone = time.monotonic()
        await asyncio.sleep(options.gap)
        started = time.monotonic()
        system.start_service_again()
        await until(lambda: ready(system.ports["internal_port"]), "the next service is ready")
        serves = time.monotonic()
        await system.gateways_ready()
        found = time.monotonic()
        await until(lambda: all(client.began for client in clients), "everybody is back")
        back = sorted(client.began - serves for client in clients)
        away = [client.began - client.lost for client in clients]
        print(f"{options.sessions} sessions; the old service was gone {gone - told:.1f} s after SIGTERM, the next one started "
              f"{started - gone:.1f} s later and was ready after {serves - started:.2f} s, gateways {found - serves:.1f} s after that")
        print(f"back after it was ready: half {back[len(back) // 2]:.1f} s, 99 % {back[len(back) * 99 // 100]:.1f} s, "
              f"last {back[-1]:.1f} s; away: median {statistics.median(away):.1f} s, longest {max(away):.1f} s")
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    finally:
        await asyncio.to_thread(system.stop)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin", help="where the binaries are")
    parser.add_argument("--sessions", type=int, default=400)
    parser.add_argument("--gap", type=float, default=1.0, help="seconds between the end of one service and the start of the next")
    parser.add_argument("--logs", type=pathlib.Path, default=ROOT / "build" / "bench")
    options = parser.parse_args()
    options.logs.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.WARNING)
    asyncio.run(measure(options))


if __name__ == "__main__":
    sys.exit(main())

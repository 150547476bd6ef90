"""Ports of this machine that stay with a test: for what is started again where it was, and for where nothing listens.

A port that the kernel gave to whoever asked for any goes to the next who asks, once it is let go: by the time that a killed server is
started again, a test beside this one may have it.
"""

import pathlib
import random
import socket

_RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
_COUNT = 12_000  # below that range, and above what services are known by
_held = []  # for as long as this process lives


def reserve():
    """A port that nobody listens at, and that neither the kernel nor another caller of this gives away."""
    end = int(_RANGE.read_text().split()[0])
    for port in random.sample(range(max(1024, end - _COUNT), end), 100):
        # A name that one process of this network namespace can have, and that is gone with it.
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0signaling-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("", port))
        except OSError:
            claim.close()
            continue
        _held.append(claim)
        return port
    raise AssertionError("no port is free")

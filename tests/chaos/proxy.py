"""The distribution's nginx and haproxy, run with the configurations of docs/examples/proxies in which only ports, paths and
times are others."""

import asyncio
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

import harness
from fleet import Fleet
from process import ports

EXAMPLES = pathlib.Path(__file__).parents[2] / "docs" / "examples" / "proxies"


def replaced(text, *changes):
    """Every change has to have something to change."""
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"the example has no {old!r} any more")
        text = text.replace(old, new)
    return text


class Proxy:
    """A process in the foreground, with a folder of its own. Ended by stop()."""

    program = ""

    def __init__(self, gateways, idle="60s", grace="1m"):
        """`gateways`: [(port, internal port)]. `idle`: the time without a byte after which it closes; `grace`: how long a reload
        leaves the old connections."""
        self.port = ports.reserve()
        self._folder = tempfile.TemporaryDirectory(prefix="signaling-proxy-")
        self._log = open(pathlib.Path(self._folder.name) / "log", "w+", encoding="utf-8")
        found = shutil.which(self.program, path=os.environ["PATH"] + ":/usr/sbin")
        if found is None:
            raise AssertionError(f"{self.program} is not installed")
        config = pathlib.Path(self._folder.name) / "config"
        config.write_text(self.configuration(gateways, idle, grace), encoding="utf-8")
        self._process = subprocess.Popen([found, *self.arguments(str(config))], stdout=self._log, stderr=self._log)

    def configuration(self, gateways, idle, grace):
        raise NotImplementedError

    def arguments(self, config):
        raise NotImplementedError

    def path(self, name):
        return str(pathlib.Path(self._folder.name) / name)

    def __str__(self):
        return self.program

    async def ready(self):
        """It takes connections."""
        def check():
            if self._process.poll() is not None:
                raise AssertionError(f"{self.program} ended with {self._process.returncode}:\n{self.log()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=harness.DEADLINE).close()
                return True
            except ConnectionRefusedError:
                return False
        await harness.eventually(check, f"{self.program} listens")

    def log(self):
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def reload(self):
        raise NotImplementedError

    async def stop(self):
        self._process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(self._end)

    def _end(self):
        try:
            self._process.wait(timeout=harness.DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            self._log.close()
            self._folder.cleanup()


class Nginx(Proxy):
    """Master and workers."""

    program = "nginx"

    def configuration(self, gateways, idle, grace):
        # The distribution's paths belong to root.
        folders = "".join(f"  {name}_temp_path {self.path(name)};\n"
                          for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        servers = [(f"127.0.0.1:{8765 + 10 * i}", f"127.0.0.1:{port}") for i, (port, _) in enumerate(gateways)]
        return replaced(
            (EXAMPLES / "nginx.conf").read_text(encoding="utf-8"),
            ("http {\n", "http {\n" + folders), ("listen 80;", f"listen 127.0.0.1:{self.port};"),
            ("/var/log/nginx/access.log", self.path("access.log")), ("worker_processes auto;", "worker_processes 2;"),
            ("_timeout 60s;", f"_timeout {idle};"), ("shutdown_timeout 1m;", f"shutdown_timeout {grace};"), *servers)

    def arguments(self, config):
        settings = f"daemon off; pid {self.path('pid')}; error_log stderr;"
        if os.geteuid() == 0:
            settings += " user root;"  # its folder is root's alone
        return ["-e", "stderr", "-c", config, "-g", settings]

    def reload(self):
        self._process.send_signal(signal.SIGHUP)


class Haproxy(Proxy):
    """Master and worker."""

    program = "haproxy"

    def configuration(self, gateways, idle, grace):
        servers = [(f"127.0.0.1:{8765 + 10 * i} port {8766 + 10 * i}", f"127.0.0.1:{port} port {internal}")
                   for i, (port, internal) in enumerate(gateways)]
        return replaced(
            (EXAMPLES / "haproxy.cfg").read_text(encoding="utf-8"),
            ("bind :80", f"bind 127.0.0.1:{self.port}"), ("timeout tunnel 60s", f"timeout tunnel {idle}"),
            ("hard-stop-after 1m", f"hard-stop-after {grace}"), *servers)

    def arguments(self, config):
        return ["-W", "-db", "-f", config]

    def reload(self):
        self._process.send_signal(signal.SIGUSR2)


async def behind(proxy_class, body, gateway_flags=(), fleet_class=Fleet, **proxy_flags):
    """`body(fleet, proxy)` with two gateways behind one proxy, which all have to end cleanly."""
    fleet = fleet_class(gateway_flags=gateway_flags, proxied=False)
    proxy = None
    try:
        await fleet.start()
        proxy = proxy_class(fleet.addresses(), **proxy_flags)
        await proxy.ready()
        fleet.entries = [proxy]
        await body(fleet, proxy)
        await proxy.stop()
        proxy = None
        await fleet.stop()
    finally:
        if proxy is not None:
            print(proxy.log())
            await proxy.stop()
        fleet.abandon()

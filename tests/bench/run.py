#!/usr/bin/env python3
"""Runs the benchmarks and prints one markdown table (docs/performance.md).

Every server is started anew for every workload and pinned to one core, the load generator to the other. The servers
take turns within each repetition, so that what else the machine does meets them all. Medians of the repetitions.
"""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.append(str(ROOT / "tests" / "support"))

import ports  # noqa: E402  pylint: disable=wrong-import-position

SERVER_CORE, LOAD_CORE = "0", "1"

# name: arguments of the generator, and the column that counts
WORKLOADS = {
    "setup": ["--workload=setup"],
    "setup-reuse": ["--workload=setup-reuse"],
    "pingpong-1": ["--workload=pingpong", "--pairs=64", "--window=1"],
    "pingpong-16": ["--workload=pingpong", "--pairs=64", "--window=16"],
    "open-2k": ["--workload=open", "--pairs=64", "--rate=2000"],
    "open-10k": ["--workload=open", "--pairs=64", "--rate=10000"],
    "idle": ["--workload=idle"],
}
# ours-scraped: both processes are scraped every second. ours-unseen: neither metrics nor info logs.
SERVERS = ["relay", "ours", "ours-v1", "ours-scraped", "ours-unseen", "ws", "peerjs"]
BASELINE = "relay"


def own_group(nice):
    """For a child: a session of its own, which the kernel's autogroups weigh as a whole, put before what else runs."""

    def apply():
        os.setsid()
        if nice:
            os.nice(nice)
            autogroup = pathlib.Path("/proc/self/autogroup")
            if autogroup.exists():
                autogroup.write_text(str(nice))

    return apply


class Process:
    """A server process that tells its port on standard output, one JSON object a line."""

    def __init__(self, command, log, nice, preload=None):
        self.log = open(log, "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *map(str, command)],
            stdout=self.log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **({"LD_PRELOAD": str(preload)} if preload else {})},
            preexec_fn=own_group(nice),
        )
        self.pid = self.process.pid  # taskset becomes the server

    def wait_for(self, event, seconds=10.0):
        """The fields of the line with this event."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.log.seek(0)
            for line in self.log:
                if f'"event":"{event}"' in line and line.endswith("}\n"):
                    return json.loads(line)
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.log.seek(0)
        raise RuntimeError(f"no {event} from {self.process.args}: {self.log.read()[-500:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def await_ready(internal_port, seconds=10.0):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{internal_port}/readyz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Scraper(threading.Thread):
    """Reads /metrics of the ports every second, as a Prometheus in a hurry does."""

    def __init__(self, internal_ports):
        super().__init__(daemon=True)
        self.internal_ports = internal_ports
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(1):
            for port in self.internal_ports:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read()

    def stop(self):
        self.over.set()
        self.join()


class Server:
    """One or two processes, the port for the generator, and how it is spoken to."""

    def __init__(self, name, options):
        self.processes = []
        self.scraper = None
        self.preload = options.bin / "libbench-no-metrics.so" if name == "ours-unseen" else None
        self.flags = ["--log_level=error"] if name == "ours-unseen" else []
        self.options = options
        try:
            if name == "relay":
                self.dialect = "relay"
                self.port = self.start([options.bin / "bench-bare-relay"]).wait_for("listening")["port"]
            elif name.startswith("ours"):
                self.dialect = "v1" if name == "ours-v1" else "plain"
                self.port = self.start_ours(scraped=name == "ours-scraped")
            elif name in ("ws", "peerjs"):
                script = {"ws": "ws_relay.js", "peerjs": "peerjs_server.js"}[name]
                self.dialect = {"ws": "relay", "peerjs": "peerjs"}[name]
                self.port = self.start(["node", HERE / "npm" / script]).wait_for("listening")["port"]
            else:
                raise ValueError(f"no such server: {name}")
        except BaseException:
            self.stop()
            raise

    def start(self, command):
        log = self.options.logs / f"{pathlib.Path(str(command[0])).name}.log"
        process = Process(command, log, self.options.nice, self.preload)
        self.processes.append(process)
        return process

    def run(self, binary, *flags):
        return self.start([self.options.bin / binary, *flags])

    def start_ours(self, scraped):
        """Waited for by what they answer, not by what they log: one of them logs nothing."""
        service, service_internal, gateway, gateway_internal = (ports.reserve() for _ in range(4))
        quiet = ["--rate_limits=off", *self.flags]
        self.run("signaling-service", f"--port={service}", f"--internal_port={service_internal}", *quiet,
                 *self.options.service_flag)
        self.run("signaling-gateway", f"--port={gateway}", f"--internal_port={gateway_internal}", *quiet,
                 f"--service=127.0.0.1:{service}", "--max_connections=15000", *self.options.gateway_flag)  # fmt: skip
        await_ready(gateway_internal)
        if scraped:
            self.scraper = Scraper([service_internal, gateway_internal])
        return gateway

    def measure(self, arguments):
        command = [
            "taskset", "-c", LOAD_CORE, self.options.bin / "bench-load",
            f"--port={self.port}", f"--dialect={self.dialect}",
            "--pids=" + ",".join(str(process.pid) for process in self.processes),
            f"--measured={self.options.seconds}s", f"--sessions={self.options.sessions}", *arguments,
        ]  # fmt: skip
        run = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            check=False,
            timeout=300,
            preexec_fn=own_group(self.options.nice),
        )
        result = json.loads(run.stdout)
        if run.returncode != 0:
            print(f"FAILED {self.dialect} {arguments}: {json.dumps(result)}", file=sys.stderr)
        result["failed"] = run.returncode != 0
        return result

    def stop(self):
        if self.scraper is not None:
            self.scraper.stop()
        for process in reversed(self.processes):
            process.stop()


def median(results, *path):
    values = []
    for result in results:
        for key in path:
            result = result.get(key) if isinstance(result, dict) else None
        if result is not None:
            values.append(result)
    return statistics.median(values) if values else None


def number(value, digits=1):
    return "" if value is None else f"{value:,.{digits}f}"


def table(results, servers, workloads):
    lines = []
    talks = [name for name in workloads if name != "idle"]
    if talks:
        lines += [
            "| workload | server | CPU µs/frame | over the relay | frames/s | p50 ms | p99 ms | p99.9 ms | generator |",
            "| --- | --- | --: | --: | --: | --: | --: | --: | --: |",
        ]
    for workload in talks:
        base = median(results[workload].get(BASELINE, []), "cpu_us_per_frame")
        for server in servers:
            runs = results[workload][server]
            cpu = median(runs, "cpu_us_per_frame")
            ratio = cpu / base if cpu and base else None
            times = [median(runs, "latency_us", q) for q in ("p50", "p99", "p99.9")]
            row = [workload, server, number(cpu), number(ratio, 2), number(median(runs, "frames_per_second"), 0)]
            row += [number(t / 1000 if t is not None else None, 2) for t in times]
            row.append(f"{median(runs, 'generator_busy'):.0%}")
            lines.append("| " + " | ".join(row) + " |")
    if "idle" in workloads:
        lines += [
            "",
            "| server | RSS bytes/session | of it private | CPU ms per 1,000 joins | CPU µs/s per idle session |",
            "| --- | --: | --: | --: | --: |",
        ]
        for server in servers:
            runs = results["idle"][server]
            row = [server] + [
                number(median(runs, key), 1 if "cpu" in key else 0)
                for key in (
                    "rss_bytes_per_session",
                    "anon_bytes_per_session",
                    "cpu_ms_per_1000_joins",
                    "cpu_us_per_session_second",
                )
            ]
            lines.append("| " + " | ".join(row) + " |")
    faults = sum(
        run[key]
        for by_server in results.values()
        for runs in by_server.values()
        for run in runs
        for key in ("lost", "duplicated", "reordered", "changed", "errors")
    )
    lines += ["", f"Lost, duplicated, reordered, changed frames and errors, all runs: {faults}."]
    return "\n".join(lines)


def names(text, known):
    chosen = text.split(",")
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such: {', '.join(unknown)} (of {', '.join(known)})")
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--servers", type=lambda text: names(text, SERVERS), default=["relay", "ours", "ours-v1"],
                        help=f"of {','.join(SERVERS)}; the last two need `npm ci` in tests/bench/npm")  # fmt: skip
    parser.add_argument("--workloads", type=lambda text: names(text, WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--sessions", type=int, default=10000, help="joined sessions of idle")
    parser.add_argument("--service_flag", action="append", default=[], help="one more flag for signaling-service")
    parser.add_argument("--gateway_flag", action="append", default=[], help="one more flag for signaling-gateway")
    parser.add_argument("--nice", type=int, default=0, help="below 0 (as root): comes before what else is running")
    parser.add_argument("--logs", type=pathlib.Path, default=None, help="folder for the servers' logs")
    parser.add_argument("--json", type=pathlib.Path, default=None, help="where every single result goes")
    options = parser.parse_args()
    options.logs = options.logs or options.bin.parent / "bench-logs"
    options.logs.mkdir(parents=True, exist_ok=True)

    results = {workload: {server: [] for server in options.servers} for workload in options.workloads}
    for repetition in range(options.repetitions):
        for workload in options.workloads:
            for server_name in options.servers:
                server = Server(server_name, options)
                try:
                    result = server.measure(WORKLOADS[workload])
                finally:
                    server.stop()
                results[workload][server_name].append(result)
                print(f"{repetition + 1}/{options.repetitions} {workload} {server_name}", file=sys.stderr, flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}\n")
    print(table(results, options.servers, options.workloads))
    return any(run["failed"] for by_server in results.values() for runs in by_server.values() for run in runs)


if __name__ == "__main__":
    sys.exit(main())

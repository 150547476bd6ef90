#!/usr/bin/env python3
"""What breaks cost: ten thousand sessions cut at once, and one client among a hundred that stops reading.

    cmake --preset release && ninja -C build/release
    tests/bench/breaks.py            # a table; --json FILE keeps every result

The servers get one core and the generator the other. 0 where nothing was lost, doubled or reordered.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import urllib.request

from run import LOAD_CORE, ROOT, Process, own_group


class System:
    """One service and two gateways."""

    def __init__(self, options, sessions):
        self.processes = []
        self.options = options
        try:
            service = self.start("signaling-service", "--port=0", "--internal_port=0", "--rate_limits=off")
            self.gateways = [
                self.start(
                    "signaling-gateway",
                    "--port=0",
                    "--internal_port=0",
                    f"--service=127.0.0.1:{service['port']}",
                    f"--max_connections={sessions + 100}",
                    "--rate_limits=off",
                )
                for _ in range(2)
            ]
            for gateway in self.processes[1:]:
                gateway.wait_for("ready")
        except BaseException:
            self.stop()
            raise

    def start(self, name, *flags):
        log = self.options.logs / f"{name}-{len(self.processes)}.log"
        process = Process([self.options.bin / name, *flags], log, self.options.nice)
        self.processes.append(process)
        return process.wait_for("listening")

    def closed_as_slow(self):
        """Sockets that the first gateway closed with 4003. Who stalls does not notice it."""
        url = f"http://127.0.0.1:{self.gateways[0]['internal_port']}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            text = answer.read().decode()
        return sum(int(n) for n in re.findall(r'signaling_closes_total{code="4003",side="server"} (\d+)', text))

    def pids(self):
        return ",".join(str(process.pid) for process in self.processes)

    def stop(self):
        for process in reversed(self.processes):
            if process.process.poll() is None:
                process.stop()


def run(options, sessions, *flags, kill=False):
    system = System(options, sessions)
    try:
        command = [
            "taskset", "-c", LOAD_CORE, options.bin / "bench-breaks",
            f"--port={system.gateways[0]['port']}", f"--pids={system.pids()}", f"--sessions={sessions}", *flags,
        ]  # fmt: skip
        if kill:
            command += [f"--kill_pid={system.processes[1].pid}", f"--return_port={system.gateways[1]['port']}"]
        done = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            check=False,
            timeout=400,
            preexec_fn=own_group(options.nice),
        )
        closed_as_slow = 0 if kill else system.closed_as_slow()
    finally:
        system.stop()
    if not done.stdout:
        raise SystemExit(f"no result from {command}")
    return {**json.loads(done.stdout), "closed_as_slow": closed_as_slow, "failed": done.returncode != 0}


def storm(options):
    rows = [
        "| 10,000 sessions cut at once | back, half | 99 % | last | accepted, most in 0.1 s | CPU s | unacknowledged | failed attempts | lost, doubled, reordered, not resumed |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    results = []
    for name, kill in (("connections reset, back to the same gateway", False), ("gateway killed, back to another", True)):
        result = run(options, options.sessions, "--workload=storm", kill=kill)
        results.append({"name": name, **result})
        rows.append(
            f"| {name} | {result['back_p50']} s | {result['back_p99']} s | {result['back_last']} s |"
            f" {max(result['accepted_per_tenth'] or [0])} | {result['cpu_seconds']} | {result['in_flight']} |"
            f" {result['failed_attempts']} |"
            f" {result['lost']}, {result['duplicated']}, {result['reordered']}, {result['not_resumed']} |"
        )
        rows.append(f"| accepted in each tenth of a second | {' '.join(map(str, result['accepted_per_tenth']))} | | | | | | | |")
    return results, rows


def stalled(options):
    results = []
    for _ in range(options.repetitions):
        for stall in ("false", "true"):
            flags = ["--workload=stalled", f"--stall={stall}", "--room_size=5", "--padding=1000"]
            results.append(run(options, 100, *flags, f"--rate={options.rate}", f"--measured={options.seconds}s"))
    rows = [
        "| a hundred clients in rooms of five | CPU µs per delivered frame | delivered | closed as slow | lost, doubled, reordered for the others |",
        "| --- | --: | --: | --: | --: |",
    ]
    for stall in (False, True):
        runs = [result for result in results if result["stall"] is stall]
        faults = [sum(result[key] for result in runs) for key in ("lost", "duplicated", "reordered")]
        rows.append(
            f"| {'one of them reads nothing' if stall else 'all read'} |"
            f" {statistics.median(result['cpu_us_per_frame'] for result in runs):.1f} |"
            f" {sum(result['delivered'] for result in runs)} | {sum(result['closed_as_slow'] for result in runs)} |"
            f" {', '.join(map(str, faults))} |"
        )
    return results, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--sessions", type=int, default=10000, help="that are cut at once")
    parser.add_argument("--rate", type=float, default=1000, help="messages a second, where one reads nothing")
    parser.add_argument("--seconds", type=int, default=10, help="of each such run")
    parser.add_argument("--repetitions", type=int, default=3, help="of each such run")
    parser.add_argument("--nice", type=int, default=0, help="below 0 (as root): comes before what else is running")
    parser.add_argument("--logs", type=pathlib.Path, default=None, help="folder for the servers' logs")
    parser.add_argument("--json", type=pathlib.Path, default=None, help="where every single result goes")
    options = parser.parse_args()
    options.logs = options.logs or options.bin.parent / "bench-logs"
    options.logs.mkdir(parents=True, exist_ok=True)
    everything = []
    for part in (storm, stalled):
        results, rows = part(options)
        everything += results
        print("\n".join(rows) + "\n", flush=True)
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1))
    return 1 if any(result["failed"] for result in everything) else 0


if __name__ == "__main__":
    sys.exit(main())

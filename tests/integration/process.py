"""The real binaries, for the tests beside this file and others: started, listened to at debug level, and ended. Whatever they
say is held against what must not be said (tests/support/log_check.py)."""

import collections
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import urllib.request

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

# pylint: disable=wrong-import-position
import log_check  # noqa: E402
import ports  # noqa: E402

# How long anything that must happen may take: generous, since sanitizer builds on busy machines run this too.
DEADLINE = 20.0


def scrape(port):
    """The samples of /metrics: {'name{label="value"}': number}."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=DEADLINE) as answer:
        text = answer.read().decode()
    samples = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            samples[name] = float(value)
    return samples


# All tests come from one address. Flags come before these; a file would not, so who brings one has none of them.
_DEFAULTS = {"SIGNALING_LOG_LEVEL": "debug", "SIGNALING_RATE_LIMITS": "off"}


def _command(name, flags):
    return [pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / name, *flags]


def _with_ports(flags):
    """Those for which any port is good get one that is theirs, also when they are started again."""
    return [f"{flag[:-1]}{ports.reserve()}" if flag in ("--port=0", "--internal_port=0") else flag for flag in flags]


def _environment(flags, settings):
    """That of a process: what is set comes from the test, and nothing from outside."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SIGNALING_")}
    has_file = any(flag.startswith("--config") for flag in flags) or "SIGNALING_CONFIG" in settings
    return {**ours, **({} if has_file else _DEFAULTS), **settings}


def run(name, *flags, environment=None):
    """One of our binaries that ends by itself: a subprocess.CompletedProcess."""
    watch = log_check.Watch(name, flags)
    done = subprocess.run(_command(name, flags), capture_output=True, text=True, timeout=DEADLINE, check=False,
                          env=_environment(flags, environment or {}))
    watch.lines(done.stdout)
    watch.lines(done.stderr)
    watch.check()
    return done


class Process:
    """One of our binaries and its log; `environment` has settings. Without rate limits, unless they or the flags say so."""

    def __init__(self, name, *flags, environment=None):
        self.name = name
        flags = _with_ports(flags)
        self._lines = collections.deque(maxlen=1000)
        self._events = {}
        self._counts = collections.Counter()  # of log lines by event
        self._changed = threading.Condition()
        self._watch = log_check.Watch(name, flags)
        self._process = subprocess.Popen(
            self.command(name, flags), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=_environment(flags, environment or {}))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        listening = self.wait_for("listening")
        self.port = listening["port"]
        self.internal_port = listening["internal_port"]

    def command(self, name, flags):
        """What is started; where that is in a container, it is another command."""
        return _command(name, flags)

    def _read(self):
        for line in self._process.stdout:
            self._watch.line(line)
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {}
            with self._changed:
                self._lines.append(line.rstrip())
                self._events.setdefault(entry.get("event"), entry)
                self._counts[entry.get("event")] += 1
                self._changed.notify_all()
        with self._changed:
            self._events.setdefault("exit", {})
            self._changed.notify_all()

    def wait_for(self, event):
        """The first log line with this event."""
        with self._changed:
            self._changed.wait_for(
                lambda: event in self._events or "exit" in self._events, timeout=DEADLINE)
            if event not in self._events:
                raise AssertionError(f"{self.name} did not say {event!r}:\n{self.log()}")
            return self._events[event]

    def count(self, event):
        """How many log lines with this event there were so far."""
        with self._changed:
            return self._counts[event]

    @property
    def pid(self):
        return self._process.pid

    @property
    def debug_lines(self):
        return self._watch.debug_lines

    def metrics(self):
        return scrape(self.internal_port)

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))

    def send_signal(self, number):
        self._process.send_signal(number)

    @contextlib.contextmanager
    def frozen(self):
        """None of its threads runs in here. A signal that was sent has not stopped them all yet."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, self.pid, os.WSTOPPED)
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self):
        """As a crash: no drain, no exit code to check."""
        self._process.kill()
        self._close()
        self._watch.check()

    def stop(self):
        """SIGTERM. The exit code, which is 0 after a clean end."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        """The exit code. Where that is 0, what was said is held against what must not be: else the code comes first."""
        try:
            code = self._process.wait(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return f"still running after {DEADLINE} s"
        finally:
            self._close()
        if code == 0:
            self._watch.check()
        return code

    def _close(self):
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def log(self):
        return "\n".join(self._lines)

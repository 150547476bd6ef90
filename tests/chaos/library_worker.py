"""The processes in which the libraries run: lines of JSON to them say what to do, and lines from them what came of it."""

import asyncio
import json
import pathlib
import shutil
import subprocess
import sys

import harness

_TESTS = pathlib.Path(__file__).parents[1]
# Of each: how it is started, and the questions that it gives an application no way to ask.
_KINDS = {
    # Beside the package `ws`, which Node has to find from there.
    "JavaScript": (["node", str(_TESTS / "clients" / "js" / "chaos_worker.js")], frozenset()),
    "Python": ([sys.executable, "-B", str(_TESTS / "chaos" / "python_worker.py")],
               frozenset(("unknown_type", "invalid_message"))),
}
KINDS = tuple(_KINDS)


class Worker:
    """One process for all sessions of one library. Ended by stop(), after a failure by kill()."""

    def __init__(self, kind):
        self.kind = kind
        self._command, self.never_asks = _KINDS[kind]
        self._process = None
        self._writer = None
        self._reader = asyncio.StreamReader(limit=1 << 20)
        self._sessions = {}  # by name
        self._stopping = False

    async def start(self):
        if shutil.which(self._command[0]) is None:
            raise AssertionError(f"{self._command[0]} is not installed")
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(self._reader), self._process.stdout)
        self._writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, self._process.stdin)

    def bind(self, session):
        self._sessions[session.name] = session

    def tell(self, session, **command):
        self._writer.write(json.dumps({"name": session.name, **command}, separators=(",", ":")).encode() + b"\n")

    async def run(self):
        """Hands on what it says, until it ends."""
        while line := await self._reader.readline():
            word = json.loads(line)
            self._sessions[word["name"]].on_word(word)
        if not self._stopping:
            raise ConnectionError(f"the process of the {self.kind} library ended")

    async def stop(self):
        """After its sessions were closed. It has to end by itself: a library that is closed keeps nothing alive."""
        self._stopping = True
        self._writer.close()
        try:
            code = await asyncio.to_thread(self._process.wait, harness.DEADLINE)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"the process of the {self.kind} library does not end") from None
        if code != 0:
            raise AssertionError(f"the process of the {self.kind} library ended with {code}")

    def kill(self):
        """Nothing where it has ended."""
        if self._process is not None and self._process.poll() is None:
            self._stopping = True
            self._process.kill()
            self._process.wait()

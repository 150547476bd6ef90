"""signalctl as a person or a script calls it, for the tests beside this file."""

import asyncio
import json
import os
import pathlib
import subprocess

import harness

BINARY = pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / "signalctl"

# Its exit codes (docs/signalctl.md).
DONE, NO, USAGE, UNREACHABLE, NOT_ALLOWED, NOT_FOUND, REFUSED = range(7)


class Signalctl:
    """With options that every call has, and nothing of this process's environment but PATH."""

    def __init__(self, *options, **env):
        self._options = options
        self._env = {"PATH": os.environ["PATH"], "TZ": "UTC", **env}

    def command(self, *words):
        return [str(word) for word in (BINARY, *self._options, *words)]

    def run(self, *words, stdin=None):
        return subprocess.run(self.command(*words), env=self._env, input=stdin, capture_output=True, text=True,
                              timeout=harness.DEADLINE, check=False)

    async def says(self, *words, code=DONE, **options):
        """What it prints, standard output where it ends well, else the one line of standard error."""
        done = await asyncio.to_thread(self.run, *words, **options)
        if done.returncode != code:
            raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
        if code in (DONE, NO):
            return done.stdout
        if done.stdout or done.stderr.count("\n") != 1 or not done.stderr.startswith("signalctl: "):
            raise AssertionError(f"{words}: not one line of error\n{done.stdout}{done.stderr}")
        return done.stderr

    async def json(self, *words, **options):
        return json.loads(await self.says("-o", "json", *words, **options))

    def start(self, *words):
        return subprocess.Popen(self.command(*words), env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)

"""The example programs, run as they are: two robots, and the viewer that counts their frames."""

import asyncio
import contextlib
import pathlib
import signal
import subprocess
import sys

import support
from support import DEADLINE, harness

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "gateway/clients/python/examples"


class Program:
    """A program, and what it said so far."""

    @classmethod
    async def start(cls, name, *arguments):
        self = cls()
        self.name = name
        self.said = ""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-B", str(EXAMPLES / name), *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._reader = asyncio.ensure_future(self._read())
        return self

    async def _read(self):
        async for line in self._process.stdout:
            self.said += line.decode()

    async def says(self, text, times=1):
        await harness.eventually(lambda: self.said.count(text) >= times, f"{self.name} says {text!r}; it said\n{self.said}")

    async def end(self, number=signal.SIGINT):
        """The exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        return await self.wait()

    async def wait(self):
        code = await asyncio.wait_for(self._process.wait(), DEADLINE)
        await self._reader
        return code


class ExamplesTest(harness.Stack):

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self._programs = []

    async def asyncTearDown(self):
        for program in self._programs:
            await program.end(signal.SIGKILL)
        await super().asyncTearDown()

    async def start(self, name, *arguments):
        program = await Program.start(name, *arguments)
        self._programs.append(program)
        return program

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.gateway.port}/"

    async def test_a_robot_and_its_viewers(self):
        robot = await self.start("robot.py", "--url", self.url, "--room", "a", "--client-id", "fred")
        await robot.says("waiting for viewers as fred in room a")
        for times in (1, 2):
            viewer = await self.start("viewer.py", "--url", self.url, "--room", "a", "--frames", "10", "--timeout", "30")
            self.assertEqual(await viewer.wait(), 0, viewer.said)
            await robot.says("hung up, it left: left", times)
        self.assertEqual(await robot.end(), 0, robot.said)
        self.assertNotIn("Traceback", robot.said)
        self.assertNotIn("candidate:", robot.said)

    async def test_a_viewer_that_waits_for_the_robot_and_sees_it_again(self):
        viewer = await self.start("viewer.py", "--url", self.url, "--room", "b")
        for times in (1, 2):
            robot = await self.start("robot.py", "--url", self.url, "--room", "b")
            await viewer.says("calling robot", times)
            await viewer.says("640x360", times)
            if times == 1:
                await robot.end(signal.SIGKILL)
                await viewer.says("the picture ended")
        self.assertEqual(await robot.end(signal.SIGTERM), 0, robot.said)
        self.assertEqual(await viewer.end(), 0, viewer.said)

    async def test_the_plain_robot(self):
        robot = await self.start("plain_robot.py", f"{self.url}?room=c&client_id=plain")
        await robot.says("connected")
        viewer = await self.start("viewer.py", "--url", self.url, "--room", "c", "--frames", "10", "--timeout", "30")
        self.assertEqual(await viewer.wait(), 0, viewer.said)
        await robot.says("participant_left")
        self.assertEqual(await robot.end(), 0, robot.said)

    async def test_who_wants_no_picture_is_told(self):
        robot = await self.start("robot.py", "--url", self.url, "--room", "d")
        await robot.says("waiting for viewers")
        caller = await self.v1("caller", room="d")
        await caller.command("offer", sdp=harness.SDP, to="robot")  # audio only
        await caller.expect("reject", client_id="robot", reason="unsupported")
        self.assertEqual(await robot.end(), 0, robot.said)

    async def test_a_camera_that_is_not_there_is_told(self):
        for source in ("--camera", "--play"):
            robot = await self.start("robot.py", "--url", self.url, source, "/nowhere")
            self.assertEqual(await robot.wait(), 1)
            self.assertIn("No such file or directory: '/nowhere'", robot.said)
            self.assertNotIn("Traceback", robot.said)

    async def test_who_is_refused_for_good_ends(self):
        for name in ("robot.py", "viewer.py"):
            program = await self.start(name, "--url", self.url, "--room", "no room")
            self.assertEqual(await program.wait(), 1)
            self.assertIn("4500: invalid_message", program.said)


if __name__ == "__main__":
    support.main()

"""The example programs, run as they are: two robots, and the viewer that counts their frames."""

import asyncio
import contextlib
import pathlib
import signal
import subprocess
import sys
from unittest import mock

import support
from aiortc import RTCPeerConnection
from support import DEADLINE, harness

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "gateway/clients/python/examples"
sys.path.insert(0, str(EXAMPLES))

import robot as robot_example  # noqa: E402

NO_CODEC = harness.SDP.replace("m=audio", "m=video")  # of a video, what aiortc does not know


async def video_offer():
    connection = RTCPeerConnection()
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    sdp = connection.localDescription.sdp
    await connection.close()
    return sdp


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

    async def says(self, *texts, times=1):
        """So many times one of these texts."""
        await harness.eventually(lambda: sum(map(self.said.count, texts)) >= times,
                                 f"{self.name} says one of {texts}; it said\n{self.said}")

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

    def reports(self):
        return self.gateway.metrics()['signaling_messages_total{direction="received",type="report"}']

    async def reported(self, before, grown):
        """So many set-ups since; none of the reports was refused."""
        await harness.eventually(lambda: self.reports() - before >= grown, f"{grown} reports")
        self.assertEqual(self.reports() - before, grown)
        self.assertEqual(self.gateway.metrics()['signaling_errors_total{code="invalid_message"}'], 0)

    async def test_a_robot_and_its_viewers(self):
        before = self.reports()
        robot = await self.start("robot.py", "--url", self.url, "--room", "a", "--client-id", "fred")
        await robot.says("waiting for viewers as fred in room a")
        for times in (1, 2):
            viewer = await self.start("viewer.py", "--url", self.url, "--room", "a", "--frames", "10", "--timeout", "30")
            self.assertEqual(await viewer.wait(), 0, viewer.said)
            # Newer versions of aiortc hear of it first from the connection itself.
            await robot.says(": hung up, it left: left", ": hung up, connection closed", times=times)
        self.assertEqual(await robot.end(), 0, robot.said)
        self.assertNotIn("Traceback", robot.said)
        self.assertNotIn("candidate:", robot.said)
        await self.reported(before, 4)

    async def test_a_viewer_that_waits_for_the_robot_and_sees_it_again(self):
        viewer = await self.start("viewer.py", "--url", self.url, "--room", "b")
        for times in (1, 2):
            robot = await self.start("robot.py", "--url", self.url, "--room", "b")
            await viewer.says("calling robot", times=times)
            await viewer.says("640x360", times=times)
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
        for room, program in (("d", ("robot.py", "--url", self.url, "--room", "d")),
                              ("e", ("plain_robot.py", f"{self.url}?room=e&client_id=robot"))):
            robot = await self.start(*program)
            await robot.says("waiting for viewers" if room == "d" else "connected")
            caller = await self.v1("caller", room=room)
            await caller.command("offer", sdp=harness.SDP, to="robot")  # audio only
            await caller.expect("reject", client_id="robot", reason="unsupported")
            self.assertEqual(await robot.end(), 0, robot.said)

    async def test_what_aiortc_cannot_use_does_not_end_the_plain_robot(self):
        robot = await self.start("plain_robot.py", f"{self.url}?room=f&client_id=plain")
        await robot.says("connected")
        caller = await self.v1("caller", room="f")
        await caller.command("offer", sdp=NO_CODEC, to="plain")
        await robot.says("offer caller failed")
        await caller.command("offer", sdp=await video_offer(), to="plain")
        await caller.expect("answer", client_id="plain")
        await caller.command("ice_candidate", candidate="candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid="9", to="plain")
        await robot.says("ice_candidate caller")
        viewer = await self.start("viewer.py", "--url", self.url, "--room", "f", "--frames", "10", "--timeout", "30")
        self.assertEqual(await viewer.wait(), 0, viewer.said)
        self.assertEqual(await robot.end(), 0, robot.said)

    async def test_calls_that_never_connect_do_not_stay(self):
        robot = await self.start("robot.py", "--url", self.url, "--room", "g")
        await robot.says("waiting for viewers")
        offer = await video_offer()
        for number in range(3):
            caller = await self.v1(f"caller-{number}", room="g")
            await caller.command("offer", sdp=offer, to="robot")
            await caller.expect("answer", client_id="robot")
            caller.ws.transport.abort()
            await robot.says(f"viewer caller-{number}: hung up, it left: timeout")
        self.assertEqual(await robot.end(), 0, robot.said)

    async def test_a_call_that_does_not_connect_is_given_up(self):
        before = self.reports()
        with mock.patch.object(robot_example.Call, "PATIENCE", 3.0):
            robot = robot_example.Robot(self.url, "i", "robot", robot_example.TestPicture())
            async with robot:
                caller = await self.v1("caller", room="i")
                await caller.command("offer", sdp=await video_offer(), to="robot")
                await caller.expect("answer", client_id="robot")
                self.assertEqual(len(robot._calls), 1)
                connection = robot._calls["caller"].connection
                await harness.eventually(lambda: not robot._calls, "it is given up")
                await harness.eventually(lambda: connection.connectionState == "closed", "it is closed")
        await self.reported(before, 1)

    async def test_the_viewer_says_when_no_frames_came(self):
        silent = await self.v1("silent", room="h")
        viewer = await self.start("viewer.py", "--url", self.url, "--room", "h", "--frames", "1")
        await silent.expect("participant_joined")
        await viewer.says("calling silent")
        self.assertEqual(await viewer.end(), 1, viewer.said)

    async def test_a_camera_that_is_not_there_is_told(self):
        for source in ("--camera", "--play"):
            robot = await self.start("robot.py", "--url", self.url, source, "/nowhere")
            self.assertEqual(await robot.wait(), 1)
            self.assertIn("No such file or directory: '/nowhere'", robot.said)
            self.assertNotIn("Traceback", robot.said)

    async def test_who_is_refused_for_good_ends(self):
        error = {"type": "error", "code": "banned", "message": "m", "action": "close", "fatal": True}
        for name in ("robot.py", "viewer.py"):
            async with support.Script(support.answers(error, close=4502)) as server:
                program = await self.start(name, "--url", server.url)
                self.assertEqual(await program.wait(), 1)
                self.assertIn("4502: banned", program.said)
                self.assertNotIn("Traceback", program.said)

    async def test_a_room_that_cannot_be_is_told(self):
        for name in ("robot.py", "viewer.py"):
            program = await self.start(name, "--url", self.url, "--room", "no room")
            self.assertEqual(await program.wait(), 1)
            self.assertIn("room is not 1 to 128 characters", program.said)
            self.assertNotIn("Traceback", program.said)

    async def test_the_viewer_shows_no_address_where_only_relays_are_allowed(self):
        for policy, candidates in (("relay", False), ("all", True)):
            offers = asyncio.Queue()

            async def greet(peer):
                await peer.greet({**support.CONNECTED, "ice_transport_policy": policy},
                                 {**support.JOINED, "participants": [{"client_id": "robot"}]})
                offers.put_nowait(await peer.expect("offer"))

            async with support.Script(greet) as server:
                viewer = await self.start("viewer.py", "--url", server.url)
                offer = await asyncio.wait_for(offers.get(), DEADLINE)
                self.assertIs("a=candidate" in offer["sdp"], candidates)
                await viewer.end()

    async def test_the_picture_goes_on_without_the_gateway(self):
        robot = await self.start("robot.py", "--url", self.url, "--room", "j")
        await robot.says("waiting for viewers")
        viewer = await self.start("viewer.py", "--url", self.url, "--room", "j")
        await viewer.says("frames/s")
        cls = type(self)
        port = self.gateway.port
        cls.gateway.kill()
        await viewer.says("signaling lost")
        await robot.says("who is watching goes on watching")
        cls.gateway = harness.Process("signaling-gateway", f"--port={port}", "--internal_port=0",
                                      f"--service=127.0.0.1:{self.service.port}")
        cls.gateway.wait_for("ready")
        await viewer.says("signaling is back", "robot is still connected")
        await robot.says("waiting for viewers", times=2)
        await viewer.says("frames/s", times=viewer.said.count("frames/s") + 1)
        self.assertEqual(viewer.said.count("calling"), 1, viewer.said)
        self.assertEqual(await robot.end(), 0, robot.said)
        self.assertEqual(await viewer.end(), 0, viewer.said)


if __name__ == "__main__":
    support.main()

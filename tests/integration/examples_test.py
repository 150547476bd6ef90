"""docs/examples against the real service: what they print where a connection is cut, and they or the service start anew."""

import asyncio
import json
import os
import pathlib
import tempfile

import back_office
import harness
import tokens
from signaling.v1 import error_pb2
from tcp_proxy import TcpProxy

EXAMPLES = pathlib.Path(__file__).parents[2] / "docs" / "examples"


class Program:
    """A running example and what it prints."""

    def __init__(self, process):
        self._process = process

    @classmethod
    async def start(cls, command, *flags, errors=None):
        environment = {**os.environ, "PYTHONPATH": back_office.STUBS.name}
        return cls(await asyncio.create_subprocess_exec(
            *command, *flags, stdout=asyncio.subprocess.PIPE, stderr=errors, env=environment))

    async def expect(self, *lines):
        for line in lines:
            said = (await asyncio.wait_for(self._process.stdout.readline(), harness.DEADLINE)).decode().rstrip("\n")
            if said != line:
                raise AssertionError(f"expected {line!r}, it said {said!r}")

    async def end(self):
        """Its exit code; it has nothing more to say."""
        rest = await asyncio.wait_for(self._process.stdout.read(), harness.DEADLINE)
        if rest:
            raise AssertionError(f"and then it said {rest!r}")
        return await asyncio.wait_for(self._process.wait(), harness.DEADLINE)

    async def complains(self):
        """What it says of why it ended."""
        return (await asyncio.wait_for(self._process.communicate(), harness.DEADLINE))[1].decode()

    async def kill(self):
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class Scenarios:
    """What each example has to get through; `command` starts it."""

    async def asyncSetUp(self):
        await super().asyncSetUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cursor = pathlib.Path(folder.name) / "cursor"
        self.proxy = TcpProxy(self.service.port)
        await self.proxy.start()
        self.addAsyncCleanup(self.proxy.stop)
        self.program = None

    async def _start(self, there=0):
        """The program, which finds or makes the room with so many in it."""
        self.program = await Program.start(
            self.command, f"--target=127.0.0.1:{self.proxy.port}", "--room=office", "--seats=2",
            f"--cursor={self.cursor}", "--allow=ann", "--allow=bob", "--remove=bob")
        self.addAsyncCleanup(self.program.kill)
        await self._expect_open(there)

    async def _expect_open(self, there=0):
        await self.program.expect("room office: 2 seats, for ann, bob", f"there is office with {there}")
        await harness.eventually(self.cursor.exists, "the program watches")

    async def _greets(self, ann):
        await self.program.expect("ann entered, greeted")
        message = await ann.expect("app")
        self.assertEqual((message.client_id, json.loads(message.data)), ("", {"welcome": "ann"}))

    async def _eve_stays_out(self):
        async with self.participant("eve") as eve:
            self.assertEqual(await eve.join_refused("office"), error_pb2.ERROR_REASON_PERMISSION_DENIED)

    async def _ann_calls(self):
        async with self.participant("ann") as ann:
            await ann.join("office")
            await self._greets(ann)
            await ann.leave()
            await self.program.expect("ann gone: LEFT")

    async def _ends_with_the_room(self):
        await self.call("DeleteRoom", room="office")
        await self.program.expect("room office ended")
        self.assertEqual(await self.program.end(), 0)
        self.assertFalse(self.cursor.exists())

    async def test_decides_who_enters(self):
        await self._start()
        options = (await self.call("GetRoom", room="office")).room.options
        self.assertEqual((options.max_participants, [*options.allowed.client_ids]), (2, ["ann", "bob"]))
        await self._eve_stays_out()
        await self._ann_calls()
        bob = await self.participant("bob").__aenter__()
        await bob.join("office")
        self.assertEqual((await bob.expect("closed")).error.reason, error_pb2.ERROR_REASON_KICKED)
        self.assertIsNotNone(await bob.status())
        await self.program.expect("bob entered, removed", "bob gone: KICKED")
        await self._ends_with_the_room()

    async def test_cut_off_it_misses_nothing_and_repeats_nothing(self):
        await self._start()
        async with self.participant("ann") as ann:
            await ann.join("office")
            await self._greets(ann)
            await self.proxy.stop()
            await ann.leave()
            await ann.join("office")
            await ann.leave()
            await self.proxy.start()
            await self.program.expect("ann gone: LEFT", "ann entered, gone already", "ann gone: LEFT")
        await self._ends_with_the_room()

    async def test_started_again_it_goes_on_where_it_stopped(self):
        await self._start()
        await self._ann_calls()
        newest = await self._newest_cursor()
        await harness.eventually(lambda: self.cursor.read_text() == newest, "the program has kept its cursor")
        await self.program.kill()
        async with self.participant("ann") as ann:
            await ann.join("office")
            await self._start(there=1)
            await self._greets(ann)
            await ann.leave()
            await self.program.expect("ann gone: LEFT")
        await self._ends_with_the_room()

    async def test_a_room_that_was_deleted_meanwhile_is_made_and_watched_anew(self):
        await self._start()
        await self.program.kill()
        await self.call("DeleteRoom", room="office")
        await self._start()
        await self._ann_calls()
        await self._ends_with_the_room()

    async def test_the_service_starts_anew(self):
        await self._start()
        ann = await self.participant("ann").__aenter__()
        await ann.join("office")
        await self._greets(ann)
        await self._restart_service()
        self.assertIsNotNone(await ann.status())

        await self._expect_open()
        await self._eve_stays_out()
        await self._ann_calls()
        await self._ends_with_the_room()

    async def _restart_service(self):
        """Crashes and comes back at its port, without the rooms. Nobody gets through before it is there."""
        await self.proxy.stop()
        port = self.service.port
        await asyncio.to_thread(self.service.kill)
        type(self).service = await asyncio.to_thread(self.start_service, port)
        await self.channel.close()
        await back_office.Office.asyncSetUp(self)  # a channel that has seen no failure
        await self.proxy.start()

    async def _newest_cursor(self):
        watch = self.rooms.WatchEvents(back_office.rooms_pb2.WatchEventsRequest())
        first = await watch.read()
        watch.cancel()
        return first.cursor


class Keyed(tokens.Stack):
    """A service that wants to know who calls."""

    async def test_with_a_token_that_grants_admin_they_are_let_in(self):
        channel = await self.enterAsyncContext(back_office.grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}"))
        rooms = back_office.rooms_pb2_grpc.RoomServiceStub(channel)
        admin = (("authorization", f"Bearer {self.key.token('admin', grants=['admin'])}"),)
        for command in (PythonExample.command, NodeExample.command):
            with self.subTest(command[-1]), tempfile.TemporaryDirectory() as folder:
                token_file = pathlib.Path(folder) / "token"
                for grants, allowed in ((["join"], False), (["admin"], True)):
                    tokens.replace(token_file, self.key.token("back-office", grants=grants))
                    program = await Program.start(
                        command, f"--target=127.0.0.1:{self.service.port}", "--room=office", "--allow=ann",
                        f"--cursor={folder}/cursor", f"--token-file={token_file}", errors=asyncio.subprocess.PIPE)
                    self.addAsyncCleanup(program.kill)
                    if allowed:
                        await program.expect("room office: 2 seats, for ann", "there is office with 0")
                        await program.kill()
                        await rooms.DeleteRoom(back_office.rooms_pb2.DeleteRoomRequest(room="office"), metadata=admin)
                    else:
                        self.assertIn("needs the grant 'admin'", await program.complains())


class PythonExample(Scenarios, back_office.Office):
    command = ("/usr/bin/python3", "-B", str(EXAMPLES / "python" / "back_end.py"))


class NodeExample(Scenarios, back_office.Office):
    command = ("node", str(EXAMPLES / "node" / "back_end.js"))


if __name__ == "__main__":
    harness.main()

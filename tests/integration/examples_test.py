"""docs/examples against the real service: what they print, through a connection that is cut and after a start anew."""

import asyncio
import json
import os
import pathlib
import tempfile

import back_office
import harness
from signaling.v1 import error_pb2

EXAMPLES = pathlib.Path(__file__).parents[2] / "docs" / "examples"


class Cable:
    """A TCP connection to the service that can be cut."""

    def __init__(self, port):
        self._target = port
        self._lines = set()  # a task a connection
        self._server = None

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *unused):
        await self.cut()

    async def cut(self):
        """Breaks what is there; until `mend` nobody gets through."""
        self._server.close()
        await self._server.wait_closed()
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    async def mend(self):
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)

    def _connect(self, reader, writer):
        line = asyncio.create_task(self._carry(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    async def _carry(self, reader, writer):
        there_writer = None
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
            both = [asyncio.create_task(self._pump(*way)) for way in ((reader, there_writer), (there_reader, writer))]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in both:
                    pump.cancel()
        finally:
            for end in (writer, there_writer):
                if end is not None:
                    end.transport.abort()

    @staticmethod
    async def _pump(source, sink):
        try:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        except OSError:
            pass  # broken, which is as good as ended


class Program:
    """A running example and what it prints."""

    def __init__(self, process):
        self._process = process

    @classmethod
    async def start(cls, command, *flags):
        environment = {**os.environ, "PYTHONPATH": back_office.STUBS.name}
        return cls(await asyncio.create_subprocess_exec(
            *command, *flags, stdout=asyncio.subprocess.PIPE, env=environment))

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

    async def kill(self):
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class Examples(back_office.Office):
    async def _watches_and_decides(self, name, *command):
        with tempfile.TemporaryDirectory() as folder:
            cursor = pathlib.Path(folder) / "cursor"
            async with Cable(self.service.port) as cable:
                flags = [f"--target=127.0.0.1:{cable.port}", f"--room={name}", "--seats=2", f"--cursor={cursor}",
                         "--allow=ann", "--allow=bob", "--remove=bob"]
                self.program = await Program.start(command, *flags)
                self.addAsyncCleanup(self.program.kill)
                await self.program.expect(f"room {name}: 2 seats, for ann, bob", f"there is {name} with 0")
                await harness.eventually(cursor.exists, "the program watches")
                await self._a_call(name, cable)

                # The next start goes on where the last one stopped.
                newest = await self._newest_cursor()
                await harness.eventually(lambda: cursor.read_text() == newest, "the program has kept its cursor")
                await self.program.kill()
                async with self.participant("ann") as ann:
                    await ann.join(name)
                    self.program = await Program.start(command, *flags)
                    self.addAsyncCleanup(self.program.kill)
                    await self.program.expect(
                        f"room {name}: 2 seats, for ann, bob", f"there is {name} with 1", "ann entered, greeted")
                    self.assertEqual(json.loads((await ann.expect("app")).data), {"welcome": "ann"})
                    await ann.leave()
                    await self.program.expect("ann gone: LEFT")
                await self.call("DeleteRoom", room=name)
                await self.program.expect(f"room {name} ended")
                self.assertEqual(await self.program.end(), 0)
                self.assertFalse(cursor.exists())

    async def _a_call(self, name, cable):
        options = (await self.call("GetRoom", room=name)).room.options
        self.assertEqual((options.max_participants, [*options.allowed.client_ids]), (2, ["ann", "bob"]))
        async with self.participant("eve") as eve:
            self.assertEqual(await eve.join_refused(name), error_pb2.ERROR_REASON_PERMISSION_DENIED)
        async with self.participant("ann") as ann:
            await ann.join(name)
            await self.program.expect("ann entered, greeted")
            message = await ann.expect("app")
            self.assertEqual((message.client_id, json.loads(message.data)), ("", {"welcome": "ann"}))

            # Cut off, it misses nothing, and repeats nothing.
            await cable.cut()
            await ann.leave()
            await ann.join(name)
            await ann.leave()
            await cable.mend()
            await self.program.expect("ann gone: LEFT", "ann entered, gone already", "ann gone: LEFT")

        bob = await self.participant("bob").__aenter__()
        await bob.join(name)
        self.assertEqual((await bob.expect("closed")).error.reason, error_pb2.ERROR_REASON_KICKED)
        self.assertIsNotNone(await bob.status())
        await self.program.expect("bob entered, removed", "bob gone: KICKED")

    async def _newest_cursor(self):
        watch = self.rooms.WatchEvents(back_office.rooms_pb2.WatchEventsRequest())
        first = await watch.read()
        watch.cancel()
        return first.cursor

    async def test_python(self):
        await self._watches_and_decides("python", "/usr/bin/python3", "-B", str(EXAMPLES / "python" / "back_end.py"))

    async def test_node(self):
        await self._watches_and_decides("node", "node", str(EXAMPLES / "node" / "back_end.js"))


if __name__ == "__main__":
    harness.main()

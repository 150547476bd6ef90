"""Records docs/protocol/transcripts anew, all or those named, from the real gateway:
  SIGNALING_BIN_DIR=build/ci/bin /usr/bin/python3 -B tests/conformance/record.py [NAME..]
The scenarios are the functions in scenarios/, which say by what they expect that they show what they are meant to."""

import asyncio
import importlib
import pathlib
import pkgutil
import sys

import play
import scenarios
import transcript


class Client:
    """One socket of a scenario; what it does and hears is written down."""

    def __init__(self, recording, name, peer):
        self._recording = recording
        self._name = name
        self._peer = peer

    async def say(self, type_, padded_to=0, valid=True, **fields):
        message = {"type": type_, **fields}
        named = self._recording.namer.names_for(message, self._name, known_only=True)
        self._note(sends=named, **({"padded_to": padded_to} if padded_to else {}))
        await self._peer.send(self._recording.with_token(message), padded_to, valid)

    async def say_text(self, text):
        self._note(sends_text=text)
        await self._peer.send_text(text)

    async def say_binary(self, text):
        self._note(sends_binary=text)
        await self._peer.send_binary(text)

    async def hear(self, type_, **fields):
        """The next message, as it came; it has this type and these fields."""
        message = await self._peer.receive()
        if {"type": message["type"], **{name: message.get(name) for name in fields}} != {"type": type_, **fields}:
            raise AssertionError(f"{self._name}: expected {type_} {fields}, received {message}")
        if type_ == "connected" and not self._recording.was_asked_for(message["client_id"]):
            self._recording.namer.made_by_server(message["client_id"], self._name)
        self._note(receives=self._recording.namer.names_for(message, self._name))
        return message

    async def hear_error(self, code, **fields):
        return await self.hear("error", code=code, **fields)

    async def hear_ack(self, number):
        """By now all messages up to this id are acknowledged."""
        await self._peer.wait_for_ack(number)
        self._note(receives={"type": "ack", "id": number})

    async def hear_close(self, code):
        actual = await self._peer.closed()
        if actual != code:
            raise AssertionError(f"{self._name}: expected close {code}, was {actual}")
        self._note(closed=code)

    async def close(self, code=1000):
        self._note(closes=code)
        await self._peer.close(code)

    async def bye(self):
        await self.say("bye")
        await self.hear_close(1000)

    def break_off(self):
        self._note(breaks=True)
        self._peer.break_off()

    def _note(self, **what):
        self._recording.steps.append({"client": self._name, **what})


class Recording:
    """What a scenario gets: sockets by name, and the processes to stop."""

    def __init__(self, stack, header):
        self._stack = stack
        self._subs = {claims["sub"] for claims in header.get("tokens", {}).values()}
        self.steps = []
        self.namer = transcript.Namer()

    def with_token(self, message):
        return self._stack.with_token(message)

    def was_asked_for(self, client_id):
        """Some client named it itself, or a token does."""
        return client_id in self._subs or any(client_id in str(step.get("open") or step.get("sends")) for step in self.steps)

    async def open(self, name, path, **options):
        self.steps.append({"client": name, "open": path, **options})
        return Client(self, name, await self._stack.open(path, **options))

    async def plain(self, name, room, client_id=None):
        """A client of `/`, connected."""
        client = await self.open(name, f"/?room={room}" + (f"&client_id={client_id}" if client_id else ""))
        await client.hear("connected")
        return client

    async def v1(self, name, room=None, **hello):
        """A client of `/v1` under its own name, connected, and in `room` where one is given."""
        client = await self.open(name, "/v1")
        await client.say("hello", client_id=name, **hello)
        client.hello = await client.hear("connected")
        if room is not None:
            await client.say("join", room=room, id=1)
            await client.hear("joined")
        return client

    async def resume(self, name, hello, last_seq, gateway=None, token=None, **changes):
        """Another socket, which has asked to go on."""
        client = await self.open(name, "/v1", **({"gateway": gateway} if gateway else {}))
        await self.ask_to_resume(client, hello, last_seq, token, **changes)
        return client

    @staticmethod
    async def ask_to_resume(client, hello, last_seq, token=None, **changes):
        await client.say("hello", **({"token": token} if token else {}), resume={
            "session_id": hello["session_id"], "resume_token": hello["resume_token"], "last_seq": last_seq, **changes})

    def stop_gateway(self, number):
        self.steps.append({"gateway": number, "stops": True})
        self._stack.terminate(self._stack.gateways[number - 1])

    def stop_service(self):
        self.steps.append({"service": 1, "stops": True})
        self._stack.terminate(self._stack.service)


def all_scenarios():
    """By name, which is the file's too."""
    found = {}
    for module in pkgutil.iter_modules(scenarios.__path__):
        for name, value in vars(importlib.import_module(f"scenarios.{module.name}")).items():
            if asyncio.iscoroutinefunction(value) and not name.startswith("_"):
                found[name] = value
    return found


async def _perform(scenario, recording, stack):
    await scenario(recording)
    await stack.end()


def record(name, scenario):
    header = {"transcript": name, "shows": " ".join(scenario.__doc__.split()), **getattr(scenario, "setup", {})}
    stack = play.Stack(header)
    try:
        recording = Recording(stack, header)
        asyncio.run(_perform(scenario, recording, stack))
        transcript.save(transcript.FOLDER / f"{name}.jsonl", header, recording.steps)
    finally:
        faults = stack.stop()
    if faults:
        raise AssertionError("\n".join(faults))
    print(f"{name}: {len(recording.steps)} steps")


def main():
    transcript.FOLDER.mkdir(exist_ok=True)
    chosen = all_scenarios()
    for name in sys.argv[1:] or chosen:
        record(name, chosen[name])
    if not sys.argv[1:]:
        for path in pathlib.Path(transcript.FOLDER).glob("*.jsonl"):
            if path.stem not in chosen:
                path.unlink()


if __name__ == "__main__":
    main()

"""Every transcript of docs/protocol is what the gateway does today: what the clients sent is sent again, and everything
that they received has to come, in the order of each client."""

import pathlib
import re
import unittest

import play
import record
import schemas
import transcript

ADDRESS = re.compile(r"\b\d+\.\d+\.\d+\.\d+\b")
# What no client of the gateway can bring about alone: a back end, and TURN credentials that end.
NOT_RECORDED = {"room_updated", "ice_servers"}
# What a client can bring about, and is told for it.
CLIENTS_CODES = {
    "peer_unavailable", "room_full", "client_id_taken", "draining", "unavailable", "slow_consumer",
    "too_many_connections", "origin_not_allowed", "session_replaced", "invalid_json", "invalid_message", "hello_required",
    "unknown_type", "invalid_sdp", "invalid_candidate", "message_too_large", "client_id_mismatch", "not_in_room",
    "already_in_room", "target_required", "room_locked", "too_many_offers", "banned", "kicked", "room_closed",
    "media_not_allowed", "permission_denied", "offer_not_found", "offer_taken", "offer_expired", "claim_lost",
    "unauthenticated", "token_expired", "room_not_found", "rate_limited"}
# A fault of the server, and what is told to back ends alone.
OTHER_CODES = {"internal", "room_exists", "session_not_found", "cursor_expired"}


class Replay:
    """One transcript against a stack of its own."""

    def __init__(self, stack):
        self._stack = stack
        self._values = transcript.Values()
        self._peers = {}

    async def run(self, steps):
        for number, step in enumerate(steps, start=2):  # as the lines of the file
            try:
                await self._step(step)
            except Exception as problem:
                raise AssertionError(f"line {number}, {step}: {problem!r}") from problem
        await self._stack.end()

    async def _step(self, step):
        if "stops" in step:
            process = self._stack.gateways[step["gateway"] - 1] if "gateway" in step else self._stack.service
            return self._stack.terminate(process)
        name = step["client"]
        if "open" in step:
            options = {key: step[key] for key in ("gateway", "origin") if key in step}
            self._peers[name] = await self._stack.open(step["open"], **options)
            return None
        peer = self._peers[name]
        if "sends" in step:
            return await peer.send(self._values.fill(self._stack.with_token(step["sends"])), step.get("padded_to", 0), valid=False)
        if "sends_text" in step:
            return await peer.send_text(step["sends_text"])
        if "sends_binary" in step:
            return await peer.send_binary(step["sends_binary"])
        if "receives" in step:
            return await self._receive(peer, step["receives"])
        if "closed" in step:
            actual = await peer.closed()
            if actual != step["closed"]:
                raise AssertionError(f"closed with {actual}")
            return None
        if "closes" in step:
            return await peer.close(step["closes"])
        if "breaks" in step:
            return peer.break_off()
        raise AssertionError("no such step")

    async def _receive(self, peer, expected):
        if expected["type"] == "ack":
            return await peer.wait_for_ack(expected["id"])
        actual = await peer.receive()
        if expected["type"] == "error":
            # The text is for people, and may change.
            expected, actual = ({**message, "message": ""} for message in (expected, actual))
        if (wrong := self._values.match(expected, actual)) is not None:
            raise AssertionError(f"{wrong}; received {actual}")
        return None


class TranscriptsTest(unittest.IsolatedAsyncioTestCase):
    maxDiff = None

    def test_each_scenario_is_recorded_and_nothing_else_is(self):
        self.assertEqual({path.name for path in transcript.FOLDER.iterdir()},
                         {f"{name}.jsonl" for name in record.all_scenarios()})

    def test_they_show_every_message_and_every_code(self):
        sent, received, codes = set(), set(), set()
        for path in transcript.FOLDER.iterdir():
            for step in transcript.load(path)[1]:
                sent.add(step.get("sends", {}).get("type"))
                received.add(step.get("receives", {}).get("type"))
                codes.add(step.get("receives", {}).get("code"))
        self.assertEqual(set(schemas.types("client")) - sent, set())
        self.assertEqual(set(schemas.types("server")) - received, NOT_RECORDED)
        self.assertEqual(codes - {None}, CLIENTS_CODES)
        self.assertEqual(CLIENTS_CODES | OTHER_CODES, set(schemas.read("common.schema.json")["$defs"]["error_code"]["enum"]))

    def test_they_name_no_address_but_those_of_documentation(self):
        for path in transcript.FOLDER.iterdir():
            text = path.read_text()
            for address in set(ADDRESS.findall(text)):
                self.assertTrue(address.startswith("192.0.2.") or address == "0.0.0.0", f"{path.name}: {address}")


def add_replay(path):
    async def test(self):
        header, steps = transcript.load(path)
        self.assertEqual(header["transcript"], path.stem)
        stack = play.Stack(header)
        try:
            await Replay(stack).run(steps)
        finally:
            faults = stack.stop()
        self.assertEqual(faults, [])

    setattr(TranscriptsTest, f"test_replay_{path.stem}", test)


for file in sorted(pathlib.Path(transcript.FOLDER).glob("*.jsonl")):
    add_replay(file)

if __name__ == "__main__":
    play.harness.main()

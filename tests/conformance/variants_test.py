"""The schema and the gateway are of one mind about what clients may send: what one refuses, the other refuses too."""

import asyncio
import json
import sys

import variants
import play
import schemas

harness, websockets = play.harness, play.websockets

REFUSALS = {"invalid_json", "invalid_message", "unknown_type", "invalid_sdp", "invalid_candidate"}
# The grammar of descriptions and candidates (RFC 8866, RFC 8839) is more than a pattern.
BEYOND_A_PATTERN = {"invalid_sdp", "invalid_candidate"}
# Of a right message: what only the state of the session, or the service's flags, can say.
BEYOND_A_MESSAGE = ("ack: no event with this number has been sent", "max_participants must be 1 to 5")
AT_A_TIME = 16
UNNUMBERED = [type_ for type_ in schemas.types("client")
              if "id" not in schemas.bundle("client")["$defs"][type_]["properties"]]


class VariantsTest(harness.Stack):
    gateway_flags = ("--max_connections=200",)

    async def _answer(self, text, greets, number):
        """The `error` with which the gateway refuses the message on a session of its own; None: it accepts it."""
        async with websockets.connect(f"ws://127.0.0.1:{self.gateway.port}/v1", ping_interval=None,
                                      max_size=None) as ws:
            async def receive():
                message = json.loads(await asyncio.wait_for(ws.recv(), harness.DEADLINE))
                schemas.check_server(message)
                return message

            async def until_marked():
                """What comes before the answer to a message after it, which is refused in a way of its own."""
                await ws.send(json.dumps({"type": "claim_offer", "offer_id": "mark"}))
                before = []
                while (message := await receive()).get("code") != "offer_not_found":
                    before.append(message)
                return before

            if greets:
                await ws.send('{"type": "hello"}')
                await receive()
                await until_marked()  # there is an event to acknowledge
            await ws.send(text)
            try:
                if not greets or number is not None:
                    # Either it is refused, or `connected`, an acknowledgement or an event says that it is not.
                    before = [await receive()]
                else:
                    before = await until_marked()
            except websockets.ConnectionClosedOK:  # bye
                return None
            return next((message for message in before if message.get("code") in REFUSALS), None)

    async def _judge(self, message, room):
        """What schema and gateway say of it, where they differ."""
        if isinstance(message, dict) and message.get("room") == variants.RIGHT["room"]:
            message = {**message, "room": room}  # one of its own: options count where the room is made
        wrong = schemas.problem("client", message)
        greets = not (isinstance(message, dict) and message.get("type") == "hello")
        number = message.get("id") if isinstance(message, dict) and message.get("type") not in UNNUMBERED else None
        error = await self._answer(json.dumps(message), greets, number)
        if wrong is not None and error is None:
            return f"the gateway accepts what the schema refuses: {json.dumps(message)[:300]}\n  {wrong}"
        if wrong is None and error is not None and error["code"] not in BEYOND_A_PATTERN \
                and not any(text in error["message"] for text in BEYOND_A_MESSAGE):
            return f"the gateway refuses what the schema accepts: {json.dumps(message)[:300]}\n  {error['message']}"
        return None

    async def _judge_all(self, messages):
        count = asyncio.Semaphore(AT_A_TIME)

        async def one(number, message):
            async with count:
                return await self._judge(message, f"room-{number}")

        differences = await asyncio.gather(*(one(*pair) for pair in enumerate(messages)))
        found = [difference for difference in differences if difference is not None]
        if found:
            self.fail(f"{len(found)} of {len(differences)} messages:\n" + "\n".join(found[:20]))

    async def test_every_field_of_every_message(self):
        messages = list(variants.messages())
        verdicts = [schemas.problem("client", message) is None for message in messages]
        # Of both kinds there are many, of every type.
        self.assertGreater(min(verdicts.count(True), verdicts.count(False)), 500)
        for type_ in schemas.types("client"):
            self.assertTrue(any(right for message, right in zip(messages, verdicts) if message["type"] == type_), type_)
        print(f"{verdicts.count(True)} right and {verdicts.count(False)} wrong messages", file=sys.stderr)
        await self._judge_all(messages)

    async def test_every_type(self):
        await self._judge_all(variants.types())

    async def test_what_a_schema_cannot_say(self):
        """README.md of docs/protocol lists it: the schema accepts these, the gateway does not."""
        for code, text in (
                ("invalid_message", '{"type": "leave", "id": 1.0}'),
                ("invalid_message", '{"type": "leave", "id": 1e1}'),
                ("invalid_message", '{"type": "lock", "locked": true, "locked": true}'),
                ("invalid_json", '{"type": "leave", "x": ' + "[" * 16 + "]" * 16 + "}"),
                ("invalid_message", json.dumps({"type": "close_room", "reason": "é" * 129})),
                ("invalid_message", json.dumps({"type": "update", "metadata": {"x": "x" * 4096}})),
                ("invalid_message", json.dumps({"type": "message", "data": ["x" * 16382]})),
                ("invalid_message", json.dumps({"type": "create_offer", "sdp": variants.SDP, "candidates": [
                    {"candidate": variants.CANDIDATE + " x " + "y" * 800}] * 40}))):
            with self.subTest(text=text[:60]):
                self.assertIsNone(schemas.problem("client", json.loads(text)))
                error = await self._answer(text, greets=True, number=None)
                self.assertIsNotNone(error)
                self.assertEqual(error["code"], code)


if __name__ == "__main__":
    harness.main()

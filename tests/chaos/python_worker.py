"""Sessions of the Python library for the chaos run: a process that library_worker.py starts and speaks lines of JSON with."""

import asyncio
import json
import logging
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[2] / "gateway" / "clients" / "python")]

# pylint: disable=wrong-import-position
from signaling_client import IceCandidate, SessionDescription, SignalingClient  # noqa: E402

# A gateway that is stopped has to be noticed well within a session's window.
PING_INTERVAL, PING_TIMEOUT = 2.0, 3.0
# They answer nothing, and say only what everybody knows.
NOTICES = ("unavailable", "slow_consumer", "draining")


def say(name, **word):
    sys.stdout.write(json.dumps({"name": name, **word}, separators=(",", ":")) + "\n")
    sys.stdout.flush()


class Session(SignalingClient):
    """Says what reaches the application, in the protocol's words."""

    def __init__(self, name, port, room):
        super().__init__(f"ws://127.0.0.1:{port}/", room=room, client_id=name, ping_interval=PING_INTERVAL,
                         ping_timeout=PING_TIMEOUT)
        self.name = name
        self.messages = asyncio.Queue()

    async def live(self):
        """Until it is closed."""
        sender = asyncio.create_task(self._send_all())
        try:
            await self.run()
        except Exception as error:  # pylint: disable=broad-exception-caught
            say(self.name, fault=f"ended: {error!r}")
        finally:
            sender.cancel()

    async def _send_all(self):
        try:
            while True:
                await self._send_one(await self.messages.get())
        except Exception as error:  # pylint: disable=broad-exception-caught
            say(self.name, fault=f"cannot send: {error!r}")

    async def _send_one(self, message):
        type_, to = message["type"], message.get("to")
        if type_ == "message":
            await self.send_message(to, message["data"])
        elif type_ == "update":
            await self.update(message["metadata"])
        elif type_ == "ice_candidate":
            await self.send_ice_candidate(to, IceCandidate(message["candidate"]))
        elif type_ == "offer":
            await self.send_offer(to, SessionDescription("offer", message["sdp"]))
        else:
            raise ValueError(f"there is no call for {type_}")

    def _got(self, type_, **fields):
        say(self.name, got={"type": type_, **fields})

    async def handle_connected(self, ice_servers, ice_transport_policy):
        say(self.name, answer="joined")

    async def handle_message(self, client_id, data):
        self._got("message", client_id=client_id, data=data)

    async def handle_ice_candidate(self, client_id, candidate):
        self._got("ice_candidate", client_id=client_id, candidate=candidate.candidate)

    async def handle_participant_updated(self, participant, former_id):
        self._got("participant_updated", client_id=former_id, participant={"metadata": dict(participant.metadata)})

    async def handle_participant_connection(self, participant):
        self._got("participant_connection", client_id=participant.client_id, connected=participant.connected)

    async def handle_participant_joined(self, participant):
        self._got("participant_joined", client_id=participant.client_id)

    async def handle_participant_left(self, client_id, reason):
        self._got("participant_left", client_id=client_id, reason=reason)

    async def handle_error(self, error):
        if error.code not in NOTICES:
            say(self.name, answer=error.code)

    async def handle_event(self, type_, message):
        self._got(type_)

    async def handle_offer(self, client_id, offer):
        self._got("offer", client_id=client_id)

    async def handle_answer(self, client_id, answer):
        self._got("answer", client_id=client_id)

    async def handle_reject(self, client_id, reason):
        self._got("reject", client_id=client_id)

    async def handle_disconnected(self, reason):
        say(self.name, fault=f"lost its session, and {reason.lost_messages} messages: {reason}")


async def main():
    logging.basicConfig(level=logging.ERROR)
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    sessions, lives = {}, []
    while line := await reader.readline():
        command = json.loads(line)
        name, do = command["name"], command["do"]
        if do == "open":
            sessions[name] = Session(name, command["port"], command["room"])
            lives.append(asyncio.create_task(sessions[name].live()))
        elif do == "close":
            await sessions[name].close()
        else:  # its errors come as everything else does
            sessions[name].messages.put_nowait(command["message"])
    await asyncio.gather(*lives)


if __name__ == "__main__":
    asyncio.run(main())

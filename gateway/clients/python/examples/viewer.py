#!/usr/bin/env python3
"""Watches the robots of a room and says how many frames come. For the question "is my robot sending?".

Needs aiortc (Debian: python3-aiortc).
"""

import argparse
import asyncio
import contextlib
import logging
import pathlib
import signal
import sys
from typing import Dict, Optional, Tuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # from the tree, installed or not

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp

from robot import Setup, configuration, relay_only
from signaling_client import (Disconnected, IceCandidate, IceServer, NotConnectedError, Participant, SessionDescription,
                              SignalingClient, SignalingClosed)

log = logging.getLogger("viewer")


class Viewer(SignalingClient):
    """Calls everybody who is no viewer itself."""

    AGAIN_AFTER = 1.0
    """Seconds from a connection that failed to the next call."""

    def __init__(self, url: str, room: str, frames_wanted: Optional[int]) -> None:
        super().__init__(url, room=room, metadata={"role": "viewer"})
        self._frames_wanted = frames_wanted
        self._calls: Dict[str, RTCPeerConnection] = {}
        self.satisfied = frames_wanted is None

    async def handle_connected(self, ice_servers: Tuple[IceServer, ...], ice_transport_policy: str) -> None:
        await asyncio.gather(*(self._call(one) for one in self.participants.values()))

    async def handle_participant_joined(self, participant: Participant) -> None:
        await self._call(participant)

    async def handle_participant_left(self, client_id: str, reason: str) -> None:
        await self._hang_up(client_id)

    async def handle_reconnecting(self, reason: Disconnected) -> None:
        log.warning("signaling lost: %s", reason)

    async def handle_resumed(self) -> None:
        log.info("signaling is back")

    async def handle_disconnected(self, reason: Disconnected) -> None:
        log.warning("the session is lost: %s", reason)

    async def handle_answer(self, client_id: str, answer: SessionDescription) -> None:
        if client_id in self._calls:
            await self._calls[client_id].setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type))

    async def handle_reject(self, client_id: str, reason: str) -> None:
        log.warning("%s does not take the call: %s", client_id, reason)
        await self._hang_up(client_id)

    async def handle_ice_candidate(self, client_id: str, candidate: IceCandidate) -> None:
        if client_id in self._calls and candidate.candidate:
            parsed = candidate_from_sdp(candidate.candidate.partition(":")[2])
            parsed.sdpMid = candidate.sdp_mid
            await self._calls[client_id].addIceCandidate(parsed)

    async def _call(self, participant: Participant) -> None:
        if participant.metadata.get("role") == "viewer":
            return
        client_id = participant.client_id
        if client_id in self._calls and self._calls[client_id].connectionState == "connected":
            log.info("%s is still connected", client_id)  # only signaling was away
            return
        await self._hang_up(client_id)
        connection = RTCPeerConnection(configuration(self.ice_servers))
        self._calls[client_id] = connection
        connection.addTransceiver("video", direction="recvonly")
        if self.ice_transport_policy == "relay":
            relay_only(connection)
        connection.on("track", lambda track: asyncio.ensure_future(self._count(client_id, track)))
        await connection.setLocalDescription(await connection.createOffer())  # waits for all candidates
        self._watch(client_id, connection, Setup(self, client_id, connection))
        log.info("calling %s", client_id)
        await self.send_offer(client_id, SessionDescription("offer", connection.localDescription.sdp))

    def _watch(self, client_id: str, connection: RTCPeerConnection, setup: Setup) -> None:
        async def changed() -> None:
            log.info("%s: %s", client_id, connection.connectionState)
            setup.look()
            if connection.connectionState not in ("failed", "closed") or self._calls.get(client_id) is not connection:
                return
            await self._hang_up(client_id)
            await asyncio.sleep(self.AGAIN_AFTER)
            if client_id in self.participants and client_id not in self._calls:
                with contextlib.suppress(NotConnectedError):  # then the next session calls
                    await self._call(self.participants[client_id])

        connection.on("connectionstatechange", changed)

    async def _count(self, client_id: str, track: MediaStreamTrack) -> None:
        loop = asyncio.get_running_loop()
        frames, told, told_at = 0, 0, loop.time()
        try:
            while True:
                frame = await track.recv()
                frames += 1
                if self._frames_wanted is not None and frames >= self._frames_wanted:
                    log.info("%s: %d frames", client_id, frames)
                    self.satisfied = True
                    await self.close()
                if loop.time() > told_at + 1:
                    rate = (frames - told) / (loop.time() - told_at)
                    log.info("%s: %dx%d, %.1f frames/s", client_id, frame.width, frame.height, rate)
                    told, told_at = frames, loop.time()
        except MediaStreamError:
            log.info("%s: the picture ended after %d frames", client_id, frames)

    async def _hang_up(self, client_id: str) -> None:
        connection = self._calls.pop(client_id, None)
        if connection is not None:
            await connection.close()

    async def hang_up_all(self) -> None:
        await asyncio.gather(*(self._hang_up(client_id) for client_id in list(self._calls)))


async def run(arguments: argparse.Namespace) -> Optional[str]:
    try:
        viewer = Viewer(arguments.url, arguments.room, arguments.frames)
    except ValueError as error:  # no such url or room
        return str(error)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, lambda: asyncio.ensure_future(viewer.close()))
    try:
        await asyncio.wait_for(viewer.run(), arguments.timeout)
        return None if viewer.satisfied else f"ended before {arguments.frames} frames came"
    except SignalingClosed as closed:
        return str(closed)
    except asyncio.TimeoutError:
        return f"not within {arguments.timeout:g} s"
    finally:
        await viewer.hang_up_all()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="ws://localhost:8765/", help="of the gateway (default: %(default)s)")
    parser.add_argument("--room", default="robot", help="default: %(default)s")
    parser.add_argument("--frames", type=int, help="end after so many frames of a robot; without them the exit code is 1")
    parser.add_argument("--timeout", type=float, help="fail after so many seconds")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("aioice").setLevel(logging.WARNING)  # it logs candidates
    raise SystemExit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""A robot that shows what its camera sees: it waits in a room and answers everybody who calls.

Needs aiortc (Debian: python3-aiortc). Without --camera or --play it sends a moving test picture.
"""

import argparse
import asyncio
import fractions
import logging
import pathlib
import re
import signal
import sys
import time
from typing import Dict, Optional, Tuple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # from the tree, installed or not

from aioice.ice import TransportPolicy
from aiortc import MediaStreamTrack, RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer, MediaRelay
from aiortc.rtcicetransport import parse_stun_turn_uri
from aiortc.sdp import candidate_from_sdp
from av import VideoFrame
from av.error import FFmpegError

from signaling_client import (Disconnected, IceCandidate, IceServer, SessionDescription, SignalingClient, SignalingClosed,
                              SignalingError)

log = logging.getLogger("robot")


class TestPicture(MediaStreamTrack):  # type: ignore[misc]  # aiortc is untyped
    """Grey stripes that walk to the left."""

    kind = "video"
    WIDTH, HEIGHT, RATE, CLOCK = 640, 360, 15, 90_000

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._began = 0.0
        self._ramp = bytes(range(16, 236, 4)) * (self.WIDTH // 16)

    async def recv(self) -> VideoFrame:
        if not self._count:
            self._began = time.monotonic()
        await asyncio.sleep(max(0.0, self._began + self._count / self.RATE - time.monotonic()))
        frame = VideoFrame(self.WIDTH, self.HEIGHT, "yuv420p")
        luma, *colours = frame.planes
        start = 4 * self._count % 55
        luma.update(self._ramp[start:start + luma.line_size] * self.HEIGHT)
        for plane in colours:
            plane.update(bytes([128]) * plane.buffer_size)
        frame.pts = self._count * self.CLOCK // self.RATE
        frame.time_base = fractions.Fraction(1, self.CLOCK)
        self._count += 1
        return frame


def configuration(servers: Tuple[IceServer, ...]) -> RTCConfiguration:
    """Those servers that aiortc can use; it takes the first STUN and the first TURN server of them."""
    usable = []
    for server in servers:
        for url in server.urls:
            try:
                parse_stun_turn_uri(url)
                usable.append(RTCIceServer(urls=url, username=server.username, credential=server.credential))
            except ValueError:
                log.info("aiortc has no use for the ICE server %s", url)
    return RTCConfiguration(iceServers=usable)


def relay_only(connection: RTCPeerConnection) -> None:
    """For the policy "relay", after the transceivers are there and before anything is gathered."""
    # aiortc has no iceTransportPolicy, but the ICE library below it has.
    for one in connection.getTransceivers():
        one.sender.transport.transport.iceGatherer._connection._transport_policy = TransportPolicy.RELAY


class Setup:
    """Tells the server, once, what became of a connection: an ICE restart and a renegotiation are no new set-up. Made when the
    offer is sent or has come."""

    def __init__(self, client: SignalingClient, client_id: str, connection: RTCPeerConnection) -> None:
        self._client = client
        self._client_id = client_id
        self._connection = connection
        self._began = time.monotonic()
        self._told = False

    def look(self) -> None:
        """The state of the connection may say it."""
        if self._connection.connectionState == "connected":
            self._tell("connected", candidate_type=self._candidate_type())
        elif self._connection.connectionState == "failed":
            self._tell("failed", reason="ice" if self._connection.iceConnectionState == "failed" else "dtls")

    def give_up(self) -> None:
        self._tell("failed", reason="timeout")

    def _tell(self, state: str, **why: Optional[str]) -> None:
        if not self._told:
            self._told = True
            self._client.report(self._client_id, state, setup_time=time.monotonic() - self._began, **why)

    def _candidate_type(self) -> Optional[str]:
        # aiortc does not say which pair was chosen, but the ICE library below it knows.
        try:
            ice = self._connection.getTransceivers()[0].sender.transport.transport
            return str(ice._connection._nominated[1].local_candidate.type)
        except (AttributeError, LookupError):
            return None


class Call:
    """The peer connection to one viewer."""

    PATIENCE = 30.0
    """Seconds until it is connected, or given up."""

    def __init__(self, offer: SessionDescription, servers: Tuple[IceServer, ...], only_relays: bool) -> None:
        self.ice_id = self.ice_id_of(offer)
        self.connection = RTCPeerConnection(configuration(servers))
        self.patience: Optional[asyncio.Task[None]] = None
        self._only_relays = only_relays

    @property
    def connected(self) -> bool:
        return bool(self.connection.connectionState == "connected")

    @staticmethod
    def ice_id_of(offer: SessionDescription) -> str:
        """Another one means: another peer connection, or an ICE restart, which aiortc has not. Both need a new one here."""
        match = re.search(r"^a=ice-ufrag:(\S+)", offer.sdp, re.MULTILINE)
        return match[1] if match else ""

    async def answer(self, offer: SessionDescription, picture: MediaStreamTrack) -> Optional[SessionDescription]:
        """None where the offer has no place for a picture."""
        connection = self.connection
        await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, offer.type))
        videos = [one for one in connection.getTransceivers() if one.kind == "video"]
        if not videos:
            return None
        if not any(one.sender.track for one in videos):
            connection.addTrack(picture)
        if self._only_relays:
            relay_only(connection)
        await connection.setLocalDescription(await connection.createAnswer())  # waits until all candidates are gathered
        return SessionDescription("answer", connection.localDescription.sdp)

    async def add(self, candidate: IceCandidate) -> None:
        # aiortc must not hear of the end of the candidates: it would give up while the viewer, whose own candidates may
        # be names that only its own machine resolves, is still finding us.
        if not candidate.candidate:
            return
        mids = [one.mid for one in self.connection.getTransceivers()]
        index = candidate.sdp_m_line_index
        try:
            parsed = candidate_from_sdp(candidate.candidate.partition(":")[2])
            parsed.sdpMid = candidate.sdp_mid or mids[0 if index is None else index]
            await self.connection.addIceCandidate(parsed)
        except (AssertionError, IndexError, OSError, ValueError):
            log.debug("a candidate that aiortc cannot use")


class Robot(SignalingClient):
    def __init__(self, url: str, room: str, client_id: str, picture: MediaStreamTrack) -> None:
        super().__init__(url, room=room, client_id=client_id, metadata={"role": "robot", "name": client_id})
        self._picture = picture
        self._relay = MediaRelay()  # one picture for all viewers
        self._calls: Dict[str, Call] = {}

    async def handle_connected(self, ice_servers: Tuple[IceServer, ...], ice_transport_policy: str) -> None:
        log.info("waiting for viewers as %s in room %s", self.client_id, self.room)

    async def handle_reconnecting(self, reason: Disconnected) -> None:
        log.warning("signaling lost (%s); who is watching goes on watching", reason)

    async def handle_resumed(self) -> None:
        log.info("signaling is back; still waiting for viewers as %s in room %s", self.client_id, self.room)

    async def handle_disconnected(self, reason: Disconnected) -> None:
        log.warning("the session is lost (%s); who is watching goes on watching", reason)

    async def handle_offer(self, client_id: str, offer: SessionDescription) -> None:
        call = self._calls.get(client_id)
        if call is None or call.ice_id != Call.ice_id_of(offer):
            if call is not None:
                await self._hang_up(client_id, call, "it calls anew")
            call = Call(offer, self.ice_servers, self.ice_transport_policy == "relay")
            self._calls[client_id] = call
            self._watch(client_id, call, Setup(self, client_id, call.connection))
        try:
            answer = await call.answer(offer, self._relay.subscribe(self._picture, buffered=False))
            if answer is not None:
                await self.send_answer(client_id, answer)
            else:
                await self.send_reject(client_id, "unsupported")
                await self._hang_up(client_id, call, "it wants no picture")
        except BaseException:
            await self._hang_up(client_id, call, "not answered")
            raise

    async def handle_ice_candidate(self, client_id: str, candidate: IceCandidate) -> None:
        if client_id in self._calls:
            await self._calls[client_id].add(candidate)

    async def handle_participant_left(self, client_id: str, reason: str) -> None:
        # Of other reasons ("timeout" and the like) only its signaling suffers. Whether it still watches, ICE finds out, but
        # a connection that is not there yet can no more come to be.
        call = self._calls.get(client_id)
        if call is not None and (reason in ("left", "kicked", "closed") or not call.connected):
            await self._hang_up(client_id, call, f"it left: {reason}")

    async def handle_error(self, error: SignalingError) -> None:
        log.warning("%s", error)

    def _watch(self, client_id: str, call: Call, setup: Setup) -> None:
        async def changed() -> None:
            state = call.connection.connectionState
            setup.look()
            log.info("viewer %s: %s", client_id, state)
            if state in ("failed", "closed"):
                await self._hang_up(client_id, call, f"connection {state}")

        async def give_up() -> None:  # aiortc itself tries for ever where no candidate comes
            await asyncio.sleep(Call.PATIENCE)
            if not call.connected:
                call.patience = None
                setup.give_up()
                await self._hang_up(client_id, call, f"not connected in {Call.PATIENCE:g} s")

        call.connection.on("connectionstatechange", changed)
        call.patience = asyncio.ensure_future(give_up())

    async def _hang_up(self, client_id: str, call: Call, why: str) -> None:
        if self._calls.get(client_id) is call:
            del self._calls[client_id]
            log.info("viewer %s: hung up, %s", client_id, why)
            if call.patience is not None:
                call.patience.cancel()
            await call.connection.close()

    async def hang_up_all(self) -> None:
        for client_id, call in list(self._calls.items()):
            await self._hang_up(client_id, call, "the robot ends")


def open_picture(arguments: argparse.Namespace) -> MediaStreamTrack:
    if not arguments.camera and not arguments.play:
        return TestPicture()
    try:
        if arguments.camera:
            player = MediaPlayer(arguments.camera, format="v4l2", options={"video_size": arguments.size, "framerate": "30"})
        else:
            player = MediaPlayer(arguments.play, loop=True)
    except (FFmpegError, OSError) as error:
        raise SystemExit(str(error)) from error
    if player.video is None:
        raise SystemExit(f"no video in {arguments.camera or arguments.play}")
    return player.video


async def run(arguments: argparse.Namespace) -> Optional[str]:
    """Why it ended; None where somebody wanted it to."""
    picture = open_picture(arguments)
    try:
        robot = Robot(arguments.url, arguments.room, arguments.client_id, picture)
    except ValueError as error:  # no such url, room or name
        picture.stop()
        return str(error)
    loop = asyncio.get_running_loop()
    ended = loop.create_future()

    def ask_to_end(why: Optional[str]) -> None:
        if not ended.done():
            ended.set_result(why)
        asyncio.ensure_future(robot.close())

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask_to_end, None)
    picture.on("ended", lambda: ask_to_end("there is no picture any more"))
    try:
        await robot.run()
        why: Optional[str] = await ended
        return why
    except SignalingClosed as closed:
        return str(closed)
    finally:
        await robot.hang_up_all()
        picture.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="ws://localhost:8765/", help="of the gateway (default: %(default)s)")
    parser.add_argument("--room", default="robot", help="default: %(default)s")
    parser.add_argument("--client-id", default="robot", help="the robot's name (default: %(default)s)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--camera", help="for example /dev/video0")
    source.add_argument("--play", help="a video file, again and again")
    parser.add_argument("--size", default="640x480", help="of the camera's picture (default: %(default)s)")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("aioice").setLevel(logging.WARNING)  # it logs candidates
    raise SystemExit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()

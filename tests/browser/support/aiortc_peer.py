#!/usr/bin/python3
"""An application on the Python client and aiortc: aiortc_peer.py URL NAME [all]   (all: it calls everybody)

It sends back what it gets: tracks, and what is said in the chat.
"""
import asyncio
import pathlib
import re
import signal
import sys

CLIENT = pathlib.Path(__file__).resolve().parents[3] / "gateway/clients/python"
sys.path.insert(0, str(CLIENT))

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import AudioStreamTrack
from aiortc.sdp import candidate_from_sdp

from signaling_client import SessionDescription, SignalingClient


def say(*words):
    print(*words, flush=True)


def ice_id(sdp):
    """Another one means another connection, or an ICE restart, which aiortc can only answer with another connection."""
    return re.search(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)[1]


class Peer(SignalingClient):
    def __init__(self, url, name, calls):
        super().__init__(url, room="test", client_id=name)
        self._calls = calls
        self._connections = {}  # client_id -> (connection, id of its offers)
        self._relay = MediaRelay()

    async def handle_connected(self, ice_servers, ice_transport_policy):
        say("joined")
        for client_id in self.participants if self._calls else ():
            await self._call(client_id)

    async def handle_reconnecting(self, reason):
        say("reconnecting")

    async def handle_resumed(self):
        say("resumed")

    async def handle_disconnected(self, reason):
        say("disconnected")

    async def handle_error(self, error):
        say("error", error)

    async def handle_offer(self, client_id, offer):
        connection, known = self._connections.get(client_id, (None, None))
        if known != ice_id(offer.sdp):
            await self._hang_up(client_id)
            connection = self._open(client_id, ice_id(offer.sdp))
        await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        await self.send_answer(client_id, SessionDescription("answer", connection.localDescription.sdp))

    async def handle_answer(self, client_id, answer):
        await self._connections[client_id][0].setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))

    async def handle_ice_candidate(self, client_id, candidate):
        if client_id in self._connections and candidate.candidate:
            parsed = candidate_from_sdp(candidate.candidate.partition(":")[2])
            parsed.sdpMid = candidate.sdp_mid
            await self._connections[client_id][0].addIceCandidate(parsed)

    async def handle_participant_left(self, client_id, reason):
        say("left", client_id)
        await self._hang_up(client_id)

    async def _call(self, client_id):
        connection = self._open(client_id, None)
        connection.addTrack(AudioStreamTrack())  # silence
        self._use(client_id, connection.createDataChannel("chat"))
        await connection.setLocalDescription(await connection.createOffer())
        await self.send_offer(client_id, SessionDescription("offer", connection.localDescription.sdp))

    def _open(self, client_id, offers):
        connection = RTCPeerConnection(RTCConfiguration([]))
        self._connections[client_id] = (connection, offers)
        say("connection", client_id)
        connection.on("datachannel", lambda channel: self._use(client_id, channel))
        connection.on("connectionstatechange", lambda: say(connection.connectionState, client_id))

        @connection.on("track")
        def echo(track):
            say("track", track.kind)
            idle = [one for one in connection.getTransceivers() if one.kind == track.kind and one.sender.track]
            if idle:
                idle[0].sender.replaceTrack(self._relay.subscribe(track))
            else:
                connection.addTrack(self._relay.subscribe(track))

        return connection

    def _use(self, client_id, channel):
        @channel.on("message")
        def heard(text):
            say("heard", client_id, text)
            channel.send(f"{self.client_id} heard {text}")

    async def _hang_up(self, client_id):
        connection, _ = self._connections.pop(client_id, (None, None))
        if connection:
            await connection.close()

    async def hang_up_all(self):
        for client_id in list(self._connections):
            await self._hang_up(client_id)


async def main(url, name, calls=""):
    peer = Peer(url, name, calls == "all")
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: asyncio.ensure_future(peer.close()))
    try:
        await peer.run()
    finally:
        await peer.hang_up_all()


asyncio.run(main(*sys.argv[1:]))

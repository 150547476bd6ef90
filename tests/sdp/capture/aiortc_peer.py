#!/usr/bin/python3
"""Descriptions of aiortc, one JSON object a line for store.py. aiortc does not trickle: its descriptions hold all."""
import asyncio
import fractions
import json
import sys

import aiortc
import av
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

STUN = RTCIceServer("stun:192.0.2.10:3479")
TURN = RTCIceServer("turn:192.0.2.10:3478", "user", "password")


class Silence(aiortc.MediaStreamTrack):
    kind = "audio"

    async def recv(self):
        await asyncio.sleep(0.02)
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.sample_rate, frame.time_base, frame.pts = 48000, fractions.Fraction(1, 48000), 0
        frame.planes[0].update(bytes(1920))
        return frame


def audio(peer, _other):
    peer.addTrack(Silence())


def both_audio(peer, other):
    peer.addTrack(Silence())
    other.addTrack(Silence())


def data(peer, _other):
    peer.createDataChannel("data")


def media(peer, _other):
    peer.addTrack(Silence())
    peer.addTransceiver("video", direction="recvonly")
    peer.createDataChannel("data")


SCENARIOS = (
    ("audio", [], both_audio),
    ("audio_recvonly", [STUN], audio),
    ("audio_turn", [STUN, TURN], both_audio),
    ("data", [], data),
    ("data_turn", [TURN], data),
    ("media", [STUN], media),
)


async def capture(name, servers, prepare):
    offerer, answerer = (RTCPeerConnection(RTCConfiguration(servers)) for _ in range(2))
    prepare(offerer, answerer)
    await offerer.setLocalDescription(await offerer.createOffer())
    await answerer.setRemoteDescription(offerer.localDescription)
    await answerer.setLocalDescription(await answerer.createAnswer())
    print(json.dumps({"name": name, "offer": offerer.localDescription.sdp,
                      "answer": answerer.localDescription.sdp}))
    await asyncio.gather(offerer.close(), answerer.close())


async def main():
    print("aiortc", aiortc.__version__, file=sys.stderr)
    for scenario in SCENARIOS:
        await capture(*scenario)


asyncio.run(main())

#!/usr/bin/env python3
"""A robot that needs nothing but websockets and json for its signaling. robot.py is the one to build on."""

import asyncio
import json
import random
import sys

import websockets
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp


class Picture(VideoStreamTrack):
    """Gets lighter and lighter, then starts again."""

    shade = 0

    async def recv(self):
        frame = await super().recv()
        self.shade = (self.shade + 2) % 256
        frame.planes[0].update(bytes([self.shade]) * frame.planes[0].buffer_size)
        return frame


class Robot:
    def __init__(self):
        self.calls = {}  # of each viewer
        self.ice_servers = []

    async def answer(self, ws, viewer, sdp):
        await self.hang_up(viewer)
        call = self.calls[viewer] = RTCPeerConnection(RTCConfiguration(self.ice_servers))
        call.addTrack(Picture())
        await call.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await call.setLocalDescription(await call.createAnswer())
        await ws.send(json.dumps({"type": "answer", "sdp": call.localDescription.sdp, "to": viewer}))

    async def add_candidate(self, viewer, message):
        # Neither the end of candidates nor a name that only the viewer's machine knows helps aiortc: the viewer finds us.
        if viewer in self.calls and message["candidate"] and ".local " not in message["candidate"]:
            candidate = candidate_from_sdp(message["candidate"].partition(":")[2])
            candidate.sdpMid = message.get("sdpMid", "0")
            await self.calls[viewer].addIceCandidate(candidate)

    async def hang_up(self, viewer):
        if viewer in self.calls:
            await self.calls.pop(viewer).close()

    async def take(self, ws, viewer, message):
        if message["type"] in ("connected", "ice_servers"):
            self.ice_servers = [RTCIceServer(url, server.get("username"), server.get("credential"))
                                for server in message["ice_servers"] for url in server["urls"]
                                if "[" not in url]  # aiortc knows no IPv6 addresses there
        elif message["type"] == "offer" and "\nm=video" not in message["sdp"]:
            await ws.send(json.dumps({"type": "reject", "reason": "unsupported", "to": viewer}))
        elif message["type"] == "offer":
            await self.answer(ws, viewer, message["sdp"])
        elif message["type"] == "ice_candidate":
            await self.add_candidate(viewer, message)
        elif message["type"] == "participant_left":
            await self.hang_up(viewer)

    async def serve(self, ws):
        async for text in ws:
            message = json.loads(text)
            viewer = message.get("client_id")
            try:
                await self.take(ws, viewer, message)
                print(message["type"], viewer or "", flush=True)
            except websockets.ConnectionClosed:
                raise
            except Exception as error:  # nothing that aiortc can use; the next message may be another one's
                print(message["type"], viewer, "failed:", type(error).__name__, flush=True)
                await self.hang_up(viewer)


async def main(url):
    robot = Robot()
    async for ws in websockets.connect(url):  # again after a break
        try:
            await robot.serve(ws)
        except websockets.ConnectionClosed as closed:
            if closed.rcvd and 4500 <= closed.rcvd.code <= 4999:
                sys.exit(f"the server does not want us: {closed}")
        await asyncio.sleep(random.uniform(0.5, 5))


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "ws://localhost:8765/?room=robot&client_id=plain-robot"))
    except KeyboardInterrupt:
        pass

#!/usr/bin/python3
"""Descriptions and candidates of GStreamer's webrtcbin, one JSON object a line for store.py."""
import json
import sys
import time

import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402  versions come before imports

Gst.init(None)

AUDIO = "audiotestsrc is-live=true ! opusenc ! rtpopuspay pt=111 ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111"
VIDEO = "videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay pt=96 ! application/x-rtp,media=video,encoding-name=VP8,payload=96"
STUN = "stun-server=stun://192.0.2.10:3479"
TURN = "turn-server=turn://user:password@192.0.2.10:3478"

SCENARIOS = (
    # name, properties of webrtcbin, what it sends, whether it has a data channel
    ("audio", "", [AUDIO], False),
    ("audio_stun", STUN, [AUDIO], False),
    ("audio_turn", f"{STUN} {TURN}", [AUDIO], False),
    ("audio_relay", f"{TURN} ice-transport-policy=relay", [AUDIO], False),
    ("media", STUN, [AUDIO, VIDEO], False),
    ("media_bundle", f"{STUN} bundle-policy=max-bundle", [AUDIO, VIDEO], True),
    ("data", "", [], True),
)


def pump(until, seconds=10):
    """Runs the main context until `until()`, or as long."""
    context, end = GLib.MainContext.default(), time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        if not context.iteration(False):
            time.sleep(0.01)


def ask(element, signal, *values, field=None):
    """Sends a webrtcbin a signal that takes a promise; a description of its own from `field` of the reply."""
    promise = Gst.Promise.new()
    element.emit(signal, *values, promise)
    promise.wait()
    if field is None:
        return None
    # The bindings do not keep alive what they point into: each owner has a name, and the text is parsed again.
    reply = promise.get_reply()
    description = reply.get_value(field)
    text = description.sdp.as_text()
    kind = GstWebRTC.WebRTCSDPType.OFFER if field == "offer" else GstWebRTC.WebRTCSDPType.ANSWER
    return text, lambda: GstWebRTC.WebRTCSessionDescription.new(kind, GstSdp.SDPMessage.new_from_text(text)[1])


def local_text(peer):
    description = peer.get_property("local-description")
    return description.sdp.as_text()


def capture(name, properties, sources, with_data):
    candidates = []
    branches = " ".join(f"{source} ! peer." for source in sources)
    # With one element alone parse_launch would make no pipeline.
    offerer = Gst.parse_launch(f"webrtcbin name=peer {properties} {branches or 'fakesink'}")
    answerer = Gst.parse_launch(f"webrtcbin name=peer {properties} fakesink")
    peers = [pipeline.get_by_name("peer") for pipeline in (offerer, answerer)]
    for own, other in (peers, peers[::-1]):
        def on_candidate(_peer, index, candidate, other=other):
            candidates.append(candidate)
            other.emit("add-ice-candidate", index, candidate)
        own.connect("on-ice-candidate", on_candidate)
    for pipeline in (offerer, answerer):
        pipeline.set_state(Gst.State.PLAYING)
    channel = peers[0].emit("create-data-channel", "data", None) if with_data else None
    if sources:  # payloaders have told their formats
        pump(lambda: all(pad.get_current_caps() for pad in peers[0].sinkpads))
    offer_text, offer = ask(peers[0], "create-offer", None, field="offer")
    ask(peers[0], "set-local-description", offer())
    ask(peers[1], "set-remote-description", offer())
    answer_text, answer = ask(peers[1], "create-answer", None, field="answer")
    ask(peers[1], "set-local-description", answer())
    ask(peers[0], "set-remote-description", answer())
    complete = GstWebRTC.WebRTCICEGatheringState.COMPLETE
    pump(lambda: all(peer.get_property("ice-gathering-state") == complete for peer in peers))
    print(json.dumps({"name": f"{name}_trickle", "offer": offer_text, "answer": answer_text}))
    print(json.dumps({"name": name, "candidates": candidates,
                      "offer": local_text(peers[0]), "answer": local_text(peers[1])}), flush=True)
    del channel
    for pipeline in (offerer, answerer):
        pipeline.set_state(Gst.State.NULL)


print(Gst.version_string(), file=sys.stderr)
for scenario in SCENARIOS:
    capture(*scenario)

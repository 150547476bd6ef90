"""What the transcripts show: one function a transcript, whose name is the file's and whose first words say what is shown.

Each ends with no session left but of sockets that are still open: these are closed with 1000 at the end of a replay.
"""

# Reserved for documentation: RFC 5737.
HOST = "192.0.2.1"
OTHER_HOST = "192.0.2.2"


def sdp(session, setup="actpass", kind="audio"):
    """A short description that is complete; `session` tells it from others."""
    codec = "111 opus/48000/2" if kind == "audio" else "96 VP8/90000"
    return "".join(line + "\r\n" for line in (
        "v=0", f"o=- {session} 1 IN IP4 {HOST}", "s=-", "t=0 0",
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {codec.split()[0]}", "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
        "a=fingerprint:sha-256 " + ":".join(["4A"] * 32), f"a=setup:{setup}", "a=mid:0", "a=sendrecv", "a=rtcp-mux",
        f"a=rtpmap:{codec}"))


def answer(session):
    return sdp(session, setup="active")


def candidate(host=HOST, port=46154):
    return {"candidate": f"candidate:1 1 udp 2122260223 {host} {port} typ host", "sdpMid": "0", "sdpMLineIndex": 0}


def setup(**flags):
    """service_flags, gateway_flags, gateways: of the processes that the scenario wants."""
    def mark(scenario):
        scenario.setup = flags
        return scenario
    return mark

"""The messages of the JSON protocol that the traffic is made of, as frames of Multiplex, and back."""

import json

import back_office  # makes the stubs  # noqa: F401

# pylint: disable=wrong-import-position
from signaling.v1 import error_pb2, session_pb2, signaling_pb2  # noqa: E402


def to_frame(message, number, after):
    frame = signaling_pb2.UpFrame(id=number, after_id=after)
    type_ = message["type"]
    if type_ == "message" and "data" in message:
        frame.app.data = json.dumps(message["data"], separators=(",", ":")).encode()
        frame.app.to = message.get("to", "")
    elif type_ == "update":
        frame.room.update.metadata.update(message["metadata"])
    elif type_ == "ice_candidate":
        frame.signal.to = message["to"]
        frame.signal.ice_candidate.candidate = message["candidate"]
    elif type_ == "offer":
        frame.signal.to = message["to"]
        frame.signal.offer.sdp = message["sdp"]
    elif type_ == "join":
        frame.room.join.room = message["room"]
    else:  # what a gateway refuses by itself
        frame.refused.reason = (
            error_pb2.ERROR_REASON_INVALID_MESSAGE if type_ == "message" else error_pb2.ERROR_REASON_UNKNOWN_TYPE)
    return frame


def reason_name(reason):
    return error_pb2.ErrorReason.Name(reason).removeprefix("ERROR_REASON_").lower()


def _room_event(event):
    kind = event.WhichOneof("event")
    content = getattr(event, kind)
    if kind == "participant_updated":
        return {"type": kind, "client_id": content.participant.client_id,
                "participant": {"metadata": dict(content.participant.metadata)}}
    if kind == "participant_connection":
        return {"type": kind, "client_id": content.client_id, "connected": content.connected}
    if kind == "participant_joined":
        return {"type": kind, "client_id": content.participant.client_id}
    return {"type": kind}


def to_message(frame):
    """Of a numbered frame."""
    body = frame.WhichOneof("body")
    message = {"type": body}
    if body == "room":
        message = _room_event(frame.room)
    elif body == "app":
        message = {"type": "message", "client_id": frame.app.client_id, "data": json.loads(frame.app.data)}
    elif body == "signal":
        message = {"type": frame.signal.WhichOneof("signal"), "client_id": frame.signal.client_id,
                   "candidate": frame.signal.ice_candidate.candidate}
    elif body == "error":
        message = {"type": "error", "code": reason_name(frame.error.reason)}
    if frame.reply_to:
        message["reply_to"] = frame.reply_to
    return message


__all__ = ["reason_name", "session_pb2", "signaling_pb2", "to_frame", "to_message"]

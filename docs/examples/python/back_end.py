#!/usr/bin/env python3
"""A back end that opens a room to a few, greets who comes, removes who may not stay, and misses nothing of it."""

import argparse
import json
import pathlib
import random
import sys
import time
import uuid

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2
from signaling.v1 import room_pb2, rooms_pb2, rooms_pb2_grpc

SERVICE_CONFIG = pathlib.Path(__file__).parents[2] / "service_config.json"


def say(line):
    print(line, flush=True)


def reason_of(error):
    """Why a call failed, as "ROOM_NOT_FOUND"; None where the service itself did not say."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return info.reason
    return None


class Bearer(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Says with each call who we are; the token's file is read each time, since somebody may replace it."""

    def __init__(self, token_file):
        self.token_file = token_file

    def _signed(self, details):
        token = self.token_file.read_text().strip()
        return details._replace(metadata=[*(details.metadata or ()), ("authorization", f"Bearer {token}")])

    def intercept_unary_unary(self, continuation, details, request):
        return continuation(self._signed(details), request)

    def intercept_unary_stream(self, continuation, details, request):
        return continuation(self._signed(details), request)


def connect(arguments):
    options = [
        ("grpc.service_config", SERVICE_CONFIG.read_text()), ("grpc.keepalive_time_ms", 30_000),
        ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 5000)]
    if arguments.ca is None:
        return grpc.insecure_channel(arguments.target, options)
    credentials = grpc.ssl_channel_credentials(root_certificates=arguments.ca.read_bytes())
    return grpc.secure_channel(arguments.target, credentials, options)


class BackEnd:
    def __init__(self, rooms, arguments):
        self.rooms = rooms
        self.room = arguments.room
        self.options = room_pb2.RoomOptions(
            max_participants=arguments.seats, allowed=room_pb2.AllowList(client_ids=arguments.allow))
        self.remove = set(arguments.remove)
        self.cursor_file = arguments.cursor
        self.cursor = self.cursor_file.read_text() if self.cursor_file.exists() else ""
        self.present = set()

    def open_room(self):
        """Makes the room, or where it exists makes it what it should be."""
        request = rooms_pb2.CreateRoomRequest(
            room=self.room, options=self.options, persistent=True, request_id=str(uuid.uuid4()))
        try:
            answer = self.rooms.CreateRoom(request)
            self.forget()  # what happened in an earlier room of this name, and that it ended, is no news of this one
        except grpc.RpcError as error:
            if reason_of(error) != "ROOM_EXISTS":
                raise
            answer = self.rooms.UpdateRoom(rooms_pb2.UpdateRoomRequest(
                room=self.room, options=self.options, request_id=str(uuid.uuid4())))
        options = answer.room.options
        say(f"room {self.room}: {options.max_participants} seats, for {', '.join(options.allowed.client_ids)}")

    def list_rooms(self):
        token = ""
        while True:
            page = self.rooms.ListRooms(rooms_pb2.ListRoomsRequest(page_size=100, page_token=token))
            for room in page.rooms:
                say(f"there is {room.name} with {room.participant_count}")
            token = page.next_page_token
            if not token:
                return

    def run(self):
        """Opens the room and watches until it has ended, whatever becomes of the connection or the service."""
        is_open = False
        while True:
            try:
                if not is_open:
                    self.open_room()
                    self.list_rooms()
                    is_open = True
                return self.watch()
            except grpc.RpcError as error:
                if reason_of(error) in ("CURSOR_EXPIRED", "ROOM_NOT_FOUND"):
                    # Too long away, or the service has started anew without its rooms: all from the beginning.
                    self.forget()
                    is_open = False
                elif error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                    raise
                print(f"cut: {error.details()}", file=sys.stderr, flush=True)
                time.sleep(random.uniform(0.1, 1))

    def watch(self):
        responses = self.rooms.WatchEvents(rooms_pb2.WatchEventsRequest(cursor=self.cursor))
        first = next(responses)
        if not self.cursor:
            # Listed after the first cursor: what changes meanwhile comes as an event, and nothing falls between.
            listed = self.rooms.ListParticipants(rooms_pb2.ListParticipantsRequest(room=self.room))
            there = [participant.client_id for participant in listed.participants]
            self.present.intersection_update(there)
            for client_id in there:
                self.entered(client_id, first.cursor)
        self.keep(first.cursor)
        for response in responses:
            event = response.event
            if event.participant_entered.room == self.room:
                self.entered(event.participant_entered.client_id, response.cursor)
            elif event.participant_gone.room == self.room:
                self.gone(event.participant_gone)
            elif event.room_ended.room == self.room:
                self.forget()
                return say(f"room {self.room} ended")
            self.keep(response.cursor)

    def keep(self, cursor):
        """What is behind it is done, also for the next start of this program."""
        self.cursor = cursor
        whole = self.cursor_file.with_suffix(".new")
        whole.write_text(cursor)
        whole.replace(self.cursor_file)

    def forget(self):
        self.cursor = ""
        self.cursor_file.unlink(missing_ok=True)

    def entered(self, client_id, cursor):
        if client_id in self.present:
            return
        # Made of the event: if this is cut off before it keeps the cursor, doing it again changes nothing.
        request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{cursor} {client_id}"))
        try:
            if client_id in self.remove:
                self.rooms.RemoveParticipant(rooms_pb2.RemoveParticipantRequest(
                    room=self.room, client_id=client_id, ban=Duration(seconds=60), reason="not today",
                    request_id=request_id))
                done = "removed"
            else:
                self.rooms.SendMessage(rooms_pb2.SendMessageRequest(
                    room=self.room, client_id=client_id, data=json.dumps({"welcome": client_id}).encode(),
                    request_id=request_id))
                done = "greeted"
        except grpc.RpcError as error:
            if reason_of(error) not in ("PEER_UNAVAILABLE", "ROOM_NOT_FOUND"):
                raise
            done = "gone already"
        self.present.add(client_id)
        say(f"{client_id} entered, {done}")

    def gone(self, event):
        self.present.discard(event.client_id)
        reason = room_pb2.LeaveReason.Name(event.reason).removeprefix("LEAVE_REASON_")
        say(f"{event.client_id} gone: {reason}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="localhost:50051")
    parser.add_argument("--room", default="interview")
    parser.add_argument("--seats", type=int, default=2)
    parser.add_argument("--allow", action="append", default=[], help="who may join; everybody where not given")
    parser.add_argument("--remove", action="append", default=[], help="who may not stay")
    parser.add_argument("--cursor", type=pathlib.Path, default=pathlib.Path("cursor"), help="file to go on from")
    parser.add_argument("--token-file", type=pathlib.Path, help="file with a token that grants admin")
    parser.add_argument("--ca", type=pathlib.Path, help="file with the CA of the service's certificate; else without TLS")
    arguments = parser.parse_args()
    with connect(arguments) as plain:
        channel = plain
        if arguments.token_file is not None:
            channel = grpc.intercept_channel(plain, Bearer(arguments.token_file))
        BackEnd(rooms_pb2_grpc.RoomServiceStub(channel), arguments).run()


if __name__ == "__main__":
    main()

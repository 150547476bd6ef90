"""What an operator sees of calls over gRPC: grpc_server_*, the audit trail, traces in lines, and the ends of sessions."""

import json
import secrets

import back_office
import harness
import tokens
from back_office import grpc, rooms_pb2, rooms_pb2_grpc, session_pb2, signaling_pb2, signaling_pb2_grpc
from google.protobuf import duration_pb2
from signaling.v1 import error_pb2, offer_pb2, report_pb2, room_pb2, signal_pb2

REQUEST_ID = "0b8b8b6e-7a0c-4a3e-9a0b-6f1a3c1c9d10"


def new_trace():
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def lines(process, event=None, **fields):
    """The lines that were said so far, with this event and these fields."""
    entries = (json.loads(line) for line in process.log().splitlines() if line.startswith("{"))
    wanted = {**fields, **({"event": event} if event else {})}
    return [entry for entry in entries if wanted.items() <= entry.items()]


async def await_lines(process, count, event=None, **fields):
    await harness.eventually(lambda: len(lines(process, event, **fields)) >= count, f"{count} of {event} {fields}")
    found = lines(process, event, **fields)
    if len(found) != count:
        raise AssertionError(f"not {count} but {found}")
    return found


def series(name, type_, service, method, **more):
    labels = {**more, "grpc_method": method, "grpc_service": service, "grpc_type": type_}
    return f"{name}{{{','.join(f'{key}={json.dumps(labels[key])}' for key in sorted(labels))}}}"


def samples(process):
    """As scrape, with labels in the order of their names."""
    sorted_ = {}
    for name, value in process.metrics().items():
        head, brace, labels = name.partition("{")
        if brace:
            name = head + "{" + ",".join(sorted(labels.rstrip("}").split(","))) + "}"
        sorted_[name] = value
    return sorted_


class Calls(back_office.Office):
    def handled(self, type_, service, method, code):
        return samples(self.service).get(series("grpc_server_handled_total", type_, service, method, grpc_code=code))

    async def await_handled(self, type_, service, method, code, count):
        await harness.eventually(lambda: self.handled(type_, service, method, code) == count, f"{method} {code} {count}")

    async def test_every_method_is_there_before_it_was_called(self):
        found = samples(self.service)
        for service in (rooms_pb2.DESCRIPTOR.services_by_name["RoomService"],
                        signaling_pb2.DESCRIPTOR.services_by_name["SignalingService"]):
            for method in service.methods:
                names = [name for name in found if name.startswith("grpc_server_handled_total{")
                         and f'grpc_method="{method.name}"' in name and f'grpc_service="{service.full_name}"' in name
                         and 'grpc_code="OK"' in name]
                self.assertEqual(len(names), 1, method.full_name)

    async def test_calls_of_each_kind(self):
        rooms = "signaling.v1.RoomService"
        await self.call("CreateRoom", room="counted")
        await self.await_handled("unary", rooms, "CreateRoom", "OK", 1)
        with self.assertRaises(grpc.aio.AioRpcError):
            await self.call("GetRoom", room="not-there")
        await self.await_handled("unary", rooms, "GetRoom", "NotFound", 1)
        watch = self.rooms.WatchEvents(rooms_pb2.WatchEventsRequest())
        await watch.read()
        watch.cancel()
        await self.await_handled("server_stream", rooms, "WatchEvents", "Canceled", 1)
        connect = ("bidi_stream", "signaling.v1.SignalingService", "Connect", "OK")
        before = self.handled(*connect)
        async with self.participant("ann"):
            pass
        await self.await_handled(*connect, before + 1)
        for path in ("/signaling.v1.RoomService/NoSuchMethod", "/no.such.Service/Method"):
            with self.assertRaises(grpc.aio.AioRpcError) as refused:
                await self.channel.unary_unary(path)(b"")
            self.assertEqual(refused.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
        await self.await_handled("bidi_stream", "unknown", "unknown", "Unimplemented", 2)
        found = samples(self.service)
        self.assertEqual(found[series("grpc_server_handling_seconds_count", "unary", rooms, "GetRoom")], 1)
        self.assertFalse([name for name in found if "such" in name.lower()])
        self.assertFalse([name for name in found if name.startswith("grpc_server_handling_seconds")
                          and 'grpc_type="unary"' not in name])
        for name in ("started", "msg_received"):
            self.assertEqual(found[series(f"grpc_server_{name}_total", "server_stream", rooms, "WatchEvents")], 1, name)
        self.assertEqual(found['signaling_engine_operations_total{operation="create_room"}'], 1)
        self.assertEqual(found['signaling_engine_operation_seconds_count{operation="create_room"}'], 1)
        expire = 'signaling_engine_operations_total{operation="expire"}'
        await harness.eventually(lambda: samples(self.service)[expire] > 0, "what time brings is counted too")

    async def test_an_answer_that_is_waited_for_no_longer(self):
        """Its caller has gone when the service comes to it: whatever is begun then also ends, and is counted as ended."""
        await self.call("ListRooms")  # connected, and with a call that is counted
        with self.service.frozen():
            with self.assertRaises(grpc.aio.AioRpcError) as late:
                await self.rooms.ListRooms(rooms_pb2.ListRoomsRequest(), timeout=0.2)
        self.assertEqual(late.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        await self.call("ListRooms")
        await harness.eventually(lambda: self.under_way("ListRooms") == 0, "no call of ListRooms is under way")

    def under_way(self, method):
        found = samples(self.service)

        def total(family):
            return sum(value for name, value in found.items()
                       if name.startswith(family + "{") and f'grpc_method="{method}"' in name)
        self.assertGreaterEqual(total("grpc_server_handled_total"), 1)
        return total("grpc_server_started_total") - total("grpc_server_handled_total")

    async def test_a_session_on_connect_has_its_trace_and_its_line(self):
        trace = new_trace()
        session = back_office.Participant(self.channel, "traced", metadata=(("traceparent", trace),))
        async with session:
            await session.join("a-room")
            await session.command(app=signal_pb2.AppMessage(data=b"no JSON"))
            await session.expect("error")
        [ended] = await await_lines(self.service, 1, "session_ended", client_id="traced")
        self.assertEqual((ended["level"], ended["room"], ended["traceparent"]), ("info", "a-room", trace))
        self.assertEqual((ended["reason"], ended["received"], ended["refused"], ended["resumes"]), ("left", 2, 1, 0))
        self.assertGreaterEqual(ended["duration_ms"], 0)
        session_id = ended["session_id"]
        for event in ("connect_opening", "session_opening", "session_opened", "joined", "message_refused",
                      "session_closed", "session_ended"):
            found = lines(self.service, event, session_id=session_id)
            self.assertEqual([line.get("traceparent") for line in found], [trace], event)

    async def test_a_trace_in_open_counts_more_than_that_of_the_metadata_and_nonsense_is_ignored(self):
        for name, in_open, in_metadata, expected in (("both", new_trace(), new_trace(), 0), ("none", "nonsense", "00-x", None)):
            call = signaling_pb2_grpc.SignalingServiceStub(self.channel).Connect(metadata=(("traceparent", in_metadata),))
            await call.write(signaling_pb2.ConnectRequest(frame=signaling_pb2.UpFrame(open=session_pb2.Open(
                session_id=secrets.token_urlsafe(16), path=session_pb2.SESSION_PATH_V1, client_id=name,
                traceparent=in_open))))
            opened = await call.read()
            harness.secrets.add(opened.frame.opened.resume_token)
            await call.done_writing()
            while await call.read() is not grpc.aio.EOF:
                pass
            [ended] = await await_lines(self.service, 1, "session_ended", client_id=name)
            self.assertEqual(ended.get("traceparent"), in_open if expected == 0 else None)
        self.assertNotIn("nonsense", self.service.log())

    async def test_reports_are_counted_and_a_bad_one_is_told(self):
        before = samples(self.service)
        async with self.participant("ann") as ann, self.participant("bob") as bob:
            await ann.join("calls")
            await bob.join("calls")
            await ann.command(signal=signal_pb2.Signal(to="bob", offer=signal_pb2.Description(sdp=harness.SDP)))
            while not (await bob.read()).signal.HasField("offer"):
                pass
            await bob.command(signal=signal_pb2.Signal(to="ann", answer=signal_pb2.Description(sdp=harness.SDP)))
            while not (await ann.read()).signal.HasField("answer"):
                pass
            report = report_pb2.Report(
                to="bob", state=report_pb2.SETUP_STATE_CONNECTED, candidate_type=report_pb2.CANDIDATE_TYPE_RELAY,
                setup_duration=duration_pb2.Duration(nanos=420_000_000))
            ann.write(report=report)
            name = 'signaling_setup_reports_total{candidate_type="relay",state="connected"}'
            await harness.eventually(lambda: samples(self.service)[name] == before[name] + 1, "one more report")
            ann.write(report=report_pb2.Report(to="bob"))
            error = await ann.expect("error")
            self.assertEqual(error.reason, error_pb2.ERROR_REASON_INVALID_MESSAGE)
        after = samples(self.service)
        for name in ('signaling_setup_seconds_count{stage="connected"}', 'signaling_setup_seconds_count{stage="answer"}'):
            self.assertEqual(after[name], before[name] + 1, name)
        self.assertGreaterEqual(after["signaling_relay_seconds_count"], before["signaling_relay_seconds_count"] + 2)

    async def test_what_became_of_a_session_and_an_offer_can_be_asked(self):
        async with self.participant("explained") as session:
            create = offer_pb2.CreateOffer(offer=signal_pb2.Description(sdp=harness.SDP))
            await session.command(offer=offer_pb2.OfferCommand(create=create))
            offer_id = (await session.expect("offer")).offer_id
            [found] = (await self.call("ListSessions", client_id="explained")).sessions
            answer = await self.call("ExplainSession", session=found.name)
            self.assertEqual((answer.name, answer.client_id), (found.name, "explained"))
            self.assertTrue(answer.history.live)
            self.assertEqual((await self.call("ExplainOffer", offer_id=offer_id)).offer.offer_id, offer_id)
        await self.refused(grpc.StatusCode.NOT_FOUND, "SESSION_NOT_FOUND", "ExplainSession", session="s4711")
        await self.refused(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_MESSAGE", "ExplainOffer", offer_id="")


class AuditStack(tokens.Stack):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.service.port}")
        self.addAsyncCleanup(self.channel.close)
        self.rooms = rooms_pb2_grpc.RoomServiceStub(self.channel)

    def metadata(self, token, trace=None):
        harness.secrets.add(token)
        return (("authorization", f"Bearer {token}"), *((("traceparent", trace),) if trace else ()))


class Audit(AuditStack):
    async def test_who_changed_what(self):
        trace = new_trace()
        office = self.metadata(self.key.token("office", grants=["admin"]), trace)
        await self.rooms.CreateRoom(rooms_pb2.CreateRoomRequest(room="audited", request_id=REQUEST_ID), metadata=office)
        await self.rooms.GetRoom(rooms_pb2.GetRoomRequest(room="audited"), metadata=office)
        with self.assertRaises(grpc.aio.AioRpcError):
            await self.rooms.SendMessage(
                rooms_pb2.SendMessageRequest(room="audited", client_id="nobody", data=b"1"), metadata=office)
        await self.rooms.DeleteRoom(rooms_pb2.DeleteRoomRequest(room="audited"), metadata=office)
        calls = await await_lines(self.service, 4, "call", traceparent=trace)
        told = [[line.get(name) for name in ("level", "method", "caller", "code", "reason", "request_id", "room", "client_id")]
                for line in calls]
        self.assertEqual(told, [
            ["info", "CreateRoom", "office", "OK", "", REQUEST_ID, "audited", None],
            ["debug", "GetRoom", "office", "OK", "", "", "audited", None],
            ["info", "SendMessage", "office", "NotFound", "peer_unavailable", "", "audited", "nobody"],
            ["info", "DeleteRoom", "office", "OK", "", "", "audited", None]])
        self.assertTrue(all(line["duration_ms"] >= 0 for line in calls))

    async def test_who_was_refused(self):
        trace = new_trace()
        client = self.metadata(self.key.token("mallory", "*", tokens.ALL), trace)
        for call in (self.rooms.DeleteRoom(rooms_pb2.DeleteRoomRequest(room="audited"), metadata=client),
                     self.rooms.ListRooms(rooms_pb2.ListRoomsRequest(), metadata=(("traceparent", trace),)),
                     self.rooms.WatchEvents(rooms_pb2.WatchEventsRequest(), metadata=client).read()):
            with self.assertRaises(grpc.aio.AioRpcError):
                await call
        calls = await await_lines(self.service, 3, "call", traceparent=trace)
        told = [[line.get(name) for name in ("level", "method", "caller", "code", "reason")] for line in calls]
        self.assertEqual(sorted(told, key=lambda line: line[1]), [
            ["warning", "DeleteRoom", "mallory", "PermissionDenied", "permission_denied"],
            ["warning", "ListRooms", "", "Unauthenticated", "unauthenticated"],
            ["warning", "WatchEvents", "mallory", "PermissionDenied", "permission_denied"]])

    async def test_a_gateways_stream_from_its_opening_to_its_end(self):
        trace = new_trace()
        signaling = signaling_pb2_grpc.SignalingServiceStub(self.channel)
        gateway = self.metadata(self.key.token("gate-7", grants=["gateway"]), trace)
        call = signaling.Multiplex(metadata=gateway)
        await call.write(signaling_pb2.MultiplexRequest(hello=signaling_pb2.GatewayHello(gateway_id="edge")))
        self.assertTrue((await call.read()).HasField("hello"))
        [opened] = await await_lines(self.service, 1, "gateway_connected", gateway_id="edge")
        self.assertEqual([opened[name] for name in ("level", "caller", "traceparent")], ["info", "gate-7", trace])
        await call.done_writing()
        while await call.read() is not grpc.aio.EOF:
            pass
        [ended] = await await_lines(self.service, 1, "gateway_disconnected", gateway_id="edge")
        self.assertEqual([ended[name] for name in ("level", "caller", "code", "sessions", "traceparent")],
                         ["info", "gate-7", "OK", 0, trace])
        self.assertGreaterEqual(ended["duration_ms"], 0)


class Flood(AuditStack):
    async def test_a_flood_of_refusals_is_counted_and_does_not_fill_the_disk(self):
        trace = new_trace()
        metadata = (("traceparent", trace),)
        for _ in range(200):
            with self.assertRaises(grpc.aio.AioRpcError):
                await self.rooms.ListRooms(rooms_pb2.ListRoomsRequest(), metadata=metadata)
        await harness.eventually(lambda: lines(self.service, "log_lines_dropped", of="call"), "what is left out is told")
        self.assertLess(len(lines(self.service, "call", traceparent=trace)), 100)


class Limits(back_office.Office):
    service_flags = ("--rate_limits=call=5,other=1,burst=128",)

    async def test_who_is_over_a_limit_is_counted(self):
        refused = 0
        for _ in range(40):
            try:
                await self.call("ListRooms")
            except grpc.aio.AioRpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
                refused += 1
        self.assertGreater(refused, 0)
        self.assertEqual(samples(self.service)['signaling_rate_limited_total{limit="call"}'], refused)
        async with self.participant("ann") as ann:
            for _ in range(131):
                await ann.command(room=room_pb2.RoomCommand(update=room_pb2.Update()))
            await harness.eventually(
                lambda: samples(self.service)['signaling_rate_limited_total{limit="other"}'] == 1, "one episode")
        self.assertEqual(samples(self.service)['signaling_rate_limited_total{limit="candidate"}'], 0)

    async def asyncTearDown(self):
        await self.channel.close()
        await harness.eventually(self._is_empty, "no session or room in the service")



if __name__ == "__main__":
    harness.main()

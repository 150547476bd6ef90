"""What both processes tell Prometheus: what docs/metrics.md says, no more and no less, and nothing that a client made up."""

import asyncio
import itertools
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.request

import back_office
import harness
import tls_files
import tokens
from authority import Authority
from back_office import grpc, rooms_pb2, rooms_pb2_grpc

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
GATEWAY = "signaling-gateway"
SERVICE = "signaling-service"
MADE_UP = "m4de-up"  # part of everything that a client may say


def section(title, level="##"):
    return re.search(rf"^{level} {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL).group(1)


def anchors():
    """{anchor: title} of the lists of label values."""
    titles = re.findall(r"^### (.*)$", PAGE, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-"): title for title in titles}


def cells(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def quoted(text):
    return re.findall(r"`([^`]+)`", text)


def listed(title, names):
    """What a list below says of these labels: a list of {label: value}."""
    rows = [line for line in section(title, "###").splitlines() if line.startswith("|")]
    if not rows:
        return [{names[0]: value} for value in quoted(section(title, "###").split("\n\n")[0])]
    heads = [quoted(cell)[0] for cell in cells(rows[0])]
    return [dict(zip(heads, values)) for row in rows[2:] for values in itertools.product(*map(quoted, cells(row)))]


class Documented:
    """One line of a table: the type, and the sets of labels that series have."""

    def __init__(self, kind, labels):
        self.kind = kind
        self.any = re.search(r": any$", labels) is not None
        self.some = "some of those" in labels
        self.names = set()
        parts = []
        for part in filter(None, labels.split("; ")):
            names, values = part.split(": ", 1) if ": " in part else (part, "")
            names = quoted(names)
            self.names.update(names)
            if link := re.search(r"\(#([\w-]+)\)", values):
                found = listed(anchors()[link.group(1)], names)
                if "unary" in values:
                    found = [one for one in found if one["grpc_type"] == "unary"]
                parts.append(found)
            elif not self.any:
                parts.append([{names[0]: value} for value in quoted(values)])
        self.series = {frozenset(itertools.chain(*(part.items() for part in chosen)))
                       for chosen in itertools.product(*parts)}


def documented():
    """{process: {metric: Documented}}."""
    found = {GATEWAY: {}, SERVICE: {}}
    for title, processes in (("In both processes", (GATEWAY, SERVICE)), ("Gateway", (GATEWAY,)), ("Service", (SERVICE,)),
                             ("Service with keys for tokens", (SERVICE,))):
        for row in section(title).splitlines():
            if row.startswith("| `"):
                name, kind, labels, question = cells(row)
                assert question, row
                for process in processes:
                    found[process][quoted(name)[0]] = Documented(kind, labels)
    return found


def scrape(process):
    with urllib.request.urlopen(f"http://127.0.0.1:{process.internal_port}/metrics", timeout=harness.DEADLINE) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers
        return answer.read().decode()


def series(text):
    """{metric: (type, [its labels without a histogram's `le`])}."""
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    found = {name: (kind, set()) for name, kind in kinds.items()}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
        pairs = frozenset(pair for pair in re.findall(r'(\w+)="([^"]*)"', labels) if pair[0] != "le")
        metric = name if name in kinds else re.sub(r"_(bucket|sum|count)$", "", name)
        found[metric][1].add(pairs)
    return found


def promtool_says(text):
    promtool = shutil.which("promtool")
    assert promtool is not None, "promtool is needed: package prometheus"
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    return checked.returncode, checked.stdout + checked.stderr


class MetricsTest(tokens.Stack):
    """A service with keys, and beside it one with TLS and a gateway with both its certificates."""

    maxDiff = None

    more_gateway_flags = ("--max_connections=64", f"--allowed_origins=https://{MADE_UP}.example.org")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        ca = Authority(folder.name, "ca")
        cert, key = ca.sign("service", "IP:127.0.0.1")
        cls.secured = harness.Process(
            SERVICE, "--port=0", "--internal_port=0", f"--tls_cert={cert}", f"--tls_key={key}", f"--tls_client_ca={ca.cert}")
        cls.addClassCleanup(lambda: cls.check_stop(cls.secured))
        cls.secured.wait_for("ready")
        shown = tls_files.Pair(folder.name, "shown")
        cert, key = ca.sign("gateway", "DNS:signaling-gateway")
        cls.public = harness.Process(
            GATEWAY, "--port=0", "--internal_port=0", f"--service=127.0.0.1:{cls.secured.port}", f"--service_ca={ca.cert}",
            f"--service_cert={cert}", f"--service_key={key}", f"--tls_cert={shown.cert}", f"--tls_key={shown.key}")
        cls.addClassCleanup(lambda: cls.check_stop(cls.public))
        cls.public.wait_for("ready")

    async def say_everything(self):
        """Whatever a client may choose has MADE_UP in it."""
        room = f"{MADE_UP}-room"
        first = await self.member(f"{MADE_UP}-first", room, ("join", "create", "offer", "moderate"),
                                  name=f"{MADE_UP}-name", metadata={f"{MADE_UP}-key": f"{MADE_UP}-value"})
        second = await self.member(f"{MADE_UP}-second", room)
        await first.expect("participant_joined", client_id=second.client_id)
        sdp = harness.SDP.replace("s=-", f"s={MADE_UP}").replace("a=mid:0", f"a=mid:0\r\na={MADE_UP}:1")
        await first.command("offer", sdp=sdp, to=second.client_id)
        await second.expect("offer")
        await second.command("answer", sdp=sdp.replace("actpass", "active"), to=first.client_id)
        await first.expect("answer")
        await first.command("ice_candidate", candidate=harness.candidate(1), sdpMid=f"{MADE_UP}")
        await second.expect("ice_candidate")
        await first.command("message", data={MADE_UP: MADE_UP}, to=second.client_id)
        await second.expect("message")
        await first.command("message", data=MADE_UP, to=f"{MADE_UP}-nobody")
        await first.expect_error("peer_unavailable")
        await first.command("offer", sdp=MADE_UP)
        await first.expect_error("invalid_sdp")
        await first.send(f"{MADE_UP}_type", **{MADE_UP: MADE_UP})
        await first.expect_error("unknown_type")
        await first.command("create_offer", sdp=sdp, offer_id=f"{MADE_UP}-offer", metadata={MADE_UP: MADE_UP})
        created = await first.expect("offer_created")
        await first.command("withdraw_offer", offer_id=created["offer_id"])
        await first.expect("offer_withdrawn")
        for state in ({"state": "connected", "candidate_type": "host", "setup_ms": 100}, {"state": "failed", "reason": "ice"}):
            await first.send("report", to=f"{MADE_UP}-second", **state)
        await first.send("report", to=second.client_id, state="connected", candidate_type=MADE_UP)
        await first.expect_error("invalid_message")
        await first.send("bye")
        await second.close(3999)  # no code of ours

    async def knock_with_everything(self):
        """Paths, headers and queries of requests that come to nothing, or to little."""
        port = self.gateway.port
        for path in (f"/{MADE_UP}", f"/v1?{MADE_UP}={MADE_UP}&room={MADE_UP}", f"/?room={MADE_UP}&client_id={MADE_UP}"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write((f"GET {path} HTTP/1.1\r\nHost: {MADE_UP}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                          f"Origin: https://{MADE_UP}.example.org\r\nUser-Agent: {MADE_UP}\r\n"
                          f"Sec-WebSocket-Protocol: {MADE_UP}\r\ntraceparent: {MADE_UP}\r\nX-{MADE_UP}: {MADE_UP}\r\n\r\n").encode())
            await asyncio.wait_for(reader.readline(), harness.DEADLINE)
            writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{MADE_UP.upper()} / HTTP/1.1\r\n\r\n".encode())
        await asyncio.wait_for(reader.readline(), harness.DEADLINE)
        writer.close()

    async def call_everything(self):
        """Methods, metadata and names of a back end."""
        metadata = (("authorization", f"Bearer {self.key.token(f'{MADE_UP}-office', grants=['admin'])}"),
                    (MADE_UP, MADE_UP), ("user-agent", MADE_UP))
        async with grpc.aio.insecure_channel(
                f"127.0.0.1:{self.service.port}", options=(("grpc.primary_user_agent", MADE_UP),)) as channel:
            rooms = rooms_pb2_grpc.RoomServiceStub(channel)
            await rooms.ListRooms(rooms_pb2.ListRoomsRequest(), metadata=metadata, timeout=harness.DEADLINE)
            for request in (rooms.GetRoom(rooms_pb2.GetRoomRequest(room=f"{MADE_UP}-none"), metadata=metadata),
                            rooms.ListRooms(rooms_pb2.ListRoomsRequest(), metadata=((MADE_UP, MADE_UP),))):
                with self.assertRaises(grpc.aio.AioRpcError):
                    await request
            for method in (f"/{MADE_UP}.Service/{MADE_UP}", f"/signaling.v1.RoomService/{MADE_UP}", f"/{MADE_UP}"):
                with self.assertRaises(grpc.aio.AioRpcError):
                    await channel.unary_unary(method)(b"", metadata=metadata, timeout=harness.DEADLINE)

    async def test_the_page_says_what_there_is_and_nothing_is_made_up_by_clients(self):
        await self.say_everything()
        await self.knock_with_everything()
        await self.call_everything()
        expected = documented()
        for name, processes in ((GATEWAY, (self.gateway, self.public)), (SERVICE, (self.service, self.secured))):
            found = {}
            for process in processes:
                text = await asyncio.to_thread(scrape, process)
                self.assertNotIn(MADE_UP, text.lower())
                self.assertEqual(promtool_says(text), (0, ""), name)
                for metric, (kind, labels) in series(text).items():
                    found.setdefault(metric, (kind, set()))[1].update(labels)
            self.assertEqual({metric: kind for metric, (kind, _) in found.items()},
                             {metric: one.kind for metric, one in expected[name].items()}, name)
            for metric, (_, labels) in found.items():
                with self.subTest(process=name, metric=metric):
                    self.check_labels(expected[name][metric], labels)

    def check_labels(self, documented_, found):
        if documented_.any:
            self.assertEqual({frozenset(key for key, _ in one) for one in found}, {frozenset(documented_.names)})
        elif documented_.some:
            self.assertLessEqual(found, documented_.series)
        else:
            self.assertEqual(found, documented_.series)


class FromTheStartTest(tokens.Stack):
    async def test_series_are_there_before_anything_happens(self):
        """Those of grpc_code alone come when they are needed: a rise from nothing cannot be seen by `increase`."""
        expected = documented()
        for process in (self.gateway, self.service):
            found = series(await asyncio.to_thread(scrape, process))
            for metric, one in expected[process.name].items():
                if not one.any and not one.some and "certificate" not in one.names and "source" not in one.names:
                    with self.subTest(process=process.name, metric=metric):
                        self.assertEqual(found[metric][1], one.series)


if __name__ == "__main__":
    harness.main()

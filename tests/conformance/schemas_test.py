"""The schemas are schemas, and they name what the C++ sources and docs/protocol.md name: types, fields, codes, reasons."""

import pathlib
import re
import unittest

import jsonschema
import schemas
import transcript

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODEC = ROOT / "gateway" / "codec"
FILES = ("common.schema.json", "client.schema.json", "server.schema.json")


def source(*parts):
    return ROOT.joinpath(*parts).read_text()


def walk(node):
    """Every object of a schema."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from walk(item)


def properties(schema):
    return {name for node in walk(schema) if isinstance(node.get("properties"), dict) for name in node["properties"]}


def enum_names(path, enum):
    """The enumerators of a C++ enum, in order."""
    body = re.search(rf"enum class {enum}\b[^{{]*{{(.*?)}};", source(*path), re.DOTALL).group(1)
    return re.findall(r"^\s*(k\w+)", body, re.MULTILINE)


def table(path):
    """The strings of the first array of names in a file."""
    body = re.search(r"kNames = {(.*?)};", source(*path), re.DOTALL).group(1)
    return re.findall(r'"(\w+)"', body)


def words_of(path, function):
    """What a C++ function that turns an enumerator into a word returns."""
    body = re.search(rf"{function}\(.*?\n}}", source(*path), re.DOTALL).group(0)
    return set(re.findall(r'return "(\w+)";', body))


def rows(header):
    """The cells of a table of docs/protocol.md, row by row."""
    lines = iter(source("docs", "protocol.md").splitlines())
    for line in lines:
        if line == header:
            break
    next(lines, None)
    for line in lines:
        if not line:
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


class SchemasTest(unittest.TestCase):
    def test_they_are_valid(self):
        for name in FILES:
            schema = schemas.read(name)
            self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
            self.assertTrue(schema["$id"].endswith("/" + name))
            jsonschema.Draft202012Validator.check_schema(schema)
        for name in ("client", "server"):
            jsonschema.Draft202012Validator.check_schema(schemas.bundle(name))

    def test_each_reference_leads_somewhere_and_each_definition_is_used(self):
        used = set()
        for name in ("client", "server"):
            schema = schemas.bundle(name)
            references = {node["$ref"] for node in walk(schema) if isinstance(node.get("$ref"), str)}
            self.assertEqual(references - {f"#/$defs/{key}" for key in schema["$defs"]}, set())
            own = {f"#/$defs/{key}" for key in schema["$defs"] if not key.startswith("common.")}
            self.assertEqual(own - references, set())
            used |= {reference.removeprefix("#/$defs/common.") for reference in references}
        self.assertEqual(set(schemas.read("common.schema.json")["$defs"]) - used, set())

    def test_each_message_is_told_by_its_type_and_described(self):
        for name in ("client", "server"):
            definitions = schemas.bundle(name)["$defs"]
            told = {key for key, node in definitions.items() if "type" in node.get("properties", {})}
            self.assertEqual(told, set(schemas.types(name)))
            for type_ in schemas.types(name):
                with self.subTest(type_):
                    self.assertEqual(definitions[type_]["properties"]["type"], {"const": type_})
                    self.assertIn("type", definitions[type_]["required"])
                    self.assertTrue(definitions[type_]["description"])
        for name in FILES:
            for key, node in schemas.read(name)["$defs"].items():
                for field, value in node.get("properties", {}).items():
                    if isinstance(value, dict) and "type" in value and value["type"] in ("integer", "string"):
                        self.assertTrue({"description", "enum"} & value.keys() or value.get("minimum") is not None
                                        or "maxLength" in value, f"{key}.{field}")

    def test_the_whole_says_what_its_parts_say(self):
        for path in transcript.FOLDER.iterdir():
            for step in transcript.load(path)[1]:
                message = step.get("sends")
                if message is not None and "$" not in str(message):
                    self.assertEqual(schemas.whole("client").is_valid(message),
                                     schemas.problem("client", message) is None, message)

    def test_the_numbered_are_those_of_the_page(self):
        """docs/protocol.md, Numbers, 3."""
        page = re.sub(r"\s+", " ", source("docs", "protocol.md"))
        listed = re.search(r"`reply_to`\. Not numbered: (.*?), and an `error`", page).group(1)
        definitions = schemas.bundle("server")["$defs"]
        self.assertEqual({type_ for type_ in schemas.types("server") if definitions[type_]["properties"]["seq"] is False},
                         set(re.findall(r"`(\w+)`", listed)))
        for type_ in schemas.types("server"):
            if definitions[type_]["properties"]["seq"] is not False and type_ != "error":
                self.assertIn("seq", definitions[type_]["required"])


class SourcesTest(unittest.TestCase):
    def setUp(self):
        enumerators = enum_names(("gateway", "codec", "message_type.h"), "MessageType")
        self.types = dict(zip(enumerators, table(("gateway", "codec", "message_type.cc")), strict=True))

    def test_types_of_clients(self):
        names = list(self.types.values())
        self.assertEqual(set(schemas.types("client")), set(names[:names.index("ack") + 1]))

    def test_types_of_the_gateway(self):
        """Those that an encoder writes, and the two that the end of a session writes."""
        written = set()
        for path in (*CODEC.glob("*encoder.cc"), ROOT / "gateway" / "ws" / "downlink.cc"):
            written |= set(re.findall(r"MessageType::(k\w+)", path.read_text()))
        self.assertEqual(set(schemas.types("server")), {self.types[name] for name in written})

    def test_fields_of_clients(self):
        self.assertEqual(properties(schemas.bundle("client")), set(table(("gateway", "codec", "field_reader.cc"))))

    def test_fields_of_the_gateway(self):
        written = {"type"}
        for path in CODEC.glob("*encoder.cc"):
            written |= set(re.findall(r'\b\w+\.(?:Text|Texts|TextIfAny|Number|Bool|Milliseconds|Time|Json|Strings|Key)'
                                      r'\(\s*"(\w+)"', path.read_text()))
            written |= set(re.findall(r'\)\.(?:Text|TextIfAny|Number)\("(\w+)"', path.read_text()))
        self.assertEqual(properties(schemas.bundle("server")), written)

    def test_words(self):
        common = schemas.read("common.schema.json")["$defs"]
        server = schemas.bundle("server")["$defs"]
        reasons = {word for type_ in schemas.types("server") if type_.startswith("offer_")
                   for word in server[type_]["properties"].get("reason", {}).get("enum", ())}
        for path, function, words in (
                (("services", "common", "reason.cc"), "ActionName", common["error_action"]["enum"]),
                (("gateway", "codec", "offer_encoder.cc"), "RejectReasonName", common["reject_reason"]["enum"]),
                (("gateway", "codec", "offer_encoder.cc"), "OfferReasonName", reasons),
                (("gateway", "codec", "room_encoder.cc"), "LeaveReasonName", common["leave_reason"]["enum"]),
                (("gateway", "codec", "encoder.cc"), "ResumeErrorName",
                 server["connected"]["properties"]["resume_error"]["enum"])):
            with self.subTest(function):
                self.assertEqual(set(words), words_of(path, function))

    def test_words_of_clients(self):
        """Those that a report is read from."""
        report = schemas.bundle("client")["$defs"]["report"]["properties"]
        decoder = source("gateway", "codec", "report_decoder.cc")
        for field, function in (("candidate_type", "CandidateType"), ("reason", "Failure")):
            body = re.search(rf"> {function}\(.*?\n}}", decoder, re.DOTALL).group(0)
            self.assertEqual(report[field]["anyOf"][0]["enum"], re.findall(r'name == "(\w+)"', body))
        self.assertEqual(report["state"]["enum"], re.findall(r'state == "(\w+)"', decoder))
        self.assertIn(f"{report['setup_ms']['anyOf'][0]['maximum']:_}".replace("_", "'"), decoder)

    def test_codes(self):
        """Of the schema, of the page and of the C++ table, which the unit test reason_docs_test compares column by column."""
        codes = schemas.read("common.schema.json")["$defs"]["error_code"]["enum"]
        in_page = [row[0].strip("`") for row in rows(
            "| code | fault | action | close code | gRPC status | what recovers it |")]
        in_source = re.findall(r'\{k\w+, "(\w+)"', source("services", "common", "reason.cc"))
        self.assertEqual(codes, in_page)
        self.assertEqual(codes, in_source)

    def test_close_codes(self):
        """Each that the C++ sources have is in one of the two tables of the page, with what recovers it."""
        known = set(map(int, re.findall(r"^\s+k\w+ = (\d+),$", re.search(
            r"enum class CloseCode.*?};", source("services", "common", "reason.h"), re.DOTALL).group(0), re.MULTILINE)))
        in_page = {int(row[3]) for row in rows("| code | fault | action | close code | gRPC status | what recovers it |")}
        for row in rows("| close code | when | fault | what recovers it |"):
            self.assertEqual(len(row), 4, row)
            self.assertIn(row[2], ("connection", "message", "protocol", "none"))
            self.assertTrue(row[3], row)
            in_page |= set(map(int, re.findall(r"\d+", row[0])))
        self.assertEqual(known - in_page, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)

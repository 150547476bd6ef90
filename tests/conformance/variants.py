"""Client messages made from client.schema.json: of every type one with what is required, and then each field of the schema, also
those within others, with everything that its place may or may not take. Whether a message is right only the schema says."""

import copy

import schemas

SDP = "".join(line + "\r\n" for line in (
    "v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "t=0 0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0",
    "a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", "a=fingerprint:sha-256 " + ":".join(["4A"] * 32),
    "a=setup:actpass", "a=mid:0", "a=sendrecv", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2"))
CANDIDATE = "candidate:1 1 udp 1 192.0.2.1 9 typ host"

# A right value of each field. A field of the schema that is missing here fails the test.
RIGHT = {
    "id": 5, "ack": 1, "seq": 1, "client_id": "bob", "to": "bob", "room": "hall", "offer_id": "none", "sdp": SDP,
    "candidate": CANDIDATE, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "EsAw", "reason": "busy", "data": 1,
    "metadata": {"role": "robot"}, "replace": True, "locked": False, "ban_ms": 0, "ttl_ms": 60000, "allowed": ["bob"],
    "candidates": [{"candidate": CANDIDATE}], "options": {}, "max_participants": 2, "media": "any", "relay_only": False,
    "knock": False, "t": 1, "session_id": "A" * 22, "resume_token": "A" * 22, "last_seq": 0,
    "token": "e30.e30.c2ln", "state": "failed", "setup_ms": 250, "candidate_type": "relay",
    "resume": {"session_id": "A" * 22, "resume_token": "A" * 22, "last_seq": 0}}

# What some field takes and others do not.
ANYTHING = (None, True, 0, 1, -1, 1.5, 2**64, "", "x", "1", "a b", "é", "..", "[::1]", [], ["x"], [1], [None], {}, {"x": 1},
            {"x": "y"}, {"x": None}, [[]], [{}])
LENGTHS = (3, 4, 22, 23, 128, 129, 256, 257, 1024, 1025, 4096, 4097, 16382, 16383)


def _resolved(node):
    """Behind references, and behind "or null"."""
    while "$ref" in node or "anyOf" in node:
        if "$ref" in node:
            node = schemas.bundle("client")["$defs"][node["$ref"].removeprefix("#/$defs/")]
        else:
            node = node["anyOf"][0]
    return node


def _bounds(node):
    """Values on either side of each bound that the schema names."""
    for key, step in (("minimum", -1), ("maximum", 1)):
        if key in node:
            yield from (node[key], node[key] + step)
    for word in node.get("enum", ()):
        yield from (word, word.upper())
    if "maxLength" in node:
        yield from ("x" * node["maxLength"], "x" * (node["maxLength"] + 1))
    if "propertyNames" in node:  # metadata: what a name and its value have together is not for a schema to say
        most = node["propertyNames"]["maxLength"]
        yield from ({"": "x" * most}, {"": "x" * (most + 1)}, {"x" * most: ""}, {"x" * (most + 1): ""})


def _items(node):
    """Arrays on either side of the bound, and one that has a value twice."""
    objects = _resolved(node["items"]).get("type") == "object"
    for count in (node["maxItems"], node["maxItems"] + 1):
        yield [{"candidate": ""} if objects else f"x{number}" for number in range(count)]
    yield [copy.deepcopy({"candidate": ""} if objects else "x") for _ in range(2)]


def _values(node):
    yield from ANYTHING
    yield from ("x" * length for length in LENGTHS)
    yield from _bounds(node)
    if node.get("type") == "array":
        yield from _items(node)


def _variants(base, node):
    """`base`, an object that is right, with each of its fields wrong, at its bounds, or missing."""
    for name, field in node["properties"].items():
        if name == "type":
            continue
        inner = _resolved(field)
        if name in base:
            yield {key: value for key, value in base.items() if key != name}
        for value in _values(inner):
            yield {**base, name: value}
        if "properties" in inner:
            yield from ({**base, name: variant} for variant in _variants(RIGHT[name], inner))
        elements = _resolved(inner["items"]) if "items" in inner else {}
        if "properties" in elements:
            yield from ({**base, name: [variant]} for variant in _variants(RIGHT[name][0], elements))
        elif elements:
            yield from ({**base, name: [value]} for value in _values(elements))


def _bases(type_, node):
    """What is required, and no more, in each way that the schema has of being right."""
    required = {name: type_ if name == "type" else RIGHT[name] for name in node["required"]}
    for one in node.get("oneOf", ({},)):
        for case in node.get("anyOf", ({},)):
            words = {name: field["const"] for name, field in case.get("properties", {}).items() if "const" in field}
            yield {**required, **{name: RIGHT[name] for name in one.get("required", ())}, **words}


def messages():
    """All of them, each once."""
    seen = set()
    for type_ in schemas.types("client"):
        node = schemas.bundle("client")["$defs"][type_]
        for base in _bases(type_, node):
            optional = [name for name in node["properties"] if name not in base and name not in ("id", "offer_id")]
            full = {**base, **{name: "x" if name == "reason" else RIGHT[name] for name in optional}}
            for message in (base, full, {**full, "offer_id": "none"}, {**full, "to": None, "offer_id": "none"},
                            {**base, "to": "bob", "offer_id": None}, {**base, "a_later_field": {"x": [1]}},
                            *_variants(base, node)):
                if (text := repr(message)) not in seen:
                    seen.add(text)
                    yield message


def types():
    """What may stand where a type stands, the gateway's types included."""
    for type_ in (*schemas.types("server"), "", "offers", "Offer", "OFFER", " offer", "reports"):
        if type_ not in schemas.types("client"):
            yield {"type": type_}
    yield {}
    for value in (None, True, 1, 1.5, [], ["offer"], {}):
        yield {"type": value}
    yield from ([], [{"type": "leave"}], "leave", None, True, 1)

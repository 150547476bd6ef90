"""docs/protocol/*.schema.json, ready to check messages with. For the tests here and for the harness of the integration tests.

A message is held against the subschema of its own `type` alone, so that what is wrong is named by its path and not by
"none of 19 alternatives". The validators are made once: a check takes some 50 microseconds, so every message can have it.
"""

import functools
import json
import pathlib

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "protocol"
COMMON = "common.schema.json"


def read(name):
    """The file as it stands."""
    return json.loads((FOLDER / name).read_text())


def _inward(node):
    """References into the common file as references to the definitions in the bundle."""
    if isinstance(node, dict):
        return {key: value.replace(f"{COMMON}#/$defs/", "#/$defs/common.") if key == "$ref" else _inward(value)
                for key, value in node.items()}
    if isinstance(node, list):
        return [_inward(item) for item in node]
    return node


@functools.cache
def bundle(name):
    """client or server, with the common definitions inside: it refers to nothing outside itself."""
    schema = _inward(read(f"{name}.schema.json"))
    for key, value in read(COMMON)["$defs"].items():
        schema["$defs"][f"common.{key}"] = _inward(value)
    return schema


@functools.cache
def types(name):
    """The types of messages that the schema has, in its order."""
    return tuple(branch["$ref"].removeprefix("#/$defs/") for branch in bundle(name)["oneOf"])


@functools.cache
def _validator(name, type_):
    definitions = bundle(name)["$defs"]
    return jsonschema.Draft202012Validator({"$defs": definitions, **definitions[type_]})


@functools.cache
def whole(name):
    """A validator of the whole schema, as others would use it."""
    return jsonschema.Draft202012Validator(bundle(name))


def problem(name, message):
    """What is wrong with the message by the schema, with its type and the schema's path; None: nothing."""
    type_ = message.get("type") if isinstance(message, dict) else None
    if not isinstance(type_, str) or type_ not in types(name):
        return f"{name}.schema.json has no type {type_!r}"
    error = jsonschema.exceptions.best_match(_validator(name, type_).iter_errors(message))
    if error is None:
        return None
    path = "/".join(map(str, error.absolute_schema_path))
    return f"{name}.schema.json#/$defs/{type_}/{path}: {error.json_path}: {error.message[:300]}"


def check_server(message):
    """Fails where a message that the gateway sent is not what server.schema.json says."""
    if (wrong := problem("server", message)) is not None:
        raise AssertionError(f"a message of the gateway is not as the protocol says: {wrong}")

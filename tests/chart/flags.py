"""The settings of the binaries, as they say themselves (--help=markdown), beside what the chart has of them."""

import dataclasses
import json
import pathlib
import re
import sys

import chart

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import process  # noqa: E402  pylint: disable=wrong-import-position

COMPONENTS = (chart.GATEWAY, chart.SERVICE)
# From docs/configuration.md: | `--name` | `VARIABLE` | `default` | may be | help |
_ROW = re.compile(r"^\| `--(\w+)` \| `\w+` \| (?:`(.*?)`)? \| (.*?) \| (.*) \|$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Flag:
    default: str
    may_be: str
    reloaded: bool

    @property
    def range(self):
        """(least, most) of a whole number; None: it is something else."""
        found = re.fullmatch(r"(\d+) to (\d+)", self.may_be)
        return (int(found[1]), int(found[2])) if found and self.default.isdigit() else None

    @property
    def is_duration(self):
        return bool(re.search(r"\d(ns|us|ms|s|m|h)\b", self.default))

    @property
    def words(self):
        """Those that it may be; None: it is something else."""
        return self.may_be.split(", ") if self.may_be and not re.search(r"\d", self.may_be) else None


def of(component):
    """{name: Flag}"""
    told = process.run(f"signaling-{component}", "--help=markdown").stdout
    found = {name: Flag(default, may_be, text.endswith("**Reloaded**")) for name, default, may_be, text in _ROW.findall(told)}
    if len(found) != told.count("\n| `--"):
        raise AssertionError(f"not every row is understood:\n{told}")
    return found


def schema():
    return json.loads((chart.CHART / "values.schema.json").read_text())


def resolved(part, whole):
    """A part of the schema, itself or where its $ref leads."""
    while "$ref" in part:
        part = whole["definitions"][part["$ref"].rsplit("/", 1)[1]]
    return part


def config_schema(component):
    """{flag: its schema} of gateway.config or service.config."""
    whole = schema()
    return {name: resolved(part, whole) | ({"is": part["$ref"].rsplit("/", 1)[1]} if "$ref" in part else {})
            for name, part in whole["properties"][component]["properties"]["config"]["properties"].items()}


def settings(rendering, component):
    """What is in the configuration file of a component, whatever the release is called."""
    (only,) = (chart.parse(one["data"]["config.yaml"])[0] for one in rendering.all("ConfigMap")
               if "config.yaml" in one["data"] and one["metadata"]["name"].endswith(f"-{component}"))
    return only

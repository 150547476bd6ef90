"""docs/logs.md, which says of each line of our processes at which level it is and which fields it has."""

import functools
import json
import pathlib
import re

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "logs.md"
_SECTIONS = {"gateway": ("Both processes", "Gateway"), "service": ("Both processes", "Service")}
_IN_EACH = {"time", "level", "component", "event"}


class Documented:
    """A row: the levels, the fields that are always there, and those that may be."""

    def __init__(self, levels, fields):
        self.levels = set(levels.split(", "))
        # What is said of a field stands behind a colon, up to the next semicolon.
        names = [name for part in fields.split(";") for name in re.findall(r"`([a-z_]+\??)`", part.split(": ")[0])]
        self.optional = {name[:-1] for name in names if name.endswith("?")}
        self.required = {name for name in names if not name.endswith("?")}

    def faults(self, line):
        """What of this line the row does not say."""
        fields = set(line) - _IN_EACH
        if line["level"] not in self.levels:
            yield f"its level is {line['level']}"
        if missing := self.required - fields:
            yield f"it has no {', '.join(sorted(missing))}"
        if more := fields - self.required - self.optional:
            yield f"it has {', '.join(sorted(more))}"


def read(text):
    """{component: {event: Documented}} of the page."""
    found = {}
    for component, titles in _SECTIONS.items():
        rows = found.setdefault(component, {})
        for title in titles:
            section = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL).group(1)
            for row in re.finditer(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \| ([^|]*)\|$", section, re.MULTILINE):
                event, levels, fields = row.groups()
                if event in rows:
                    raise ValueError(f"{event} is there twice for {component}")
                rows[event] = Documented(levels.strip(), fields)
    return found


@functools.cache
def documented():
    """That of the repository."""
    return read(PAGE.read_text())


def faults(text):
    """What is not as the page says, of a line of a process; nothing of what is no line of ours."""
    try:
        line = json.loads(text)
    except ValueError:
        return
    if not isinstance(line, dict) or line.get("component") not in _SECTIONS or not _IN_EACH <= set(line):
        return
    row = documented()[line["component"]].get(line["event"])
    if row is None:
        yield f"docs/logs.md has no {line['event']} of the {line['component']}"
        return
    for fault in row.faults(line):
        yield f"docs/logs.md says something else of {line['event']}: {fault}"

#!/usr/bin/env python3
"""Each log event in the code is in docs/logs.md, of the process that writes it, and none is there that the code has not.

That levels and fields are as the page says is held where lines are written, by tests/support/log_check.py.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "support"))

import log_page  # noqa: E402  pylint: disable=wrong-import-position

# Who writes what of which folder.
FOLDERS = {"services/common": ("gateway", "service"), "services/signaling": ("service",), "gateway": ("gateway",)}
# A call that writes a line, or that hands its event on to one, up to the fields.
CALL = re.compile(r"(?<![\w:.>])(?:log::(?:Debug|Info|Warning|Error|Write|WriteBuffered)|LogStream|Write)\(([^;{]*)[;{]")
# An event that is chosen before the call.
CHOSEN = re.compile(r"\bevent = ([^;]*);")
NAME = re.compile(r'"([a-z_]+)"')


def events(text):
    """The names of events in a source; those of a call without any are None."""
    for call in CALL.findall(text):
        names = NAME.findall(call)
        yield from names or ([] if "event" in call else [None])
    for chosen in CHOSEN.findall(text):
        yield from NAME.findall(chosen)


def main():
    faults = []
    written = {"gateway": set(), "service": set()}
    for folder, components in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.*")):
            text = path.read_text() if path.suffix in (".cc", ".h") else ""
            if '#include "services/common/log.h"' not in text:
                continue
            for event in events(text):
                if event is None:
                    faults.append(f"{path.relative_to(ROOT)}: a line whose event is not to be seen at its call")
                    continue
                for component in components:
                    written[component].add(event)
    if len(written["gateway"]) < 20 or len(written["service"]) < 20:
        faults.append("hardly an event was found: the patterns hold nothing")
    for component, page in log_page.documented().items():
        faults.extend(f"docs/logs.md has no {event} of the {component}" for event in sorted(written[component] - set(page)))
        faults.extend(f"docs/logs.md has {event}, which the {component} does not write"
                      for event in sorted(set(page) - written[component]))
    print("\n".join(faults) or f"docs/logs.md has them all: {len(written['gateway'] | written['service'])} events")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

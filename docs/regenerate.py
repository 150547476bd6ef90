#!/usr/bin/env python3
"""Writes into pages what the binaries say of themselves; ./dev docs calls it.

    SIGNALING_BIN_DIR=build/dev/bin docs/regenerate.py

A part of a page between `<!-- BINARY FLAG -->` and `<!-- end -->` is what that command prints.
"""

import os
import pathlib
import re
import subprocess

PAGES = ("configuration.md",)
_PART = re.compile(r"(<!-- (signaling-\w+) (--\S+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def regenerated(text):
    """The page as it should be."""
    def part(found):
        begin, binary, flag, end = found.groups()
        path = pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / binary
        # What is set outside is nothing to the page.
        told = subprocess.run([path, flag], capture_output=True, text=True, check=True, env={})
        return f"{begin}\n{told.stdout}\n{end}"

    return _PART.sub(part, text)


def main():
    for name in PAGES:
        page = pathlib.Path(__file__).with_name(name)
        page.write_text(regenerated(page.read_text()))


if __name__ == "__main__":
    main()

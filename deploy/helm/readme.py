#!/usr/bin/env python3
"""Writes the chart's values into its README; ./dev docs calls it.

What is between `<!-- values -->` and `<!-- end -->` is made of values.yaml: a table for each section, a row for each value. `# -- TEXT` above a
value, which may go on in the lines below, is its row; a comment without `--` above a section comes before its rows.
"""

import json
import pathlib
import re

import yaml

CHART = pathlib.Path(__file__).with_name("webrtc-signaling")
README = CHART / "README.md"
VALUES = CHART / "values.yaml"
_PART = re.compile(r"(<!-- values -->\n).*?(<!-- end -->\n)", re.DOTALL)
_KEY = re.compile(r"( *)([A-Za-z]\w*):(?: |$)")


def described(text):
    """(path, comment, is a row) of each key of values.yaml that has a comment, in its order."""
    comment, above = [], []
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            comment.append(line.strip().removeprefix("#").strip())
            continue
        found = _KEY.match(line)
        if found:
            depth = len(found[1]) // 2
            above[depth:] = [found[2]]
            if comment:
                said = " ".join(comment)
                yield tuple(above), said.removeprefix("-- "), said.startswith("-- ")
        comment = []


def value_at(values, path):
    for key in path:
        values = values[key]
    return values


def undescribed(values, rows, path=()):
    """The values that no row covers."""
    if path in rows:
        return []
    if isinstance(values, dict) and values:
        return [one for key, value in values.items() for one in undescribed(value, rows, (*path, key))]
    return [".".join(path)]


def shown(value):
    """A default, in one line."""
    if isinstance(value, (dict, list)):
        return yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False).strip()
    return json.dumps(value, ensure_ascii=False)


def cell(text):
    return text.replace("|", r"\|")


def rendered(text):
    """The tables."""
    values = yaml.safe_load(text)
    told = list(described(text))
    rows = {path: said for path, said, row in told if row}
    missing = undescribed(values, rows)
    if missing:
        raise AssertionError(f"{VALUES.name}: no `# --` above {', '.join(missing)}")
    sections = {path: said for path, said, row in told if not row}
    lines, heading = [], None
    for path, said in sorted(rows.items(), key=lambda row: len(row[0]) > 1):  # those of no section first
        section = path[:1] if len(path) > 1 else ()
        if section != heading:
            heading = section
            lines += ["", f"### {section[0] if section else 'For all'}", ""]
            if section in sections:
                lines += [sections[section], ""]
            lines += ["| Value | Default | |", "| --- | --- | --- |"]
        # What is said of a part of a section stands before its first row.
        for depth in range(2, len(path)):
            part = sections.pop(path[:depth], None)
            if part:
                lines.append(f"| **{'.'.join(path[:depth])}** | | {cell(part)} |")
        lines.append(f"| `{'.'.join(path)}` | `{cell(shown(value_at(values, path)))}` | {cell(said)} |")
    return "\n".join(lines).strip("\n") + "\n"


def regenerated(page, values):
    """The page as it should be."""
    result, count = _PART.subn(lambda found: f"{found[1]}\n{rendered(values)}\n{found[2]}", page)
    if count != 1:
        raise AssertionError(f"{README.name}: its values have to be between `<!-- values -->` and `<!-- end -->`, once")
    return result


def main():
    README.write_text(regenerated(README.read_text(), VALUES.read_text()))


if __name__ == "__main__":
    main()

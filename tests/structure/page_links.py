#!/usr/bin/env python3
"""Each link of a page to a file of this repository leads somewhere, to its heading too. Pages elsewhere are not asked."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ELSEWHERE = {"build", "node_modules"}
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *$", re.MULTILINE)


def prose(path):
    return FENCED.sub("", path.read_text())


def anchors(path):
    """As GitHub makes them of headings."""
    found = {}
    for heading in HEADING.findall(prose(path)):
        text = re.sub(r"\]\([^)]*\)", "]", heading)
        anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        found[anchor] = found.get(anchor, -1) + 1
    return {f"{anchor}-{i}" if i else anchor for anchor, most in found.items() for i in range(most + 1)}


def main():
    pages = [path for path in sorted(ROOT.rglob("*.md")) if not ELSEWHERE & set(path.relative_to(ROOT).parts)]
    faults, links = [], 0
    for page in pages:
        for link in LINK.findall(re.sub(r"`[^`\n]*`", "", prose(page))):
            if re.match(r"[a-z]+:", link):
                continue
            links += 1
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists():
                faults.append(f"{page.relative_to(ROOT)}: {link}: there is no such file")
            elif anchor and target.suffix == ".md" and anchor not in anchors(target):
                faults.append(f"{page.relative_to(ROOT)}: {link}: there is no such heading")
    if links < 100:
        faults.append(f"only {links} links were found: the pattern holds nothing")
    print("\n".join(faults) or f"{links} links of {len(pages)} pages are good")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""The sections of deploy/packages that images install are exactly what the binaries link, on this Debian; and both Debians
have them."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What a binary opens without linking it, and why.
OPENED = {
    "signaling-service": {"ca-certificates"},  # the system's CAs, for --auth_jwks_url
    "signaling-gateway": set(),
    "signalctl": {"ca-certificates"},  # likewise, for wss:// and --jwks-url
}


def sections(release):
    """{section: [line]} of a list."""
    found, lines = {}, None
    for line in (ROOT / "deploy" / "packages" / f"{release}.txt").read_text().splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def owner(path):
    """The package of a library. Where /lib is a link to /usr/lib dpkg knows it by either path."""
    real = pathlib.Path(path).resolve()
    for name in (real, path, str(real).removeprefix("/usr"), "/usr" + str(real)):
        found = subprocess.run(("dpkg-query", "-S", str(name)), capture_output=True, text=True, check=False)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    raise LookupError(f"no package has {path}")


def linked(binary):
    """The packages of the libraries that it names itself; theirs are theirs to depend on."""
    names = re.findall(r"\(NEEDED\)\s+Shared library: \[(.+)\]", output("readelf", "-d", binary))
    # The dynamic linker is named by its path alone.
    paths = dict(re.findall(r"^\s*(\S+) => (/\S+)", output("ldd", binary), re.MULTILINE))
    return {owner(paths[name]) for name in names if not name.startswith("ld-linux")}


def stem(package):
    """Without the version of its interface and the t64 of Debian 13."""
    return re.sub(r"(t64)?$", "", package).rstrip("0123456789.")


def faults(binaries, release):
    lists = {name: sections(name) for name in ("debian-12", "debian-13")}
    for name in OPENED:
        for debian, found in lists.items():
            if not found.get(name):
                yield f"{debian}.txt has no section [{name}]"
                return
        twelve, thirteen = ({stem(line) for line in found[name]} for found in lists.values())
        if twelve != thirteen:
            yield f"[{name}] is not the same on both: {sorted(twelve ^ thirteen)}"
    if release not in lists:
        print(f"no image is built on {release}: only that the lists are alike was looked at")
        return
    for name, opened in OPENED.items():
        listed, needed = set(lists[release][name]), linked(binaries / name) | opened
        if needed - listed:
            yield f"{release}.txt: [{name}] lacks {sorted(needed - listed)}"
        if listed - needed:
            yield f"{release}.txt: [{name}] has what {name} does not link: {sorted(listed - needed)}"


def main():
    system = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', pathlib.Path("/etc/os-release").read_text(), re.MULTILINE))
    found = list(faults(pathlib.Path(sys.argv[1]), f"{system['ID']}-{system.get('VERSION_ID', 'unknown')}"))
    print("\n".join(found) or "the lists are what the binaries link")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""What no line of our processes may have: SDP, candidates, tokens, credentials, keys.

Tests say what is secret with `secrets.add`, or `secrets.add_message` for all that is in a message of the protocol; a Watch
reads every line that a process says. Some things are known by their form, at once; values are looked up at the end, so that
also what was said before its value was known is found. And each line has to be as docs/logs.md says. Thread-safe.
"""

import functools
import json
import pathlib
import re
import threading

import log_page

# Of our own flags, those that name a file which is secret, or may be.
_SECRET_FILES = ("auth_keys", "service_key", "service_token_file", "tls_key", "turn_secret_file")

# Only with a value: our errors name the field that is wrong.
_FORMS = re.compile("|".join((
    r"(?P<a_token>eyJ[\w-]{4,}\.|[Bb]earer[ .][\w.-]{8})",
    r"(?P<SDP>\bv=0\s*(?:\\[rnu]|$)|\bo=\S+ \d+ \d+ IN\b|\bo=- \d|\bm=(?:audio|video|application) \d"
    r"|\bice-(?:pwd|ufrag):\S|\bfingerprint:\S|(?:[0-9A-Fa-f]{2}:){15})",
    r"(?P<a_candidate>\bcandidate:[\w+/]|\btyp (?:host|srflx|prflx|relay)\b)",
    r"(?P<a_key>-----(?:BEGIN|END)\b|PRIVATE KEY)",
)))

# A line is taken apart in two ways: a token is one part or, between its dots, several.
_PARTS = re.compile(r"[\w-]{4,}")
_WHOLES = re.compile(r"[\w.+/-]{4,}={0,2}")
_PLACES = re.compile(
    r"((?:\d{1,3}\.){3}\d{1,3}|[\w-]+\.local|[0-9A-Fa-f]*:[0-9A-Fa-f:]*[0-9A-Fa-f])\]?(?:[ :]|\",\"port\":)(\d{1,5})\b")
_CANDIDATE = re.compile(r"candidate:(\S+) \d+ \S+ \d+ (\S+) (\d+) typ ")
_RELATED = re.compile(r" raddr (\S+) rport (\d+)")
_OF_SDP = re.compile(r"a=(?:ice-pwd|ice-ufrag):(\S+)|a=fingerprint:\S+ (\S+)|^o=\S+ (\d{8,}) ", re.MULTILINE)
_SHORTEST_PART = 8  # a part of a value that is shorter may be anything


class Secrets:
    """The values, of all tests of this process."""

    def __init__(self):
        self._values = set()
        self._lock = threading.Lock()

    def add(self, value):
        """One value; what is too short to be told from other words is none."""
        if len(value) < 4:
            return
        parts = _PARTS.findall(value)
        found = {value} if _WHOLES.fullmatch(value) else set()
        found.update(part for part in parts if len(part) >= _SHORTEST_PART or part == value)
        if not found and parts:
            found = {max(parts, key=len)}
        if not found:
            raise ValueError("a secret that could not be found in a line")
        with self._lock:
            self._values |= found

    def add_candidate(self, text):
        with self._lock:
            self._values.update(_of_candidate(text))

    def add_sdp(self, text):
        with self._lock:
            self._values.update(_of_sdp(text))

    def add_message(self, message):
        """What is in a message of the protocol, either way; also in the objects within."""
        if isinstance(message, list):
            for item in message:
                self.add_message(item)
        elif isinstance(message, dict):
            for name, value in message.items():
                if not isinstance(value, str):
                    self.add_message(value)
                elif name in ("resume_token", "credential") or (name == "token" and len(value) >= 16):
                    self.add(value)
                elif name == "sdp":
                    self.add_sdp(value)
                elif name == "candidate":
                    self.add_candidate(value)

    def add_headers(self, headers):
        """Of an upgrade: its credential."""
        for value in map(str, headers.values() if hasattr(headers, "values") else headers):
            if (found := re.search(r"(?i:bearer)[ .](\S{8,})", value)) is not None:
                self.add(found.group(1))

    def add_file(self, path):
        """Each line of a file of secrets; of JSON Web Keys only what is not public. What is none is not there to be read."""
        try:
            text = pathlib.Path(path).read_text()
        except (OSError, ValueError):
            return
        if text.lstrip().startswith("{"):
            self._add_keys(text)
        elif "-----BEGIN" not in text or "PRIVATE KEY" in text:
            private = text[text.find("PRIVATE KEY"):] if "PRIVATE KEY" in text else text
            for line in private.splitlines():
                if "PRIVATE KEY" not in line and _PARTS.search(line) and len(line) >= _SHORTEST_PART:
                    self.add(line.strip())

    def _add_keys(self, text):
        try:
            keys = json.loads(text).get("keys", [])
        except ValueError:
            return
        for key in keys:
            for name in ("k", "d", "p", "q", "dp", "dq", "qi"):
                if isinstance(key, dict) and isinstance(key.get(name), str):
                    self.add(key[name])

    def values(self):
        with self._lock:
            return tuple(self._values)


@functools.lru_cache(maxsize=4096)
def _of_candidate(text):
    found = set()
    if (known := _CANDIDATE.search(text)) is not None:
        foundation, *place = known.groups()
        places = [place, *_RELATED.findall(text)]
        # Of this machine's loopback any number may be a port of ours.
        found.update(" ".join(place) for place in places if not place[0].startswith("127.") and place[0] != "::1")
        if len(foundation) >= _SHORTEST_PART:
            found.add(foundation)
    return frozenset(found)


@functools.lru_cache(maxsize=4096)
def _of_sdp(text):
    found = {value for values in _OF_SDP.findall(text) for value in values if len(value) >= 4}
    return frozenset(found.union(*map(_of_candidate, re.findall(r"a=(candidate:.*)", text))))


secrets = Secrets()

_said = {}  # by part: the first line that has it, and whose it is
_told = set()  # values whose leak has been reported


class Watch:
    """The lines of one process. `flags`: what it was started with, which everybody on its machine can see."""

    def __init__(self, name, flags=()):
        self._name = name
        self._faults = []
        self._files = []
        self._undocumented = {}  # by fault: the first such line
        self.debug_lines = 0
        for flag in flags:
            self._take(f"{name}, a flag", str(flag))
            flag_name, _, value = str(flag).lstrip("-").partition("=")
            if flag_name in _SECRET_FILES:
                self._files.append(value)
        self._read_files()

    def line(self, text):
        """To be called with each line, also those of a crash."""
        self.debug_lines += '"level":"debug"' in text
        if "renewed" in text:
            self._read_files()
        self._take(self._name, text)
        for fault in log_page.faults(text):
            self._undocumented.setdefault(fault, text.rstrip())

    def lines(self, text):
        for line in text.splitlines():
            self.line(line)

    def check(self):
        """Raises where anything was said so far that must not be. To be called when the process has ended; each fault is
        told once."""
        self._read_files()
        faults, self._faults = [*self._faults, *_leaks()], []
        if faults:
            raise AssertionError("secrets in what our processes say:\n" + "\n".join(faults))
        undocumented, self._undocumented = self._undocumented, {}
        if undocumented:
            raise AssertionError("\n".join(f"{self._name}: {fault}: {line}" for fault, line in undocumented.items()))

    def _read_files(self):
        for path in self._files:
            secrets.add_file(path)

    def _take(self, name, text):
        if (found := _FORMS.search(text)) is not None:
            self._faults.append(f"{name}: {found.lastgroup.replace('_', ' ')}: {text.rstrip()}")
        said = (name, text)
        for part in _PARTS.findall(text):
            _said.setdefault(part, said)
        for whole in _WHOLES.findall(text):
            _said.setdefault(whole, said)
        for place in _PLACES.findall(text):
            _said.setdefault(" ".join(place), said)


def _leaks():
    """A line for each secret that was said, whichever process said it."""
    for value in secrets.values():
        if value in _said and value not in _told:
            _told.add(value)
            name, text = _said[value]
            yield f"{name}: {value!r} is secret: {text.rstrip()}"


def check_all():
    """At the end of all tests: also what was found out to be secret after its process had ended."""
    Watch("all").check()

"""A transcript: what went over the sockets of one scenario, as docs/protocol/README.md describes it. Read, written, and
the values in it that differ from run to run.

A line is an object. The first says what is shown and with which flags; each other one is what happened next:
  {"client": NAME, "open": PATH, "gateway"?: 1.., "origin"?}
  {"client": NAME, "sends": MESSAGE, "padded_to"?: BYTES} | {.., "sends_text": TEXT} | {.., "sends_binary": TEXT}
  {"client": NAME, "receives": MESSAGE}
  {"client": NAME, "closes": CODE} | {.., "breaks": true} | {.., "closed": CODE}
  {"gateway": 1.., "stops": true} | {"service": 1, "stops": true}
"""

import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "protocol" / "transcripts"

# Fields of the gateway's messages that only a run can fill. Unguessable ones are told apart by their value alone; times
# that fall into one millisecond are not.
UNIQUE = ("session_id", "resume_token", "offer_id")
TIMES = ("joined_at", "expires_at", "ice_servers_expire_at", "token_expires_at", "reconnect_after_ms", "retry_after_ms")
PLACEHOLDER = re.compile(r"\$[a-z_]+:\S+")
TOKEN = "$token:"  # and a name in `tokens` of the header


def load(path):
    """The header and the steps."""
    header, *steps = (json.loads(line) for line in path.read_text().splitlines())
    return header, steps


def token_of(message):
    """The name of the token in a client's message; None: there is none, or it is no name."""
    token = message.get("token")
    return token.removeprefix(TOKEN) if isinstance(token, str) and token.startswith(TOKEN) else None


def save(path, header, steps):
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (header, *steps)))


class Namer:
    """While recording: puts names in place of such values."""

    def __init__(self):
        self._names = {}  # by value, or by field, owner and value
        self._taken = set()

    def _name(self, key, field, owner):
        if key not in self._names:
            name, count = f"${field}:{owner}", 1
            while name in self._taken:
                count += 1
                name = f"${field}:{owner}.{count}"
            self._taken.add(name)
            self._names[key] = name
        return self._names[key]

    def _owner(self, client_id):
        """The client's name where the server made its client_id."""
        return self._names.get(client_id, client_id).removeprefix("$client_id:")

    def made_by_server(self, client_id, client):
        """A client_id that nobody asked for."""
        self._name(client_id, "client_id", client)

    def names_for(self, value, client, field="", known_only=False):
        """`value`, of a message to or from `client`, with names. A client's message brings no new ones."""
        if isinstance(value, dict):
            owner = self._owner(value["client_id"]) if "joined_at" in value else client
            return {key: self.names_for(item, owner, key, known_only) for key, item in value.items()}
        if isinstance(value, list):
            return [self.names_for(item, client, "", known_only) for item in value]
        if isinstance(value, str) and value in self._names:
            return self._names[value]
        if known_only:
            return value
        if field in UNIQUE and re.fullmatch("[A-Za-z0-9_-]{22}", value):
            return self._name(value, field, client)
        if field in TIMES:
            return self._name((field, client, value), field, client)
        return value


class Values:
    """While replaying: what the names stand for this time."""

    def __init__(self):
        self._values = {}

    def fill(self, template):
        """What a client sends: every name has been seen."""
        if isinstance(template, dict):
            return {key: self.fill(item) for key, item in template.items()}
        if isinstance(template, list):
            return [self.fill(item) for item in template]
        if isinstance(template, str) and PLACEHOLDER.fullmatch(template):
            return self._values[template]
        return template

    def match(self, template, actual, path=""):
        """Where `actual` is not as recorded; None where it is. New names take their values from it."""
        if isinstance(template, str) and PLACEHOLDER.fullmatch(template):
            if self._values.setdefault(template, actual) == actual:
                return None
            return f"{path}: {template} was {self._values[template]!r}, and is {actual!r}"
        if isinstance(template, dict) and isinstance(actual, dict):
            if template.keys() != actual.keys():
                return f"{path or 'the message'} has the fields {sorted(actual)}, recorded were {sorted(template)}"
            parts = ((template[key], actual[key], f"{path}/{key}") for key in template)
        elif isinstance(template, list) and isinstance(actual, list) and len(template) == len(actual):
            parts = ((*pair, f"{path}/{index}") for index, pair in enumerate(zip(template, actual)))
        else:
            return None if template == actual else f"{path} is {actual!r}, recorded was {template!r}"
        return next((wrong for part in parts if (wrong := self.match(*part))), None)

"""What the sessions say to each other, and what the verifier is told of it. No sender ever waits for an answer."""

import asyncio
import random
import zlib

import harness

# What may be on its way to one receiver: the service keeps 256 events or 256 KiB for it, and not all that is counted there
# is counted here.
OWED_EVENTS, OWED_BYTES = 170, 150 * 1024
_TEXT = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz 0123456789", k=20000))
# Those who never exist.
NOBODY = "nobody-of-this-name"

# Questions: what is sent, and the verdict.
_QUESTIONS = {
    "peer_unavailable": {"type": "message", "data": "hello?", "to": NOBODY},
    "unknown_type": {"type": "sing"},
    "invalid_sdp": {"type": "offer", "sdp": "v=1", "to": NOBODY},
    "invalid_candidate": {"type": "ice_candidate", "candidate": "candidate:", "to": NOBODY},
    "invalid_message": {"type": "message"},
}


def draw_size(rng):
    """50 bytes to 16 KiB, most of them small."""
    kind = rng.random()
    if kind < 0.80:
        return rng.randint(50, 600)
    if kind < 0.96:
        return rng.randint(600, 4000)
    return rng.randint(4000, 16000)


class Talker:
    """Makes one session's messages and tells the ledger of them. `members`: the Talkers of its room, itself included."""

    def __init__(self, ledger, session, members, rng):
        self._ledger = ledger
        self.session = session
        self.members = members
        self._rng = rng
        self._number = 0

    def may_be_sent(self, size):
        """Is there room for another event on its way to this one?"""
        session = self.session
        return (not session.reserved and session.owed_events < OWED_EVENTS
                and session.owed_bytes + size < OWED_BYTES)

    def _others(self):
        return [peer for peer in self.members if peer is not self]

    def say(self, small=False, torn=False):
        """One message of any kind, if there is room for it."""
        kind = self._rng.random()
        if kind < 0.12 and not torn:
            return self._ask()
        size = self._rng.randint(50, 400) if small or torn else draw_size(self._rng)
        receivers = self._others()
        directed = kind > (0.34 if small else 0.60)
        if directed:
            receivers = [min(receivers, key=lambda peer: (peer.session.reserved, peer.session.owed_events))
                         if small else self._rng.choice(receivers)]
        if not self.session.fits(size) or not all(peer.may_be_sent(size) for peer in receivers):
            return False
        if kind < 0.18 and not small:
            self._update(receivers)
        elif kind > 0.85:
            self._trickle(receivers[0])
        else:
            self.message(receivers, size, directed, torn)
        return True

    def _note(self, receivers, content, size):
        self._ledger.sent(self.session.name, [peer.session.name for peer in receivers], self._number,
                          zlib.crc32(content.encode()), size)
        for peer in receivers:
            peer.session.owe(size)

    def message(self, receivers, size, directed, torn=False):
        self._number += 1
        begin = self._rng.randrange(len(_TEXT) - size)
        pad = _TEXT[begin:begin + size]
        self._note(receivers, pad, size + 64)
        message = {"type": "message", "data": {"n": self._number, "pad": pad}}
        if directed:
            message["to"] = receivers[0].session.name
        self.session.post(message, torn)

    def _update(self, receivers):
        self._number += 1
        self._note(receivers, "", 200)
        self.session.post({"type": "update", "metadata": {"n": str(self._number)}})

    def _trickle(self, receiver):
        self._number += 1
        self._note([receiver], "", 200)
        self.session.post({"type": "ice_candidate", "candidate": harness.candidate(self._number), "to": receiver.session.name})

    def _ask(self):
        session = self.session
        expected = self._rng.choice([code for code in _QUESTIONS if code not in session.never_asks])
        # Three faults close a connection, those that are sent again included.
        if expected == "invalid_message" and (session.connection is None or session.connection.faults):
            expected = "unknown_type"
        if not session.fits(200) or not self.may_be_sent(200):
            return False
        self.ask(_QUESTIONS[expected], expected)
        return True

    def ask(self, message, expected):
        """A message whose answer is the error `expected`, or the event of that type."""
        self.session.owe(200)
        number = self.session.ask(dict(message))
        self._ledger.question(self.session.name, number, expected)
        return number

    def fill(self):
        """As much as may be unacknowledged, at once. How much that is."""
        misses = 0
        while misses < 10 and len(self.session.unacked) < 62:
            misses = 0 if self.say(small=True) else misses + 1
        return len(self.session.unacked)

    async def talk(self, rate):
        """Goes on until it is cancelled: in bursts, `rate` messages a second on the average."""
        while True:
            burst = self._rng.choice((1, 1, 2, 3, 8, 21))
            for _ in range(burst):
                if not self.say():
                    break
            await asyncio.sleep(self._rng.expovariate(rate / 6))


def number_of(message):
    """(number, checksum) of a message that was numbered here; None of another one."""
    type_ = message["type"]
    if type_ == "message":
        return message["data"]["n"], zlib.crc32(message["data"]["pad"].encode())
    if type_ == "ice_candidate":
        return int(message["candidate"].split()[3]), 0
    if type_ == "participant_updated":
        return int(message["participant"]["metadata"]["n"]), 0
    return None

"""The verifier: what was sent to whom, what was asked, and what has come of it.

It knows nothing of sockets, sessions, ids or resumes: it is told what clients hand over to be sent, before they send it, and what
reached the application at the other end.
"""

import collections


class _Stream:
    """From one sender to one receiver."""

    __slots__ = ("due", "highest", "passed")

    def __init__(self):
        self.due = collections.deque()  # (number, checksum, size), in the order in which they were sent
        self.highest = 0
        self.passed = {}  # number: (checksum, size) of those that a later one has overtaken


class Ledger:
    """Counts. Every fault is kept as a line in `faults`."""

    def __init__(self):
        self.messages = 0  # sent, each counted once
        self.deliveries = 0
        self.doubled = 0
        self.reordered = 0
        self.asked = 0
        self.answered = 0
        self.faults = []
        self._streams = collections.defaultdict(_Stream)  # (sender, receiver)
        self._questions = collections.defaultdict(collections.OrderedDict)  # session: {id: expected answer}

    def fault(self, text):
        self.faults.append(text)

    # Messages

    def sent(self, sender, receivers, number, checksum, size):
        """`number` grows with each message of this sender."""
        self.messages += 1
        for receiver in receivers:
            self._streams[sender, receiver].due.append((number, checksum, size))

    def received(self, sender, receiver, number, checksum):
        """The size of what was sent; 0 where nothing was due."""
        stream = self._streams[sender, receiver]
        self.deliveries += 1
        if number in stream.passed:
            self.reordered += 1
            self.fault(f"reordered: {receiver} got {number} of {sender} after {stream.highest}")
            expected, size = stream.passed.pop(number)
        elif number <= stream.highest:
            self.doubled += 1
            self.fault(f"doubled: {receiver} got {number} of {sender} again, after {stream.highest}")
            return 0
        elif not any(entry[0] == number for entry in stream.due):
            self.fault(f"never sent: {receiver} got {number} of {sender}")
            return 0
        else:
            while stream.due[0][0] != number:
                skipped, expected, size = stream.due.popleft()
                stream.passed[skipped] = (expected, size)
                self.fault(f"overtaken: {receiver} got {number} of {sender} before {skipped}")
            stream.highest, expected, size = stream.due.popleft()
        if checksum != expected:
            self.fault(f"changed: {receiver} got {number} of {sender} with another content")
        return size

    # Questions and their one answer

    def question(self, asker, number, expected):
        """The message `number` of this session is to be answered once, by `expected`."""
        self.asked += 1
        self._questions[asker][number] = expected

    def answer(self, asker, number, actual):
        open_questions = self._questions[asker]
        if number not in open_questions:
            self.fault(f"answered twice, or not asked: {asker} got {actual} for {number}")
            return
        first = next(iter(open_questions))
        if first != number:
            self.fault(f"answers out of order: {asker} got that of {number} before that of {first}")
        expected = open_questions.pop(number)
        self.answered += 1
        if actual != expected:
            self.fault(f"wrong answer: {asker} got {actual} for {number}, expected {expected}")

    def first_question(self, asker):
        """The one that is to be answered next; 0 where none is open. For who is given answers without the number."""
        return next(iter(self._questions[asker]), 0)

    # The end

    def is_settled(self):
        """Everything has come."""
        return not any(stream.due for stream in self._streams.values()) and not any(self._questions.values())

    def waiting_for(self, receiver):
        """What has not come, for people."""
        found = [f"{len(stream.due)} of {sender} from {stream.due[0][0]} on"
                 for (sender, to), stream in self._streams.items() if to == receiver and stream.due]
        questions = self._questions[receiver]
        if questions:
            found.append(f"{len(questions)} answers from that of {next(iter(questions))} on")
        return ", ".join(found) or "nothing"

    def due_between(self, sender, receiver):
        return len(self._streams[sender, receiver].due)

    def lost(self):
        """Messages that have not come, and questions without an answer."""
        streams = self._streams.values()
        return (sum(len(stream.due) + len(stream.passed) for stream in streams)
                + sum(len(questions) for questions in self._questions.values()))

    def has_question(self, asker, expected):
        """Is one open that is to be answered so?"""
        return expected in self._questions[asker].values()

"""A duration that a process would refuse at its start is refused by Helm: the service's old pod would be gone by then."""

import re
import unittest

import chart
import flags

TURN = {"urls": ["turn:turn.example.org"], "existingSecret": "turn"}
# Of the least unit that the limits need, in microseconds.
UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
SET_BY_CHART = {"turn_ttl": ("turn", "ttl")}


def microseconds(text):
    return 0 if text == "0" else int(re.match(r"\d+", text)[0]) * UNITS[re.search(r"[a-z]+$", text)[0]]


def limits():
    """{(path of the value): (least, most, may it be 0 as well)} by --help=markdown of the binaries."""
    found = {}
    for component in flags.COMPONENTS:
        for name, flag in flags.of(component).items():
            if flag.is_duration and name != "drain_timeout":  # that one is seconds, which the schema limits
                least, most, zero = re.fullmatch(r"(\w+) to (\w+?)(, or 0)?", flag.may_be).groups()
                found[SET_BY_CHART.get(name, (component, "config", name))] = (least, most, bool(zero))
    return found


def values(durations):
    """Of {path: duration}."""
    tree = {"turn": TURN}
    for path, value in durations.items():
        layer = value
        for key in reversed(path):
            layer = {key: layer}
        tree = chart.merged(tree, layer)
    return tree


class DurationsTest(unittest.TestCase):
    def setUp(self):
        self.limits = limits()

    def test_up_to_the_limits(self):
        chart.render(values({path: least for path, (least, _, _) in self.limits.items()}))
        chart.render(values({path: most for path, (_, most, _) in self.limits.items()}))
        zero = {path: "0s" for path, (_, _, zero) in self.limits.items() if zero}
        self.assertTrue(zero)
        chart.render(values(zero))

    def test_beyond_them(self):
        above = {path: f"{most}1us" for path, (_, most, _) in self.limits.items()}
        below = {path: f"{microseconds(least) - 1}us" for path, (least, _, _) in self.limits.items() if least != "0"}
        for given in (above, below):
            said = chart.refusal(values(given))
            for path, value in given.items():
                least, most, zero = self.limits[path]
                self.assertIn(f"{'.'.join(path)}: {value} has to be {least} to {most}{', or 0' if zero else ''}.", said)

    def test_of_several_units(self):
        chart.render(values({("service", "config", "resume_window"): "9m59.5s500ms"}))
        self.assertIn("resume_window", chart.refusal(values({("service", "config", "resume_window"): "9m59.5s501ms"})))


if __name__ == "__main__":
    chart.main()

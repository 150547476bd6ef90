"""What each values file of ci/ renders to, whole: golden/NAME.yaml, so that a change of the chart shows what it does.

    tests/chart/golden_test.py --renew   writes them anew; look at the difference before you commit it

Bodies that the chart ships as they are (alerts, dashboards) stand there as their hash.
"""

import difflib
import hashlib
import re
import sys
import unittest

import chart
import yaml

GOLDEN = chart.REPOSITORY / "tests" / "chart" / "golden"
RENEW = "tests/chart/golden_test.py --renew"
LONG = 20_000  # characters


class _Literal(str):
    """A text of several lines, to be written as one."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


_Dumper.add_representer(_Literal, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|"))


def readable(value):
    if isinstance(value, dict):
        return {key: readable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [readable(one) for one in value]
    if isinstance(value, str) and len(value) > LONG:
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()} ({len(value)} characters)"
    return _Literal(value) if isinstance(value, str) and "\n" in value else value


def shortened(one):
    """An object without what is shipped as it is."""
    if one["kind"] == "PrometheusRule":
        groups = yaml.safe_dump(one["spec"]["groups"])
        count = len(re.findall(r"(?m)^ *(?:- )?alert: ", groups))
        return {**one, "spec": {"groups": f"sha256:{hashlib.sha256(groups.encode()).hexdigest()} ({count} alerts)"}}
    return one


def golden(file):
    """What the golden of a values file has to be."""
    rendering = chart.render_file(file)
    objects = sorted(rendering.objects, key=lambda one: (one["kind"], one["metadata"]["name"]))
    text = yaml.dump_all([readable(shortened(one)) for one in objects], Dumper=_Dumper, sort_keys=False, width=140, explicit_start=True)
    return f"# {file.relative_to(chart.REPOSITORY)}, by {RENEW}\n{text}"


def path_of(file):
    return GOLDEN / f"{file.name.removesuffix('-values.yaml')}.yaml"


class GoldenTest(unittest.TestCase):
    def test_each(self):
        for file in chart.ci_files():
            with self.subTest(file=file.name):
                path = path_of(file)
                before = path.read_text() if path.exists() else ""
                difference = "".join(difflib.unified_diff(before.splitlines(True), golden(file).splitlines(True), str(path.name), "rendered"))
                self.assertEqual(difference, "", f"\n{difference}\nIf it has to be so: {RENEW}")

    def test_there_is_none_too_many(self):
        self.assertEqual({path.name for path in GOLDEN.iterdir()}, {path_of(file).name for file in chart.ci_files()}, f"{RENEW} removes them")


def renew():
    GOLDEN.mkdir(exist_ok=True)
    wanted = {path_of(file): golden(file) for file in chart.ci_files()}
    for path in set(GOLDEN.iterdir()) - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--renew"]:
        renew()
    else:
        chart.main()

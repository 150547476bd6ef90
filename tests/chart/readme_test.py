"""The chart's README says of its values what values.yaml says, and names only what there is."""

import re
import sys
import unittest

import chart

sys.path.append(str(chart.CHART.parent))

import readme  # noqa: E402  pylint: disable=wrong-import-position


class ReadmeTest(unittest.TestCase):
    def test_values_are_those_of_the_file(self):
        page = readme.README.read_text()
        self.assertEqual(page, readme.regenerated(page, readme.VALUES.read_text()), "./dev docs renews it")

    def test_every_value_has_a_row(self):
        page = readme.README.read_text()
        (values,) = chart.parse(readme.VALUES.read_text())
        rows = re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE)
        self.assertEqual(len(rows), len(set(rows)))
        self.assertEqual({row.split(".")[0] for row in rows}, values.keys())
        self.assertIn("gateway.podDisruptionBudget.maxUnavailable", rows)

    def test_a_value_without_a_comment_is_found(self):
        with self.assertRaisesRegex(AssertionError, "b.c"):
            readme.rendered("# -- One.\na: 1\nb:\n  c: 2\n")

    def test_a_page_without_its_marks_is_found(self):
        for page in ("", "<!-- values -->\n", "<!-- end -->\n<!-- values -->\n", 2 * "<!-- values -->\n<!-- end -->\n"):
            with self.subTest(page), self.assertRaisesRegex(AssertionError, "<!-- end -->"):
                readme.regenerated(page, "# -- One.\na: 1\n")

    def test_what_stands_in_the_way_of_a_row_is_found(self):
        """Lines of an example above it, and a value whose name is none of ours."""
        for text, name in (("# -- One.\na: []\n#  - x\n# -- Two.\nb: 1\n", "b"), ("# -- One.\na.b: 1\n", "a.b")):
            with self.subTest(text), self.assertRaisesRegex(AssertionError, f"above {name}$"):
                readme.rendered(text)

    def test_rows_and_sections(self):
        self.assertEqual(readme.rendered("# -- One,\n# two | three.\na: 1\n\n# All of b.\nb:\n  # -- Four.\n  c: {x: ''}\n"),
                         "### For all\n\n| Value | Default | |\n| --- | --- | --- |\n| `a` | `1` | One, two \\| three. |\n\n"
                         "### b\n\nAll of b.\n\n| Value | Default | |\n| --- | --- | --- |\n| `b.c` | `{x: ''}` | Four. |\n")

    def test_values_in_its_text_are_values(self):
        """`gateway.replicas` in prose, `--set gateway.replicas=3` in a command."""
        page = readme.README.read_text()
        (values,) = chart.parse(readme.VALUES.read_text())
        prose = page.split("<!-- values -->")[0]
        named = set(re.findall(r"`((?:[a-zA-Z]+\.)+[a-zA-Z]+)(?:=[^`]*)?`", prose)) | set(re.findall(r"--set ([\w.]+)=", page))
        named = {name for name in named if name.split(".")[0] in values}
        self.assertGreater(len(named), 5)
        for name in named:
            readme.value_at(values, name.split("."))


if __name__ == "__main__":
    chart.main()

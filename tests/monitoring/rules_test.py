"""The alerts as files: promtool takes them, each has its tests, its runbook, and a cause in the tests beside this one."""

import pathlib
import re
import shutil
import subprocess
import unittest

import monitoring
import yaml

FOLDER = monitoring.RULES.parent
RUNBOOKS = monitoring.REPOSITORY / "docs" / "runbooks"
METRICS = (monitoring.REPOSITORY / "docs" / "metrics.md").read_text()
SECTIONS = ["What users notice", "What it means", "Confirm", "Likely causes, and what to do", "Do not", "Escalate"]


def promtool(*arguments):
    program = shutil.which("promtool")
    assert program is not None, "promtool is needed: package prometheus"
    done = subprocess.run([program, *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


class PromtoolTest(unittest.TestCase):
    def test_rules_and_configuration_are_clean(self):
        for arguments in (("check", "rules", "alerts.yaml"), ("check", "config", "prometheus.yaml")):
            code, text = promtool(*arguments)
            self.assertEqual(code, 0, text)
            self.assertNotRegex(text, r"FAILED|WARN|duplicate|error")

    def test_each_fires_when_it_should_and_not_before(self):
        code, text = promtool("test", "rules", "alerts_test.yaml")
        self.assertEqual(code, 0, text)

    def test_each_has_a_test_that_fires_and_one_that_does_not(self):
        fires, quiet = set(), set()
        for test in yaml.safe_load((FOLDER / "alerts_test.yaml").read_text())["tests"]:
            for one in test["promql_expr_test"]:
                name = re.fullmatch(r'ALERTS\{alertname="(\w+)", alertstate="firing"(?:, job="[\w-]+")?\}', one["expr"]).group(1)
                (fires if one["exp_samples"] else quiet).add(name)
        self.assertEqual(fires, set(monitoring.alerts()))
        self.assertEqual(quiet, set(monitoring.alerts()))


class ConventionsTest(unittest.TestCase):
    def test_names_severities_and_annotations(self):
        groups = yaml.safe_load(monitoring.RULES.read_text())["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        self.assertGreaterEqual(len(rules), 14)
        self.assertEqual(len(rules), len(monitoring.alerts()), "each name once")
        for rule in rules:
            with self.subTest(rule["alert"]):
                self.assertRegex(rule["alert"], r"^Signaling([A-Z][a-z]+)+$")
                self.assertIn(rule["labels"], ({"severity": "critical"}, {"severity": "warning"}))
                self.assertEqual(set(rule["annotations"]), {"summary", "description", "runbook_url"})
                self.assertEqual(rule["annotations"]["runbook_url"],
                                 f'{{{{ or $externalLabels.runbooks "docs/runbooks" }}}}/{rule["alert"]}.md')
                self.assertTrue(rule["annotations"]["summary"].endswith("."))

    def test_metrics_are_documented(self):
        documented = set(re.findall(r"^\| `(\w+)`", METRICS, re.MULTILINE))
        for name, rule in monitoring.alerts().items():
            expression = re.sub(r"\{[^}]*\}|by \([^)]*\)", "", rule["expr"])
            for metric in re.findall(r"\b(?:signaling|process|grpc)_\w+", expression):
                self.assertIn(re.sub(r"_(bucket|count|sum)$", "", metric), documented, name)

    def test_each_is_made_to_fire_for_real(self):
        made = set()
        for path in pathlib.Path(__file__).parent.glob("alerts_*_test.py"):
            made |= set(re.findall(r'(?:fires|expect_firing)\(\s*"(\w+)"', path.read_text()))
        self.assertEqual(made, set(monitoring.alerts()))


class RunbooksTest(unittest.TestCase):
    def test_there_is_one_for_each_alert_and_the_list_has_them_all(self):
        pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
        self.assertEqual(pages, set(monitoring.alerts()))
        listed = re.findall(r"^\| \[(\w+)\]\((\w+)\.md\) \| (critical|warning) \| \S", (RUNBOOKS / "README.md").read_text(), re.MULTILINE)
        self.assertEqual([(name, page, severity) for name, page, severity in listed],
                         [(name, name, rule["labels"]["severity"]) for name, rule in monitoring.alerts().items()])

    def test_they_are_alike(self):
        for path in RUNBOOKS.glob("Signaling*.md"):
            with self.subTest(path.stem):
                text = path.read_text()
                self.assertTrue(text.startswith(f"# {path.stem}\n"))
                self.assertEqual(re.findall(r"^## (.*)$", text, re.MULTILINE), SECTIONS)
                self.assertLessEqual(len(text.splitlines()), 60, "for a tired person")
                self.assertRegex(text, r"\n```\n", "something to copy")

    def test_links_and_flags_lead_somewhere(self):
        """Of everything that an operator reads."""
        docs = monitoring.REPOSITORY / "docs"
        flags = set(re.findall(r"--(\w+)", (docs / "configuration.md").read_text()))
        for path in (*RUNBOOKS.glob("*.md"), docs / "metrics.md", docs / "troubleshooting.md", FOLDER.parent / "grafana" / "README.md"):
            text = path.read_text()
            for link in re.findall(r"\]\(([^)\s]+)\)", text):
                with self.subTest(path=path.name, link=link):
                    target, _, anchor = link.partition("#")
                    page = (path.parent / target).resolve() if target else path
                    self.assertTrue(page.exists())
                    if anchor:
                        titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
                        self.assertIn(anchor, {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles})
            if path.parent == RUNBOOKS:
                for flag in re.findall(r"`--(\w+)", text):
                    self.assertIn(flag, flags, path.name)


if __name__ == "__main__":
    unittest.main(verbosity=2)

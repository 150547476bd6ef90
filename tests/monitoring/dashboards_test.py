"""The dashboards: JSON that Grafana can place, and each query answered by a real Prometheus that sees busy processes. Grafana itself is not
run here."""

import itertools
import json
import re
import subprocess
import sys
import unittest

import busy
import monitoring

FOLDER = monitoring.REPOSITORY / "deploy" / "grafana"
RUNBOOKS = monitoring.REPOSITORY / "docs" / "runbooks"
METRICS = (monitoring.REPOSITORY / "docs" / "metrics.md").read_text()


def dashboards():
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def panels(dashboard):
    """All panels but rows; those in collapsed rows as well."""
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def queries(dashboard):
    """(title of the panel, expression as Prometheus gets it)."""
    chosen = {"$job": ".+", "$instance": ".+", "$interval": "10s"}
    for panel in panels(dashboard):
        for target in panel["targets"]:
            expression = target["expr"]
            for name, value in chosen.items():
                expression = expression.replace(name, value)
            yield panel["title"], expression


class LayoutTest(unittest.TestCase):
    def test_they_are_as_they_are_made(self):
        made = subprocess.run([sys.executable, "-B", FOLDER / "dashboards.py", "--check"], capture_output=True, text=True, check=False)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertEqual(set(dashboards()), {"signaling-gateway", "signaling-service"})

    def test_ids_are_unique_and_nothing_overlaps(self):
        for name, dashboard in dashboards().items():
            self.assertEqual(dashboard["uid"], name)
            everything = [*dashboard["panels"], *(inner for row in dashboard["panels"] for inner in row.get("panels", ()))]
            ids = [panel["id"] for panel in everything]
            self.assertEqual(len(ids), len(set(ids)), name)
            collapsed = [panel for panel in dashboard["panels"] if panel["type"] == "row" and panel["collapsed"]]
            # As it opens, and as it is with each row opened.
            for group in (dashboard["panels"], *(row["panels"] for row in collapsed)):
                for panel in group:
                    place = panel["gridPos"]
                    self.assertTrue(place["x"] >= 0 and place["y"] >= 0 and place["w"] > 0 and place["h"] > 0, panel["title"])
                    self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
                for one, other in itertools.combinations((panel["gridPos"] for panel in group), 2):
                    self.assertTrue(
                        one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
                        or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"], f"{name}: {one} {other}")
            for row in collapsed:
                self.assertTrue(all(panel["gridPos"]["y"] > row["gridPos"]["y"] for panel in row["panels"]), row["title"])

    def test_the_first_row_is_open_and_answers_the_four_questions(self):
        for name, dashboard in dashboards().items():
            first, *others = [panel for panel in dashboard["panels"] if panel["type"] == "row"]
            self.assertFalse(first["collapsed"])
            self.assertTrue(others and all(row["collapsed"] for row in others), name)
            asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ()))
            for metric in ("signaling_connections", "signaling_messages_total", "signaling_errors_total",
                           "signaling_connection_setup_seconds"):
                self.assertIn(metric, asked, name)

    def test_each_panel_says_what_it_is_and_where_to_read_on(self):
        for dashboard in dashboards().values():
            self.assertEqual([one["name"] for one in dashboard["templating"]["list"]],
                             ["datasource", "job", "instance", "interval", "runbooks"])
            for panel in panels(dashboard):
                self.assertTrue(panel["description"].strip().endswith("."), panel["title"])
                self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                self.assertEqual(panel["datasource"]["uid"], "${datasource}")
                for link in panel["links"]:
                    page = re.fullmatch(r"\$\{runbooks\}/(\w+\.md)", link["url"]).group(1)
                    self.assertTrue((RUNBOOKS / page).exists(), page)

    def test_each_metric_is_documented(self):
        documented = set(re.findall(r"^\| `(\w+)`", METRICS, re.MULTILINE))
        for dashboard in dashboards().values():
            for title, expression in queries(dashboard):
                for metric in re.findall(r"\b(?:signaling|process|grpc)_\w+", expression):
                    if not metric.startswith("grpc_") or metric.startswith("grpc_server_"):
                        self.assertIn(re.sub(r"_(bucket|count|sum)$", "", metric), documented, title)


class QueriesTest(busy.Busy):
    async def check(self, name):
        for title, expression in queries(dashboards()[name]):
            with self.subTest(panel=title, query=expression):
                self.assertNotIn("$", expression)
                await self.expect_data(expression)

    async def test_the_gateways_dashboard_has_data(self):
        await self.check("signaling-gateway")

    async def test_the_services_dashboard_has_data(self):
        await self.check("signaling-service")


if __name__ == "__main__":
    monitoring.main()

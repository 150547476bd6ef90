"""What a Prometheus operator and Grafana's sidecar are given: targets under the jobs that alerts look for, alerts as they are, dashboards."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest

import chart
import yaml

RULES = yaml.safe_load((chart.CHART / "files" / "alerts.yaml").read_text())["groups"]
OPEN_NETWORK = {"networkPolicy": {"enabled": False}}


def monitored(kind, **values):
    return chart.render({"metrics": {kind: {"enabled": True, **values}}, **OPEN_NETWORK})


def ruled(runbooks="", **values):
    spec = chart.render({"metrics": {"runbooks": runbooks, "prometheusRule": {"enabled": True, **values}}}).one("PrometheusRule")["spec"]
    return spec["groups"]


def alerts(groups):
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


class MonitorTest(unittest.TestCase):
    def test_there_is_none_unless_asked_for(self):
        rendering = chart.render()
        self.assertEqual({one["apiVersion"] for one in rendering.objects} & {"monitoring.coreos.com/v1"}, set())

    def targets(self, monitor, rendering):
        """{job: number of ports}, as the operator finds them."""
        found = {}
        spec = monitor["spec"]
        if monitor["kind"] == "ServiceMonitor":
            ports = [endpoint["port"] for endpoint in spec["endpoints"]]
            owners = [(service["metadata"]["labels"], [port["name"] for port in service["spec"]["ports"]])
                      for service in rendering.all("Service")]
        else:
            ports = [endpoint["port"] for endpoint in spec["podMetricsEndpoints"]]
            owners = [(template["metadata"]["labels"], [port["name"] for container in template["spec"]["containers"]
                                                        for port in container.get("ports", ())])
                      for _, template in chart.pod_templates(rendering)]
        for labels, names in owners:
            if chart.selected(spec["selector"], labels):
                job = labels[spec["jobLabel"]]
                found[job] = found.get(job, 0) + len([name for name in names if name in ports])
        return found

    def test_each_component_is_scraped_once_under_its_job(self):
        for kind, monitor in (("serviceMonitor", "ServiceMonitor"), ("podMonitor", "PodMonitor")):
            with self.subTest(kind):
                rendering = monitored(kind)
                one = rendering.one(monitor)
                self.assertEqual(self.targets(one, rendering), {"signaling-gateway": 1, "signaling-service": 1})
                self.assertEqual(one["spec"]["namespaceSelector"], {"matchNames": [chart.NAMESPACE]})
                (endpoint,) = one["spec"].get("endpoints") or one["spec"]["podMetricsEndpoints"]
                self.assertEqual(endpoint, {"port": "internal", "path": "/metrics", "interval": "30s"})

    def test_alerts_find_these_jobs(self):
        patterns = {pattern for group in RULES for rule in group["rules"] for pattern in re.findall(r'job=~"([^"]+)"', rule["expr"])}
        self.assertGreaterEqual(len(patterns), 3)
        for pattern in patterns:
            self.assertTrue([job for job in ("signaling-gateway", "signaling-service") if re.fullmatch(pattern, job)], pattern)

    def test_what_can_be_said_of_them(self):
        relabelings = [{"action": "labeldrop", "regex": "pod"}]
        for kind, monitor, labels in (("serviceMonitor", "ServiceMonitor", "targetLabels"), ("podMonitor", "PodMonitor", "podTargetLabels")):
            with self.subTest(kind):
                one = monitored(kind, namespace="monitoring", labels={"release": "prometheus"}, annotations={"a": "b"}, interval="1m",
                                scrapeTimeout="5s", relabelings=relabelings, metricRelabelings=relabelings, jobLabel="job",
                                **{labels: ["team"]}).one(monitor)
                self.assertEqual((one["metadata"]["namespace"], one["metadata"]["labels"]["release"], one["metadata"]["annotations"]),
                                 ("monitoring", "prometheus", {"a": "b"}))
                (endpoint,) = one["spec"].get("endpoints") or one["spec"]["podMetricsEndpoints"]
                self.assertEqual(endpoint, {"port": "internal", "path": "/metrics", "interval": "1m", "scrapeTimeout": "5s",
                                            "relabelings": relabelings, "metricRelabelings": relabelings})
                self.assertEqual((one["spec"]["jobLabel"], one["spec"][labels]), ("job", ["team"]))
                self.assertEqual(one["spec"]["namespaceSelector"], {"matchNames": [chart.NAMESPACE]})


class RulesTest(unittest.TestCase):
    def test_they_are_those_of_the_file(self):
        self.assertEqual(ruled(), RULES)

    def test_promtool_takes_them(self):
        program = shutil.which("promtool")
        self.assertIsNotNone(program, "promtool is needed: package prometheus")
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            groups = ruled(runbooks="https://docs.example.org", disabled=["SignalingMediaFails"], ruleLabels={"team": "calls"})
            yaml.safe_dump({"groups": groups}, file)
            file.flush()
            ended = subprocess.run([program, "check", "rules", "--lint=all", "--lint-fatal", file.name], capture_output=True, text=True,
                                   timeout=chart.DEADLINE, check=False)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertIn(f"{len(alerts(RULES)) - 1} rules found", ended.stdout)

    def test_runbooks_elsewhere(self):
        for given in ("https://docs.example.org/runbooks", "https://docs.example.org/runbooks/"):
            for name, rule in alerts(ruled(runbooks=given)).items():
                self.assertEqual(rule["annotations"]["runbook_url"], f"https://docs.example.org/runbooks/{name}.md")
                self.assertEqual({**rule, "annotations": None}, {**alerts(RULES)[name], "annotations": None})

    def test_what_prometheus_fills_in_stays(self):
        self.assertIn("{{ $labels.instance }}", alerts(ruled())["SignalingInstanceDown"]["annotations"]["summary"])
        given = {"SignalingInstanceDown": {"annotations": {"summary": "{{ $labels.pod }} of {{ .Release.Name }}"}}}
        self.assertEqual(alerts(ruled(overrides=given))["SignalingInstanceDown"]["annotations"]["summary"],
                         "{{ $labels.pod }} of {{ .Release.Name }}")

    def test_without_some(self):
        groups = ruled(disabled=["SignalingMediaFails", "SignalingInstanceDown"])
        self.assertEqual(alerts(RULES).keys() - alerts(groups).keys(), {"SignalingMediaFails", "SignalingInstanceDown"})

    def test_a_group_of_which_nothing_is_left_is_none(self):
        names = [rule["alert"] for rule in RULES[0]["rules"]]
        self.assertEqual(ruled(disabled=names), RULES[1:])

    def test_one_is_different_and_the_others_are_not(self):
        given = {"for": "30m", "expr": "vector(1)", "severity": "info", "labels": {"page": "nobody"}, "annotations": {"summary": "Slow."}}
        changed = alerts(ruled(overrides={"SignalingConnectsSlow": given}))
        rule, before = changed.pop("SignalingConnectsSlow"), alerts(RULES)["SignalingConnectsSlow"]
        self.assertEqual(rule, {"alert": "SignalingConnectsSlow", "for": "30m", "expr": "vector(1)",
                                "labels": {"severity": "info", "page": "nobody"},
                                "annotations": {**before["annotations"], "summary": "Slow."}})
        self.assertEqual(changed, {name: rule for name, rule in alerts(RULES).items() if name != "SignalingConnectsSlow"})

    def test_labels_of_all(self):
        for name, rule in alerts(ruled(ruleLabels={"team": "calls"})).items():
            self.assertEqual(rule["labels"], {**alerts(RULES)[name]["labels"], "team": "calls"})

    def test_what_is_said_of_one_comes_before_what_is_said_of_all(self):
        given = {"SignalingConnectsSlow": {"severity": "info", "labels": {"team": "web"}}}
        changed = alerts(ruled(ruleLabels={"team": "calls", "severity": "page", "site": "a"}, overrides=given))
        self.assertEqual(changed["SignalingConnectsSlow"]["labels"], {"severity": "info", "team": "web", "site": "a"})
        self.assertEqual(changed["SignalingMediaFails"]["labels"], {
            **alerts(RULES)["SignalingMediaFails"]["labels"], "severity": "page", "team": "calls", "site": "a"})

    def test_place_and_labels_of_the_object(self):
        metadata = chart.render({"metrics": {"prometheusRule": {
            "enabled": True, "namespace": "monitoring", "labels": {"release": "prometheus"}}}}).one("PrometheusRule")["metadata"]
        self.assertEqual((metadata["namespace"], metadata["labels"]["release"]), ("monitoring", "prometheus"))


class DashboardsTest(unittest.TestCase):
    def dashboards(self, runbooks="", **values):
        rendering = chart.render({"metrics": {"runbooks": runbooks, "dashboards": {"enabled": True, **values}}})
        return [one for one in rendering.all("ConfigMap") if "-grafana-" in one["metadata"]["name"]]

    def file(self, name):
        return json.loads((chart.CHART / "files" / "dashboards" / f"signaling-{name}.json").read_text())

    def test_one_for_each_file_as_it_is(self):
        found = {one["metadata"]["name"].rsplit("-", 1)[1]: one for one in self.dashboards()}
        self.assertEqual(found.keys(), {"gateway", "service"})
        for name, one in found.items():
            ((key, text),) = one["data"].items()
            self.assertEqual(key, f"{chart.FULLNAME}-{name}.json")  # the sidecar puts all of a cluster into one folder
            self.assertEqual(json.loads(text), self.file(name))
            self.assertEqual(one["metadata"]["labels"]["grafana_dashboard"], "1")
            self.assertEqual(one["metadata"]["labels"]["app.kubernetes.io/component"], f"signaling-{name}")
            self.assertNotIn("annotations", one["metadata"])
            self.assertLess(len(text), 200_000)  # `kubectl apply` keeps it once more in an annotation, of at most 262144 bytes

    def test_label_folder_annotations_and_namespace(self):
        for one in self.dashboards(namespace="monitoring", labels={"grafana_dashboard": None, "dashboards": "yes"}, folder="Calls",
                                   annotations={"a": "b"}):
            metadata = one["metadata"]
            self.assertEqual((metadata["namespace"], metadata["annotations"]), ("monitoring", {"a": "b", "grafana_folder": "Calls"}))
            self.assertEqual(metadata["labels"]["dashboards"], "yes")
            self.assertNotIn("grafana_dashboard", metadata["labels"])

    def test_runbooks_elsewhere(self):
        for one in self.dashboards(runbooks="https://docs.example.org/runbooks/"):
            (text,) = one["data"].values()
            (variable,) = [one for one in json.loads(text)["templating"]["list"] if one["name"] == "runbooks"]
            self.assertEqual(variable["query"], "https://docs.example.org/runbooks")
            self.assertNotIn('"docs/runbooks"', text)


if __name__ == "__main__":
    chart.main()

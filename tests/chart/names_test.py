"""Names and labels: of releases of all kinds, with labels of one's own, and with values taken away."""

import re
import unittest

import chart
import lint_test
import yaml

EVERYTHING = {
    "ingress": {"enabled": True, "hosts": [{"host": "example.org"}]},
    "httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}], "httpsRedirect": {"enabled": True, "parentRefs": [{"name": "public"}]}},
    "grpcRoute": {"enabled": True, "parentRefs": [{"name": "internal"}]},
    "gateway": {"autoscaling": {"enabled": True}},
    "metrics": {name: {"enabled": True} for name in ("serviceMonitor", "prometheusRule", "dashboards")},
    "networkPolicy": {name: {"from": [{"podSelector": {"matchLabels": {"app": "shop"}}}]} for name in ("ws", "grpc", "internal")},
}
KINDS = {"ServiceAccount", "ConfigMap", "Service", "Deployment", "Pod", "Ingress", "HTTPRoute", "GRPCRoute", "HorizontalPodAutoscaler",
         "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor", "PrometheusRule"}
RELEASES = ("demo", "a", "webrtc-signaling", "my-webrtc-signaling", "0-1", "r" * 53, "r" * 44 + "-webrtc", "x" * 45 + "-tail", "a" * 28 + "-z",
            "webrtc-signaling-" + "b" * 28 + "-z")


def prefixes(rendering):
    """What is before the parts that the chart appends."""
    suffixes = r"-(gateway|service|gateway-internal|service-internal|service-headless|redirect|alerts|grafana-gateway|grafana-service|test-call)$"
    return {re.sub(suffixes, "", one["metadata"]["name"]) for one in rendering.objects}


class NamesTest(unittest.TestCase):
    def test_everything_is_everything(self):
        self.assertEqual({one["kind"] for one in chart.render(EVERYTHING).objects}, KINDS)

    def test_names_of_any_release(self):
        for release in RELEASES:
            with self.subTest(release):
                rendering = chart.render(EVERYTHING, release=release)
                for one in rendering.objects:
                    name = one["metadata"]["name"]
                    self.assertRegex(name, r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")
                    self.assertNotIn("--", name)
                (prefix,) = prefixes(rendering)
                self.assertEqual(prefix, (release if "webrtc-signaling" in release else f"{release}-webrtc-signaling")[:46].rstrip("-"))
                for one in rendering.all("Service"):
                    self.assertRegex(one["metadata"]["name"], r"^[a-z0-9]")

    def test_another_name(self):
        for values, prefix in (({"nameOverride": "calls"}, "demo-calls"), ({"fullnameOverride": "calls"}, "calls"),
                               ({"nameOverride": "demo"}, "demo"), ({"fullnameOverride": "n" * 60}, "n" * 46),
                               ({"nameOverride": "n" * 80}, ("demo-" + "n" * 80)[:46])):
            with self.subTest(values):
                rendering = chart.render({**EVERYTHING, **values})
                self.assertEqual(prefixes(rendering), {prefix})
                for one in rendering.objects:
                    self.assertLessEqual(len(one["metadata"]["name"]), 63)
                for deployment in rendering.all("Deployment"):
                    name = deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
                    self.assertEqual(name, values.get("nameOverride", "webrtc-signaling")[:63])

    def test_two_releases_share_no_object_and_select_no_pod_of_each_other(self):
        one, other = chart.render(EVERYTHING, release="one"), chart.render(EVERYTHING, release="other")
        self.assertEqual({(each["kind"], each["metadata"]["name"]) for each in one.objects}
                         & {(each["kind"], each["metadata"]["name"]) for each in other.objects}, set())
        for service in one.all("Service"):
            for _, template in chart.pod_templates(other):
                self.assertFalse(chart.selected(service["spec"]["selector"], template["metadata"]["labels"]))

    def test_gateways_call_their_own_service(self):
        for release in RELEASES:
            rendering = chart.render(release=release)
            (fullname,) = prefixes(rendering)
            (gateway,) = [one for one in rendering.all("ConfigMap") if one["metadata"]["name"] == f"{fullname}-gateway"]
            self.assertEqual(yaml.safe_load(gateway["data"]["config.yaml"])["service"], f"{fullname}-service:50051")
            self.assertIn(f"{fullname}-service", rendering.names("Service"))


class LabelsTest(unittest.TestCase):
    def test_selectors_have_nothing_that_changes(self):
        rendering = chart.render({**EVERYTHING, "commonLabels": {"team": "calls"}})
        selectors = [one["spec"]["selector"] for one in rendering.all("Service")]
        selectors += [one["spec"]["selector"]["matchLabels"] for kind in ("Deployment", "PodDisruptionBudget") for one in rendering.all(kind)]
        selectors += [one["spec"]["podSelector"]["matchLabels"] for one in rendering.all("NetworkPolicy")]
        for selector in selectors:
            self.assertEqual(selector.keys(), {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"})

    def test_labels_of_everything(self):
        rendering = chart.render({**EVERYTHING, "commonLabels": {"team": "calls", "cost-center": "17"}})
        for one in rendering.objects:
            self.assertLessEqual({"team": "calls", "cost-center": "17"}.items(), one["metadata"]["labels"].items(), one["metadata"]["name"])
        for _, template in chart.pod_templates(rendering):
            self.assertEqual(template["metadata"]["labels"]["team"], "calls")

    def test_labels_of_one_come_before_those_of_all(self):
        rendering = chart.render(chart.merged(EVERYTHING, {"commonLabels": {"team": "calls"}, "ingress": {"labels": {"team": "edge"}}}))
        self.assertEqual(rendering.one("Ingress")["metadata"]["labels"]["team"], "edge")
        self.assertEqual(rendering.one("HTTPRoute", "gateway")["metadata"]["labels"]["team"], "calls")

    def test_pod_labels_do_not_break_selection(self):
        given = {"app.kubernetes.io/name": "mine", "app.kubernetes.io/component": "mine", "team": "calls"}
        rendering = chart.render({"gateway": {"podLabels": given}, "service": {"podLabels": given}, "commonLabels": {
            "app.kubernetes.io/instance": "mine"}})
        for component in (chart.GATEWAY, chart.SERVICE):
            self.assertTrue(chart.selected(rendering.deployment(component)["spec"]["selector"], rendering.pod_metadata(component)["labels"]))
            self.assertEqual(rendering.pod_metadata(component)["labels"]["team"], "calls")
        for one in rendering.objects:  # monitors select Services by theirs
            self.assertEqual(one["metadata"]["labels"]["app.kubernetes.io/instance"], chart.RELEASE)


class NullsTest(unittest.TestCase):
    """A null takes a default away: nothing may be rendered that has lost its value."""

    MAPS = ("commonLabels", "gateway.podAnnotations", "gateway.podLabels", "gateway.config", "gateway.resources", "gateway.extraEnv",
            "gateway.affinity", "gateway.nodeSelector", "gateway.tolerations", "gateway.service.annotations", "gateway.serviceAccount.annotations",
            "gateway.autoscaling.behavior", "gateway.autoscaling.annotations", "gateway.autoscaling.labels", "gateway.podDisruptionBudget.labels",
            "service.podAnnotations", "service.config", "service.resources", "service.service.annotations", "service.podSecurityContext",
            "ingress.annotations", "ingress.labels", "ingress.tls", "httpRoute.annotations", "httpRoute.hostnames", "httpRoute.matches",
            "httpRoute.filters", "httpRoute.timeouts", "grpcRoute.matches", "networkPolicy.labels", "networkPolicy.egress.dns",
            "metrics.serviceMonitor.labels", "metrics.serviceMonitor.relabelings",
            "metrics.prometheusRule.disabled", "metrics.prometheusRule.overrides", "metrics.prometheusRule.ruleLabels",
            "metrics.dashboards.labels", "metrics.dashboards.annotations")

    def test_all_at_once(self):
        values = EVERYTHING
        for path in self.MAPS:
            taken = None
            for key in reversed(path.split(".")):
                taken = {key: taken}
            values = chart.merged(values, taken)
        rendering = chart.render(values)
        self.assertEqual({one["kind"] for one in rendering.objects}, KINDS)
        self.assertNotRegex(rendering.text, "<no value>|<nil>")
        for one in rendering.objects:
            self.assertEqual(list(lint_test.problems(one, f"{one['kind']} {one['metadata']['name']}")), [])


if __name__ == "__main__":
    chart.main()

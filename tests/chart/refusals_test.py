"""Values that cannot be meant are refused before anything is made, with words that say what to write."""

import re
import unittest

import chart

PARENT = [{"name": "public"}]


def of(path, value):
    """{"a": {"b": value}} of "a.b"."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


# By the schema: what one value may be. (path, value, what is said beside the path)
SCHEMA = (
    ("gatway", {}, "Additional property gatway is not allowed"),
    ("gateway.replica", 2, "Additional property replica is not allowed"),
    ("gateway.service.prot", 80, "Additional property prot is not allowed"),
    ("auth.existingsecret", "keys", "Additional property existingsecret is not allowed"),
    ("ingress.host", "example.org", "Additional property host is not allowed"),
    ("httpRoute.hosts", [], "Additional property hosts is not allowed"),
    ("grpcRoute.hosts", [], "Additional property hosts is not allowed"),
    ("networkPolicy.allow", [], "Additional property allow is not allowed"),
    ("metrics.enabled", True, "Additional property enabled is not allowed"),
    ("metrics.prometheusRule.disable", [], "Additional property disable is not allowed"),
    ("helmTest.secret", "x", "Additional property secret is not allowed"),
    ("gateway.replicas", "two", "Invalid type. Expected: [integer,null], given: string"),
    ("gateway.replicas", -1, "Must be greater than or equal to 0"),
    ("gateway.replicas", 1.5, "Invalid type. Expected: [integer,null], given: number"),
    ("gateway.maxConnections", 0, "Must be greater than or equal to 1"),
    ("gateway.maxConnections", 1_000_001, "Must be less than or equal to"),
    ("gateway.allowedOrigins", "https://example.org", "Invalid type"),
    ("gateway.logLevel", "trace", "must be one of"),
    ("gateway.drainTimeoutSeconds", "25s", "Invalid type"),
    ("gateway.drainTimeoutSeconds", 601, "Must be less than or equal to 600"),
    ("gateway.service.type", "ExternalName", "must be one of"),
    ("gateway.service.port", 65536, "Must be less than or equal to 65535"),
    ("gateway.autoscaling.minReplicas", 0, "Must be greater than or equal to 1"),
    ("gateway.podDisruptionBudget.maxUnavailable", "half", "Does not match pattern"),
    ("gateway.podDisruptionBudget.maxUnavailable", "101%", "Does not match pattern"),
    ("listenAddress", "1.2.3", "Does not match pattern"),
    ("listenAddress", "256.1.1.1", "Does not match pattern"),
    ("listenAddress", "localhost", "Does not match pattern"),
    ("gateway.trustedProxies", ["10.0.0.0/33"], "Does not match pattern"),
    ("gateway.trustedProxies", ["10.0.0"], "Does not match pattern"),
    ("gateway.trustedProxies", ["fd00::/129"], "Does not match pattern"),
    ("gateway.image.repository", "registry.example.org/team/signaling-gateway:1.0", "Does not match pattern"),
    ("gateway.image.repository", "signaling-gateway@sha256:0", "Does not match pattern"),
    ("gateway.serviceTls.serverName", "https://a", "Does not match pattern"),
    ("gateway.service.ipFamilies", ["IPv4", "IPv4"], "must be unique"),
    ("commonLabels", {"team": "Voice & Video"}, "Does not match pattern"),
    ("gateway.podDisruptionBudget.unhealthyPodEvictionPolicy", "Always", "must be one of"),
    ("image.pullPolicy", "Sometimes", "must be one of"),
    ("image.registry", "https://registry.example.org", ""),
    ("service.engine", "redis", "must be one of"),
    ("service.config", "max_participants=10", "Invalid type"),
    ("auth.allowAnonymous", "yes", "Invalid type. Expected: boolean, given: string"),
    ("auth.jwksUrl", "http://id.example.org/keys", "Does not match pattern"),
    ("extraObjects", [{"kind": "ConfigMap", "metadata": {"name": "a"}}], "apiVersion is required"),
    ("ingress.enabled", "true", "Invalid type"),
    ("ingress.hosts", [{"host": "https://a.example.org"}], "Does not match pattern"),
    ("httpRoute.httpsRedirect.statusCode", 200, "must be one of"),
    ("metrics.serviceMonitor.interval", 30, "Invalid type"),
    ("revisionHistoryLimit", -1, "Must be greater than or equal to 0"),
    ("gateway.minReadySeconds", -1, "Must be greater than or equal to 0"),
    ("gateway.preStopSeconds", -1, "Must be greater than or equal to 0"),
    ("gateway.terminationGracePeriodSeconds", -1, "Must be greater than or equal to 0"),
    ("gateway.strategy.rollingUpdate.maxSurge", -1, "Must be greater than or equal to 0"),
    ("gateway.strategy.rollingUpdate.maxUnavailable", "some", "Does not match pattern"),
    ("gateway.podDisruptionBudget.minAvailable", -1, "Must be greater than or equal to 0"),
    ("service.replicas", -1, "Must be greater than or equal to 0"),
    ("service.terminationGracePeriodSeconds", -1, "Must be greater than or equal to 0"),
    ("gateway.allowedOrigins", ["https://example.org/"], "Does not match pattern"),
    ("gateway.rateLimits", "connections=5", "Does not match pattern"),
    ("gateway.trustedProxies", ["proxy.example.org"], "Does not match pattern"),
    ("gateway.resources.limits.memory", "512 MB", "Does not match pattern"),
    ("gateway.probes.liveness", {"path": "/"}, "Additional property path is not allowed"),
    ("gateway.tls", None, "tls is required"),
    ("gateway.config.port", 80, "Additional property port is not allowed"),
    ("gateway.config.timeout", "30", "Does not match pattern"),
    ("gateway.image.digest", "sha256:1234", "Does not match pattern"),
    ("service.config.max_participants", 51, "Must be less than or equal to 50"),
    ("service.config.media", "video", "must be one of"),
    ("turn.urls", ["turn.example.org"], "Does not match pattern"),
    ("turn.ttl", 3600, "Invalid type. Expected: string, given: integer"),
    ("metrics.prometheusRule.overrides", {"SignalingMediaFails": {"severty": "info"}}, "Additional property severty is not allowed"),
)
# What must not be refused, of the same values.
TAKEN = (
    ("listenAddress", "0.0.0.0"), ("listenAddress", "fd00::1"),
    ("gateway.trustedProxies", ["10.0.0.0/8", "192.0.2.255", "0.0.0.0/0", "fd00::/8", "2001:db8::1", "::/0", "1:2:3:4:5:6:7:8/128"]),
    ("gateway.image.repository", "kind-registry:5000/signaling-gateway"), ("gateway.image.repository", "ghcr.io/team/sub/signaling_gateway-x.y"),
    ("gateway.podDisruptionBudget.maxUnavailable", "100%"), ("gateway.serviceTls.serverName", ""),
    ("commonLabels", {"a": "", "b": "v1.2_3-4", "c": "{{ .Release.Name }}-calls"}),
    ("ingress", {"enabled": True, "hosts": [{"host": "*.example.org"}, {"host": "{{ .Release.Name }}.example.org"}, {}]}),
    ("gateway.resources", {"requests": {"cpu": 0.5, "memory": "1.5Gi"}, "limits": {"cpu": 2}}),
    ("gateway.strategy", {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}}),
    ("metrics.prometheusRule", {"enabled": True, "ruleLabels": {"team": "Voice & Video"}}),
    ("image.pullSecrets", ["registry", {"name": "other"}]),
)
# By the templates: what does not go together around the pods; checks_test.py has the pods. (values, everything that has to be said)
CHECKS = (
    (of("ingress.enabled", True), ("ingress.hosts, [{host: signaling.example.org}]",)),
    (of("httpRoute.enabled", True), ("httpRoute.parentRefs, the Gateway's listener, [{name: public",)),
    ({"httpRoute": {"enabled": True, "parentRefs": PARENT, "httpsRedirect": {"enabled": True}}},
     ("httpRoute.httpsRedirect.parentRefs, the listener without TLS",)),
    (of("httpRoute.httpsRedirect.enabled", True), ("httpRoute.enabled=true",)),
    ({"grpcRoute": {"enabled": True}, "networkPolicy": {"enabled": False}}, ("grpcRoute.parentRefs, the Gateway's listener",)),
    ({"grpcRoute": {"enabled": True, "parentRefs": PARENT}}, ("networkPolicy.grpc.from", "networkPolicy.enabled=false")),
    (of("metrics.serviceMonitor.enabled", True), ("networkPolicy.internal.from", "kubernetes.io/metadata.name: monitoring")),
    (of("metrics.podMonitor.enabled", True), ("networkPolicy.internal.from",)),
    ({"metrics": {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}, "networkPolicy": {"enabled": False}},
     ("scraped twice",)),
    (of("metrics.prometheusRule", {"enabled": True, "disabled": ["SignalingFails"]}), ("there is no alert SignalingFails", "SignalingMediaFails")),
    (of("metrics.prometheusRule.overrides", {"SignalingFails": {"for": "1m"}}), ("there is no alert SignalingFails",)),
    (of("gateway.autoscaling", {"enabled": True, "minReplicas": 11}), ("gateway.autoscaling.minReplicas: 11", "10")),
    (of("gateway.autoscaling", {"enabled": True, "targetCPUUtilizationPercentage": None}), ("targetCPUUtilizationPercentage=70",)),
    (of("gateway.autoscaling", {"enabled": True, "targetConnections": 5000}), ("gateway.maxConnections, 5000", "below")),
    ({"metrics": {"podMonitor": {"enabled": True, "interval": "1m", "scrapeTimeout": "61s"}}, "networkPolicy": {"enabled": False}},
     ("metrics.podMonitor.scrapeTimeout: 61s is longer than metrics.podMonitor.interval, 1m",)),
    (of("gateway.strategy.rollingUpdate", {"maxSurge": 0, "maxUnavailable": "0%"}), ("no pod could be replaced",)),
    (of("gateway.podDisruptionBudget.minAvailable", 1), ("either maxUnavailable or minAvailable",)),
    (of("gateway.podDisruptionBudget.maxUnavailable", None), ("either maxUnavailable or minAvailable",)),
)


def together(cases):
    """Those of the cases that do not concern the same value, since Helm says everything that is wrong: a few calls for all."""
    groups = []
    for case in cases:
        for group in groups:
            if not any(f"{case[0]}.".startswith(f"{other[0]}.") or f"{other[0]}.".startswith(f"{case[0]}.") for other in group):
                group.append(case)
                break
        else:
            groups.append([case])
    return groups


class SchemaTest(unittest.TestCase):
    def test_one_value(self):
        for group in together(SCHEMA):
            said = chart.refusal(chart.merged(chart.OPEN, *(of(path, value) for path, value, _ in group)))
            self.assertIn("values don't meet the specifications of the schema", said)
            lines = [line for line in said.splitlines() if line.startswith("- ")]
            self.assertEqual(len(lines), len(group), said)
            for path, value, words in group:
                with self.subTest(path=path, value=value):
                    above, _, name = path.rpartition(".")
                    # Of what has to be there, or may not, the object is named; of a list its item.
                    place = above or "(root)" if words == f"{name} is required" or f" {name} is not" in words else path
                    self.assertTrue([line for line in lines if re.match(rf"- {re.escape(place)}(\.\w+)*: ", line) and words in line],
                                    f"'{place}: … {words}' is not in\n{said}")

    def test_what_is_taken(self):
        for path, value in TAKEN:
            with self.subTest(path=path, value=value):
                chart.render(of(path, value))

    def test_whole_sections_taken_away(self):
        for section in ("gateway", "service", "auth", "ingress", "httpRoute", "grpcRoute", "networkPolicy", "metrics", "helmTest", "image"):
            with self.subTest(section):
                said = chart.refusal({**chart.OPEN, section: None})
                self.assertIn(f"{section} is required", said)


class ChecksTest(unittest.TestCase):
    def test_what_does_not_go_together(self):
        for values, words in CHECKS:
            with self.subTest(values):
                said = chart.refusal(values)
                self.assertNotIn("nil pointer", said)
                for one in words:
                    self.assertIn(one, said)

    def test_everything_is_said_at_once(self):
        said = chart.refusal({"service": {"replicas": 2}, "ingress": {"enabled": True}, "gateway": {"terminationGracePeriodSeconds": 1}})
        for words in ("service.replicas", "ingress.hosts", "gateway.terminationGracePeriodSeconds"):
            self.assertIn(words, said)

    def test_on_the_edge_they_are_taken(self):
        chart.render({"gateway": {"autoscaling": {"enabled": True, "targetConnections": 4999, "minReplicas": 10}},
                      "metrics": {"serviceMonitor": {"enabled": True, "interval": "1m", "scrapeTimeout": "60s"}},
                      "networkPolicy": {"enabled": False}})

    def test_an_older_cluster_is_refused(self):
        self.assertIn(">=1.27.0-0", chart.refusal(chart.OPEN, kubernetes="1.26.9"))


if __name__ == "__main__":
    chart.main()

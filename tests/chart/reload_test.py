"""What a running process takes from its file rolls no pod; everything else does."""

import unittest

import chart
import flags

# A value other than the default for each setting that is reloaded.
RELOADED = {
    chart.GATEWAY: {"allowed_origins": {"allowedOrigins": ["https://example.org"]}, "trusted_proxies": {"trustedProxies": ["10.0.0.0/8"]},
                    "rate_limits": {"rateLimits": "off"}, "max_connections": {"maxConnections": 100}, "log_level": {"logLevel": "error"}},
    chart.SERVICE: {"rate_limits": {"rateLimits": "off"}, "log_level": {"logLevel": "error"}},
}
# What the chart sets, and needs a restart.
RESTARTED = {
    chart.GATEWAY: [{"listenAddress": "0.0.0.0"}, {"gateway": {"drainTimeoutSeconds": 26}}, {"service": {"service": {"port": 80}}},
                    {"gateway": {"tls": {"existingSecret": "tls"}}}, {"service": {"tls": {"existingSecret": "tls"}}},
                    {"auth": {"existingSecret": "auth"}}],
    chart.SERVICE: [{"listenAddress": "0.0.0.0"}, {"service": {"drainTimeoutSeconds": 26}}, {"service": {"tls": {"existingSecret": "tls"}}},
                    {"auth": {"existingSecret": "auth"}}, {"turn": {"stunUrls": ["stun:stun.example.org"]}}],
}


def other_than(default, part):
    """A value of this schema that is not the default."""
    if part.get("type") == "boolean":
        return default != "true"
    if "enum" in part:
        return next(word for word in part["enum"] if word != default)
    if part.get("type") == "integer":
        return part["minimum"] if default != str(part["minimum"]) else part["maximum"]
    if part.get("is") == "duration":
        return "17ms" if default.endswith(("us", "ms")) else "17s"
    return ["other"] if "array" in part["type"] else "other"


class ReloadTest(unittest.TestCase):
    def compare(self, component, other):
        """(the pods are the same, the settings are)"""
        return (self.usual.pod_metadata(component) == other.pod_metadata(component),
                self.usual.config(component) == other.config(component))

    @classmethod
    def setUpClass(cls):
        cls.usual = chart.render()

    def test_these_are_reloaded(self):
        for component in flags.COMPONENTS:
            self.assertEqual({name for name, flag in flags.of(component).items() if flag.reloaded}, RELOADED[component].keys())

    def test_what_is_reloaded_rolls_no_pod(self):
        for component, settings in RELOADED.items():
            for name, values in settings.items():
                with self.subTest(component=component, setting=name):
                    self.assertEqual(self.compare(component, chart.render({component: values})), (True, False))

    def test_what_the_chart_sets_rolls_pods(self):
        for component, changes in RESTARTED.items():
            for values in changes:
                with self.subTest(component=component, values=values):
                    self.assertEqual(self.compare(component, chart.render(values)), (False, False))

    def test_every_other_flag_rolls_the_pods_of_its_own_component(self):
        more = {"tls_gateway_names", "tls_admin_names"}  # with certificates only: in ci/mtls-values.yaml
        for component in flags.COMPONENTS:
            known = flags.of(component)
            for name, part in flags.config_schema(component).items():
                if name in more:
                    continue
                with self.subTest(component=component, flag=name):
                    values = {component: {"config": {name: other_than(known[name].default, part)}}}
                    rendering = chart.render(values)
                    self.assertEqual(self.compare(component, rendering), (False, False))
                    (other,) = set(flags.COMPONENTS) - {component}
                    self.assertEqual(self.compare(other, rendering), (True, True))

    def test_a_new_version_of_the_chart_alone_rolls_no_pod(self):
        for component in flags.COMPONENTS:
            metadata = self.usual.pod_metadata(component)
            self.assertNotIn("helm.sh/chart", metadata["labels"])
            self.assertNotIn("app.kubernetes.io/version", metadata["labels"])


if __name__ == "__main__":
    chart.main()

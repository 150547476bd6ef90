"""What is beside the pods rolls none of them; what is in them rolls those that it concerns. reload_test.py has the settings."""

import unittest

import chart

COMPONENTS = (chart.GATEWAY, chart.SERVICE)
CONCERNED = (
    ({"image": {"tag": "0.2.0"}}, {chart.GATEWAY, chart.SERVICE}),
    ({"gateway": {"podAnnotations": {"restarted": "now"}}}, {chart.GATEWAY}),
    ({"service": {"resources": {"limits": {"memory": "2Gi"}}}}, {chart.SERVICE}),
    ({"gateway": {"config": {"timeout": "60s"}}}, {chart.GATEWAY}),
    ({"auth": {"existingSecret": "keys"}}, {chart.GATEWAY, chart.SERVICE}),
)
BESIDE = (
    {"gateway": {"replicas": 5}},
    {"gateway": {"replicas": None}},
    {"gateway": {"autoscaling": {"enabled": True}}},
    {"gateway": {"podDisruptionBudget": {"enabled": False}}},
    {"gateway": {"service": {"type": "LoadBalancer", "annotations": {"a": "b"}}}},
    {"ingress": {"enabled": True, "hosts": [{"host": "example.org"}]}},
    {"networkPolicy": {"enabled": False}},
    {"metrics": {"prometheusRule": {"enabled": True}, "dashboards": {"enabled": True}}},
    {"helmTest": {"enabled": False}},
)


class RolloutTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = chart.render()

    def rolled(self, values):
        """The components whose pods are replaced."""
        after = chart.render(values)
        return {component for component in COMPONENTS
                if after.deployment(component)["spec"]["template"] != self.before.deployment(component)["spec"]["template"]}

    def test_what_is_in_pods(self):
        for values, concerned in CONCERNED:
            with self.subTest(values):
                self.assertEqual(self.rolled(values), concerned)

    def test_what_is_beside_them(self):
        for values in BESIDE:
            with self.subTest(values):
                self.assertEqual(self.rolled(values), set())

    def test_what_takes_its_time_has_not_failed(self):
        """Kubernetes wants the deadline to be above minReadySeconds; a pod of the service starts only when the old one has gone."""
        for values in ({}, {"gateway": {"minReadySeconds": 1000}}, {"service": {"drainTimeoutSeconds": 600, "preStopSeconds": 600}},
                       {"gateway": {"strategy": {"type": "Recreate"}, "terminationGracePeriodSeconds": 5000}}):
            rendering = chart.render(values)
            graces = [rendering.pod(component)["terminationGracePeriodSeconds"] for component in COMPONENTS]
            for component in COMPONENTS:
                spec = rendering.deployment(component)["spec"]
                self.assertEqual(spec["progressDeadlineSeconds"], 600 + sum(graces) + values.get("gateway", {}).get("minReadySeconds", 10))
                self.assertGreater(spec["progressDeadlineSeconds"], spec.get("minReadySeconds", 0))


if __name__ == "__main__":
    chart.main()

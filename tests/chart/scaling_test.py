"""How many pods there are, who decides it, and how many may be away."""

import unittest

import chart

CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}


def autoscaled(**values):
    return {"gateway": {"autoscaling": {"enabled": True, **values}}}


class AutoscalingTest(unittest.TestCase):
    def test_off(self):
        rendering = chart.render({"gateway": {"replicas": 3}})
        self.assertEqual(rendering.all("HorizontalPodAutoscaler"), [])
        self.assertEqual(rendering.deployment(chart.GATEWAY)["spec"]["replicas"], 3)

    def test_on_nobody_else_says_how_many(self):
        rendering = chart.render(autoscaled())
        autoscaler = rendering.one("HorizontalPodAutoscaler", "gateway")
        self.assertNotIn("replicas", rendering.deployment(chart.GATEWAY)["spec"])
        self.assertEqual(autoscaler["apiVersion"], "autoscaling/v2")
        self.assertEqual(autoscaler["spec"]["scaleTargetRef"],
                         {"apiVersion": "apps/v1", "kind": "Deployment", "name": rendering.deployment(chart.GATEWAY)["metadata"]["name"]})
        self.assertEqual(autoscaler["spec"]["metrics"], [CPU])

    def test_between_how_many(self):
        spec = chart.render(autoscaled(minReplicas=3, maxReplicas=7)).one("HorizontalPodAutoscaler")["spec"]
        self.assertEqual((spec["minReplicas"], spec["maxReplicas"]), (3, 7))

    def test_an_autoscaler_of_ones_own(self):
        rendering = chart.render({"gateway": {"replicas": None}})
        self.assertNotIn("replicas", rendering.deployment(chart.GATEWAY)["spec"])
        self.assertEqual(len(rendering.all("PodDisruptionBudget")), 1)

    def test_the_cpu_that_it_counts_is_asked_for(self):
        self.assertIn("cpu", chart.render(autoscaled()).container(chart.GATEWAY)["resources"]["requests"])

    def test_pods_leave_slowly_and_one_at_a_time(self):
        down = chart.render(autoscaled()).one("HorizontalPodAutoscaler")["spec"]["behavior"]["scaleDown"]
        self.assertEqual(down["stabilizationWindowSeconds"], 600)
        self.assertEqual([(policy["type"], policy["value"]) for policy in down["policies"]], [("Pods", 1)])

    def test_behavior_can_be_other(self):
        behavior = chart.render(autoscaled(behavior={"scaleUp": {"stabilizationWindowSeconds": 30}, "scaleDown": {
            "stabilizationWindowSeconds": 900}})).one("HorizontalPodAutoscaler")["spec"]["behavior"]
        self.assertEqual(behavior["scaleUp"], {"stabilizationWindowSeconds": 30})
        self.assertEqual(behavior["scaleDown"]["stabilizationWindowSeconds"], 900)

    def test_by_connections(self):
        (metric,) = chart.render(autoscaled(targetCPUUtilizationPercentage=None, targetConnections=3500)).one(
            "HorizontalPodAutoscaler")["spec"]["metrics"]
        self.assertEqual(metric, {"type": "Pods", "pods": {
            "metric": {"name": "signaling_connections"}, "target": {"type": "AverageValue", "averageValue": "3500"}}})

    def test_that_metric_is_one_of_the_gateway(self):
        page = (chart.REPOSITORY / "docs" / "metrics.md").read_text()
        self.assertIn("| `signaling_connections` | gauge |", page)

    def test_by_cpu_connections_and_more(self):
        more = {"type": "Resource", "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 80}}}
        metrics = chart.render(autoscaled(targetConnections=100, connectionsMetric="connections", metrics=[more])).one(
            "HorizontalPodAutoscaler")["spec"]["metrics"]
        self.assertEqual([one["type"] for one in metrics], ["Resource", "Pods", "Resource"])
        self.assertEqual(metrics[1]["pods"]["metric"]["name"], "connections")
        self.assertEqual(metrics[2], more)


class DisruptionTest(unittest.TestCase):
    def budgets(self, values=None):
        return chart.render(values).all("PodDisruptionBudget")

    def test_gateways_leave_one_by_one(self):
        (budget,) = self.budgets()
        self.assertEqual(budget["metadata"]["name"], f"{chart.FULLNAME}-gateway")
        self.assertEqual((budget["apiVersion"], budget["spec"]["maxUnavailable"]), ("policy/v1", 1))

    def test_who_is_not_ready_keeps_no_node(self):
        (budget,) = self.budgets()
        self.assertEqual(budget["spec"]["unhealthyPodEvictionPolicy"], "AlwaysAllow")

    def test_it_takes_gateways_and_nobody_else(self):
        rendering = chart.render()
        selector = rendering.one("PodDisruptionBudget")["spec"]["selector"]
        taken = [template for _, template in chart.pod_templates(rendering) if chart.selected(selector, template["metadata"]["labels"])]
        self.assertEqual(taken, [rendering.deployment(chart.GATEWAY)["spec"]["template"]])

    def test_one_pod_has_none_which_would_only_block_nodes(self):
        for values in ({"gateway": {"replicas": 1}}, {"gateway": {"replicas": 0}}, autoscaled(minReplicas=1)):
            with self.subTest(values):
                self.assertEqual(self.budgets(values), [])
        self.assertEqual(len(self.budgets(chart.merged({"gateway": {"replicas": 1}}, autoscaled(minReplicas=2)))), 1)

    def test_least_in_place_of_most(self):
        for least in (2, "75%", 0):
            with self.subTest(least):
                (budget,) = self.budgets({"gateway": {"podDisruptionBudget": {"maxUnavailable": None, "minAvailable": least}}})
                self.assertEqual(budget["spec"]["minAvailable"], least)
                self.assertNotIn("maxUnavailable", budget["spec"])

    def test_off(self):
        self.assertEqual(self.budgets({"gateway": {"podDisruptionBudget": {"enabled": False}}}), [])


if __name__ == "__main__":
    chart.main()

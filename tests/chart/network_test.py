"""Who may reach which port, and what pods may reach: a rule for each need, and nothing else."""

import unittest

import chart

SHOP = {"podSelector": {"matchLabels": {"app": "shop"}}}
MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
KEYED = {"auth": {"existingSecret": "keys"}, "helmTest": {"enabled": False}}


def policies(values=None):
    rendering = chart.render(values)
    return rendering, rendering.one("NetworkPolicy", "gateway")["spec"], rendering.one("NetworkPolicy", "service")["spec"]


def admitted(policy, port, direction="ingress"):
    """The peers that a policy has for a port; None: everybody."""
    peers = []
    for rule in policy[direction]:
        if port in [one["port"] for one in rule["ports"]]:
            if "from" not in rule and "to" not in rule:
                return None
            peers += rule.get("from", rule.get("to"))
    return peers


def port(rendering, component, name):
    return {one["name"]: one["containerPort"] for one in rendering.container(component)["ports"]}[name]


def selects(component):
    return {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "webrtc-signaling", "app.kubernetes.io/instance": chart.RELEASE,
                                            "app.kubernetes.io/component": f"signaling-{component}"}}}


class IngressTest(unittest.TestCase):
    def test_each_takes_the_pods_of_its_deployment(self):
        rendering = chart.render()
        for component in (chart.GATEWAY, chart.SERVICE):
            self.assertEqual(rendering.one("NetworkPolicy", component)["spec"]["podSelector"],
                             rendering.deployment(component)["spec"]["selector"])

    def test_by_default_clients_to_gateways_and_gateways_to_the_service(self):
        rendering, gateway, service = policies()
        self.assertIsNone(admitted(gateway, port(rendering, "gateway", "ws")))
        self.assertEqual(admitted(service, port(rendering, "service", "grpc")), [selects("gateway")])
        for policy in (gateway, service):
            self.assertEqual(policy["policyTypes"], ["Ingress"])
            self.assertEqual(len(policy["ingress"]), 1)
            self.assertNotIn("egress", policy)

    def test_monitoring_reaches_the_internal_ports_of_both(self):
        rendering, gateway, service = policies({"networkPolicy": {"internal": {"from": [MONITORING]}}})
        self.assertEqual(admitted(gateway, port(rendering, "gateway", "internal")), [MONITORING])
        self.assertEqual(admitted(service, port(rendering, "service", "internal")), [MONITORING])
        self.assertEqual([len(policy["ingress"]) for policy in (gateway, service)], [2, 2])

    def test_back_ends_reach_grpc_and_nothing_else(self):
        rendering, gateway, service = policies({"networkPolicy": {"grpc": {"from": [SHOP]}}})
        self.assertEqual(admitted(service, port(rendering, "service", "grpc")), [selects("gateway"), SHOP])
        self.assertEqual(admitted(service, port(rendering, "service", "internal")), [])
        self.assertNotIn(SHOP, [peer for rule in gateway["ingress"] for peer in rule.get("from", ())])

    def test_clients_from_one_place_and_the_test(self):
        rendering, gateway, _ = policies({"networkPolicy": {"ws": {"from": [SHOP]}}})
        self.assertEqual(admitted(gateway, port(rendering, "gateway", "ws")), [SHOP, selects("test")])
        (pod,) = rendering.all("Pod")
        self.assertTrue(chart.selected(selects("test")["podSelector"], pod["metadata"]["labels"]))

    def test_clients_from_one_place_without_a_test(self):
        rendering, gateway, _ = policies({**KEYED, "networkPolicy": {"ws": {"from": [SHOP]}}})
        self.assertEqual(admitted(gateway, port(rendering, "gateway", "ws")), [SHOP])

    def test_off(self):
        self.assertEqual(chart.render({"networkPolicy": {"enabled": False}}).all("NetworkPolicy"), [])


class EgressTest(unittest.TestCase):
    def egress(self, values=None, **more):
        return policies(chart.merged(values or {}, {"networkPolicy": {"egress": {"enabled": True, **more}}}))

    def test_names_and_the_service(self):
        rendering, gateway, service = self.egress()
        for policy in (gateway, service):
            self.assertEqual(policy["policyTypes"], ["Ingress", "Egress"])
            self.assertIsNone(admitted(policy, 53, "egress"))
            self.assertEqual(policy["egress"][0]["ports"], [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}])
        self.assertEqual(admitted(gateway, port(rendering, "service", "grpc"), "egress"), [selects("service")])
        self.assertEqual([len(gateway["egress"]), len(service["egress"])], [2, 1])

    def test_who_answers_names(self):
        for policy in self.egress(dns=[MONITORING])[1:]:
            self.assertEqual(admitted(policy, 53, "egress"), [MONITORING])

    def test_the_server_of_keys_is_reached_at_its_port(self):
        for url, number in (("https://id.example.org/keys", 443), ("https://id.example.org:8443/keys", 8443), ("https://id.example.org", 443),
                            ("https://id.example.org/a:1/keys", 443), ("https://[2001:db8::1]:9443/keys", 9443),
                            ("https://[2001:db8::1]/keys", 443), ("https://id.example.org:444?x=:5", 444)):
            with self.subTest(url):
                values = chart.merged(KEYED, {"auth": {"jwksUrl": url}})
                _, gateway, service = self.egress(values)
                self.assertIsNone(admitted(service, number, "egress"))
                self.assertEqual([len(gateway["egress"]), len(service["egress"])], [2, 2])
                self.assertEqual(admitted(self.egress(values, jwks=[SHOP])[2], number, "egress"), [SHOP])

    def test_more_rules(self):
        rule = {"ports": [{"port": 4317, "protocol": "TCP"}], "to": [MONITORING]}
        _, gateway, service = self.egress(gateway=[rule])
        self.assertEqual((gateway["egress"][-1], len(service["egress"])), (rule, 1))
        _, gateway, service = self.egress(service=[rule])
        self.assertEqual((service["egress"][-1], len(gateway["egress"])), (rule, 2))


if __name__ == "__main__":
    chart.main()

"""The Services: what each is for, and that what is said of it in the values arrives."""

import unittest

import chart

OUTSIDE = {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "loadBalancerClass": "example.org/internal",
           "loadBalancerSourceRanges": ["10.0.0.0/8", "192.0.2.0/24"], "ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv6", "IPv4"]}


class ServicesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.usual = chart.render()

    def spec(self, name, values=None):
        return (chart.render(values) if values else self.usual).one("Service", name)["spec"]

    def test_these_and_no_more(self):
        self.assertEqual({one["metadata"]["name"].removeprefix(f"{chart.FULLNAME}-") for one in self.usual.all("Service")},
                         {"gateway", "gateway-internal", "service", "service-headless", "service-internal"})

    def test_clients_have_one_address(self):
        for name, port in (("gateway", 80), ("service", 50051)):
            self.assertEqual((self.spec(name)["type"], self.spec(name)["ports"][0]["port"]), ("ClusterIP", port))
            self.assertNotIn("clusterIP", self.spec(name))

    def test_who_is_not_ready_gets_no_calls_but_is_scraped(self):
        for name in ("gateway", "service", "service-headless"):
            self.assertNotIn("publishNotReadyAddresses", self.spec(name))
        for name in ("gateway-internal", "service-internal"):
            self.assertIs(self.spec(name)["publishNotReadyAddresses"], True)

    def test_each_pod_is_found_by_itself(self):
        for name in ("gateway-internal", "service-internal", "service-headless"):
            self.assertEqual((self.spec(name)["type"], self.spec(name)["clusterIP"]), ("ClusterIP", "None"))

    def test_gateways_from_outside(self):
        self.assertLessEqual(OUTSIDE.items(), self.spec("gateway", {"gateway": {"service": OUTSIDE}}).items())
        node = self.spec("gateway", {"gateway": {"service": {"type": "NodePort", "nodePort": 30080}}})
        self.assertEqual((node["type"], node["ports"][0]["nodePort"]), ("NodePort", 30080))
        self.assertFalse((OUTSIDE.keys() - {"type"}) & self.spec("gateway").keys())

    def test_annotations_and_addresses_of_the_service(self):
        families = {"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv6"]}
        rendering = chart.render({"service": {"service": {"annotations": {"a": "{{ .Release.Name }}"}, **families}}})
        for name in ("service", "service-headless"):
            service = rendering.one("Service", name)
            self.assertEqual(service["metadata"]["annotations"], {"a": chart.RELEASE})
            self.assertLessEqual(families.items(), service["spec"].items())

    def test_annotations_of_gateways(self):
        rendering = chart.render({"gateway": {"service": {"annotations": {"a": "b"}}}})
        self.assertEqual(rendering.one("Service", "gateway")["metadata"]["annotations"], {"a": "b"})
        self.assertNotIn("annotations", rendering.one("Service", "gateway-internal")["metadata"])


if __name__ == "__main__":
    chart.main()

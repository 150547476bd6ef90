"""What Helm refuses because values do not go together, and what it says to write instead."""

import re
import unittest

import chart

GATEWAY_CC = (chart.REPOSITORY / "gateway" / "gateway.cc").read_text()
KEYED = {"existingSecret": "auth"}
TLS = {"tls": {"existingSecret": "tls"}}


def constant(name):
    return int(re.search(rf"{name} = (\d+);", GATEWAY_CC)[1])


class ChecksTest(unittest.TestCase):
    def refused(self, values, *words):
        said = chart.refusal(values)
        for word in words:
            self.assertIn(word, said)

    def test_authentication_is_decided(self):
        self.refused({"auth": {}}, "--set auth.existingSecret=signaling-auth", "--set auth.allowAnonymous=true",
                     f"kubectl create secret generic signaling-auth --namespace {chart.NAMESPACE} "
                     "--from-file=keys.json --from-file=gateway-token")
        self.refused({"auth": {"existingSecret": "auth", "keysKey": ""}}, "--set auth.allowAnonymous=true")

    def test_open_or_with_keys(self):
        for keys in (KEYED, {"jwksUrl": "https://id.example.org/keys"}):
            self.refused({"auth": {"allowAnonymous": True, **keys}}, "auth.allowAnonymous together with keys")

    def test_what_keys_need(self):
        self.refused({"auth": {**KEYED, "audience": ""}}, "auth.audience")
        self.refused({"auth": {**KEYED, "gatewayTokenKey": ""}}, "auth.gatewayTokenKey", "gateway.serviceTls.existingSecret")
        self.refused({"auth": {"jwksUrl": "https://id.example.org/keys"}}, "Gateways have nothing to show the service")
        self.refused({"auth": {"allowAnonymous": True, "issuer": "me"}}, "auth.issuer")
        self.refused({"auth": {**KEYED, "jwksCaSecret": "ca"}}, "auth.jwksCaSecret: needs auth.jwksUrl")

    def test_certificates_need_tls(self):
        for name, values in {
                "service.tls.clientCaKey": {"service": {"tls": {"clientCaKey": "ca.crt"}}},
                "service.tls.clientCaSecret": {"service": {"tls": {"clientCaSecret": "ca"}}},
                "gateway.serviceTls.existingSecret": {"gateway": {"serviceTls": {"existingSecret": "client"}}},
                "gateway.serviceTls.caSecret": {"gateway": {"serviceTls": {"caSecret": "ca"}}},
                "gateway.serviceTls.serverName": {"gateway": {"serviceTls": {"serverName": "a"}}}}.items():
            with self.subTest(name):
                self.refused(values, f"{name}: needs service.tls.existingSecret")

    def test_client_certificates_need_cas(self):
        self.refused({"service": TLS, "gateway": {"serviceTls": {"existingSecret": "client"}}}, "set service.tls.clientCaKey")
        self.refused({"service": {"tls": {"existingSecret": "tls", "clientCaSecret": "ca"}}}, "needs service.tls.clientCaKey")
        for name in ("tls_gateway_names", "tls_admin_names"):
            self.refused({"service": {**TLS, "config": {name: ["a"]}}}, f"service.config.{name}: needs service.tls.clientCaKey")

    def test_without_keys_gateways_need_certificates(self):
        asks = {"service": {"tls": {"existingSecret": "tls", "clientCaKey": "ca.crt"}}}
        self.refused(asks, "set gateway.serviceTls.existingSecret")
        chart.render({**asks, "auth": KEYED})

    def test_turn(self):
        self.refused({"turn": {"urls": ["turn:turn.example.org"]}}, "turn.urls: needs turn.existingSecret")
        self.refused({"turn": {"existingSecret": "turn"}}, "turn.existingSecret: needs turn.urls")

    def test_two_services_with_memory(self):
        self.refused({"service": {"replicas": 2}}, "service.replicas: 2 replicas", "Write 1.")
        self.assertEqual(chart.render({"service": {"replicas": 0}}).deployment(chart.SERVICE)["spec"]["replicas"], 0)

    def test_the_grace_is_enough(self):
        for component, least in ((chart.GATEWAY, 40), (chart.SERVICE, 35)):
            with self.subTest(component):
                self.refused({component: {"terminationGracePeriodSeconds": least - 1}},
                             f"{component}.terminationGracePeriodSeconds: {least - 1} s", f"at least {least}")
                for given in (None, least):
                    values = {component: {} if given is None else {"terminationGracePeriodSeconds": given}}
                    self.assertEqual(chart.render(values).pod(component)["terminationGracePeriodSeconds"], least)
        self.assertEqual(chart.render({"gateway": {"preStopSeconds": 20, "drainTimeoutSeconds": 120}}).pod(
            chart.GATEWAY)["terminationGracePeriodSeconds"], 150)

    def test_connections_fit_the_descriptors(self):
        """The reserve is that of gateway.cc, for one service."""
        waiting = 500  # a tenth of the sessions, gateway/admission.h
        for threads in (1, 8):
            reserve = constant("kReservedDescriptors") + threads * (constant("kDescriptorsOfAWorker") + constant("kDescriptorsOfAReplica"))
            values = {"maxConnections": 5000, "config": {"io_threads": threads}}
            limit = 5000 + waiting + reserve
            chart.render({"gateway": {**values, "descriptorLimit": limit}})
            self.refused({"gateway": {**values, "descriptorLimit": limit - 1}}, "gateway.maxConnections: 5000 sessions", str(limit))

    def test_pods_are_reached(self):
        for address in ("127.0.0.1", "::1"):
            self.refused({"listenAddress": address}, "listenAddress")

    def test_what_a_type_of_service_has_not(self):
        for name, value in {"nodePort": 30080, "externalTrafficPolicy": "Local", "loadBalancerClass": "a",
                            "loadBalancerSourceRanges": ["10.0.0.0/8"]}.items():
            self.refused({"gateway": {"service": {name: value}}}, f"gateway.service.{name}: needs gateway.service.type")

    def test_all_of_it_is_said_at_once(self):
        self.refused({"service": {"replicas": 2}, "turn": {"existingSecret": "turn"}, "listenAddress": "::1"},
                     "service.replicas", "turn.urls", "listenAddress")


if __name__ == "__main__":
    chart.main()

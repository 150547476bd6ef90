"""The ways in from outside: Ingress, and the routes of the Gateway API."""

import unittest

import chart

PARENT = [{"name": "public", "namespace": "gateways", "sectionName": "https"}]
PLAIN = [{"name": "public", "namespace": "gateways", "sectionName": "http"}]
FRIENDS = {"grpc": {"from": [{"podSelector": {"matchLabels": {"app": "shop"}}}]}}


class IngressTest(unittest.TestCase):
    def ingress(self, **values):
        return chart.render({"ingress": {"enabled": True, **values}}).one("Ingress")

    def test_there_is_none_unless_asked_for(self):
        rendering = chart.render()
        for kind in ("Ingress", "HTTPRoute", "GRPCRoute"):
            self.assertEqual(rendering.all(kind), [])

    def test_a_host_alone_gets_everything(self):
        ingress = self.ingress(hosts=[{"host": "example.org"}])
        self.assertEqual(ingress["apiVersion"], "networking.k8s.io/v1")
        self.assertEqual(ingress["spec"], {"rules": [{"host": "example.org", "http": {"paths": [
            {"path": "/", "pathType": "Prefix",
             "backend": {"service": {"name": f"{chart.FULLNAME}-gateway", "port": {"name": "ws"}}}}]}}]})

    def test_class_annotations_labels_tls_and_paths(self):
        tls = [{"secretName": "cert", "hosts": ["a.example.org"]}]
        ingress = self.ingress(className="haproxy", annotations={"haproxy.org/timeout-tunnel": "1h"}, labels={"team": "calls"}, tls=tls,
                               hosts=[{"host": "a.example.org", "paths": [{"path": "/v1", "pathType": "Exact"}, {"path": "/robot"}]},
                                      {"host": "b.example.org"}])
        self.assertEqual(ingress["metadata"]["annotations"], {"haproxy.org/timeout-tunnel": "1h"})
        self.assertEqual(ingress["metadata"]["labels"]["team"], "calls")
        self.assertEqual((ingress["spec"]["ingressClassName"], ingress["spec"]["tls"]), ("haproxy", tls))
        self.assertEqual([[(path["path"], path["pathType"]) for path in rule["http"]["paths"]] for rule in ingress["spec"]["rules"]],
                         [[("/v1", "Exact"), ("/robot", "Prefix")], [("/", "Prefix")]])

    def test_names_are_templates(self):
        ingress = self.ingress(hosts=[{"host": "{{ .Release.Name }}.example.org"}],
                               tls=[{"secretName": "{{ .Release.Name }}-tls", "hosts": ["{{ .Release.Name }}.example.org"]}])
        self.assertEqual(ingress["spec"]["rules"][0]["host"], "demo.example.org")
        self.assertEqual(ingress["spec"]["tls"], [{"secretName": "demo-tls", "hosts": ["demo.example.org"]}])


class HttpRouteTest(unittest.TestCase):
    def render(self, **values):
        return chart.render({"httpRoute": {"enabled": True, "parentRefs": PARENT, **values}})

    def test_everything_to_the_gateways_without_timeouts(self):
        route = self.render().one("HTTPRoute")
        self.assertEqual(route["apiVersion"], "gateway.networking.k8s.io/v1")
        self.assertEqual(route["spec"], {"parentRefs": PARENT, "rules": [{
            "backendRefs": [{"name": f"{chart.FULLNAME}-gateway", "port": 80}],
            "matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}]})

    def test_the_port_is_that_of_the_service(self):
        rendering = chart.render({"httpRoute": {"enabled": True, "parentRefs": PARENT}, "gateway": {"service": {"port": 8080}}})
        self.assertEqual(rendering.one("HTTPRoute")["spec"]["rules"][0]["backendRefs"][0]["port"], 8080)
        self.assertEqual(rendering.one("Service", "gateway")["spec"]["ports"][0]["port"], 8080)

    def test_hostnames_matches_filters_and_timeouts(self):
        matches = [{"path": {"type": "Exact", "value": "/v1"}}]
        filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["x-token"]}}]
        route = self.render(hostnames=["a.example.org"], matches=matches, filters=filters, timeouts={"request": "0s"},
                            annotations={"a": "b"}, labels={"team": "calls"}).one("HTTPRoute")
        self.assertEqual(route["spec"]["hostnames"], ["a.example.org"])
        (rule,) = route["spec"]["rules"]
        self.assertEqual((rule["matches"], rule["filters"], rule["timeouts"]), (matches, filters, {"request": "0s"}))
        self.assertEqual((route["metadata"]["annotations"], route["metadata"]["labels"]["team"]), ({"a": "b"}, "calls"))

    def test_redirect_is_a_route_of_the_plain_listener(self):
        rendering = self.render(hostnames=["a.example.org"], httpsRedirect={"enabled": True, "parentRefs": PLAIN})
        self.assertEqual(rendering.one("HTTPRoute", "gateway")["spec"]["parentRefs"], PARENT)
        self.assertEqual(rendering.one("HTTPRoute", "redirect")["spec"], {
            "parentRefs": PLAIN, "hostnames": ["a.example.org"],
            "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]}]})


class GrpcRouteTest(unittest.TestCase):
    def render(self, **values):
        return chart.render({"grpcRoute": {"enabled": True, "parentRefs": PARENT, **values}, "networkPolicy": FRIENDS})

    def test_it_is_for_back_ends(self):
        route = self.render().one("GRPCRoute")
        self.assertEqual(route["apiVersion"], "gateway.networking.k8s.io/v1")
        self.assertEqual(route["spec"], {"parentRefs": PARENT, "rules": [{
            "backendRefs": [{"name": f"{chart.FULLNAME}-service", "port": 50051}],
            "matches": [{"method": {"type": "Exact", "service": "signaling.v1.RoomService"}}]}]})

    def test_that_service_is_one_of_the_contract(self):
        protos = (chart.REPOSITORY / "proto" / "signaling" / "v1" / "rooms.proto").read_text()
        self.assertIn("package signaling.v1;", protos)
        self.assertIn("\nservice RoomService {", protos)

    def test_hostnames_and_filters(self):
        filters = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["x-token"]}}]
        route = self.render(hostnames=["grpc.example.org"], filters=filters).one("GRPCRoute")
        self.assertEqual((route["spec"]["hostnames"], route["spec"]["rules"][0]["filters"]), (["grpc.example.org"], filters))


if __name__ == "__main__":
    chart.main()

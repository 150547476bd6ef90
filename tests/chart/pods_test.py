"""The pods of both Deployments, and that of the test."""

import unittest

import chart
import flags

# Values of a component that may be null, as `helm --set gateway.resources=null` makes them.
NULLABLE = ("resources", "podAnnotations", "podLabels", "podSecurityContext", "securityContext", "nodeSelector", "tolerations", "affinity",
            "hostAliases", "dnsConfig", "extraEnv", "extraVolumes", "extraVolumeMounts", "extraContainers", "initContainers", "config",
            "terminationGracePeriodSeconds")


class PodsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.usual = chart.render()

    def test_hardened(self):
        """Pod Security `restricted`, and more."""
        for owner, template in chart.pod_templates(self.usual):
            with self.subTest(owner["metadata"]["name"]):
                pod = template["spec"]
                self.assertIs(pod["automountServiceAccountToken"], False)
                self.assertIs(pod["enableServiceLinks"], False)
                self.assertEqual(pod["securityContext"], {
                    "runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532, "fsGroup": 65532,
                    "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": {"type": "RuntimeDefault"}})
                (container,) = pod["containers"]
                self.assertEqual(container["securityContext"], {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
                self.assertEqual(container["resources"]["limits"].keys(), {"memory"})
                self.assertEqual(container["resources"]["requests"].keys(), {"cpu", "memory"})

    def test_strategies(self):
        gateway = self.usual.deployment(chart.GATEWAY)["spec"]
        self.assertEqual(gateway["strategy"], {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}})
        self.assertEqual(self.usual.deployment(chart.SERVICE)["spec"]["strategy"], {"type": "Recreate"})
        other = chart.render({"gateway": {"strategy": {"type": "Recreate"}}}).deployment(chart.GATEWAY)["spec"]
        self.assertEqual(other["strategy"], {"type": "Recreate"})

    def test_how_a_rollout_goes(self):
        rendering = chart.render({"revisionHistoryLimit": 2, "gateway": {"minReadySeconds": 30}})
        self.assertEqual(rendering.deployment(chart.GATEWAY)["spec"]["minReadySeconds"], 30)
        for component in flags.COMPONENTS:
            self.assertEqual(rendering.deployment(component)["spec"]["revisionHistoryLimit"], 2)

    def test_before_it_is_told_to_stop(self):
        """The image's sleep, by no shell, whatever the cluster's version; none of no seconds."""
        for kubernetes in ("1.27.0", "1.31.2-gke.1"):
            rendering = chart.render(kubernetes=kubernetes)
            self.assertEqual(rendering.container(chart.GATEWAY)["lifecycle"], {"preStop": {"exec": {"command": ["sleep", "5"]}}}, kubernetes)
            self.assertNotIn("lifecycle", rendering.container(chart.SERVICE))
        self.assertNotIn("lifecycle", chart.render({"gateway": {"preStopSeconds": 0}}).container(chart.GATEWAY))

    def probes(self, component, values=None):
        container = chart.render(values).container(component)
        return {name: container.get(f"{name}Probe") for name in ("startup", "readiness", "liveness")}

    def handlers(self, *arguments):
        return {name: next(probe[kind] for kind in ("httpGet", "grpc", "tcpSocket", "exec") if kind in probe)
                for name, probe in self.probes(*arguments).items()}

    def test_probes(self):
        http = {"startup": {"port": "internal", "path": "/healthz"}, "readiness": {"port": "internal", "path": "/readyz"},
                "liveness": {"port": "internal", "path": "/healthz"}}
        self.assertEqual(self.handlers(chart.GATEWAY), http)
        self.assertEqual(self.handlers(chart.SERVICE), {
            "startup": {"port": 50051, "service": "liveness"}, "readiness": {"port": 50051, "service": "readiness"},
            "liveness": {"port": 50051, "service": "liveness"}})
        # The kubelet's gRPC probe speaks no TLS.
        self.assertEqual(self.handlers(chart.SERVICE, {"service": {"tls": {"existingSecret": "tls"}}}), http)

    def test_probes_can_be_other_or_none(self):
        for component in flags.COMPONENTS:
            probes = self.probes(component, {component: {"probes": {
                "startup": None, "readiness": {"periodSeconds": 7}, "liveness": {"tcpSocket": {"port": "internal"}}}}})
            self.assertIsNone(probes["startup"])
            self.assertEqual(probes["readiness"]["periodSeconds"], 7)
            self.assertEqual(probes["readiness"]["failureThreshold"], 2)
            self.assertEqual(probes["liveness"], {"tcpSocket": {"port": "internal"}, "periodSeconds": 10, "timeoutSeconds": 5,
                                                  "failureThreshold": 3})

    def test_nulls(self):
        for component in flags.COMPONENTS:
            rendering = chart.render({component: {name: None for name in NULLABLE}, "commonLabels": None})
            self.assertNotIn("resources", rendering.container(component))
            self.assertNotIn("securityContext", rendering.pod(component))
            self.assertEqual(rendering.pod_metadata(component)["annotations"].keys(), {"checksum/config"})

    def test_spread(self):
        spread = self.usual.pod(chart.GATEWAY)["topologySpreadConstraints"]
        self.assertEqual([(one["topologyKey"], one["whenUnsatisfiable"]) for one in spread],
                         [("kubernetes.io/hostname", "ScheduleAnyway"), ("topology.kubernetes.io/zone", "ScheduleAnyway")])
        labels = self.usual.pod_metadata(chart.GATEWAY)["labels"]
        for one in spread:
            self.assertEqual((one["maxSkew"], one["matchLabelKeys"]), (1, ["pod-template-hash"]))
            self.assertLessEqual(one["labelSelector"]["matchLabels"].items(), labels.items())
        self.assertNotIn("topologySpreadConstraints",
                         chart.render({"gateway": {"topologySpreadConstraints": []}}).pod(chart.GATEWAY))

    def test_labels_that_select_cannot_be_taken_away(self):
        labels = {"app.kubernetes.io/component": "other", "app.kubernetes.io/name": "other", "team": "{{ .Release.Name }}"}
        rendering = chart.render({"gateway": {"podLabels": labels}, "commonLabels": {"tier": "edge"}})
        deployment = rendering.deployment(chart.GATEWAY)
        found = rendering.pod_metadata(chart.GATEWAY)["labels"]
        self.assertLessEqual(deployment["spec"]["selector"]["matchLabels"].items(), found.items())
        self.assertEqual((found["team"], found["tier"]), (chart.RELEASE, "edge"))

    def test_images(self):
        def image(values):
            return chart.render(values).container(chart.GATEWAY)["image"]

        self.assertEqual(image({}), "signaling-gateway:0.1.0")
        self.assertEqual(image({"image": {"registry": "r.example.org/a/", "tag": "1"}}), "r.example.org/a/signaling-gateway:1")
        self.assertEqual(image({"image": {"tag": "1"}, "gateway": {"image": {"tag": "2"}}}), "signaling-gateway:2")
        digest = f"sha256:{'0' * 64}"
        self.assertEqual(image({"gateway": {"image": {"tag": "2", "digest": digest}}}), f"signaling-gateway@{digest}")

    def test_pull_policy(self):
        for _, template in chart.pod_templates(chart.render({"image": {"pullPolicy": "Never"}})):
            self.assertEqual([container["imagePullPolicy"] for container in template["spec"]["containers"]], ["Never"])

    def test_pull_secrets(self):
        for values in ({"image": {"pullSecrets": ["a"]}}, {"image": {"pullSecrets": [{"name": "a"}]}},
                       {"global": {"imagePullSecrets": ["a"]}}, {"global": {"imagePullSecrets": [{"name": "a"}]}}):
            for _, template in chart.pod_templates(chart.render(values)):
                self.assertEqual(template["spec"]["imagePullSecrets"], [{"name": "a"}])

    def test_accounts(self):
        for component in flags.COMPONENTS:
            account = self.usual.one("ServiceAccount", component)
            self.assertIs(account["automountServiceAccountToken"], False)
            self.assertEqual(self.usual.pod(component)["serviceAccountName"], account["metadata"]["name"])
            rendering = chart.render({component: {"serviceAccount": {"create": False}}})
            self.assertEqual(rendering.pod(component)["serviceAccountName"], "default")

    def test_services_lead_to_pods(self):
        for service in self.usual.all("Service"):
            owners = [component for component in flags.COMPONENTS
                      if service["spec"]["selector"].items() <= self.usual.pod_metadata(component)["labels"].items()]
            self.assertEqual(len(owners), 1, service["metadata"]["name"])
            ports = {port["name"]: port["containerPort"] for port in self.usual.container(owners[0])["ports"]}
            for port in service["spec"]["ports"]:
                self.assertIn(port["targetPort"], ports)
                # Who dials a headless Service dials the pods' ports.
                if service["spec"].get("clusterIP") == "None":
                    self.assertEqual(port["port"], ports[port["targetPort"]])

    def test_protocols(self):
        def protocols(values):
            rendering = chart.render(values)
            return [rendering.one("Service", name)["spec"]["ports"][0]["appProtocol"] for name in ("gateway", "service")]

        self.assertEqual(protocols({}), ["http", "grpc"])
        self.assertEqual(protocols({"gateway": {"tls": {"existingSecret": "a"}}, "service": {"tls": {"existingSecret": "a"}}}), ["https"] * 2)
        self.assertEqual(protocols({"gateway": {"service": {"appProtocol": "kubernetes.io/ws"}}}), ["kubernetes.io/ws", "grpc"])

    def test_the_same_each_time(self):
        for file in chart.ci_files():
            again = chart.helm("template", chart.RELEASE, chart.CHART, f"--namespace={chart.NAMESPACE}", f"--kube-version={chart.KUBERNETES}",
                               f"--values={file}").stdout
            self.assertEqual(chart.render_file(file).text, again)


if __name__ == "__main__":
    chart.main()

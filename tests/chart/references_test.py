"""What objects say of each other fits, in the rendering of each values file of ci/: selectors, ports, what is mounted, who is admitted."""

import re
import unittest

import chart

SELECTING = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"}


def ports(template):
    """{name: number} of a pod's containers."""
    return {port["name"]: port["containerPort"] for container in template["spec"]["containers"] for port in container.get("ports", ())}


def secrets_of(value, name=""):
    """What the values say that a Secret is called: `existingSecret`, `caSecret`, …"""
    if isinstance(value, dict):
        return set().union(*(secrets_of(one, key) for key, one in value.items()), set())
    return {value} if re.search(r"Secret$", name) and value else set()


class ReferencesTest(chart.CiTest):
    def pods(self, rendering, selector):
        """The pod templates that a selector takes."""
        return [template for _, template in chart.pod_templates(rendering) if chart.selected(selector, template["metadata"]["labels"])]

    def test_deployments_select_their_pods_and_no_others(self):
        def check(rendering):
            for deployment in rendering.all("Deployment"):
                selector = deployment["spec"]["selector"]
                self.assertEqual(selector["matchLabels"].keys(), SELECTING)
                self.assertEqual(self.pods(rendering, selector), [deployment["spec"]["template"]])

        self.each(check)

    def test_services_reach_ports_of_pods(self):
        def check(rendering):
            self.assertGreaterEqual(len(rendering.all("Service")), 4)
            for service in rendering.all("Service"):
                self.assertEqual(service["spec"]["selector"].keys(), SELECTING)
                (pod,) = self.pods(rendering, service["spec"]["selector"])
                for port in service["spec"]["ports"]:
                    self.assertIn(port["targetPort"], ports(pod), service["metadata"]["name"])
                if service["spec"].get("clusterIP") == "None":
                    for port in service["spec"]["ports"]:  # nobody translates it
                        self.assertEqual(port["port"], ports(pod)[port["targetPort"]])

        self.each(check)

    def test_the_internal_port_is_on_no_public_service(self):
        def check(rendering):
            for service in rendering.all("Service"):
                if any(port["targetPort"] == "internal" for port in service["spec"]["ports"]):
                    self.assertEqual(len(service["spec"]["ports"]), 1)
                    self.assertEqual(service["spec"]["type"], "ClusterIP")
            for kind in ("Ingress", "HTTPRoute", "GRPCRoute"):
                self.assertFalse([one for one in rendering.all(kind) if "internal:" in chart.yaml.safe_dump(one["spec"].get("rules"))])

        self.each(check)

    def test_routes_lead_to_services(self):
        def check(rendering):
            services = {one["metadata"]["name"]: {key for port in one["spec"]["ports"] for key in (port["port"], port["name"])}
                        for one in rendering.all("Service")}
            for ingress in rendering.all("Ingress"):
                for rule in ingress["spec"]["rules"]:
                    for path in rule["http"]["paths"]:
                        backend = path["backend"]["service"]
                        self.assertIn(next(iter(backend["port"].values())), services[backend["name"]])
            for route in rendering.all("HTTPRoute") + rendering.all("GRPCRoute"):
                for rule in route["spec"]["rules"]:
                    for backend in rule.get("backendRefs", ()):
                        self.assertIn(backend["port"], services[backend["name"]])

        self.each(check)

    def test_probes_ask_ports_that_there_are(self):
        def check(rendering):
            for component in (chart.GATEWAY, chart.SERVICE):
                container = rendering.container(component)
                known = {key for port in container["ports"] for key in (port["name"], port["containerPort"])}
                probes = [container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe") if name in container]
                self.assertTrue(probes)
                for probe in probes:
                    (kind,) = probe.keys() & {"grpc", "httpGet", "tcpSocket", "exec"}
                    if kind != "exec":
                        self.assertIn(probe[kind]["port"], known)
                    if kind == "grpc":
                        self.assertIsInstance(probe[kind]["port"], int)  # names are refused there

        self.each(check)

    def test_all_that_is_mounted_is_there(self):
        def check(rendering):
            for owner, template in chart.pod_templates(rendering):
                spec, where = template["spec"], owner["metadata"]["name"]
                volumes = {volume["name"]: volume for volume in spec.get("volumes", ())}
                self.assertEqual(len(volumes), len(spec.get("volumes", ())), where)
                mounted = set()
                for container in spec["containers"] + spec.get("initContainers", []):
                    paths = [mount["mountPath"] for mount in container.get("volumeMounts", ())]
                    self.assertEqual(len(paths), len(set(paths)), where)
                    mounted |= {mount["name"] for mount in container.get("volumeMounts", ())}
                self.assertEqual(mounted, volumes.keys(), where)
                for volume in volumes.values():
                    if "configMap" in volume:
                        self.assertIn(volume["configMap"]["name"], rendering.names("ConfigMap"))

        self.each(check)

    def test_accounts_are_made_or_those_of_the_values(self):
        for file in chart.ci_files():
            with self.subTest(file=file.name):
                rendering, (values,) = chart.render_file(file), chart.parse(file.read_text())
                for component in (chart.GATEWAY, chart.SERVICE):
                    account = values.get(component, {}).get("serviceAccount", {})
                    used = rendering.pod(component)["serviceAccountName"]
                    if account.get("create", True):
                        self.assertIn(used, rendering.names("ServiceAccount"))
                    else:
                        self.assertEqual(used, account.get("name", "default"))

    def test_secrets_are_those_of_the_values(self):
        for file in chart.ci_files():
            with self.subTest(file=file.name):
                rendering = chart.render_file(file)
                (values,) = chart.parse(file.read_text())
                self.assertEqual(rendering.all("Secret"), [])
                used = {volume["secret"]["secretName"] for _, template in chart.pod_templates(rendering)
                        for volume in template["spec"].get("volumes", ()) if "secret" in volume}
                known = secrets_of({key: values.get(key, {}) for key in ("auth", "turn", "gateway", "service", "helmTest")})
                self.assertLessEqual({name.replace("{{ .Release.Name }}", chart.RELEASE) for name in known}, used)
                more = {volume["secret"]["secretName"] for component in ("gateway", "service")
                        for volume in values.get(component, {}).get("extraVolumes", ()) if "secret" in volume}
                self.assertLessEqual(used, {name.replace("{{ .Release.Name }}", chart.RELEASE) for name in known | more})

    def test_every_setting_that_names_a_file_has_it_mounted(self):
        def check(rendering):
            for component in (chart.GATEWAY, chart.SERVICE):
                spec, container = rendering.pod(component), rendering.container(component)
                files = set()
                for mount in container["volumeMounts"]:
                    (volume,) = [one for one in spec["volumes"] if one["name"] == mount["name"]]
                    if mount["mountPath"].startswith(("/etc/signaling", "/run/signaling/")):
                        self.assertNotIn("subPath", mount)  # such a file never changes
                        self.assertTrue(mount["readOnly"])
                    for item in volume.get("secret", {}).get("items", ()):
                        files.add(f"{mount['mountPath']}/{item['path']}")
                named = {value for value in rendering.config(component).values() if isinstance(value, str) and value.startswith("/run/")}
                self.assertEqual(named, files)

        self.each(check)


if __name__ == "__main__":
    chart.main()

"""What docs/kubernetes says of the chart: values that it shows are rendered, commands name what there is, tables hold. What of it can run
beside that runs in guides_run_test.py."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import chart
import guide_pages

COMPONENTS = (chart.GATEWAY, chart.SERVICE)
# Who looks at the commands of each program. Another one fails until somebody does.
BY_RENDERING = {"helm", "kubectl", "docker", "buildah", "kind", "k3d"}  # here
BY_RUNNING = {"openssl", "signalctl", "echo"}  # guides_run_test.py
BY_READING = {"curl", "diff"}
# Of `helm install` and `upgrade` what `template` does not know, and changes nothing of what is rendered.
WAITING = {"--create-namespace", "--wait", "--atomic", "--timeout"}
# What is rolled, by what the table of upgrade.md says of it. Each name in the table has to be here.
CHANGES = {
    "gateway.allowedOrigins": {"gateway": {"allowedOrigins": ["https://a.example"]}},
    "gateway.trustedProxies": {"gateway": {"trustedProxies": ["10.1.0.0/16"]}},
    "gateway.rateLimits": {"gateway": {"rateLimits": "off"}},
    "gateway.maxConnections": {"gateway": {"maxConnections": 7}},
    "gateway.logLevel": {"gateway": {"logLevel": "debug"}},
    "service.rateLimits": {"service": {"rateLimits": "off"}},
    "service.logLevel": {"service": {"logLevel": "debug"}},
    "gateway.config": {"gateway": {"config": {"timeout": "45s"}}},
    "gateway.image": {"gateway": {"image": {"tag": "9"}}},
    "gateway.resources": {"gateway": {"resources": {"requests": {"cpu": "1"}}}},
    "gateway.probes": {"gateway": {"probes": {"startup": {"periodSeconds": 9}}}},
    "service.config": {"service": {"config": {"max_participants": 7}}},
    "service.image": {"service": {"image": {"tag": "9"}}},
    "service.resources": {"service": {"resources": {"requests": {"cpu": "1"}}}},
    "service.probes": {"service": {"probes": {"startup": {"periodSeconds": 9}}}},
    "turn": {"turn": {"stunUrls": ["stun:a.example:3478"]}},
    "image.tag": {"image": {"tag": "9"}},
    "image.registry": {"image": {"registry": "registry.example"}},
    "listenAddress": {"listenAddress": "0.0.0.0"},
    "commonLabels": {"commonLabels": {"a": "b"}},
}


def rendered(values, release="webrtc-signaling", namespace="signaling"):
    return chart.render(values, release=release, namespace=namespace)


def templates(values):
    rendering = rendered(values)
    return {one["metadata"]["name"].rsplit("-", 1)[1]: one["spec"]["template"] for one in rendering.all("Deployment")}


class ValuesTest(unittest.TestCase):
    def test_each_block_is_rendered_and_linted(self):
        found = guide_pages.values_blocks()
        self.assertGreaterEqual(len(found), 10)
        for block in found:
            with self.subTest(page=block.page, values=block.text.splitlines()[:3]):
                rendering = rendered(block.values)
                self.assertEqual(len(rendering.all("Deployment")), 2)
                with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                    file.write(chart.yaml.safe_dump(chart.merged(chart.OPEN if "auth" not in block.values else {}, block.values)))
                    file.flush()
                    chart.helm("lint", "--strict", chart.CHART, f"--values={file.name}")

    def test_those_of_production_can_be_put_together(self):
        together = chart.merged(*[block.values for block in guide_pages.values_blocks() if block.page == "production.md"])
        kinds = {one["kind"] for one in rendered(together).objects}
        self.assertLessEqual({"HTTPRoute", "GRPCRoute", "Ingress", "HorizontalPodAutoscaler", "NetworkPolicy", "ServiceMonitor", "PrometheusRule"}, kinds)

    def test_every_other_block_of_yaml_says_whose_it_is(self):
        for page in guide_pages.pages():
            for block in guide_pages.blocks(page):
                self.assertIn(block.language, ("sh", "yaml"), f"{block.page}: {block.text[:60]}")
                if block.language == "yaml" and block.values is None:
                    documents = chart.parse(block.text)
                    self.assertTrue(block.text.startswith("# values of the chart ") or all("apiVersion" in one for one in documents), block.text[:80])

    def test_the_certificates_have_the_names_that_are_asked_for(self):
        (block,) = [block for page in guide_pages.pages() for block in guide_pages.blocks(page) if "kind: Certificate" in block.text]
        names = {one["spec"]["secretName"]: one["spec"].get("dnsNames", []) for one in chart.parse(block.text) if one["kind"] == "Certificate"}
        (values,) = [block.values for block in guide_pages.values_blocks() if "serviceTls" in block.text]
        rendering = rendered(values)
        gateway = guide_pages.config(rendering, chart.GATEWAY)
        self.assertIn(gateway["service"].split(":")[0], names[values["service"]["tls"]["existingSecret"]])
        page = (chart.REPOSITORY / "docs" / "configuration.md").read_text()
        wanted = re.search(r"^\| `--tls_gateway_names` \|[^|]*\| `([^`]+)`", page, re.MULTILINE).group(1)
        self.assertIn(wanted, names[values["gateway"]["serviceTls"]["existingSecret"]])

    def test_the_scaled_object_scales_the_gateways(self):
        (block,) = [block for page in guide_pages.pages() for block in guide_pages.blocks(page) if "kind: ScaledObject" in block.text]
        (scaled,) = chart.parse(block.text)
        self.assertIn(scaled["spec"]["scaleTargetRef"]["name"], rendered({}).names("Deployment"))


class QueriesTest(unittest.TestCase):
    def test_prometheus_reads_them_and_there_are_such_metrics(self):
        """Those of the adapter's rule, filled in as the adapter does, and of the ScaledObject, and those in the text."""
        adapter = next(block for page in guide_pages.pages() for block in guide_pages.blocks(page) if "seriesQuery" in block.text)
        (rule,) = chart.parse(adapter.text)[0]["rules"]["custom"]
        query = rule["metricsQuery"].replace("<<.Series>>", "signaling_connections").replace("<<.GroupBy>>", "pod")
        queries = [rule["seriesQuery"], query.replace("<<.LabelMatchers>>", 'namespace="signaling",pod=~"a|b"')]
        for page in guide_pages.pages():
            queries += re.findall(r"query: (.*)", page.read_text())
            queries += re.findall(r"`((?:sum|count)\b[^`]*\(signaling_[^`]*)`", page.read_text())
        self.assertGreaterEqual(len(queries), 5)
        rules = {"groups": [{"name": "pages", "rules": [{"record": f"page:{number}", "expr": query} for number, query in enumerate(queries)]}]}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            chart.yaml.safe_dump(rules, file)
            file.flush()
            said = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True, timeout=chart.DEADLINE, check=False)
        self.assertEqual(said.returncode, 0, said.stderr + said.stdout)
        known = (chart.REPOSITORY / "docs" / "metrics.md").read_text()
        text = "\n".join(page.read_text() for page in guide_pages.pages())
        for name in set(re.findall(r"\bsignaling_[a-z_]+(?:total|seconds|connections|sessions|info|offers)\b", text)):
            self.assertIn(f"| `{name}` |", known)

    def test_the_autoscaler_asks_for_what_the_rule_makes(self):
        values = next(block.values for block in guide_pages.values_blocks() if "targetConnections" in block.text)
        metrics = guide_pages.found(rendered(values), "HorizontalPodAutoscaler")["spec"]["metrics"]
        adapter = next(block for page in guide_pages.pages() for block in guide_pages.blocks(page) if "seriesQuery" in block.text)
        (rule,) = chart.parse(adapter.text)[0]["rules"]["custom"]
        self.assertIn(rule["name"]["as"], [one["pods"]["metric"]["name"] for one in metrics if one["type"] == "Pods"])


class CommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = guide_pages.all_commands()
        keyed = guide_pages.keyed_values()
        ingress = {"ingress": {"enabled": True, "hosts": [{"host": "example.org"}]}}
        cls.renderings = {namespace: rendered(chart.merged(keyed, ingress), release, namespace)
                          for namespace, release in guide_pages.RELEASES.items()}

    def of(self, *programs):
        found = [command for command in self.commands if command.program in programs]
        self.assertTrue(found, programs)
        return found

    def test_somebody_looks_at_each(self):
        for command in self.commands:
            self.assertIn(command.program, BY_RENDERING | BY_RUNNING | BY_READING, command)

    def test_helm_knows_each_verb_and_option(self):
        help_of = {}
        for command in self.of("helm"):
            verb = command.words[1:3] if command.words[1] in ("get",) else command.words[1:2]
            text = help_of.setdefault(tuple(verb), chart.helm(*verb, "--help").stdout)
            for option in (word.split("=")[0] for word in command.words if word.startswith("-")):
                self.assertRegex(text, rf"(?m)^\s+(-\w, )?{option}\b", command)

    def test_what_is_installed_is_rendered(self):
        keyed = chart.yaml.safe_dump(chart.merged(guide_pages.keyed_values(), {"ingress": {"hosts": [{"host": "example.org"}]}}))
        seen = 0
        for command in self.of("helm"):
            if command.words[1] not in ("install", "upgrade", "template"):
                continue
            seen += 1
            words, skipped = ["template", *command.words[2:]], False
            kept = []
            for word in words:
                if skipped or word in WAITING:
                    skipped = word == "--timeout"
                    continue
                if word in (">", "|"):
                    break
                kept.append(word)
            with self.subTest(command.line), tempfile.TemporaryDirectory() as folder:
                (pathlib.Path(folder) / "values.yaml").write_text(keyed)
                (pathlib.Path(folder) / "deploy").symlink_to(chart.REPOSITORY / "deploy")
                if not any(word.startswith("--kube-version") for word in kept):
                    kept.append(f"--kube-version={chart.KUBERNETES}")
                said = subprocess.run([chart.HELM, *kept], cwd=folder, capture_output=True, text=True, timeout=chart.DEADLINE, check=False)
                self.assertEqual(said.returncode, 0, said.stderr)
                names = chart.Rendering(said.stdout).names("Deployment")
                release = guide_pages.RELEASES[command.namespace]
                self.assertEqual({name.rsplit("-", 1)[0] for name in names}, {release if "webrtc" in release else f"{release}-webrtc-signaling"})
        self.assertGreaterEqual(seen, 6)

    def test_kubectl_names_objects_that_there_are(self):
        named = 0
        for command in self.of("kubectl"):
            if command.namespace is None:
                self.assertIn(command.words[1], ("get", "create", "delete", "taint", "cordon"), command)
                continue
            rendering = self.renderings[command.namespace]
            kinds = {"deploy": "Deployment", "svc": "Service"}
            for kind, name in re.findall(r"\b(deploy|svc)/([\w-]+)", command.line):
                self.assertIn(name, rendering.names(kinds[kind]), command)
                named += 1
            selector = command.option("-l")
            if selector:
                key, value = selector.split("=")
                if key == "kubernetes.io/service-name":
                    self.assertIn(value, rendering.names("Service"))
                else:
                    labels = [one["spec"]["template"]["metadata"]["labels"] for one in rendering.all("Deployment")]
                    labels += [one["metadata"]["labels"] for one in rendering.all("Pod")]
                    self.assertTrue(any(one.get(key) == value for one in labels), command)
                named += 1
        self.assertGreaterEqual(named, 20)

    def test_ports_that_are_forwarded_are_there(self):
        seen = 0
        for command in self.of("kubectl"):
            if "port-forward" not in command.words:
                continue
            rendering = self.renderings[command.namespace]
            (target,) = [word for word in command.words if "/" in word]
            kind, name = target.split("/")
            if kind == "svc":
                known = {port["port"] for port in guide_pages.found(rendering, "Service", name)["spec"]["ports"]}
            else:
                pod = guide_pages.found(rendering, "Deployment", name)["spec"]["template"]["spec"]
                known = {port["containerPort"] for container in pod["containers"] for port in container["ports"]}
            for word in command.words[command.words.index(target) + 1:]:
                self.assertIn(int(word.split(":")[-1]), known, command)
                seen += 1
        self.assertGreaterEqual(seen, 6)

    def test_secrets_that_are_made_are_those_that_are_mounted(self):
        made = {}
        for command in self.of("kubectl"):
            if "generic" in command.words:
                name = command.words[command.words.index("generic") + 1]
                keys = {word.split("=", 1)[1].split("=")[0] for word in command.words if word.startswith("--from-file=")}
                self.assertEqual(made.setdefault(name, keys), keys, command)
        self.assertEqual(made.keys(), {"signaling-auth", "signaling-test", "signaling-turn"})
        turn = next(block.values for block in guide_pages.values_blocks() if "turn:" in block.text)
        rendering = rendered(chart.merged(guide_pages.keyed_values(), {"turn": turn["turn"]}))
        mounted = {}
        for _, template in chart.pod_templates(rendering):
            for volume in template["spec"].get("volumes", ()):
                if "secret" in volume:
                    wanted = {item["key"] for item in volume["secret"].get("items", ())}
                    mounted.setdefault(volume["secret"]["secretName"], set()).update(wanted)
        self.assertEqual(mounted.keys(), made.keys())
        for name, keys in mounted.items():
            self.assertLessEqual(keys, made[name], name)

    def test_images_are_built_named_and_loaded_alike(self):
        wanted = {container["image"] for _, template in chart.pod_templates(self.renderings["signaling"])
                  for container in template["spec"]["containers"]}
        file = (chart.REPOSITORY / "deploy" / "docker" / "Dockerfile").read_text()
        for program in ("docker", "buildah"):
            built = {command.option("-t"): command.option("--target") for command in self.of(program) if "push" not in command.words}
            self.assertEqual(built.keys(), wanted)
            for image, target in built.items():
                self.assertRegex(file, rf"(?m)^FROM .* AS {target}$")
                self.assertEqual(image.split(":")[0], target)
        archives = set()
        for command in self.of("buildah"):
            if "push" in command.words:
                _, archive, name = command.words[3].split(":", 2)
                self.assertEqual((command.words[2], name in wanted), (name, True))
                archives.add(archive)
        for command in self.of("kind", "k3d"):
            images = {word for word in command.words if re.search(r"^signaling-\w+:", word)}
            files = {word for word in command.words if word.endswith(".tar")}
            self.assertTrue(images in (set(), wanted) and files <= archives, command)

    def test_what_runs_by_hand_is_in_no_way_made_up(self):
        """Programs of others are not run, but the shell has to read their lines."""
        for command in self.commands:
            said = subprocess.run([shutil.which("bash"), "-n", "-c", command.line], capture_output=True, text=True, timeout=chart.DEADLINE, check=False)
            self.assertEqual(said.returncode, 0, f"{command}: {said.stderr}")


class TablesTest(unittest.TestCase):
    def rolled(self, values):
        before, after = templates({}), templates(values)
        return tuple(before[component] != after[component] for component in COMPONENTS)

    def test_what_rolls_what(self):
        page = (guide_pages.FOLDER / "upgrade.md").read_text()
        table = page.split("## What rolls what", 1)[1].split("\n## ", 1)[0]
        checked = set()
        for names, gateways, service in re.findall(r"^\| ([^|]*`[^|]*) \| (yes|no) \| (yes|no) \|$", table, re.MULTILINE):
            prefix = ""
            for name in re.findall(r"`([\w.]+)`", names):
                if name in ("appVersion",):
                    continue
                if "." in name:
                    prefix = name.rsplit(".", 1)[0]
                full = name if name in CHANGES else f"{prefix}.{name}"
                with self.subTest(full):
                    self.assertEqual(self.rolled(CHANGES[full]), (gateways == "yes", service == "yes"))
                checked.add(full)
        self.assertEqual(checked, CHANGES.keys())

    def test_the_numbers_of_a_drain(self):
        """upgrade.md says these in words; whoever changes a default finds them here."""
        rendering = rendered({})
        gateway = guide_pages.found(rendering, "Deployment", "webrtc-signaling-gateway")["spec"]
        pod = gateway["template"]["spec"]
        (container,) = pod["containers"]
        page = (guide_pages.FOLDER / "upgrade.md").read_text()
        config = guide_pages.config(rendering, chart.GATEWAY)
        self.assertEqual(gateway["replicas"], 2)
        rolling = gateway["strategy"]["rollingUpdate"]
        self.assertIn(f"`maxSurge: {rolling['maxSurge']}` (one more), `maxUnavailable: {rolling['maxUnavailable']}`, `minReadySeconds: {gateway['minReadySeconds']}`", page)
        stop, drain = container["lifecycle"]["preStop"]["exec"]["command"][1], int(config["drain_timeout"].rstrip("s"))
        self.assertIn(f"`preStopSeconds: {stop}`, `drainTimeoutSeconds: {drain}`", page)
        self.assertIn(f"| {pod['terminationGracePeriodSeconds']} s after the beginning | `terminationGracePeriodSeconds` ({stop} + {drain} + 10)", page)


if __name__ == "__main__":
    chart.main()

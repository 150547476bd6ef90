"""What each pod may do and reads, and how long it has to end, in the rendering of each values file of ci/; what is added to one is there."""

import unittest

import chart

COMPONENTS = (chart.GATEWAY, chart.SERVICE)


class EveryPodTest(chart.CiTest):
    def test_may_nothing(self):
        """What Pod Security calls `restricted`, and no token of Kubernetes."""
        def check(rendering):
            for _, template in chart.pod_templates(rendering):
                spec = template["spec"]
                context = spec["securityContext"]
                self.assertTrue(context["runAsNonRoot"])
                self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
                self.assertIs(spec["automountServiceAccountToken"], False)
                self.assertIs(spec["enableServiceLinks"], False)
                self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & spec.keys())
                self.assertNotIn("hostPath", {kind for volume in spec.get("volumes", ()) for kind in volume})
                for container in spec["containers"] + spec.get("initContainers", []):
                    own = container["securityContext"]
                    self.assertIs(own["allowPrivilegeEscalation"], False)
                    if container["image"].split(":")[0].rsplit("/", 1)[-1].startswith("signaling"):  # and not one that was added
                        self.assertIs(own["readOnlyRootFilesystem"], True)
                    self.assertEqual(own["capabilities"], {"drop": ["ALL"]})
                    self.assertNotIn("hostPort", {key for port in container.get("ports", ()) for key in port})

        self.each(check)

    def test_secrets_are_files_that_only_it_reads(self):
        def check(rendering):
            for _, template in chart.pod_templates(rendering):
                spec = template["spec"]
                for volume in spec.get("volumes", ()):
                    if "secret" in volume:
                        self.assertEqual(volume["secret"]["defaultMode"], 0o440)
                        self.assertEqual(spec["securityContext"]["fsGroup"], 65532)
                        self.assertNotIn("optional", volume["secret"])
                for container in spec["containers"]:
                    for variable in container.get("env", ()):
                        self.assertNotIn("secretKeyRef", variable.get("valueFrom", {}), variable["name"])
                    self.assertFalse([one for one in container.get("envFrom", ()) if "secretRef" in one])

        self.each(check)

    def test_each_sees_only_its_part_of_a_secret(self):
        def check(rendering):
            for component in COMPONENTS:
                for volume in rendering.pod(component)["volumes"]:
                    if volume.get("secret", {}).get("secretName") and volume["name"] in ("auth", "tls", "turn", "client-ca", "service-ca"):
                        self.assertTrue(volume["secret"]["items"])
            keys = {component: {item["key"] for volume in rendering.pod(component)["volumes"] if volume["name"] == "auth"
                                for item in volume["secret"]["items"]} for component in COMPONENTS}
            self.assertEqual(keys[chart.GATEWAY] & keys[chart.SERVICE], set())

        self.each(check)

    def test_grace_is_enough(self):
        """Until a pod is killed it waits, sends its sessions away, and ends at most 3 s later."""
        def check(rendering):
            for component in COMPONENTS:
                container = rendering.container(component)
                wait = int(container["lifecycle"]["preStop"]["exec"]["command"][1]) if "lifecycle" in container else 0
                drain = rendering.config(component)["drain_timeout"]
                self.assertRegex(drain, r"^\d+s$")
                self.assertGreaterEqual(rendering.pod(component)["terminationGracePeriodSeconds"], wait + int(drain[:-1]) + 10)

        self.each(check)

    def test_images_are_named_whole(self):
        def check(rendering):
            for _, template in chart.pod_templates(rendering):
                for container in template["spec"]["containers"]:
                    self.assertRegex(container["image"], r"^[a-z0-9./:_-]+(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$")
                    self.assertNotRegex(container["image"], r":latest$")

        self.each(check)


class AddedTest(unittest.TestCase):
    def test_what_is_added_is_there(self):
        """extra…, scheduling, and the free maps, on both."""
        added = {
            "podAnnotations": {"a": "b"}, "nodeSelector": {"disk": "fast"}, "priorityClassName": "high", "runtimeClassName": "gvisor",
            "tolerations": [{"key": "a", "operator": "Exists"}], "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["a"]}], "dnsPolicy": "None",
            "extraEnv": [{"name": "A", "value": "b"}], "extraVolumes": [{"name": "extra", "emptyDir": {}}],
            "extraVolumeMounts": [{"name": "extra", "mountPath": "/extra"}], "extraContainers": [{"name": "beside", "image": "beside:1"}],
            "initContainers": [{"name": "before", "image": "before:1"}], "dnsConfig": {"nameservers": ["192.0.2.53"]},
        }
        rendering = chart.render({component: added for component in COMPONENTS})
        for component in COMPONENTS:
            spec, container = rendering.pod(component), rendering.container(component)
            self.assertEqual(rendering.pod_metadata(component)["annotations"]["a"], "b")
            for name in ("nodeSelector", "priorityClassName", "runtimeClassName", "tolerations", "hostAliases", "initContainers", "dnsConfig",
                         "dnsPolicy"):
                self.assertEqual(spec[name], added[name])
            self.assertIn(added["extraVolumes"][0], spec["volumes"])
            self.assertIn(added["extraVolumeMounts"][0], container["volumeMounts"])
            self.assertIn(added["extraContainers"][0], spec["containers"])
            self.assertEqual(container["env"], added["extraEnv"])

    def test_objects_of_ones_own(self):
        """As they stand, with `tpl`, and beside what there is."""
        given = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-more"}, "data": {"a": "b"}},
                 {"apiVersion": "example.org/v1", "kind": "Other", "metadata": {"name": "other"}, "spec": {"many": 1000000}}]
        rendering, usual = chart.render({"extraObjects": given}), chart.render()
        given[0]["metadata"]["name"] = f"{chart.RELEASE}-more"
        self.assertEqual([one for one in rendering.objects if one not in usual.objects], given)
        self.assertEqual([one for one in rendering.objects if one not in given], usual.objects)


if __name__ == "__main__":
    chart.main()

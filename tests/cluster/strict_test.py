"""Every object of every setup is one that the API server takes as it is written, without a warning; and broken ones it does not."""

import copy
import unittest

import releases
from api import Refused
from shared import ClusterTest


def _twice(written, one):
    """A document with a key that is there twice."""
    return f"{written.rstrip()}\nkind: {one['kind']}\n"


def _privileged(pod):
    context = pod["spec"]["containers"][0].setdefault("securityContext", {})
    context.pop("allowPrivilegeEscalation", None)
    context["privileged"] = True


def _root(pod):
    pod["spec"].setdefault("securityContext", {}).update(runAsUser=0, runAsNonRoot=False)
    for container in pod["spec"]["containers"]:
        container.pop("securityContext", None)


# Of each kind, something that its schema, its rules or its validation refuse. A kind that is here has to be in a rendering.
BROKEN = {
    "ConfigMap": lambda one: one["data"].update({"a/b": ""}),
    "Deployment": lambda one: one["spec"]["selector"]["matchLabels"].update(other="app"),
    "Service": lambda one: one["spec"]["ports"][0].update(port=0),
    "ServiceAccount": lambda one: one.update(automount=False),
    "PodDisruptionBudget": lambda one: one["spec"].update(minAvailable=1, maxUnavailable=1),
    "HorizontalPodAutoscaler": lambda one: one["spec"].update(minReplicas=one["spec"]["maxReplicas"] + 1),
    "NetworkPolicy": lambda one: one["spec"]["ingress"][0].update(ports=[{"port": 70000}]),
    "Ingress": lambda one: one["spec"]["rules"][0]["http"]["paths"][0].update(pathType="Sometimes"),
    # A rule in CEL: what waits for a backend may not wait longer than the whole request.
    "HTTPRoute": lambda one: one["spec"]["rules"][0].update(timeouts={"request": "1s", "backendRequest": "2s"}),
    # Another one: a match of a method that names neither.
    "GRPCRoute": lambda one: one["spec"]["rules"][0].update(matches=[{"method": {"type": "Exact"}}]),
    "ServiceMonitor": lambda one: one["spec"]["endpoints"][0].update(interval="soon"),
    "PodMonitor": lambda one: one["spec"]["podMetricsEndpoints"][0].update(interval="soon"),
    "PrometheusRule": lambda one: one["spec"]["groups"][0]["rules"][0].update({"for": "soon"}),
    "Pod": lambda one: one["spec"].update(restartPolicy="Sometimes"),
}


class StrictTest(ClusterTest):
    rendered = {}  # {values: [(as written, parsed), ..]}, of all tests here

    def setUp(self):
        super().setUp()
        self.space = self.namespace("strict")
        if not self.rendered:
            for name, file in releases.cases().items():
                self.rendered[name] = releases.documents(releases.Release(self.helm, "strict").template(file))
        self.surroundings([one for documents in self.rendered.values() for _, one in documents], self.space)

    def refused(self, written, like=None):
        with self.assertRaises(Refused) as caught:
            self.api.create(written, self.space, dry_run=True, like=like)
        self.assertIn(caught.exception.status, (400, 403, 422), caught.exception)
        return caught.exception.message

    def test_every_object_is_taken_as_it_is_written(self):
        for name, documents in self.rendered.items():
            for written, one in documents:
                with self.subTest(values=name, kind=one["kind"], name=one["metadata"]["name"]):
                    self.api.warnings.clear()
                    self.api.create(written, self.space, dry_run=True, like=one)
                    self.no_warnings()

    def test_what_is_unknown_or_doubled_is_refused(self):
        for kind in sorted({one["kind"] for documents in self.rendered.values() for _, one in documents}):
            written, one = next(pair for documents in self.rendered.values() for pair in documents if pair[1]["kind"] == kind)
            with self.subTest(kind=kind):
                self.assertRegex(self.refused(_twice(written, one), one), "(?i)already set|duplicate")
                self.assertRegex(self.refused({**one, "nobodyKnows": 1}), "unknown field")

    def test_a_broken_one_of_each_kind_is_refused(self):
        kinds = {one["kind"] for documents in self.rendered.values() for _, one in documents}
        self.assertEqual(kinds, set(BROKEN), "kinds of the renderings, and those that are broken here")
        for kind, damage in BROKEN.items():
            with self.subTest(kind=kind):
                one = copy.deepcopy(next(one for documents in self.rendered.values() for _, one in documents if one["kind"] == kind))
                damage(one)
                self.refused(one)

    def test_pods_are_restricted(self):
        """As bare pods, which Pod Security admission refuses, where of a Deployment it only warns."""
        tried = 0
        for name, documents in self.rendered.items():
            for one in (one for _, one in documents if one["kind"] in ("Deployment", "Pod")):
                template = one if one["kind"] == "Pod" else one["spec"]["template"]
                pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare", "labels": template["metadata"]["labels"]},
                       "spec": {**template["spec"], "serviceAccountName": "default"}}
                with self.subTest(values=name, of=one["metadata"]["name"]):
                    self.api.warnings.clear()
                    self.api.create(pod, self.space, dry_run=True)
                    self.no_warnings()
                for damage in (_privileged, _root):
                    other = copy.deepcopy(pod)
                    damage(other)
                    with self.subTest(values=name, of=one["metadata"]["name"], but=damage.__name__):
                        self.assertIn('violates PodSecurity "restricted:latest"', self.refused(other))
                tried += 1
        self.assertGreaterEqual(tried, 3, "a gateway, a service and a pod of the test")


if __name__ == "__main__":
    unittest.main()

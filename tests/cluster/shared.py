"""What all tests of a run have in common: one cluster, and a namespace of its own for each that asks."""

import itertools
import unittest

import releases

_counter = itertools.count(1)
_cluster = None


def use(cluster):
    """By run.py, before the tests."""
    global _cluster  # pylint: disable=global-statement
    _cluster = cluster


class ClusterTest(unittest.TestCase):
    """`cluster`, `api` and `helm`; no test may leave an object behind that it has not asked for."""

    def setUp(self):
        self.assertIsNotNone(_cluster, "tests here are run by run.py")
        self.cluster = _cluster
        self.api = _cluster.api
        self.helm = releases.Helm(_cluster)
        self.api.warnings.clear()

    def namespace(self, name="calls"):
        """A new namespace that takes `restricted` pods only; it goes with the test."""
        name = f"{name}-{next(_counter)}"
        self.cluster.namespace(name)
        self.addCleanup(self._remove, name)
        return name

    def _remove(self, name, kind="Namespace", group="v1"):
        self.api.delete(group, kind, name)
        self.cluster.until(f"{kind} {name} is gone", lambda: not self.api.has(group, kind, name))

    def release(self, name="calls"):
        """One to be installed into a namespace of its own."""
        return releases.Release(self.helm, self.namespace(name))

    def surroundings(self, rendered, namespace):
        """What objects refer to and do not bring is there, as whoever wrote their values has it."""
        def has(kind, name, group="v1", space=None, **more):
            if name and not self.api.has(group, kind, name, space):
                self.api.create({"apiVersion": group, "kind": kind, "metadata": {"name": name}, **more}, space)
                if not space:
                    self.addCleanup(self._remove, name, kind, group)

        brought = {(one["kind"], one["metadata"]["name"]) for one in rendered}
        for one in rendered:
            if (space := one["metadata"].get("namespace", namespace)) != namespace:
                has("Namespace", space)
            pod = one["spec"] if one["kind"] == "Pod" else one.get("spec", {}).get("template", {}).get("spec", {})
            account = pod.get("serviceAccountName")
            if ("ServiceAccount", account) not in brought:
                has("ServiceAccount", account, space=namespace)
            has("RuntimeClass", pod.get("runtimeClassName"), "node.k8s.io/v1", handler="other")

    def no_warnings(self):
        self.assertEqual(self.api.warnings, [])

"""What of a change rolls pods, and that calls have somewhere to go meanwhile."""

import threading

from api import Refused
from shared import ClusterTest
from wiring import Wiring

WATCHED = 60  # seconds


def values(gateway=None, **more):
    """With gateways that are replaced without waiting ten seconds for each."""
    return {"auth": {"allowAnonymous": True}, "gateway": {"minReadySeconds": 0, **(gateway or {})}, **more}


def ready(pod):
    return "deletionTimestamp" not in pod["metadata"] and any(
        one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions", ()))


class Observer:
    """Pods of a component, watched: after each change, those there and those ready."""

    def __init__(self, api, namespace, component):
        self._api = api
        self._namespace = namespace
        self._selector = f"app.kubernetes.io/component=signaling-{component}"
        self._pods = {}
        self._done = threading.Event()
        self.counts = []

    def __enter__(self):
        listing = self._api.get(self._api.path("v1", "Pod", self._namespace), {"labelSelector": self._selector})
        self._pods = {pod["metadata"]["name"]: pod for pod in listing["items"]}
        self._count()
        self._changes = self._api.watch("v1", "Pod", self._namespace, listing["metadata"]["resourceVersion"], WATCHED,
                                        labelSelector=self._selector)
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def _count(self):
        self.counts.append((len(self._pods), sum(map(ready, self._pods.values()))))

    def _follow(self):
        for kind, pod in self._changes:
            if kind == "DELETED":
                self._pods.pop(pod["metadata"]["name"], None)
            else:
                self._pods[pod["metadata"]["name"]] = pod
            self._count()
            if self._done.is_set():
                return

    def __exit__(self, *_):
        self._done.set()


class RolloutTest(ClusterTest):
    def setUp(self):
        super().setUp()
        self.installed = self.release("roll")
        self.space = self.installed.namespace
        self.wiring = Wiring(self.cluster, self.space)

    def pods(self, component):
        return {pod["metadata"]["name"] for pod in self.wiring.pods({"app.kubernetes.io/component": f"signaling-{component}"})}

    def terminating(self):
        return {pod["metadata"]["name"] for pod in self.wiring.list("v1", "Pod") if "deletionTimestamp" in pod["metadata"]}

    def service_seen(self):
        """The generation of the service's Deployment that its controller has acted on."""
        (found,) = [one for one in self.wiring.list("apps/v1", "Deployment") if one["metadata"]["name"].endswith("-service")]
        return found["status"].get("observedGeneration", 0)

    def upgrade(self, **more):
        self.installed.upgrade(values(**more))

    def test_gateways_are_never_fewer_than_wanted(self):
        self.installed.install(values(gateway={"replicas": 3}))
        before = self.pods("gateway")
        with Observer(self.api, self.space, "gateway") as seen:
            self.upgrade(gateway={"replicas": 3, "podAnnotations": {"example.org/rolled": "1"}})
            self.cluster.until("other gateways", lambda: len(self.pods("gateway")) == 3 and not self.pods("gateway") & before)
        self.assertGreater(len(seen.counts), 6, "a roll-out of three pods is more than that many changes")
        self.assertEqual(min(count for _, count in seen.counts), 3, seen.counts)

    def test_an_upgrade_never_has_two_memory_engines(self):
        self.installed.install(values())
        before = self.pods("service")
        with Observer(self.api, self.space, "service") as seen:
            self.upgrade(service={"podAnnotations": {"example.org/rolled": "1"}})
            self.cluster.until("another service", lambda: self.pods("service") and not self.pods("service") & before)
        self.assertEqual({there for there, _ in seen.counts}, {0, 1}, seen.counts)

    def test_a_service_on_a_silent_node_is_replaced_once_it_is_deleted(self):
        """What docs/kubernetes/disaster.md builds on: `Recreate` waits in an upgrade, and not when the pod is deleted or evicted."""
        self.installed.install(values())
        (first,) = self.pods("service")
        with self.cluster.silent_nodes():
            self.evict(first)
            self.cluster.until("the next service", lambda: self.pods("service") - {first})
            (second,) = self.pods("service")
            self.assertEqual(self.terminating(), {first})
            before = self.service_seen()
            self.installed.upgrade(values(service={"podAnnotations": {"example.org/rolled": "1"}}), wait=False)
            self.cluster.until("the end of the second", lambda: self.service_seen() > before and not self.pods("service"))
            self.assertIn(first, self.terminating(), "and no third one beside the first")
        self.cluster.until("the third service", lambda: self.pods("service"))
        self.assertFalse(self.pods("service") & {first, second})

    def test_what_is_reloaded_rolls_no_pod(self):
        self.installed.install(values())
        before = self.pods("gateway"), self.pods("service")
        self.upgrade(gateway={"allowedOrigins": ["https://calls.example.org"]})
        texts = [text for one in self.wiring.list("v1", "ConfigMap") for text in one["data"].values()]
        self.assertTrue(any("https://calls.example.org" in text for text in texts), texts)
        self.assertEqual((self.pods("gateway"), self.pods("service")), before)
        self.upgrade(gateway={"allowedOrigins": ["https://calls.example.org"], "config": {"default_room": "hall"}})
        self.cluster.until("other gateways", lambda: not self.pods("gateway") & before[0])
        self.assertEqual(self.pods("service"), before[1])

    def test_a_drained_node_waits_for_gateways(self):
        """What `kubectl drain` does: it evicts, and is refused while too few would be left."""
        self.installed.install(values(gateway={"replicas": 2}))
        self.wiring.disruption_budgets()
        first, second = sorted(self.pods("gateway"))
        self.evict(first)
        with self.assertRaises(Refused) as caught:
            self.evict(second)
        self.assertEqual(caught.exception.status, 429, caught.exception)
        self.cluster.until("a replacement", lambda: len(self.pods("gateway")) == 2)
        self.wiring.disruption_budgets()
        self.evict(second)

    def evict(self, name):
        self.api.evict(name, self.space)

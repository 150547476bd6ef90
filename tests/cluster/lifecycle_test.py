"""Each setup is installed, tested, changed, taken back and removed by Helm, and what it made refers to itself as it should."""

import pathlib

import releases
from shared import ClusterTest
from wiring import Wiring

HERE = pathlib.Path(__file__).resolve().parent
CHANGED = HERE / "changed-values.yaml"
# What no release can change: names, of which its selectors are made, and the first address family of its Services.
FIXED = {"nameOverride": "", "fullnameOverride": "", "gateway": {"service": {"ipFamilies": [], "ipFamilyPolicy": ""}},
         "service": {"service": {"ipFamilies": [], "ipFamilyPolicy": ""}}}
# Ten seconds for each gateway that is replaced, else.
QUICK = {"gateway": {"minReadySeconds": 0}}


class LifecycleTest(ClusterTest):
    def settled(self, release):
        """Deployments have what they want, and nothing of what they had before."""
        wiring = Wiring(self.cluster, release.namespace)

        def done():
            for one in wiring.list("apps/v1", "Deployment"):
                status, wanted = one["status"], one["spec"]["replicas"]
                if (status["observedGeneration"] < one["metadata"]["generation"] or status.get("replicas", 0) != wanted
                        or status.get("updatedReplicas", 0) != wanted or status.get("availableReplicas", 0) != wanted):
                    return False
            return True

        self.cluster.until(f"the Deployments of {release.name} have what they want", done)
        return wiring

    def live(self, release):
        """What the server has of the manifest: {(kind, name): spec or data}."""
        found = {}
        for one in release.manifest():
            kind, name = one["kind"], one["metadata"]["name"]
            kept = self.api.object(one["apiVersion"], kind, name, one["metadata"].get("namespace", release.namespace))
            found[kind, name] = {part: kept[part] for part in ("spec", "data") if part in kept}
        return found

    def lifecycle(self, file):
        release = self.release(file.name.removesuffix("-values.yaml"))
        rendered = releases.objects(release.template(file))
        self.surroundings(rendered, release.namespace)
        before = self.api.everything()

        release.install(file, QUICK)
        self.settled(release).check()
        first = self.live(release)
        release.test()

        release.upgrade(file, CHANGED, QUICK)
        self.settled(release).check()
        self.assertNotEqual(self.live(release), first)

        release.rollback(1)
        self.settled(release).check()
        self.assertEqual(self.live(release), first)

        release.uninstall()
        # Helm does not count its hooks to a release: the pod of the test stays, with its log.
        tests = {("Pod", release.namespace, one["metadata"]["name"]) for one in rendered if one["kind"] == "Pod"}
        self.cluster.until(lambda: f"nothing is left of it but {tests}: {self.api.everything() - before}",
                           lambda: self.api.everything() - before == tests)
        self.assertEqual(before - self.api.everything(), set())

    def test_from_each_setup_to_the_next(self):
        """No step changes what cannot be changed, as a selector is."""
        release = self.release("steps")
        files = list(releases.cases().values())
        act = release.install
        for previous, file in zip([None, *files], [*files, files[0]]):
            with self.subTest(previous=previous and previous.name, then=file.name):
                self.surroundings(releases.objects(release.template(file, FIXED)), release.namespace)
                act(file, FIXED, QUICK)
                self.settled(release)
                act = release.upgrade


# A test of its own for each setup: test_ingress, ..
for _name, _file in releases.cases().items():
    setattr(LifecycleTest, f"test_{_name.replace('-', '_')}", lambda self, file=_file: self.lifecycle(file))

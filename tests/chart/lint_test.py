"""Each values file in ci/ passes Helm's own checks, and gives objects that Kubernetes reads the same way everywhere."""

import json
import pathlib
import re
import tarfile
import tempfile
import unittest

import chart

KUBERNETES = ("1.27.0", chart.KUBERNETES)  # the oldest, and the one of the goldens
POD_LABELS = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component", "app.kubernetes.io/part-of"}
LABELS = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/part-of",
          "app.kubernetes.io/managed-by", "helm.sh/chart"}
COMPONENTS = {"signaling-gateway", "signaling-service", "signaling-test"}
DNS_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
LABEL = r"([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?"
# Where {} says something: everything, or whatever the cluster does.
EMPTY_MAPS = {"podSelector", "namespaceSelector", "emptyDir", "selector"}


def problems(value, path=""):
    """Nulls, and maps and lists that are there and say nothing."""
    if value is None:
        yield f"{path}: null"
    elif isinstance(value, dict):
        if not value and path.rsplit(".", 1)[-1] not in EMPTY_MAPS:
            yield f"{path}: {{}}"
        for key, one in value.items():
            yield from problems(one, f"{path}.{key}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from problems(one, f"{path}[{number}]") if one != {} else ()


class CiFilesTest(chart.CiTest):
    kubernetes = KUBERNETES

    def test_lint(self):
        for file in chart.ci_files():
            with self.subTest(file=file.name):
                said = chart.helm("lint", "--strict", chart.CHART, f"--values={file}").stdout
                self.assertNotRegex(said, r"\[(WARNING|ERROR)\]")

    def test_the_cluster_changes_nothing(self):
        """So what is rendered for a look, or by who has no cluster at hand, is what is installed."""
        for file in chart.ci_files():
            with self.subTest(file=file.name):
                self.assertEqual(*(self.renderings[file.name, version].text for version in KUBERNETES))

    def test_no_nulls_and_nothing_empty(self):
        def check(rendering):
            for one in rendering.objects:
                self.assertEqual(list(problems(one, f"{one['kind']} {one['metadata']['name']}")), [])

        self.each(check)

    def test_no_object_twice(self):
        def check(rendering):
            keys = [(one["apiVersion"].split("/")[0], one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"])
                    for one in rendering.objects]
            self.assertEqual(len(keys), len(set(keys)), sorted(keys, key=str))

        self.each(check)

    def test_names_and_labels(self):
        def check(rendering):
            for one in rendering.objects:
                metadata = one["metadata"]
                self.assertRegex(metadata["name"], rf"^{DNS_LABEL}$")
                self.assertLessEqual(LABELS, metadata["labels"].keys(), metadata["name"])
                self.assertIn(metadata["labels"].get("app.kubernetes.io/component", "signaling-gateway"), COMPONENTS)
                self.assertEqual(metadata["labels"]["app.kubernetes.io/instance"], chart.RELEASE)
            for _, template in chart.pod_templates(rendering):
                self.assertLessEqual(POD_LABELS, template["metadata"]["labels"].keys())

        self.each(check)

    def test_values_of_labels_and_annotations(self):
        def check(rendering):
            metadata = [one["metadata"] for one in rendering.objects]
            metadata += [template["metadata"] for _, template in chart.pod_templates(rendering)]
            for one in metadata:
                for value in one["labels"].values():
                    self.assertRegex(value, rf"^{LABEL}$")
                for name, value in one.get("annotations", {}).items():
                    self.assertIsInstance(value, str, name)

        self.each(check)

    def test_only_the_test_pod_is_a_hook(self):
        def check(rendering):
            hooks = [(one["kind"], one["metadata"]["annotations"]["helm.sh/hook"]) for one in rendering.objects
                     if "helm.sh/hook" in one["metadata"].get("annotations", {})]
            self.assertLessEqual(set(hooks), {("Pod", "test")})

        self.each(check)


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        chart.helm("package", chart.CHART, f"--destination={folder.name}")
        (package,) = pathlib.Path(folder.name).glob("*.tgz")
        cls.package = package
        with tarfile.open(package) as archive:
            cls.members = {member.name.split("/", 1)[1]: member for member in archive.getmembers()}
            cls.contents = {name: archive.extractfile(member).read() for name, member in cls.members.items() if member.isfile()}

    def test_has_what_it_needs_as_files(self):
        wanted = {str(file.relative_to(chart.CHART)) for file in chart.CHART.rglob("*")
                  if file.is_file() and file.parts[-2] != "ci"}
        self.assertLessEqual(wanted - {".helmignore"}, self.contents.keys())
        self.assertEqual([name for name, member in self.members.items() if not member.isfile()], [])
        for name in ("files/alerts.yaml", "files/dashboards/signaling-gateway.json", "files/dashboards/signaling-service.json"):
            self.assertEqual(self.contents[name], (chart.CHART / name).read_bytes())
        for name in self.contents:
            self.assertNotRegex(name, r"^ci/|~$|\.(py|pyc|swp|orig)$")

    def test_renders_as_the_folder_does(self):
        arguments = [f"--namespace={chart.NAMESPACE}", f"--kube-version={chart.KUBERNETES}"]
        packed = chart.helm("template", chart.RELEASE, self.package, *arguments, values=chart.OPEN).stdout
        self.assertEqual(packed, chart.render().text)

    def test_versions_and_annotations(self):
        (about,) = chart.parse(self.contents["Chart.yaml"].decode())
        project = re.search(r"^project\(\S+ VERSION (\S+)", (chart.REPOSITORY / "CMakeLists.txt").read_text(), re.MULTILINE)
        self.assertEqual(about["appVersion"], project[1])
        annotations = about["annotations"]
        self.assertEqual(annotations["artifacthub.io/category"], "streaming-messaging")
        (changes,) = chart.parse(annotations["artifacthub.io/changes"])
        for change in changes:
            self.assertEqual(change.keys(), {"kind", "description"})
            self.assertIn(change["kind"], {"added", "changed", "deprecated", "removed", "fixed", "security"})

    def test_schema_is_of_a_draft_that_helm_reads(self):
        schema = json.loads((chart.CHART / "values.schema.json").read_text())
        self.assertEqual(schema["$schema"], "http://json-schema.org/draft-07/schema#")


if __name__ == "__main__":
    chart.main()

"""The chart as the real Helm renders it, for the tests beside this file.

    rendering = chart.render({"gateway": {"replicas": 3}})
    rendering.one("Deployment", "demo-webrtc-signaling-gateway")["spec"]["replicas"]
    chart.refusal({"gateway": {"replicas": "many"}})  # what Helm says; an AssertionError if it renders

The values are those beside the chart's own; the decision about authentication, which a rendering needs, is OPEN unless they have one.
"""

import copy
import functools
import os
import pathlib
import subprocess
import unittest

import yaml

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CHART = REPOSITORY / "deploy" / "helm" / "webrtc-signaling"
HELM = REPOSITORY / "tests" / "tools" / "helm"
RELEASE = "demo"
NAMESPACE = "signaling"
FULLNAME = "demo-webrtc-signaling"
KUBERNETES = "1.31.0"  # of which a rendering is, unless a test says otherwise
OPEN = {"auth": {"allowAnonymous": True}}
DEADLINE = 120  # seconds for one call of Helm
# Nothing of whoever runs the tests. Helm ends before it would have to collect anything: a third less time, for 90 MB.
_ENVIRONMENT = {**{name: value for name, value in os.environ.items() if not name.startswith(("HELM_", "KUBE"))},
                "GOGC": "off", "GOMAXPROCS": "1"}

GATEWAY = "gateway"
SERVICE = "service"


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """As Kubernetes reads it: a key that is there twice is an error."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise AssertionError(f"{key.start_mark}: '{name}' is there twice")
            seen.add(name)
        return super().construct_mapping(node, deep)


def parse(text):
    """The documents of a YAML stream, without empty ones."""
    return [document for document in yaml.load_all(text, Loader=_Strict) if document is not None]


def ci_files():
    """The values files that chart tools try a chart with, each a setup that people have."""
    found = sorted((CHART / "ci").glob("*-values.yaml"))
    if not found:
        raise AssertionError(f"no values files in {CHART / 'ci'}")
    return found


def _run(arguments, text=None):
    """Runs Helm; `text` is its standard input."""
    return subprocess.run([HELM, *arguments], input=text, env=_ENVIRONMENT, capture_output=True, text=True, timeout=DEADLINE, check=False)


_template = functools.cache(_run)  # of the chart beside this file, which stays as it is while a test runs


def _checked(ended, text=""):
    if ended.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, ended.args))}: {ended.stderr}\n{text}")
    return ended


def helm(*arguments, values=None):
    """Runs Helm; `values` go in as a values file. A failure is an AssertionError with what it says."""
    if values is None:
        return _checked(_run(arguments))
    text = yaml.safe_dump(values)
    return _checked(_run((*arguments, "--values=-"), text), text)


def merged(*layers):
    """Mappings over each other, as Helm does it: a null takes away."""
    result = {}
    for layer in layers:
        for key, value in layer.items():
            if isinstance(value, dict) and isinstance(result.get(key), dict):
                result[key] = merged(result[key], value)
            else:
                result[key] = copy.deepcopy(value)
    return result


def _rendered(file, text=None, release=RELEASE, namespace=NAMESPACE, kubernetes=KUBERNETES):
    """How `helm template` ended."""
    version = () if kubernetes is None else (f"--kube-version={kubernetes}",)
    return _template(("template", release, str(CHART), f"--namespace={namespace}", *version, f"--values={file}"), text)


class Rendering:
    """What one rendering has."""

    def __init__(self, text):
        self.text = text
        self.objects = parse(text)

    def all(self, kind=None):
        return [one for one in self.objects if kind in (None, one["kind"])]

    def names(self, kind):
        return {one["metadata"]["name"] for one in self.all(kind)}

    def one(self, kind, name=None):
        """The only object of a kind, or the one called so behind the release's part: "gateway"."""
        found = [one for one in self.all(kind) if name in (None, one["metadata"]["name"].removeprefix(f"{self.fullname}-"))]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} of {kind} {name or ''}; there are: "
                                 + ", ".join(f"{one['kind']} {one['metadata']['name']}" for one in self.objects))
        return found[0]

    @property
    def fullname(self):
        """What all names begin with."""
        (name,) = [one["metadata"]["name"] for one in self.all("Deployment") if one["metadata"]["name"].endswith(f"-{GATEWAY}")]
        return name.removesuffix(f"-{GATEWAY}")

    def deployment(self, component):
        return self.one("Deployment", component)

    def pod(self, component):
        """The spec of a component's pods."""
        return self.deployment(component)["spec"]["template"]["spec"]

    def pod_metadata(self, component):
        return self.deployment(component)["spec"]["template"]["metadata"]

    def container(self, component):
        """The container of the binary: the one that is called as the component is labelled."""
        containers = self.pod(component)["containers"]
        named = [one for one in containers if one["name"] == f"signaling-{component}"]
        if len(named) != 1:
            raise AssertionError(f"no container signaling-{component} among {[one['name'] for one in containers]}")
        return named[0]

    def config(self, component):
        """The settings of --config that a component gets."""
        (only,) = parse(self.one("ConfigMap", component)["data"]["config.yaml"])
        return only


def _decided(values):
    """As a values file, with a decision about authentication."""
    return yaml.safe_dump(values if "auth" in values else merged(OPEN, values))


def render(values=None, *, release=RELEASE, namespace=NAMESPACE, kubernetes=KUBERNETES):
    """Renders with these values, which do not have to decide about authentication."""
    text = _decided(values or {})
    return Rendering(_checked(_rendered("-", text, release, namespace, kubernetes), text).stdout)


def render_file(file, kubernetes=KUBERNETES):
    """The rendering of a values file alone."""
    return Rendering(_checked(_rendered(file, kubernetes=kubernetes)).stdout)


def refusal(values, kubernetes=KUBERNETES):
    """What Helm says of values that it must not render."""
    ended = _rendered("-", _decided(values), kubernetes=kubernetes)
    if ended.returncode == 0:
        raise AssertionError(f"is rendered, and must not be: {values}")
    return ended.stderr


class CiTest(unittest.TestCase):
    """A test of what every values file of ci/ renders to."""

    kubernetes = (KUBERNETES,)

    @classmethod
    def setUpClass(cls):
        cls.renderings = {(file.name, version): render_file(file, version) for file in ci_files() for version in cls.kubernetes}

    def each(self, check):
        """Calls `check` with each rendering."""
        for (file, version), rendering in self.renderings.items():
            with self.subTest(file=file, kubernetes=version):
                check(rendering)


def pod_templates(rendering):
    """(owner, pod template) of all that has pods."""
    found = []
    for one in rendering.objects:
        if one["kind"] == "Pod":
            found.append((one, one))
        elif isinstance(one.get("spec"), dict) and "template" in one["spec"]:
            found.append((one, one["spec"]["template"]))
    return found


def selected(selector, labels):
    """Does a label selector, or the mapping of a Service, take these labels?"""
    wanted = selector.get("matchLabels", {}) if selector.keys() <= {"matchLabels", "matchExpressions"} else selector
    for one in selector.get("matchExpressions", ()):
        if one["operator"] != "In":
            raise AssertionError(f"not known here: {one}")
        if labels.get(one["key"]) not in one["values"]:
            return False
    return wanted.items() <= labels.items()


main = unittest.main

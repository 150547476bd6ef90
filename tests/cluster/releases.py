"""The chart, and Helm as it is called by people: against a cluster, with its own folders."""

import json
import os
import re
import subprocess

import tools
import yaml

import chart

WAIT = "120s"


def cases():
    """{name: file} of the values that the chart ships for its tests."""
    return {file.name.removesuffix("-values.yaml"): file for file in chart.ci_files()}


def documents(text):
    """(as written, parsed) of each object that Helm has rendered, in its order."""
    return [(written, parsed) for written in re.split(r"^---[ \t]*$", text, flags=re.MULTILINE)
            if (parsed := yaml.safe_load(written))]


def objects(text):
    return [parsed for _, parsed in documents(text)]


def deployments(rendered):
    return [one for one in rendered if one["kind"] == "Deployment"]


class Helm:
    """With a kubeconfig, and nothing of whoever runs the tests."""

    def __init__(self, cluster):
        self.home = cluster.folder / "helm"
        self.home.mkdir(exist_ok=True)
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("HELM_", "KUBE"))}
        self._program = tools.helm()
        self._environment = {**ours, "KUBECONFIG": str(cluster.kubeconfig), **{
            f"HELM_{what}_HOME": str(self.home / what.lower()) for what in ("CACHE", "CONFIG", "DATA")}}

    def run(self, *arguments):
        return subprocess.run([self._program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300,
                              env=self._environment)

    def __call__(self, *arguments):
        """What Helm printed. It has to go well, and without a word on stderr, where warnings of the server would be."""
        done = self.run(*arguments)
        if done.returncode or done.stderr:
            raise AssertionError(f"helm {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout


class Release:
    """A release of the chart in a namespace of its own name."""

    def __init__(self, helm, name):
        self.helm = helm
        self.name = name
        self.namespace = name

    def _values(self, values):
        """Files, or mappings; later ones over earlier ones."""
        flags = []
        for number, one in enumerate(values):
            if isinstance(one, dict):
                one, content = self.helm.home / f"values-{number}.json", one
                one.write_text(json.dumps(content))
            flags += ["--values", one]
        return flags

    def template(self, *values):
        """What would be installed, for this cluster: validated by Helm too."""
        return self.helm("template", self.name, chart.CHART, "--validate", "--namespace", self.namespace, *self._values(values))

    def install(self, *values):
        return self.helm("install", self.name, chart.CHART, "--namespace", self.namespace, "--wait", "--timeout", WAIT, *self._values(values))

    def upgrade(self, *values, wait=True):
        """To these values alone."""
        return self.helm("upgrade", self.name, chart.CHART, "--namespace", self.namespace, "--reset-values",
                         *(("--wait", "--timeout", WAIT) if wait else ()), *self._values(values))

    def _verb(self, *arguments):
        return self.helm(*arguments, "--namespace", self.namespace)

    def rollback(self, revision):
        return self._verb("rollback", self.name, str(revision), "--wait", "--timeout", WAIT)

    def test(self):
        return self._verb("test", self.name, "--timeout", WAIT)

    def uninstall(self):
        return self._verb("uninstall", self.name, "--wait", "--timeout", WAIT)

    def manifest(self):
        return objects(self._verb("get", "manifest", self.name))

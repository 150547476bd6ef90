"""Commands of docs/kubernetes as they stand there: those of Helm, and of kubectl what needs no container."""

import os
import pathlib
import re
import subprocess
import tempfile

import tools
from shared import ClusterTest

import guide_pages

FILES = ("keys.pem", "gateway.jwt", "caller.jwt", "answerer.jwt", "turn-secret")
VERBS = {"get", "describe", "create", "apply", "rollout", "delete"}
# What is not here: cert-manager's kinds and its Secret, an adapter for metrics; NODE and NAME are for the reader.
ELSEWHERE = re.compile(r"certificate|signaling-service-tls|custom\.metrics|\b(NODE|NAME)\b")


def kubectl():
    """Of the same version as the API server."""
    folder = tools.kubernetes()["kube-apiserver"].parents[1]
    return tools._build(folder, f"{tools.KUBERNETES}/cmd/kubectl", "-ldflags=-s -w")  # pylint: disable=protected-access


class GuidesTest(ClusterTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "deploy").symlink_to(tools.REPOSITORY / "deploy")
        (self.folder / "tools").mkdir()
        (self.folder / "tools" / "helm").symlink_to(tools.helm())
        (self.folder / "tools" / "kubectl").symlink_to(kubectl())
        for name in FILES:
            (self.folder / name).write_text("made up\n")
        (self.folder / "values.yaml").write_text(guide_pages.of_readme("yaml", "# values.yaml").text)
        self.readme = guide_pages.commands(guide_pages.FOLDER / "README.md")

    def run_line(self, line):
        """What it prints. No kubelet has logs of the test's pod."""
        line = line.replace(" --logs", "")
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", line], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False,
                              env={**os.environ, "KUBECONFIG": str(self.cluster.kubeconfig), "PATH": f"{self.folder / 'tools'}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, f"{line}\n{done.stdout}{done.stderr}")
        return done.stdout

    def goes(self, namespace):
        self.addCleanup(self._remove, namespace)

    def of(self, page, *beginning):
        """The lines of a page that begin with these words."""
        found = [one for one in guide_pages.commands(guide_pages.FOLDER / page) if one.words[:len(beginning)] == list(beginning)]
        self.assertTrue(found, (page, beginning))
        return found

    def installed_with_keys(self):
        self.goes("signaling")
        for command in self.readme:
            if command.words[0] == "kubectl" and "create" in command.words:
                self.run_line(command.line)
        (install,) = [one for one in self.of("README.md", "helm", "install") if one.option("--values")]
        self.run_line(install.line)

    def test_the_first_look(self):
        self.goes("signaling")
        (install,) = [one for one in self.of("README.md", "helm", "install") if one.option("--set")]
        self.run_line(install.line)
        self.assertIn("Succeeded", self.run_line(self.of("README.md", "helm", "test")[0].line))
        self.run_line(self.of("README.md", "helm", "uninstall")[0].line)
        self.assertEqual(self.api.list("apps/v1", "Deployment", "signaling"), [])

    def test_with_keys_then_an_upgrade_and_back(self):
        self.installed_with_keys()
        self.assertIn("Succeeded", self.run_line(self.of("README.md", "helm", "test")[1].line))
        for line in [one for block in guide_pages.blocks(guide_pages.FOLDER / "upgrade.md") if "get manifest" in block.text for one in block.text.splitlines()]:
            self.assertEqual(self.run_line(line), "", "nothing would change, so nothing differs")
        for command in self.of("upgrade.md", "helm", "upgrade"):
            self.run_line(command.line)
        images = [one["spec"]["template"]["spec"]["containers"][0]["image"] for one in self.api.list("apps/v1", "Deployment", "signaling")]
        self.assertEqual(sorted(images), ["signaling-gateway:0.1.1", "signaling-service:0.1.0"])
        self.assertIn("superseded", self.run_line(self.of("upgrade.md", "helm", "history")[0].line))
        self.run_line(self.of("upgrade.md", "helm", "rollback")[0].line)
        self.assertIn("existingSecret: signaling-auth", self.run_line(self.of("disaster.md", "helm", "get", "values")[0].line.split(">", maxsplit=1)[0]))

    def test_what_is_done_at_night(self):
        self.installed_with_keys()
        ran = 0
        for page in (guide_pages.FOLDER / "production.md", guide_pages.FOLDER / "disaster.md", *guide_pages.ELSEWHERE):
            for command in guide_pages.commands(page):
                verb = command.words[3] if command.namespace else command.words[1]
                if command.program != "kubectl" or verb not in VERBS or ELSEWHERE.search(command.line) or "namespace" in command.words:
                    continue
                with self.subTest(command.line):
                    said = self.run_line(command.line)
                    self.assertTrue(said.strip(), "it found nothing")
                ran += 1
        self.assertGreaterEqual(ran, 12)

    def test_a_rehearsal(self):
        self.goes("rehearsal")
        for command in guide_pages.commands(guide_pages.FOLDER / "upgrade.md"):
            if command.namespace == "rehearsal" and ("install" in command.words or "rollout" in command.words):
                self.run_line(command.line)

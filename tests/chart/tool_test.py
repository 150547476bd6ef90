"""tests/tools/helm: one builds Helm and the others wait for it; whoever fails or is killed leaves nothing that would be taken for it.

A build takes minutes and a network, so `go` is one of this file here; chart.helm in CMakeLists.txt has the real one.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

import chart

# It says that it has begun, waits until it may go on, and makes a helm that prints its arguments.
GO = """#!/bin/bash
set -e
echo "${GOBIN:?} CGO_ENABLED=$CGO_ENABLED GOOS=$GOOS GOCACHE=$GOCACHE $*" >>"$WORK/begun"
echo begun >"$WORK/begins"
read -r code <"$WORK/may"
if [[ $code != 0 ]]; then exit "$code"; fi
printf '#!/bin/sh\\necho "helm $*"\\n' >"$GOBIN/helm"
chmod +x "$GOBIN/helm"
"""


class ToolTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.tool = self.folder / "tests" / "tools" / "helm"
        self.tool.parent.mkdir(parents=True)
        shutil.copy(chart.HELM, self.tool)
        self.built = self.folder / "build" / "tools"
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "go").write_text(GO)
        (self.folder / "bin" / "go").chmod(0o755)
        for name in ("begins", "may"):
            os.mkfifo(self.folder / name)
        self.environment = {"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "WORK": str(self.folder), "HOME": str(self.folder)}

    def start(self, *arguments, **environment):
        started = subprocess.Popen([self.tool, *arguments], env={**self.environment, **environment}, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(started.communicate)
        return started

    def until_it_builds(self):
        self.assertEqual((self.folder / "begins").read_text(), "begun\n")

    def let_it_end(self, code=0):
        (self.folder / "may").write_text(f"{code}\n")

    def builds(self):
        return (self.folder / "begun").read_text().splitlines()

    def left(self):
        return {file.name for file in self.built.iterdir()} - {".helm.lock"}

    def ended(self, started):
        out, _ = started.communicate(timeout=chart.DEADLINE)
        return out, started.returncode

    def test_one_builds_and_all_run(self):
        several = [self.start("version", str(number)) for number in range(4)]
        self.until_it_builds()
        self.let_it_end()
        self.assertEqual([self.ended(one) for one in several], [(f"helm version {number}\n", 0) for number in range(4)])
        self.assertEqual(len(self.builds()), 1)
        (program,) = self.left()
        self.assertRegex(program, r"^helm-v3\.\d+\.\d+$")
        self.assertEqual(self.ended(self.start("lint")), ("helm lint\n", 0))
        self.assertEqual(len(self.builds()), 1)

    def test_a_build_that_fails_is_none(self):
        first = self.start("version")
        self.until_it_builds()
        self.let_it_end(code=3)
        self.assertEqual(self.ended(first), ("", 3))
        self.assertEqual(self.left(), set())
        again = self.start("version")
        self.until_it_builds()
        self.let_it_end()
        self.assertEqual(self.ended(again), ("helm version\n", 0))

    def test_whoever_is_killed_leaves_the_rest_to_the_next(self):
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(how):
                killed = self.start("version")
                self.until_it_builds()
                os.killpg(killed.pid, how)
                self.assertNotEqual(self.ended(killed), ("helm version\n", 0))
                self.assertEqual([name for name in self.left() if name.startswith("helm-")], [])
        last = self.start("version")
        self.until_it_builds()
        self.let_it_end()
        self.assertEqual(self.ended(last), ("helm version\n", 0))
        self.assertEqual(len(self.left()), 1)

    def test_without_go(self):
        (self.folder / "bin" / "go").unlink()
        for name in ("bash", "dirname", "readlink", "mkdir", "flock", "env"):
            (self.folder / "bin" / name).symlink_to(shutil.which(name, path="/usr/bin:/bin"))
        started = self.start("version", PATH=str(self.folder / "bin"))
        _, said = started.communicate(timeout=chart.DEADLINE)
        self.assertEqual(started.returncode, 1)
        self.assertIn("package golang-go", said)

    def test_whose_environment_it_is_does_not_matter(self):
        started = self.start("version", HOME="/nowhere", GOOS="plan9", GOFLAGS="-mod=vendor")
        self.until_it_builds()
        self.let_it_end()
        self.assertEqual(self.ended(started), ("helm version\n", 0))
        (build,) = self.builds()
        self.assertIn(" CGO_ENABLED=0 GOOS= ", build)
        self.assertIn(f" GOCACHE={self.built.parent.parent}", build.replace("/tests/tools/../../", "/"))
        self.assertIn(" -mod=mod ", build)


if __name__ == "__main__":
    chart.main()

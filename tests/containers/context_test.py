"""What of this tree a build gets to see, by .dockerignore."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What is anywhere, and must not be sent anywhere.
STRAY = (
    ".git/config", ".env", "build/ci/bin/signaling-service", "deploy/docker/secrets/signing.pem", "deploy/docker/secrets/gateway/token",
    "deploy/helm/x.yaml", "docs/x.md", "gateway/clients/js/node_modules/x/x.js", "gateway/clients/js/test.js", "gateway/clients/python/x.py",
    "node_modules/x/x.js", "services/common/__pycache__/x.pyc", "signing.pem", "tests/x.py",
)
WANTED = (
    "CMakeLists.txt", "CMakePresets.json", "cmake/x.cmake", "deploy/docker/runtime", "deploy/packages/install", "gateway/clients/js/src/index.js",
    "gateway/main.cc", "gateway/pages/index.html", "proto/x.proto", "services/common/ids.cc",
)


class ContextTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def seen(self, context):
        """The files that a build copies of a folder: {name: size}."""
        dockerfile, out = self.folder / "Dockerfile", self.folder / "out"
        dockerfile.write_text("FROM scratch\nCOPY . /\n")
        image = self.folder / "image"
        subprocess.run(("buildah", "bud", "--quiet", "--isolation=chroot", f"--file={dockerfile}", f"--output={out}", f"--iidfile={image}",
                        context), check=True, capture_output=True)
        subprocess.run(("buildah", "rmi", image.read_text().strip()), check=True, capture_output=True)
        return {str(path.relative_to(out)): path.stat().st_size for path in out.rglob("*") if path.is_file()}

    def test_what_is_seen_of_a_full_tree(self):
        tree = self.folder / "tree"
        for name in (*STRAY, *WANTED):
            path = tree / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        shutil.copy(ROOT / ".dockerignore", tree)
        self.assertEqual(set(self.seen(tree)), set(WANTED))

    def test_how_much_of_this_one(self):
        files = self.seen(ROOT)
        known = subprocess.run(("git", "ls-files", "--cached", "--others", "--exclude-standard"), cwd=ROOT, capture_output=True,
                               text=True, check=True).stdout.splitlines()
        self.assertLessEqual(set(files), set(known), "nothing that git does not know")
        megabytes = sum(files.values()) / 1e6
        print(f"{len(files)} files, {megabytes:.1f} MB")
        self.assertLess(megabytes, 5)
        self.assertGreater(len(files), 300)


if __name__ == "__main__":
    unittest.main(verbosity=2)

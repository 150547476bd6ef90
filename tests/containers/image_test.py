"""What is in the images, and what is not."""

import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "integration")]

# pylint: disable=wrong-import-position
import container  # noqa: E402
from container import IMAGES  # noqa: E402

VERSION = re.search(r"^project\(.* VERSION (\S+) ", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE).group(1)
BINARIES = {
    "signaling-service": ("signaling-service", "signalctl"),
    "signaling-gateway": ("signaling-gateway", "signalctl"),
    "signaling": ("signaling-service", "signaling-gateway", "signalctl"),
}
PORTS = {
    "signaling-service": {"50051/tcp", "50052/tcp"},
    "signaling-gateway": {"8765/tcp", "8766/tcp"},
    "signaling": {"8765/tcp", "8766/tcp"},
}
ENTRYPOINTS = {name: [f"/usr/bin/{name}"] for name in IMAGES} | {"signaling": ["/usr/bin/signaling-all-in-one"]}
LABELS = "org.opencontainers.image."
SBOM = "/usr/share/doc/signaling/sbom.spdx.json"


def of_each_image(test):
    def run(self):
        for image in IMAGES:
            with self.subTest(image):
                test(self, image)
    return run


class ImageTest(unittest.TestCase):

    def found(self, image, script):
        """The lines of what `find` and its like say as root, who sees everything."""
        return container.shell(image, script, options=("--user=0", "--cap-add=DAC_READ_SEARCH")).splitlines()

    @of_each_image
    def test_how_it_starts(self, image):
        config = container.inspect(image)["Config"]
        self.assertEqual(config["User"], "65532:65532", "a number: else Kubernetes cannot see that it is not root")
        self.assertEqual(config["Entrypoint"], ENTRYPOINTS[image])
        self.assertFalse(config.get("Cmd"), "what follows the image's name are flags")
        self.assertEqual(set(config["ExposedPorts"]), PORTS[image])
        self.assertIn(config["StopSignal"], ("SIGTERM", "15"))
        self.assertFalse(config.get("Volumes"))
        self.assertEqual([setting for setting in config["Env"] if not setting.startswith("PATH=")], [])

    @of_each_image
    def test_labels(self, image):
        labels = container.inspect(image)["Config"]["Labels"]
        ours = {name.removeprefix(LABELS): value for name, value in labels.items() if name.startswith(LABELS)}
        self.assertEqual(set(ours), {"title", "description", "version", "revision", "created", "base.name"})
        self.assertEqual((ours["title"], ours["version"]), (image, VERSION))
        self.assertRegex(ours["revision"], r"^[0-9a-f]{12}(-dirty)?$")
        self.assertTrue(ours["base.name"])
        created = datetime.datetime.fromisoformat(ours["created"].replace("Z", "+00:00"))
        self.assertGreater(created.year, 2020)

    @of_each_image
    def test_binaries_say_which_they_are(self, image):
        revision = container.inspect(image)["Config"]["Labels"][f"{LABELS}revision"]
        for binary in BINARIES[image]:
            word = "version" if binary == "signalctl" else "--version"
            said = container.says(image, word, entrypoint=f"/usr/bin/{binary}")
            self.assertEqual(said, f"{VERSION} ({revision})\n")

    def test_configurations_are_checked(self):
        for image in ("signaling-service", "signaling-gateway"):
            with self.subTest(image):
                self.assertEqual(container.says(image, "--check_config"), "ok\n")
                # Beyond loopback somebody has to decide who may come; an image decides it no more than the binary.
                refused = container.run(image, "--check_config", "--address=0.0.0.0")
                self.assertEqual(refused.returncode, 2, refused)
                self.assertIn("--allow_anonymous", refused.stderr)

    @of_each_image
    def test_libraries_are_all_there(self, image):
        for binary in BINARIES[image]:
            self.assertNotIn("not found", container.shell(image, f"ldd /usr/bin/{binary}"))

    @of_each_image
    def test_binaries_belong_to_root_and_are_stripped(self, image):
        for binary in BINARIES[image]:
            self.assertEqual(container.shell(image, f"stat -c '%U %a' /usr/bin/{binary}"), "root 755\n")
            path = self.copied(image, f"/usr/bin/{binary}")
            sections = subprocess.run(("readelf", "-SW", path), capture_output=True, text=True, check=True).stdout
            self.assertIn(".note.gnu.build-id", sections, "by which the debug-info target's files are found")
            self.assertNotIn(".debug_", sections)

    def copied(self, image, path):
        """A file of an image, as one of this machine."""
        target = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "copied"
        with open(target, "wb") as out:
            subprocess.run(container.command(image, path, entrypoint="/bin/cat"), stdout=out, check=True)
        return target

    @of_each_image
    def test_nobody_becomes_somebody_else(self, image):
        self.assertEqual(self.found(image, "find / -xdev -type f -perm /6000"), [])
        self.assertEqual(container.shell(image, "id -un; id -G"), "signaling\n65532\n")
        self.assertEqual(self.found(image, "find / -xdev -user 65532"), [])
        writable = self.found(image, "find / -xdev ! -type l -perm -o+w ! -type c")
        self.assertLessEqual(set(writable), {"/tmp", "/var/tmp", "/run/lock", "/dev/shm", "/dev/mqueue"})

    @of_each_image
    def test_nothing_is_left_of_building(self, image):
        left = self.found(image, "ls -d /setup /packages /src /out 2>/dev/null; find /var/lib/apt/lists /var/cache/apt "
                                 "/var/log -type f ! -empty; find / -xdev -name '*.pyc'")
        self.assertEqual(left, [])
        packages = self.found(image, "dpkg-query -W -f '${Package}\\n'")
        self.assertEqual([name for name in packages if name.endswith("-dev") or re.match(r"g\+\+|gcc-\d+$|cmake", name)], [])
        self.assertNotIn("curl", packages)

    @of_each_image
    def test_the_systems_authorities_are_there_for_who_asks_them(self, image):
        count = int(container.shell(image, "grep -c BEGIN.CERTIFICATE /etc/ssl/certs/ca-certificates.crt"))
        self.assertGreater(count, 50)

    @of_each_image
    def test_sbom(self, image):
        sbom = json.loads(container.says(image, SBOM, entrypoint="/bin/cat"))
        self.check_document(sbom, image)
        packages = {package["SPDXID"]: package for package in sbom["packages"]}
        self.assertEqual(len(packages), len(sbom["packages"]), "an id is there twice")
        self.check_relationships(sbom, packages)
        self.check_packages(image, packages)
        self.check_binaries(image, packages)

    def check_document(self, sbom, image):
        """What SPDX 2.3 wants of a document (clause 6)."""
        self.assertEqual((sbom["spdxVersion"], sbom["dataLicense"], sbom["SPDXID"]), ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))
        self.assertEqual(sbom["name"], f"{image}-{VERSION}")
        self.assertRegex(sbom["documentNamespace"], r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$")
        self.assertEqual(sbom["creationInfo"]["created"], container.inspect(image)["Config"]["Labels"][f"{LABELS}created"])
        self.assertRegex(sbom["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertTrue(all(re.match(r"(Tool|Person|Organization): \S", who) for who in sbom["creationInfo"]["creators"]))
        for package in sbom["packages"]:  # clause 7
            self.assertRegex(package["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")
            for field in ("name", "versionInfo", "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText"):
                self.assertTrue(package[field], (package, field))
            self.assertIs(package["filesAnalyzed"], False)

    def check_relationships(self, sbom, packages):
        ids = {"SPDXRef-DOCUMENT", *packages}
        for relationship in sbom["relationships"]:
            self.assertLessEqual({relationship["spdxElementId"], relationship["relatedSpdxElement"]}, ids)
        described = [one["relatedSpdxElement"] for one in sbom["relationships"] if one["relationshipType"] == "DESCRIBES"]
        self.assertEqual(described, ["SPDXRef-image"])
        connected = {one["relatedSpdxElement"] for one in sbom["relationships"]} | {
            one["spdxElementId"] for one in sbom["relationships"]}
        self.assertEqual(connected, ids, "nothing stands alone")

    def check_packages(self, image, packages):
        """Each that dpkg has, with its version, and a purl that says the same."""
        purls = {purl_of(package) for package in packages.values() if package["SPDXID"].startswith("SPDXRef-package-")}
        installed = set()
        for line in self.found(image, r"dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture}\n'"):
            status, *package = line.split(" ")
            if status == "installed":
                installed.add(tuple(package))
        self.assertGreater(len(installed), 80)
        self.assertEqual(purls, installed)
        compiled_in = {package["name"] for package in packages.values() if "compiled-in" in package["SPDXID"]}
        self.assertIn("libcli11-dev", compiled_in, "headers alone, of which nothing is installed")

    def check_binaries(self, image, packages):
        for binary in BINARIES[image]:
            package = packages[f"SPDXRef-binary-{binary}"]
            self.assertEqual(package["versionInfo"], VERSION)
            digest = hashlib.sha256(self.copied(image, package["packageFileName"]).read_bytes()).hexdigest()
            self.assertEqual(package["checksums"], [{"algorithm": "SHA256", "checksumValue": digest}])


def purl_of(package):
    """(name, version, architecture), taken out of the purl by another reader than the one that wrote it."""
    (reference,) = package["externalRefs"]
    purl = reference["referenceLocator"]
    path, _, query = purl.partition("?")
    kind, distribution, name = path.split("/")
    name, _, version = name.partition("@")
    qualifiers = dict(urllib.parse.parse_qsl(query))
    name, version = urllib.parse.unquote(name), urllib.parse.unquote(version)
    if (kind, distribution, name, version) != ("pkg:deb", "debian", package["name"], package["versionInfo"]):
        raise AssertionError(f"{purl} is of another package than {package['name']}")
    if not re.fullmatch(r"debian-1[23]", qualifiers["distro"]) or not qualifiers["upstream"]:
        raise AssertionError(purl)
    return name, version, qualifiers["arch"]


if __name__ == "__main__":
    container.main()

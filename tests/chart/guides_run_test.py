"""The quick start of docs/kubernetes as far as it goes without a cluster: its keys and tokens are made as it says, both processes run with
the configuration and the Secrets that the chart would mount for its values, and what it calls through them is called."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import chart
import guide_pages

sys.path[:0] = [str(chart.REPOSITORY / "tests" / "integration")]

# pylint: disable=wrong-import-position
import authority  # noqa: E402
import harness  # noqa: E402

BINARIES = pathlib.Path(os.environ["SIGNALING_BIN_DIR"])
# As of somebody who has our binaries in the PATH, and none of their settings.
ENVIRONMENT = {**{name: value for name, value in os.environ.items() if not name.startswith(("SIGNALING_", "SIGNALCTL_"))},
               "PATH": f"{BINARIES}:{os.environ['PATH']}"}
HERE = ("--address=127.0.0.1", "--port=0", "--internal_port=0")


class Shell:
    """A folder in which lines of the pages run, with our binaries in its PATH."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def run(self, line, check=True):
        done = subprocess.run([shutil.which("bash"), "-euo", "pipefail", "-c", line], cwd=self.folder, capture_output=True, text=True,
                              timeout=harness.DEADLINE * 3, check=False, env=ENVIRONMENT)
        if check and done.returncode:
            raise AssertionError(f"{line}\nended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def secret(self, command):
        """What `kubectl create secret generic NAME --from-file=[KEY=]FILE..` would make: (name, {key: content})."""
        words = command.words
        files = [word.removeprefix("--from-file=") for word in words if word.startswith("--from-file=")]
        pairs = [file.split("=", 1) if "=" in file else (pathlib.Path(file).name, file) for file in files]
        return words[words.index("generic") + 1], {key: (self.folder / file).read_bytes() for key, file in pairs}


class Pod:
    """The files of a pod, where a process of this machine finds them: what its container mounts, each Secret with its keys."""

    def __init__(self, rendering, component, secrets, folder):
        self.component = component
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        deployment = guide_pages.found(rendering, "Deployment", f"webrtc-signaling-{component}")
        pod = deployment["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        for mount in container["volumeMounts"]:
            target = self._at(mount["mountPath"])
            target.mkdir(parents=True)
            volume = volumes[mount["name"]]
            if "secret" in volume:
                for item in volume["secret"]["items"]:
                    (target / item["path"]).write_bytes(secrets[volume["secret"]["secretName"]][item["key"]])
            else:
                for name, text in guide_pages.found(rendering, "ConfigMap", volume["configMap"]["name"])["data"].items():
                    (target / name).write_text(text.replace("/run/signaling/", f"{self._at('/run/signaling')}/"))
        (argument,) = container["args"]
        self.config = f"--config={self._at(argument.removeprefix('--config='))}"

    def _at(self, path):
        return self.folder / path.lstrip("/")

    def start(self, *flags):
        return harness.Process(f"signaling-{self.component}", self.config, *HERE, *flags)

    def local(self, line):
        """A line that is to run in the pod, for here."""
        return line.replace("--config=/etc/signaling/config.yaml", self.config)


class GuideTest(unittest.TestCase):
    def setUp(self):
        harness.stay_on_this_machine()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.shell = Shell(folder.name)
        self.commands = guide_pages.commands(guide_pages.FOLDER / "README.md")

    def with_keys(self):
        """Makes keys, tokens and Secrets as the page says; the Secrets."""
        for line in guide_pages.of_readme("sh", "openssl").text.splitlines():
            self.shell.run(line)
        return dict(self.shell.secret(command) for command in self.commands if "generic" in command.words)

    def start(self, values, secrets, *gateway_flags):
        self.rendering = chart.render(values, release="webrtc-signaling")
        self.pods = {component: Pod(self.rendering, component, secrets, self.shell.folder / component) for component in (chart.SERVICE, chart.GATEWAY)}
        service = self.pods[chart.SERVICE].start()
        self.addCleanup(self.ends, service)
        gateway = self.pods[chart.GATEWAY].start(f"--service=127.0.0.1:{service.port}", *gateway_flags)
        self.addCleanup(self.ends, gateway)
        gateway.wait_for("ready")
        return service, gateway

    def ends(self, process):
        self.assertEqual(process.stop(), 0, process.log())

    def reach(self, gateway, line):
        """A line that reaches the gateway by a port-forward, or from inside its pod, or by its Service, for here."""
        line = re.sub(r"ws://(localhost:8765|webrtc-signaling-gateway(:80)?)", f"ws://127.0.0.1:{gateway.port}", line)
        return line.replace("http://localhost:8766", f"http://127.0.0.1:{gateway.internal_port}")

    def helm_test(self, gateway, secrets):
        """Runs what the test's pod would; what it says."""
        pod = next(one for one in self.rendering.all("Pod") if one["metadata"]["annotations"]["helm.sh/hook"] == "test")
        (container,) = pod["spec"]["containers"]
        mounted = {volume["name"]: volume for volume in pod["spec"].get("volumes", ())}
        line = " ".join([container["command"][0].removeprefix("/usr/bin/"), *container["args"]])
        for mount in container.get("volumeMounts", ()):
            target = self.shell.folder / "test" / mount["name"]
            target.mkdir(parents=True)
            for key, content in secrets[mounted[mount["name"]]["secret"]["secretName"]].items():
                (target / key).write_bytes(content)
            line = line.replace(mount["mountPath"], str(target))
        return self.shell.run(self.reach(gateway, line)).stdout

    def test_open_to_everybody(self):
        (install,) = [command for command in self.commands if command.words[:2] == ["helm", "install"] and command.option("--set")]
        self.assertEqual(install.option("--set"), "auth.allowAnonymous=true")
        _, gateway = self.start({"auth": {"allowAnonymous": True}}, {})
        self.assertIn("set-up", self.helm_test(gateway, {}))
        (doctor,) = [command for command in self.commands if "exec" in command.words]
        said = self.shell.run(self.reach(gateway, doctor.line.split(" -- ")[1])).stdout
        self.assertIn("nothing that was checked failed", said)
        self.assertIn("gateway /readyz: ok", said)

    def test_with_keys(self):
        secrets = self.with_keys()
        _, gateway = self.start(guide_pages.keyed_values(), secrets)
        self.assertIn("set-up", self.helm_test(gateway, secrets))
        page = [line for line in guide_pages.of_readme("sh", "signalctl token create").text.splitlines() if line]
        self.assertEqual(len(page), 3)
        self.shell.run(page[0])
        self.assertIn("nothing that was checked failed", self.shell.run(self.reach(gateway, page[1])).stdout)
        url = self.shell.run(page[2]).stdout.strip()
        self.assertRegex(url, r"^http://localhost:8765/#token=[\w-]+\.[\w-]+\.[\w-]+$")
        # The gateway's token is no client's, and nobody is let in without one.
        refused = self.shell.run(self.reach(gateway, "signalctl call ws://localhost:8765"), check=False)
        self.assertEqual(refused.returncode, 1, refused)
        self.assertIn("unauthenticated", (refused.stdout + refused.stderr).lower())

    def test_with_certificates_between_gateways_and_service(self):
        """The names of others.md's Certificates, on certificates of a CA of this test."""
        self.with_keys()
        (block,) = [block for block in guide_pages.blocks(guide_pages.FOLDER / "others.md") if "kind: Certificate" in block.text]
        issuer = authority.Authority(self.shell.folder, "signaling-ca")
        secrets = {"signaling-keys": {"keys.json": (self.shell.folder / "keys.pem").read_bytes()}}
        for one in chart.parse(block.text):
            if one["kind"] == "Certificate" and "dnsNames" in one["spec"]:
                cert, key = issuer.sign(one["metadata"]["name"], ",".join(f"DNS:{name}" for name in one["spec"]["dnsNames"]))
                secrets[one["spec"]["secretName"]] = {"tls.crt": cert.read_bytes(), "tls.key": key.read_bytes(), "ca.crt": issuer.cert.read_bytes()}
        values = next(block.values for block in guide_pages.values_blocks() if "serviceTls" in block.text)
        values = chart.merged(values, {"helmTest": {"enabled": False}})
        host = guide_pages.config(chart.render(values, release="webrtc-signaling"), chart.GATEWAY)["service"]
        _, gateway = self.start(values, secrets, f"--service_name={host.split(':')[0]}")
        self.assertEqual(harness.readyz(gateway), "ok")

    def test_a_configuration_is_checked_where_it_will_run(self):
        secrets = self.with_keys()
        self.start(guide_pages.keyed_values(), secrets)
        checked = 0
        for command in guide_pages.all_commands():
            if "--check_config" not in command.words and "--print_config" not in command.words:
                continue
            line = command.line.split(" -- ")[1]
            if "run" in command.words:
                line = f"{command.option('--image').split(':')[0]} {line}"
            component = line.split()[0].removeprefix("signaling-")
            with self.subTest(line):
                said = self.shell.run(self.pods[component].local(line)).stdout
                if "--check_config" in line:
                    self.assertEqual(said, "ok\n")
                    wrong = self.shell.run(self.pods[component].local(f"{line} --drain_timeout=soon"), check=False)
                    self.assertEqual((wrong.returncode, wrong.stderr.count("\n")), (2, 1), wrong)
                checked += 1
        self.assertEqual(checked, 4)

    def test_a_turn_secret(self):
        (line,) = [line for line in guide_pages.blocks(guide_pages.FOLDER / "production.md") if line.text.startswith("openssl rand")]
        first, second = line.text.splitlines()
        self.shell.run(first)
        name, content = self.shell.secret(guide_pages.Command("production.md", second))
        values = next(block.values for block in guide_pages.values_blocks() if "turn:" in block.text)
        service, gateway = self.start(chart.merged(chart.OPEN, values), {name: content})
        self.shell.run(self.reach(gateway, "signalctl call ws://localhost:8765"))
        self.assertGreaterEqual(service.metrics()["signaling_turn_credentials_total"], 2)


if __name__ == "__main__":
    harness.main()

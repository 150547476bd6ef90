"""helm test, without a cluster: the processes with the files of a rendering, and signalctl as the test's pod calls it."""

import os
import pathlib
import subprocess
import tempfile
import unittest

import chart
import flags
import mounted
import process


class CallTest(unittest.TestCase):
    def start(self, component, config, *more):
        started = process.Process(f"signaling-{component}", f"--config={config}", "--address=127.0.0.1", "--port=0",
                                  "--internal_port=0", "--drain_timeout=0s", *more)
        self.addCleanup(lambda: self.assertEqual(started.stop(), 0))
        return started

    def call(self, values):
        """Does as the pod does, with all that it would find mounted. What it says."""
        rendering = chart.render(values)
        folder = self.enterContext(tempfile.TemporaryDirectory())
        host = flags.settings(rendering, chart.GATEWAY)["service"].rsplit(":", 1)[0]
        files = mounted.Mounted(folder, rendering, names=f"DNS:{host},IP:127.0.0.1")
        service = self.start(chart.SERVICE, files.config(chart.SERVICE))
        config = files.config(chart.GATEWAY)
        # No cluster resolves the name; the certificate has to be for it all the same.
        more = [f"--service_name={host}"] if "service_ca" in flags.settings(rendering, chart.GATEWAY) else []
        gateway = self.start(chart.GATEWAY, config, f"--service=127.0.0.1:{service.port}", *more)
        gateway.wait_for("ready")

        (container,) = rendering.one("Pod")["spec"]["containers"]
        self.assertEqual(container["command"], ["/usr/bin/signalctl"])
        command, url, *options = container["args"]
        self.assertEqual(url, values.get("helmTest", {}).get("url") or f"ws://{chart.FULLNAME}-gateway:80/v1")
        pod = {mount["mountPath"]: mount["name"] for mount in container.get("volumeMounts", [])}
        paths = {}
        for option in options:
            name, path = option.split("=")
            self.assertIn(path.rsplit("/", 1)[0], pod)
            paths[name] = pathlib.Path(folder) / name
            paths[name].write_text(files.authority.cert.read_text() if name == "--ca" else files.token(
                name.strip("-"), rooms=["signalctl-*"], grants=["join", "create"]))
        # As in its container: no HOME, and nothing else in the environment.
        ended = subprocess.run([pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / "signalctl", command,
                                f"{url.split(':')[0]}://127.0.0.1:{gateway.port}/v1", *(f"{name}={path}" for name, path in paths.items())],
                               env={}, cwd="/", capture_output=True, text=True, timeout=3 * process.DEADLINE, check=False)
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        self.assertIn("in all", ended.stdout)
        return set(paths)

    def test_open(self):
        self.assertEqual(self.call({"auth": {"allowAnonymous": True}}), set())

    def test_tokens(self):
        self.assertEqual(self.call({"auth": {"existingSecret": "auth"}, "helmTest": {"existingSecret": "tokens"}}),
                         {"--token-file", "--answerer-token-file"})

    def test_tokens_and_tls_everywhere(self):
        given = self.call({
            "auth": {"existingSecret": "auth", "gatewayTokenKey": ""},
            "gateway": {"tls": {"existingSecret": "public"}, "serviceTls": {"existingSecret": "client"}, "service": {"port": 443}},
            "service": {"tls": {"existingSecret": "server", "clientCaKey": "ca.crt"}},
            "helmTest": {"existingSecret": "tokens", "caSecret": "ca", "url": "wss://signal.example.org/v1"}})
        self.assertEqual(given, {"--token-file", "--answerer-token-file", "--ca"})

    def test_certificates_instead_of_tokens(self):
        self.call({"auth": {"allowAnonymous": True}, "gateway": {"serviceTls": {"existingSecret": "client"}},
                   "service": {"tls": {"existingSecret": "server", "clientCaKey": "ca.crt"}}})

    def test_tls_to_the_service_by_one_value(self):
        self.call({"auth": {"existingSecret": "auth"}, "service": {"tls": {"existingSecret": "server"}},
                   "helmTest": {"existingSecret": "tokens"}})

    def test_it_is_tried_once_and_kept_for_its_log(self):
        pod = chart.render({"auth": {"existingSecret": "auth"}, "helmTest": {"existingSecret": "tokens", "caSecret": "ca"}}).one("Pod")
        self.assertEqual(pod["metadata"]["annotations"], {"helm.sh/hook": "test", "helm.sh/hook-delete-policy": "before-hook-creation"})
        self.assertEqual((pod["spec"]["restartPolicy"], pod["spec"]["activeDeadlineSeconds"]), ("Never", 120))
        self.assertEqual({volume["name"]: (volume["secret"]["secretName"], volume["secret"]["defaultMode"]) for volume in pod["spec"]["volumes"]},
                         {"tokens": ("tokens", 0o440), "ca": ("ca", 0o440)})

    def test_where_it_calls(self):
        def url(values):
            return chart.render(values).one("Pod")["spec"]["containers"][0]["args"][1]

        self.assertEqual(url({"gateway": {"service": {"port": 8080}}}), f"ws://{chart.FULLNAME}-gateway:8080/v1")
        self.assertEqual(url({"gateway": {"tls": {"existingSecret": "tls"}, "service": {"port": 443}}}),
                         f"wss://{chart.FULLNAME}-gateway:443/v1")
        self.assertEqual(url({"helmTest": {"url": "wss://{{ .Release.Name }}.example.org"}}), "wss://demo.example.org")

    def test_no_call_without_tokens_where_they_are_needed(self):
        self.assertEqual(chart.render({"auth": {"existingSecret": "auth"}}).all("Pod"), [])
        self.assertEqual(chart.render({"helmTest": {"enabled": False}}).all("Pod"), [])


if __name__ == "__main__":
    chart.main()

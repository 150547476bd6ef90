"""The configuration files of each ci/*-values.yaml, read by the real binaries."""

import tempfile
import unittest

import chart
import flags
import mounted
import process
import yaml


class ConfigTest(unittest.TestCase):
    def check(self, config, component):
        ended = process.run(f"signaling-{component}", f"--config={config}", "--check_config")
        self.assertEqual((ended.stdout, ended.returncode), ("ok\n", 0), ended.stderr)

    def test_the_binaries_take_them(self):
        for file in chart.ci_files():
            for component in flags.COMPONENTS:
                with self.subTest(file=file.name, component=component), tempfile.TemporaryDirectory() as folder:
                    self.check(mounted.Mounted(folder, chart.render_file(file)).config(component), component)

    def test_every_free_flag_at_its_limits(self):
        """What the schema allows of whole numbers and words, the binaries take."""
        for component in flags.COMPONENTS:
            for pick in (min, max):
                config = {name: pick(part["minimum"], part["maximum"]) if part.get("type") == "integer" else part["enum"][-1]
                          for name, part in flags.config_schema(component).items()
                          if part.get("type") == "integer" or "enum" in part}
                with self.subTest(component=component, config=config), tempfile.TemporaryDirectory() as folder:
                    rendering = chart.render({component: {"config": config}})
                    self.assertLessEqual(config.items(), rendering.config(component).items())
                    self.check(mounted.Mounted(folder, rendering).config(component), component)

    def test_large_numbers_stay_whole(self):
        text = chart.render({"gateway": {"maxConnections": 1000000, "descriptorLimit": 2000000}}).one(
            "ConfigMap", "gateway")["data"]["config.yaml"]
        self.assertIn("max_connections: 1000000\n", text)

    def test_text_stays_text(self):
        """Whatever YAML would see in it."""
        values = {"auth": {"existingSecret": "a", "audience": "123", "issuer": 'https://a/"#: \\ <&>{{ .Release.Name }}'}}
        config = yaml.safe_load(chart.render(values).one("ConfigMap", "service")["data"]["config.yaml"])
        self.assertEqual((config["auth_audience"], config["auth_issuer"]), ("123", 'https://a/"#: \\ <&>demo'))

    def test_each_pod_has_the_secrets_that_it_needs_and_no_others(self):
        rendering = chart.render({"auth": {"existingSecret": "auth"}, "turn": {"urls": ["turn:a"], "existingSecret": "turn"}})

        def keys(component):
            return {volume["secret"]["secretName"]: [item["key"] for item in volume["secret"]["items"]]
                    for volume in rendering.pod(component)["volumes"] if "secret" in volume}

        self.assertEqual(keys(chart.GATEWAY), {"auth": ["gateway-token"]})
        self.assertEqual(keys(chart.SERVICE), {"auth": ["keys.json"], "turn": ["turn-secret"]})

    def test_each_file_is_what_the_values_call_it(self):
        """A certificate and its key are not changed for each other, and each comes from its own Secret."""
        pair = {"existingSecret": "server", "certKey": "c", "keyKey": "k"}
        rendering = chart.render({
            "auth": {"existingSecret": "auth", "keysKey": "j", "jwksUrl": "https://id.example.org", "jwksCaSecret": "id", "jwksCaKey": "i"},
            "turn": {"urls": ["turn:a"], "existingSecret": "turn", "secretKey": "s", "ttl": "2h"},
            "gateway": {"tls": {**pair, "existingSecret": "public"}, "serviceTls": {
                "existingSecret": "client", "certKey": "cc", "keyKey": "ck", "caSecret": "ca", "caKey": "a", "serverName": "service.example.org"}},
            "service": {"tls": {**pair, "clientCaSecret": "clients", "clientCaKey": "b"}}})
        wanted = {
            chart.GATEWAY: {"tls_cert": ("public", "c"), "tls_key": ("public", "k"), "service_ca": ("ca", "a"),
                            "service_cert": ("client", "cc"), "service_key": ("client", "ck")},
            chart.SERVICE: {"auth_keys": ("auth", "j"), "auth_jwks_ca": ("id", "i"), "tls_cert": ("server", "c"), "tls_key": ("server", "k"),
                            "tls_client_ca": ("clients", "b"), "turn_secret_file": ("turn", "s")}}
        for component, files in wanted.items():
            paths = {mount["mountPath"]: mount["name"] for mount in rendering.container(component)["volumeMounts"]}
            secrets = {volume["name"]: volume["secret"]["secretName"] for volume in rendering.pod(component)["volumes"] if "secret" in volume}
            found = {name: value.rsplit("/", 1) for name, value in rendering.config(component).items() if str(value).startswith("/run/")}
            self.assertEqual({name: (secrets[paths[folder]], file) for name, (folder, file) in found.items()}, files)
        self.assertEqual(rendering.config(chart.GATEWAY)["service_name"], "service.example.org")
        self.assertEqual(rendering.config(chart.SERVICE)["turn_ttl"], "2h")
        plain = chart.render({"auth": {"existingSecret": "auth"}, "service": {"tls": {"existingSecret": "server"}}})
        self.assertNotIn("service_name", plain.config(chart.GATEWAY))
        self.assertIn("server", [volume.get("secret", {}).get("secretName") for volume in plain.pod(chart.GATEWAY)["volumes"]])

    def test_gateways_with_a_certificate_have_no_token(self):
        rendering = chart.render({"auth": {"existingSecret": "auth"}, "gateway": {"serviceTls": {"existingSecret": "client"}},
                                  "service": {"tls": {"existingSecret": "server", "clientCaKey": "ca.crt"}}})
        config = rendering.config(chart.GATEWAY)
        self.assertIn("service_cert", config)
        self.assertNotIn("service_token_file", config)


if __name__ == "__main__":
    chart.main()

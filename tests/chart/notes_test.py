"""What is said after an installation. Helm shows it only there, so an object is made of it here."""

import pathlib
import shutil
import tempfile
import unittest

import chart

OBJECT = """apiVersion: v1
kind: ConfigMap
metadata:
  name: notes
data:
  text: {{{{ include "notes" . | quote }}}}
{{{{- define "notes" }}}}
{notes}{{{{- end }}}}
"""


BACK_ENDS = {"grpcRoute": {"enabled": True, "parentRefs": [{"name": "internal"}]},
             "networkPolicy": {"grpc": {"from": [{"podSelector": {"matchLabels": {"app": "shop"}}}]}}}


class NotesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.copy = pathlib.Path(folder.name) / chart.CHART.name
        shutil.copytree(chart.CHART, cls.copy)
        notes = cls.copy / "templates" / "NOTES.txt"
        (cls.copy / "templates" / "notes.yaml").write_text(OBJECT.format(notes=notes.read_text()))

    def notes(self, values):
        text = chart.helm("template", chart.RELEASE, self.copy, f"--namespace={chart.NAMESPACE}", f"--kube-version={chart.KUBERNETES}",
                          "--show-only=templates/notes.yaml", values=values).stdout
        return chart.parse(text)[0]["data"]["text"]

    def test_open(self):
        notes = self.notes(chart.OPEN)
        for words in (f"helm test {chart.RELEASE} --namespace {chart.NAMESPACE}", f"port-forward service/{chart.FULLNAME}-gateway 8765:80",
                      "signalctl doctor ws://localhost:8765\n", "everybody who reaches a gateway", "in the memory of the one service pod"):
            self.assertIn(words, notes)

    def test_keyed(self):
        notes = self.notes({"auth": {"existingSecret": "auth"}})
        self.assertIn("set helmTest.existingSecret", notes)
        self.assertIn("--token-file TOKEN", notes)
        self.assertNotIn("helm test demo", notes)
        self.assertNotIn("everybody", notes)
        self.assertIn("helm test demo", self.notes({"auth": {"existingSecret": "auth"}, "helmTest": {"existingSecret": "tokens"}}))

    def test_warnings(self):
        tls = {"service": {"tls": {"existingSecret": "tls"}}}
        keyed = {"auth": {"existingSecret": "auth"}}
        relay = {"service": {"config": {"relay_only": True}}}
        routed = {"httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}]}}
        for words, warned, silent in (
                ("without TLS", keyed, {**keyed, **tls}),
                ("relay_only without turn.urls", {**chart.OPEN, **relay},
                 {**chart.OPEN, **relay, "turn": {"urls": ["turn:a"], "existingSecret": "turn"}}),
                ("gateway.replicas is 1", {**chart.OPEN, "gateway": {"replicas": 1}}, chart.OPEN),
                ("service.replicas is 0", {**chart.OPEN, "service": {"replicas": 0}}, chart.OPEN),
                ("logLevel is debug", {**chart.OPEN, "service": {"logLevel": "debug"}}, chart.OPEN),
                *(("lets none of 2 pods go", {**chart.OPEN, "gateway": {"podDisruptionBudget": tight}},
                   {**chart.OPEN, "gateway": {"podDisruptionBudget": loose}}) for tight, loose in (
                       ({"maxUnavailable": None, "minAvailable": 2}, {"maxUnavailable": None, "minAvailable": 1}),
                       ({"maxUnavailable": None, "minAvailable": "51%"}, {"maxUnavailable": None, "minAvailable": "50%"}),
                       ({"maxUnavailable": 0}, {"maxUnavailable": "1%"}))),
                ("requests.cpu, which is not set", {**chart.OPEN, "gateway": {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}}},
                 {**chart.OPEN, "gateway": {"autoscaling": {"enabled": True}}}),
                ("gateway.trustedProxies is empty", {**chart.OPEN, "ingress": {"enabled": True, "hosts": [{"host": "a.example.org"}]}},
                 {**chart.OPEN, "ingress": {"enabled": True, "hosts": [{"host": "a.example.org"}]},
                  "gateway": {"trustedProxies": ["10.0.0.0/8"]}}),
                ("gateway.trustedProxies is empty", {**chart.OPEN, **routed},
                 {**chart.OPEN, **routed, "gateway": {"trustedProxies": ["10.0.0.0/8"]}}),
                ("may end calls and delete rooms", {**chart.OPEN, **BACK_ENDS}, {**keyed, **BACK_ENDS}),
                ("name back ends in networkPolicy.grpc.from", chart.OPEN, {**chart.OPEN, **BACK_ENDS}),
                ("lets nobody read metrics", {**chart.OPEN, **BACK_ENDS},
                 {**chart.OPEN, "networkPolicy": {"internal": {"from": [{"podSelector": {}}]}}}),
                ("gateway.replicas is 1", {**chart.OPEN, "gateway": {"replicas": 1}},
                 {**chart.OPEN, "gateway": {"replicas": 1, "autoscaling": {"enabled": True}}})):
            with self.subTest(words):
                self.assertIn(words, self.notes(warned))
                self.assertNotIn(words, self.notes(silent))

    def test_from_outside(self):
        name = f"{chart.FULLNAME}-gateway"
        for values, words in (
                ({}, "From outside it is not reachable"),
                ({"gateway": {"service": {"type": "LoadBalancer"}}}, f"get service {name} --output jsonpath='{{.status.loadBalancer"),
                ({"gateway": {"service": {"type": "NodePort"}}}, f"get service {name} --output jsonpath='{{.spec.ports[0].nodePort}}"),
                ({"ingress": {"enabled": True, "hosts": [{"host": "{{ .Release.Name }}.example.org"}]}}, "    ws://demo.example.org/v1\n"),
                ({"ingress": {"enabled": True, "hosts": [{"host": "a.example.org"}], "tls": [{"secretName": "a", "hosts": ["a.example.org"]}]}},
                 "    wss://a.example.org/v1\n"),
                ({"httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}], "hostnames": ["a.example.org"]}},
                 "    wss://a.example.org/v1\n"),
                ({"httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}]}}, f"get httproute {name}\n")):
            with self.subTest(values):
                notes = self.notes({**chart.OPEN, **values})
                self.assertIn(words, notes)
                self.assertEqual(notes.count("From outside"), 1)

    def test_for_every_setup(self):
        for file in chart.ci_files():
            notes = self.notes(chart.parse(file.read_text())[0])
            self.assertNotRegex(notes, r"<no value>|%!|\n\n\n")


if __name__ == "__main__":
    chart.main()

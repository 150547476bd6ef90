"""A Kubernetes control plane of real programs on 127.0.0.1: etcd, kube-apiserver, kube-controller-manager, kube-scheduler. No
kubelet: kwok says of each pod that it runs. Everything it writes is in a temporary folder, and ends with it."""

import contextlib
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import nodes
import tools
import yaml
from api import Api

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import ports  # noqa: E402  pylint: disable=wrong-import-position

DEADLINE = 120.0  # seconds for what has to happen, on a busy machine


class Cluster:
    """Started by `with`. `api` and `kubeconfig` are those of an administrator."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="signaling-cluster."))
        self._processes = []
        self._cloud = None
        self.api = None
        self.kubeconfig = None
        self.version = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self):
        begun = time.monotonic()
        programs, kwok = tools.kubernetes(), tools.kwok()
        # None of these programs can be told to take any.
        client, peer, secure = (ports.reserve() for _ in range(3))
        self._etcd(client, peer)
        self._apiserver(programs["kube-apiserver"], client, secure)
        self._definitions()
        controllers = self._account("system:kube-controller-manager")
        self._run(programs["kube-controller-manager"], f"--kubeconfig={controllers}", "--leader-elect=false", "--secure-port=0",
                  "--use-service-account-credentials", f"--service-account-private-key-file={self.folder / 'accounts.key'}",
                  f"--root-ca-file={self._ca}", "--horizontal-pod-autoscaler-sync-period=1s")
        self._run(programs["kube-scheduler"], f"--kubeconfig={self._account('system:kube-scheduler')}",
                  "--leader-elect=false", "--secure-port=0")
        self._nodes(kwok)
        tools.say(f"Kubernetes {self.version} answers after {time.monotonic() - begun:.0f} s, pods are made up by kwok")

    def _run(self, program, *flags):
        name = pathlib.Path(program).name
        with open(self.folder / f"{name}.log", "wb") as log:
            self._processes.append(subprocess.Popen([program, *flags], stdin=subprocess.DEVNULL, stdout=log,
                                                    stderr=subprocess.STDOUT, cwd=self.folder,
                                                    start_new_session=True))

    def log(self, name, lines=20):
        return "\n".join((self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-lines:])

    def alive(self):
        """A program that has ended fails whatever waits for it."""
        for process in self._processes:
            if process.poll() is not None:
                name = pathlib.Path(process.args[0]).name
                raise AssertionError(f"{name} ended with {process.returncode}:\n{self.log(name)}")

    def until(self, what, condition):
        """Asks `condition` until it has a true value, which is returned. `what` may be a function that says more at the end."""
        end = time.monotonic() + DEADLINE
        while not (value := condition()):
            self.alive()
            if time.monotonic() > end:
                raise AssertionError(f"not after {DEADLINE:.0f} s: {what() if callable(what) else what}")
            time.sleep(0.05)
        return value

    def _etcd(self, client, peer):
        here = f"http://127.0.0.1:{peer}"
        self._run(tools.installed("etcd"), "--name=one", f"--data-dir={self.folder / 'etcd'}", f"--initial-cluster=one={here}",
                  f"--listen-peer-urls={here}", f"--initial-advertise-peer-urls={here}",
                  f"--listen-client-urls=http://127.0.0.1:{client}", f"--advertise-client-urls=http://127.0.0.1:{client}")

    def _apiserver(self, program, etcd, port):
        self._server = f"https://127.0.0.1:{port}"
        self._tokens = {"admin": secrets.token_hex(16), "system:kube-controller-manager": secrets.token_hex(16),
                        "system:kube-scheduler": secrets.token_hex(16)}
        tokens = self.folder / "tokens.csv"
        tokens.touch(0o600)
        tokens.write_text("".join(f"{token},{user},{user}{',system:masters' if user == 'admin' else ''}\n"
                                  for user, token in self._tokens.items()))
        key = self.folder / "accounts.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True, timeout=DEADLINE)
        # Privileged pods are allowed here, so that it is Pod Security admission that refuses them.
        self._run(program, f"--etcd-servers=http://127.0.0.1:{etcd}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
                  f"--secure-port={port}", f"--cert-dir={self.folder / 'certificates'}", f"--token-auth-file={tokens}",
                  "--authorization-mode=RBAC", "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/108",
                  "--allow-privileged", f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
                  "--service-account-issuer=https://kubernetes.default.svc")
        self._ca = self.folder / "certificates" / "apiserver.crt"
        self.until("a certificate of the API server", lambda: self._ca.exists() and self._ca.read_text().count("END CERT") == 2)
        self.kubeconfig = self._account("admin")
        self.api = Api(self._server, self._ca, self._tokens["admin"])
        self.until("the API server is ready", lambda: self.api.answers("/readyz"))
        self.version = self.api.get("/version")["gitVersion"].removeprefix("v")

    def _account(self, user):
        """A kubeconfig."""
        file = self.folder / f"{user.rsplit(':', 1)[-1]}.kubeconfig"
        file.touch(0o600)
        file.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": self._server, "certificate-authority": str(self._ca)}}],
            "users": [{"name": "here", "user": {"token": self._tokens[user]}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}]}))
        return file

    def _definitions(self):
        names = []
        for file in tools.definitions():
            definition = yaml.safe_load(file.read_text())
            self.api.create(definition)
            names.append(definition["metadata"]["name"])

        def established(name):
            found = self.api.object("apiextensions.k8s.io/v1", "CustomResourceDefinition", name)
            conditions = {one["type"]: one["status"] for one in found.get("status", {}).get("conditions") or ()}
            return conditions.get("Established") == "True"

        for name in names:
            self.until(f"{name} is established", lambda name=name: established(name))
        self.api.forget_kinds()

    def _nodes(self, kwok):
        file = self.folder / "stages.yaml"
        file.write_text(yaml.safe_dump_all(nodes.stages()))
        # Without a lease the controllers take every node for lost after 40 s, and its pods with it.
        self._run(kwok, f"--kubeconfig={self.kubeconfig}", f"--config={file}", "--manage-all-nodes", "--node-lease-duration-seconds=40",
                  f"--server-address=127.0.0.1:{ports.reserve()}")
        for node in nodes.nodes():
            self.api.create(node)
            name = node["metadata"]["name"]
            self.until(f"a lease of {name}", lambda name=name: self.api.has(
                "coordination.k8s.io/v1", "Lease", name, "kube-node-lease"))
        # Of its own, so that warnings that it hears are not those of a test.
        self._cloud = nodes.Cloud(Api(self._server, self._ca, self._tokens["admin"]))

    @contextlib.contextmanager
    def silent_nodes(self):
        """Meanwhile no kubelet acts: pods stay as they are, those that are deleted hang in Terminating. Shorter than a node's lease."""
        (kwok,) = [process for process in self._processes if pathlib.Path(process.args[0]).name == "kwok"]
        kwok.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            kwok.send_signal(signal.SIGCONT)

    def namespace(self, name):
        """A new one, in which pods have to be as the Pod Security Standard `restricted` has them."""
        labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
        self.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
        self.until(f"an account of {name}", lambda: self.api.has("v1", "ServiceAccount", "default", name))

    def stop(self):
        if self._cloud:
            self._cloud.stop()
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        if os.environ.get("CLUSTER_KEEP_LOGS"):
            tools.say(f"logs: {self.folder}")
        else:
            shutil.rmtree(self.folder)

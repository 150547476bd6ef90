"""What there is of a cluster beside its control plane, as far as an API server can tell: nodes and what runs on them, which kwok
makes up, and a cloud that gives load balancers their addresses."""

import re
import threading

import tools
import yaml
from api import Refused

NODES = ("node-a", "node-b", "node-c")
# What a pod takes its time for, in ms; enough to be seen by a watch.
READY, GONE = 300, 300
_POD_IP = re.compile(r"^podIP: \{\{ (.*) \| Quote \}\}$", re.MULTILINE)


def _dual_stack(template):
    """A pod's address of IPv6 beside that of IPv4."""
    changed, count = _POD_IP.subn(r'{{ $ip := \1 }}\npodIP: {{ $ip | Quote }}\npodIPs:\n- ip: {{ $ip | Quote }}\n'
                                  r'- ip: {{ printf "fd00::%s" $ip | Quote }}', template)
    if count != 1:
        raise AssertionError("kwok's stage gives a pod its address otherwise")
    return changed


def _hooks_succeed(complete):
    """The stage for pods of a Job, for those of `helm test`."""
    stage = yaml.safe_load(yaml.safe_dump(complete))
    stage["metadata"]["name"] = "hook-complete"
    owner = next(one for one in stage["spec"]["selector"]["matchExpressions"] if "ownerReferences" in one["key"])
    owner.update(key='.metadata.annotations["helm.sh/hook"]', operator="In", values=["test"])
    return stage


def stages():
    """kwok's own, and what is said above."""
    found = {stage["metadata"]["name"]: stage for stage in (yaml.safe_load(file.read_text()) for file in tools.kwok_stages())}
    found["pod-ready"]["spec"]["delay"] = {"durationMilliseconds": READY}
    found["pod-delete"]["spec"]["delay"] = {"durationMilliseconds": GONE}
    following = found["pod-ready"]["spec"]["next"]
    following["statusTemplate"] = _dual_stack(following["statusTemplate"])
    return [*found.values(), _hooks_succeed(found["pod-complete"])]


def nodes():
    """A zone each."""
    return [{"apiVersion": "v1", "kind": "Node",
             "metadata": {"name": name, "labels": {
                 "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                 "topology.kubernetes.io/zone": f"zone-{number}"}},
             "status": {"allocatable": {"cpu": "64", "memory": "256Gi", "pods": "110"}}} for number, name in enumerate(NODES)]


class Cloud:
    """Gives each Service of type LoadBalancer an address, as long as it runs."""

    def __init__(self, api):
        self._api = api
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        while not self._stop.wait(0.2):
            try:
                for one in self._api.list("v1", "Service"):
                    if one["spec"]["type"] == "LoadBalancer" and not one["status"]["loadBalancer"]:
                        self._api.patch("v1", "Service", one["metadata"]["name"], {"status": {"loadBalancer": {
                            "ingress": [{"ip": "192.0.2.80"}]}}}, one["metadata"]["namespace"], "status")
            except (Refused, OSError):
                pass  # it is gone by now, or the server is

    def stop(self):
        self._stop.set()
        self._thread.join()

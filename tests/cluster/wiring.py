"""Whether what a chart has made refers to each other: asked of the cluster, not read off the rendering."""

import tools  # noqa: F401  has the way to the next one

import chart

JOBS = {"signaling-gateway", "signaling-service"}


def _container_ports(pod):
    return {port["name"] for container in pod["spec"]["containers"] for port in container.get("ports", ()) if "name" in port}


def _service_ports(service):
    return {port["name"] for port in service["spec"]["ports"] if "name" in port}


class Wiring:
    """Of a release. Each check says how many objects it looked at."""

    def __init__(self, cluster, namespace):
        self._cluster = cluster
        self._api = cluster.api
        self._namespace = namespace

    def list(self, group, kind):
        return self._api.list(group, kind, self._namespace)

    def pods(self, labels):
        """Those that serve: not ended, not ending."""
        return [pod for pod in self.list("v1", "Pod") if labels.items() <= pod["metadata"].get("labels", {}).items()
                and "deletionTimestamp" not in pod["metadata"] and pod["status"]["phase"] not in ("Succeeded", "Failed")]

    def services(self):
        """Every port of each Service leads to every pod that it selects, and to one at least."""
        found = self.list("v1", "Service")
        for service in found:
            name = service["metadata"]["name"]

            def reached(service=service, name=name):
                slices = [one for one in self.list("discovery.k8s.io/v1", "EndpointSlice")
                          if one["metadata"]["labels"].get("kubernetes.io/service-name") == name]
                pods = {pod["metadata"]["name"] for pod in self.pods(service["spec"]["selector"])}
                ready = {end["targetRef"]["name"] for one in slices for end in one["endpoints"] or () if end["conditions"]["ready"]}
                ports = {port.get("name") or None for one in slices for port in one["ports"] or ()}
                return pods and ready == pods and ports == {port.get("name") for port in service["spec"]["ports"]}

            self._cluster.until(f"all ports of Service {name} lead to its pods", reached)
        return len(found)

    def backends(self):
        """Every rule of a route or an Ingress leads to a port that its Service has."""
        ports = {one["metadata"]["name"]: {port[key] for port in one["spec"]["ports"] for key in ("name", "port") if key in port}
                 for one in self.list("v1", "Service")}
        used = [(kind, ref["name"], ref["port"]) for kind in ("HTTPRoute", "GRPCRoute")
                for one in self.list("gateway.networking.k8s.io/v1", kind) for rule in one["spec"]["rules"]
                for ref in rule.get("backendRefs", ())]
        for one in self.list("networking.k8s.io/v1", "Ingress"):
            for rule in one["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    service = path["backend"]["service"]
                    used.append(("Ingress", service["name"], next(iter(service["port"].values()))))
        for kind, name, port in used:
            if port not in ports.get(name, ()):
                raise AssertionError(f"{kind} leads to port {port} of Service {name}; there is {ports}")
        return len(used)

    def disruption_budgets(self):
        """Each counts the pods that it selects, and lets one go, or it would keep nodes from being drained."""
        found = self.list("policy/v1", "PodDisruptionBudget")
        for one in found:
            name, selector = one["metadata"]["name"], one["spec"]["selector"]["matchLabels"]

            def status(name=name):
                return self._api.object("policy/v1", "PodDisruptionBudget", name, self._namespace).get("status", {})

            def counted(selector=selector, status=status):
                pods, now = len(self.pods(selector)), status()
                return pods and now.get("expectedPods") == pods and now["disruptionsAllowed"] >= 1

            self._cluster.until(lambda name=name, status=status: f"PodDisruptionBudget {name} counts its pods and lets one go: "
                                f"{status()}", counted)
        return len(found)

    def autoscalers(self):
        """Each finds what it scales, and holds its minimum."""
        found = self.list("autoscaling/v2", "HorizontalPodAutoscaler")
        for one in found:
            name, least = one["metadata"]["name"], one["spec"]["minReplicas"]

            def able(name=name, least=least):
                status = self._api.object("autoscaling/v2", "HorizontalPodAutoscaler", name, self._namespace).get("status", {})
                conditions = {one["type"]: one["status"] for one in status.get("conditions") or ()}
                return conditions.get("AbleToScale") == "True" and status.get("currentReplicas", 0) >= least

            self._cluster.until(f"HorizontalPodAutoscaler {name} scales its Deployment to {least}", able)
        return len(found)

    def monitors(self):
        """Each finds its port at both processes, in one Service or at all their pods, with the label that its jobs are called by."""
        checked = 0
        for kind, ends, of in (("ServiceMonitor", "endpoints", "Service"), ("PodMonitor", "podMetricsEndpoints", "Pod")):
            for one in self._api.list("monitoring.coreos.com/v1", kind):
                if self._namespace not in one["spec"]["namespaceSelector"]["matchNames"]:
                    continue
                for end in one["spec"][ends]:
                    targets = [target["metadata"] for target in self.list("v1", of)
                               if chart.selected(one["spec"]["selector"], target["metadata"].get("labels", {}))
                               and end["port"] in (_container_ports(target) if of == "Pod" else _service_ports(target))]
                    jobs = [target["labels"][one["spec"]["jobLabel"]] for target in targets]
                    if set(jobs) != JOBS or of == "Service" and len(jobs) != len(JOBS):
                        raise AssertionError(f"{kind} {one['metadata']['name']} scrapes {jobs}")
                checked += 1
        return checked

    def network_policies(self):
        """Each selects pods, and every port that it lets in by name is one of theirs."""
        found = self.list("networking.k8s.io/v1", "NetworkPolicy")
        for one in found:
            pods = self.pods(one["spec"]["podSelector"]["matchLabels"])
            if not pods:
                raise AssertionError(f"NetworkPolicy {one['metadata']['name']} selects no pod")
            named = {port["port"] for rule in one["spec"].get("ingress", ()) for port in rule.get("ports", ())
                     if isinstance(port.get("port"), str)}
            for pod in pods:
                if named - _container_ports(pod):
                    raise AssertionError(f"NetworkPolicy {one['metadata']['name']} lets in {named}, a pod has {_container_ports(pod)}")
        return len(found)

    def check(self):
        """{what: how many}."""
        return {check.__name__: check() for check in (self.services, self.backends, self.disruption_budgets, self.autoscalers,
                                                      self.monitors, self.network_policies)}

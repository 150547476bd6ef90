"""A client of the Kubernetes API that sends an object as it is written, and hears every warning of the server."""

import json
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT = 60.0  # seconds
# Kinds that live on their own, beside whoever uses a cluster.
_FLEETING = {"Event", "Lease", "ComponentStatus"}
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class Refused(Exception):
    """An answer that is an error. `status` is its HTTP status, `message` the server's own."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class Api:
    """As one user. `warnings` are those of all answers since it was emptied."""

    def __init__(self, server, ca, token):
        self._server = server
        self._token = token
        handler = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca))
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), handler)
        self._kinds = {}
        self.warnings = []

    def _open(self, method, path, body=None, content="application/json", query=None):
        address = f"{self._server}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", "Content-Type": content}
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        request = urllib.request.Request(address, body and body.encode(), headers, method=method)
        try:
            answer = self._opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            self._hear(error)
            text = error.read().decode()
            try:
                text = json.loads(text)["message"]
            except (ValueError, KeyError, TypeError):
                pass
            raise Refused(error.code, text) from None
        self._hear(answer)
        return answer

    def _hear(self, answer):
        for header in answer.headers.get_all("Warning", ()):
            self.warnings += _WARNING.findall(header) or [header]

    def get(self, path, query=None):
        with self._open("GET", path, query=query) as answer:
            return json.load(answer)

    def answers(self, path):
        try:
            with self._open("GET", path):
                return True
        except (Refused, OSError):
            return False

    # Kinds

    def forget_kinds(self):
        self._kinds.clear()

    def groups(self):
        """Every group and version that the server prefers."""
        return ["v1", *(group["preferredVersion"]["groupVersion"] for group in self.get("/apis")["groups"])]

    def _resources(self, group):
        if group not in self._kinds:
            path = f"/api/{group}" if group == "v1" else f"/apis/{group}"
            self._kinds[group] = {one["kind"]: one for one in self.get(path)["resources"] if "/" not in one["name"]
                                  and "list" in one["verbs"]}
        return self._kinds[group]

    def path(self, group, kind, namespace=None, name=None):
        try:
            resource = self._resources(group)[kind]
        except (KeyError, Refused):
            raise Refused(404, f"the server has no {kind} of {group}") from None
        parts = ["/api" if group == "v1" else "/apis", group]
        if resource["namespaced"] and namespace:
            parts += ["namespaces", namespace]
        return "/".join([*parts, resource["name"], *([name] if name else [])])

    # Objects

    def create(self, written, namespace=None, dry_run=False, like=None):
        """An object, or the YAML text of one, which is sent as it is: so the server sees keys that are there twice. Unknown and
        doubled fields are errors. `like` tells of a text what it is."""
        known = like or written
        query = {"fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
        path = self.path(known["apiVersion"], known["kind"], known["metadata"].get("namespace", namespace))
        content = "application/yaml" if isinstance(written, str) else "application/json"
        with self._open("POST", path, written, content, query) as answer:
            return json.load(answer)

    def object(self, group, kind, name, namespace=None):
        return self.get(self.path(group, kind, namespace, name))

    def has(self, group, kind, name, namespace=None):
        try:
            return bool(self.object(group, kind, name, namespace))
        except Refused as refused:
            if refused.status == 404:
                return False
            raise

    def list(self, group, kind, namespace=None, **query):
        return self.get(self.path(group, kind, namespace), query)["items"]

    def patch(self, group, kind, name, change, namespace=None, part=""):
        path = self.path(group, kind, namespace, name) + (f"/{part}" if part else "")
        with self._open("PATCH", path, change, "application/merge-patch+json") as answer:
            return json.load(answer)

    def delete(self, group, kind, name, namespace=None):
        with self._open("DELETE", self.path(group, kind, namespace, name)) as answer:
            return json.load(answer)

    def evict(self, name, namespace):
        """As whoever drains a node does."""
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
        with self._open("POST", f"{self.path('v1', 'Pod', namespace, name)}/eviction", body) as answer:
            return json.load(answer)

    def watch(self, group, kind, namespace, version, seconds, **query):
        """(type, object) of each change since a resource version."""
        query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": seconds, **query}
        with self._open("GET", self.path(group, kind, namespace), query=query) as answer:
            for line in answer:
                change = json.loads(line)
                yield change["type"], change["object"]

    def everything(self):
        """Of every object of every kind: (kind, namespace, name)."""
        return {(kind, one["metadata"].get("namespace"), one["metadata"]["name"])
                for group in self.groups() for kind in self._resources(group) if kind not in _FLEETING
                for one in self.list(group, kind)}

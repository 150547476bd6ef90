"""The files that a rendering's pods get, made on this machine: a configuration file for the real binaries, and real keys, certificates and tokens
where Secrets would be mounted."""

import pathlib

import chart
import flags
import yaml

import authority  # of tests/integration, as what follows
import tokens

SECRETS = "/run/signaling/"


class Mounted:
    """Of one rendering, in a folder; `names` are those that certificates of servers are for."""

    def __init__(self, folder, rendering, names="IP:127.0.0.1"):
        self._folder = pathlib.Path(folder)
        self._rendering = rendering
        self.authority = authority.Authority(folder, "authority")
        self._names = names
        self.audience = flags.settings(rendering, chart.SERVICE).get("auth_audience")
        self.key = tokens.Key("one")

    def token(self, sub, **claims):
        return self.key.token(sub, aud=self.audience, **claims)

    def _content(self, name, component):
        """What belongs into the file of a flag."""
        if name == "auth_keys":
            return tokens.jwks(self.key)
        if name == "service_token_file":
            return self.token("gateway", grants=["gateway"])
        if name == "turn_secret_file":
            return "first\nsecond\n"
        if name in ("auth_jwks_ca", "service_ca", "tls_client_ca"):
            return self.authority.cert.read_text()
        raise AssertionError(f"what would be in the file of --{name} of the {component}?")

    def _pair(self, stem):
        return self.authority.sign("client" if stem == "service" else "server",
                                    "DNS:signaling-gateway" if stem == "service" else self._names)

    def config(self, component):
        """The path of the component's configuration file. Each file in it is mounted from a Secret, alone with what belongs to it."""
        settings = dict(flags.settings(self._rendering, component))
        pairs = {}
        for name, path in settings.items():
            if not str(path).startswith(SECRETS):
                continue
            self._check_mounted(component, path)
            file = self._folder / component / path.removeprefix(SECRETS)
            file.parent.mkdir(parents=True, exist_ok=True)
            if name.endswith(("_cert", "_key")):
                stem, kind = name.rsplit("_", 1)
                pair = pairs.setdefault(stem, None) or self._pair(stem)
                pairs[stem] = pair
                file.write_text(pair[kind == "key"].read_text())
            else:
                file.write_text(self._content(name, component))
            settings[name] = str(file)
        file = self._folder / f"{component}.yaml"
        file.write_text(yaml.safe_dump(settings))
        return file

    def _check_mounted(self, component, path):
        """As a whole folder, so that a new Secret reaches the process, readable for its group alone."""
        (deployment,) = (one for one in self._rendering.all("Deployment") if one["metadata"]["name"].endswith(f"-{component}"))
        pod = deployment["spec"]["template"]["spec"]
        folder, file = path.rsplit("/", 1)
        (mount,) = (one for one in pod["containers"][0]["volumeMounts"] if one["mountPath"] == folder)
        if not mount["readOnly"] or "subPath" in mount:
            raise AssertionError(f"{path}: {mount}")
        (secret,) = (one["secret"] for one in pod["volumes"] if one["name"] == mount["name"])
        if secret["defaultMode"] != 0o440 or file not in [item["path"] for item in secret["items"]]:
            raise AssertionError(f"{path}: {secret}")

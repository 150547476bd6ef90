"""Kubernetes' own programs, built from their Go modules at the versions of versions.txt below build/cluster; custom resource
definitions stay in the module cache, where their modules have them.

    tools.py    builds what is missing and says how long each took
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
BUILD = REPOSITORY / "build" / "cluster"
# What the chart's own tests have. Behind this folder, which has files of the same names: rollout_test.
sys.path.append(str(REPOSITORY / "tests" / "chart"))

KUBERNETES = "k8s.io/kubernetes"
KWOK = "sigs.k8s.io/kwok"
# The folder of a module that has its definitions, and those of the kinds that the chart makes.
DEFINITIONS = {
    "sigs.k8s.io/gateway-api": ("config/crd/standard", ("httproutes", "grpcroutes")),
    "github.com/prometheus-operator/prometheus-operator": (
        "example/prometheus-operator-crd", ("servicemonitors", "podmonitors", "prometheusrules")),
}
PROGRAMS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")


def versions():
    """{module: version}; KUBERNETES_VERSION in the environment comes before the file."""
    lines = (HERE / "versions.txt").read_text().splitlines()
    found = dict(line.split() for line in lines if line and not line.startswith("#"))
    found[KUBERNETES] = os.environ.get("KUBERNETES_VERSION", found[KUBERNETES])
    return found


def say(text):
    print(text, file=sys.stderr, flush=True)


def _go(*arguments, cwd):
    done = subprocess.run(["go", *arguments], cwd=cwd, stdout=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"})
    if done.returncode:
        raise SystemExit(f"tools.py: go {' '.join(arguments)} ended with {done.returncode}")
    return done.stdout


def _module(name, version):
    """Where a module's files are, fetched if need be; Go holds them against its checksum database."""
    BUILD.mkdir(parents=True, exist_ok=True)
    return pathlib.Path(json.loads(_go("mod", "download", "-json", f"{name}@v{version}", cwd=BUILD))["Dir"])


def definitions():
    """The files of custom resource definitions: what the chart makes beside Kubernetes' own kinds."""
    files = []
    for module, (folder, names) in DEFINITIONS.items():
        where = _module(module, versions()[module]) / folder
        for name in names:
            found = list(where.glob(f"*_{name}.yaml"))
            if len(found) != 1:
                raise SystemExit(f"tools.py: {module} has {len(found)} definitions of {name} in {folder}")
            files += found
    return files


def kwok_stages():
    """What kwok's own fast set-up does with nodes and pods."""
    stages = _module(KWOK, versions()[KWOK]) / "kustomize" / "stage"
    return [file for folder in ("node/fast", "node/heartbeat-with-lease", "pod/fast")
            for file in sorted((stages / folder).glob("*.yaml")) if file.name != "kustomization.yaml"]


def _kubernetes_module(version, folder):
    """A module that builds what k8s.io/kubernetes builds: its own go.mod, but for the staging modules, which it takes from beside
    itself and which are published as v0.MINOR.PATCH."""
    text = (_module(KUBERNETES, version) / "go.mod").read_text()
    staged = re.findall(r"^\s*(?:replace )?(k8s\.io/\S+) => \./staging/", text, re.MULTILINE)
    staged = staged or re.findall(r"^\s*(k8s\.io/\S+) v0\.0\.0$", text, re.MULTILINE)
    text = re.sub(r"^\s*(?:replace )?\S+ => \./staging/.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^module .*$", "module cluster", text, flags=re.MULTILINE)
    text = re.sub(r"^godebug .*$|^godebug \((?s:.*?)^\)$", "", text, flags=re.MULTILINE)
    text += f"\nrequire {KUBERNETES} v{version}\n"
    text += "".join(f"replace {name} => {name} v0.{version.split('.', 1)[1]}\n" for name in sorted(set(staged)))
    (folder / "go.mod").write_text(text)


def _new_enough():
    """From 1.21 on Go says itself that it is too old, and for what."""
    there = re.match(r"go1\.(\d+)", _go("env", "GOVERSION", cwd=BUILD))
    if there and int(there[1]) < 21:
        raise SystemExit(f"tools.py: {there[0]} is too old; {HERE / 'README.md'} has which is needed")


def _build(folder, package, *flags):
    name = package.rsplit("/", 1)[1]
    target = folder / "bin" / name
    if not target.exists():
        _new_enough()
        begun = time.monotonic()
        say(f"+ go build {package} ({folder.name}; minutes, the first time)")
        _go("build", "-mod=mod", "-buildvcs=false", *flags, "-o", f"{target}.new", package, cwd=folder)
        pathlib.Path(f"{target}.new").rename(target)
        say(f"  {time.monotonic() - begun:.0f} s, {target.stat().st_size >> 20} MiB")
    return target


def _of_kubernetes(name):
    version = versions()[KUBERNETES]
    folder = BUILD / f"kubernetes-{version}"
    if not (folder / "bin" / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        _kubernetes_module(version, folder)
    # Without these a program says v0.0.0, and no chart's kubeVersion lets that pass.
    major, minor, _ = version.split(".")
    said = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor}
    stamp = " ".join(f"-X k8s.io/{where}/version.{name}={value}" for where in ("component-base", "client-go/pkg")
                     for name, value in said.items())
    return _build(folder, f"{KUBERNETES}/cmd/{name}", f"-ldflags=-s -w {stamp}")


def kubernetes():
    """{program: path}, of the version wanted."""
    return {name: _of_kubernetes(name) for name in PROGRAMS}


def kubectl():
    """Of the same version; for those who need it."""
    return _of_kubernetes("kubectl")


def kwok():
    version = versions()[KWOK]
    folder = BUILD / f"kwok-{version}"
    if not (folder / "bin" / "kwok").exists():
        folder.mkdir(parents=True, exist_ok=True)
        text = (_module(KWOK, version) / "go.mod").read_text()
        text = re.sub(r"^module .*$", "module cluster", text, flags=re.MULTILINE)
        (folder / "go.mod").write_text(f"{text}\nrequire {KWOK} v{version}\n")
    return _build(folder, f"{KWOK}/cmd/kwok", "-ldflags=-s -w")


def installed(name):
    """A program of the distribution."""
    path = shutil.which(name)
    if not path:
        raise SystemExit(f"tools.py: there is no {name}")
    return pathlib.Path(path)


def helm():
    """The program that the tests of the chart use."""
    program = REPOSITORY / "tests" / "tools" / "helm"
    subprocess.run([program], check=True)
    return program


if __name__ == "__main__":
    helm()
    kubernetes()
    kwok()
    definitions()

"""Our images, run by podman as a cluster would run them: as nobody, without capabilities, on a root that cannot be written to."""

import itertools
import json
import os
import subprocess
import sys

import process

TAG = os.environ.get("SIGNALING_TAG", "test")
IMAGES = ("signaling-service", "signaling-gateway", "signaling")
# `restricted` of Kubernetes, and a root that is read only; no tmpfs in its stead.
HARDENED = ("--read-only", "--read-only-tmpfs=false", "--user=65532:65532", "--cap-drop=ALL", "--security-opt=no-new-privileges")
# Below what podman asks for by itself, which not every machine grants.
LIMITS = ("--ulimit=nofile=20000:20000", "--ulimit=nproc=10000:10000", "--cgroups=disabled")

_numbers = itertools.count()


def _engine():
    """podman. It wants either a cgroup hierarchy of version 2 or a whole one of version 1: on a machine that has both it is shown
    version 2, in a mount namespace of its own."""
    kind = subprocess.run(("stat", "-fc", "%T", "/sys/fs/cgroup"), capture_output=True, text=True, check=True).stdout.strip()
    if kind == "cgroup2fs":
        return ("podman",)
    script = 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec podman "$@"'
    return ("unshare", "-m", "sh", "-c", script, "podman")


ENGINE = _engine()


def reference(image, tag=None):
    return f"localhost/{image}:{tag or TAG}"


def command(image, *args, tag=None, entrypoint=None, options=(), network="host"):
    """That of a container which is gone when it has ended. It has its ports on this machine's loopback."""
    over = () if entrypoint is None else (f"--entrypoint={entrypoint}",)
    return [*ENGINE, "run", "--rm", f"--network={network}", *LIMITS, *HARDENED, *over, *options, reference(image, tag), *args]


def run(image, *args, seconds=60, options=(), **more):
    """One that ends by itself: a subprocess.CompletedProcess."""
    name = fresh_name()
    try:
        return subprocess.run(command(image, *args, options=(f"--name={name}", *options), **more), capture_output=True, text=True,
                              timeout=seconds, check=False)
    except BaseException:
        remove(name)  # without its podman it would go on
        raise


def says(image, *args, **options):
    """Its standard output, where it ends well."""
    done = run(image, *args, **options)
    if done.returncode != 0:
        raise AssertionError(f"{image} {args}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def shell(image, script, options=()):
    """What a line of the shell says in this image: to look at the image, not at how it runs."""
    return says(image, "-c", script, entrypoint="/bin/sh", options=options)


def signalctl(*args, seconds=60, options=()):
    """The one of the gateway's image."""
    return run("signaling-gateway", *args, seconds=seconds, entrypoint="/usr/bin/signalctl", options=options)


def inspect(image):
    found = subprocess.run(("podman", "image", "inspect", reference(image)), capture_output=True, text=True, check=True)
    return json.loads(found.stdout)[0]


def fresh_name():
    return f"signaling-test-{os.getpid()}-{next(_numbers)}"


def remove(name):
    """Also where it is gone already."""
    subprocess.run(("podman", "rm", "--force", "--time=0", name), capture_output=True, check=False)


class Container(process.Process):
    """One of our processes in its own image. podman hands signals on, and the exit code back; SIGKILL is the container's."""

    def __init__(self, name, *flags, tag=None, options=()):
        self.container = fresh_name()
        self._tag, self._options = tag, options
        has_file = any(flag.startswith("--config") for flag in flags)
        super().__init__(name, *flags, *(() if has_file else ("--log_level=debug", "--rate_limits=off")))

    def command(self, name, flags):
        return command(name, *flags, tag=self._tag, options=(f"--name={self.container}", *self._options))

    def kill(self):
        remove(self.container)
        super().kill()

    def changes(self):
        """What is different in its file system from the image."""
        found = subprocess.run(("podman", "diff", self.container), capture_output=True, text=True, check=True)
        return found.stdout.split("\n")[:-1]


def main():
    import harness  # pylint: disable=import-outside-toplevel  # what uses this file alone needs none of its packages

    harness.stay_on_this_machine()
    if os.geteuid() != 0:
        sys.exit("containers: as root, since the images are built and run as root's")
    harness.main()

#!/usr/bin/python3
"""Puts each mutation into a copy of the tree, builds it, and expects 20 kills to fail.

    tests/chaos/mutations/run.py [NAME..]

Run by hand: it takes minutes a mutation. The copy is that of HEAD, in a folder that is removed at the end. Exit code 0 only if
every mutation was caught, and the tree without any was not.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

from mutations import MUTATIONS

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Of npm, which the sessions of the JavaScript library need, and which are in no commit.
PACKAGES = "tests/clients/js/node_modules"
# A mutation may need its moment: so often it is tried, with other seeds.
SEEDS = (1, 2)


def sh(*command, **options):
    return subprocess.run(command, check=True, **options)


def mutate(tree, edits):
    """Fails where one of them has nothing, or more than one thing, to change."""
    for name, old, new in edits:
        path = tree / name
        text = path.read_text()
        if text.count(old) != 1:
            raise SystemExit(f"{name} has {text.count(old)} times, and should have once:\n{old}")
        path.write_text(text.replace(old, new))


def build(tree):
    with open(tree / "build.log", "w", encoding="utf-8") as log:
        sh("cmake", "--preset", "ci", "--log-level=WARNING", cwd=tree, stdout=log, stderr=log)
        sh("cmake", "--build", "--preset", "ci", "--target", "signaling-service", "signaling-gateway",
           cwd=tree, stdout=log, stderr=log)


def chaos(tree, seed):
    """The output where it failed, else nothing."""
    done = subprocess.run(
        ["/usr/bin/python3", "-B", tree / "tests/chaos/chaos.py", "--kills=20", f"--seed={seed}"],
        env={**os.environ, "SIGNALING_BIN_DIR": str(tree / "build/ci/bin")}, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr) if done.returncode else ""


def first_fault(output):
    lines = [line for line in output.splitlines() if line.startswith("FAULT")]
    return lines[0] if lines else output.strip().splitlines()[-1]


def attempt(tree, name, edits):
    """Whether it came out as it should."""
    sh("git", "checkout", "--quiet", "--", ".", cwd=tree)
    mutate(tree, edits)
    build(tree)
    for seed in SEEDS:
        output = chaos(tree, seed)
        if output:
            kills = sum(line.startswith("kill ") for line in output.splitlines())
            print(f"{name}: caught with seed {seed} after {kills} kills: {first_fault(output)}", flush=True)
            return bool(edits)
    print(f"{name}: {'NOT CAUGHT' if edits else 'nothing to be caught'} with {len(SEEDS)} seeds", flush=True)
    return not edits


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MUTATIONS))
    names = parser.parse_args().names or list(MUTATIONS)
    good = True
    with tempfile.TemporaryDirectory(prefix="signaling-mutations-") as folder:
        tree = pathlib.Path(folder) / "tree"
        sh("git", "worktree", "add", "--quiet", "--detach", tree, "HEAD", cwd=ROOT)
        try:
            (tree / PACKAGES).symlink_to(ROOT / PACKAGES)
            good &= attempt(tree, "(none)", [])
            for name in names:
                good &= attempt(tree, name, MUTATIONS[name][1])
        finally:
            sh("git", "worktree", "remove", "--force", tree, cwd=ROOT)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

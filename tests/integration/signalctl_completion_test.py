"""The completion scripts of signalctl, in the shells that they are for."""

import os
import pathlib
import pty
import select
import subprocess
import tempfile
import time
import unittest

import harness
from signalctl import Signalctl

# (typed, what the shell offers for the last word)
OFFERED = (
    ("signalctl ro", {"rooms"}),
    ("signalctl rooms ", {"list", "get", "create", "update", "delete"}),
    ("signalctl rooms cr", {"create"}),
    ("signalctl -o json participants ", {"list", "kick"}),
    ("signalctl --output json rooms l", {"list"}),
    ("signalctl rooms create --media ", {"any", "audio"}),
    ("signalctl rooms create r --media au", {"audio"}),
    ("signalctl rooms create --max", {"--max-participants"}),
    ("signalctl sessions list -o ", {"table", "json"}),
    ("signalctl completion ", {"bash", "zsh", "fish"}),
    ("signalctl token create --alg Ed", {"EdDSA"}),
    ("signalctl rooms update r --no-l", {"--no-locked"}),
)

# Typed with a tab behind it, it becomes a line.
BECOMES = (
    ("signalctl ro", "rooms"),
    ("signalctl rooms del", "rooms delete"),
    ("signalctl sessions list --out", "sessions list --output"),
    ("signalctl rooms create --media au", "rooms create --media audio"),
    ("signalctl rooms list --output=js", "rooms list --output=json"),
    ("signalctl rooms list --ca a_cert", "rooms list --ca a_certificate.pem"),
    ("signalctl token check a_cert", "token check a_certificate.pem"),
)


class CompletionTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "a_certificate.pem").touch()
        self.env = {"PATH": os.environ["PATH"], "HOME": folder.name, "TERM": "dumb", "LC_ALL": "C.UTF-8"}

    def script(self, shell):
        done = Signalctl().run("completion", shell)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        path = self.folder / f"completion.{shell}"
        path.write_text(done.stdout)
        return path

    def run_shell(self, *command):
        done = subprocess.run([str(word) for word in command], env=self.env, cwd=self.folder, capture_output=True,
                              text=True, timeout=harness.DEADLINE, check=False)
        self.assertEqual(done.stderr, "")
        return done.stdout.split("\n")[:-1]

    def typed(self, command, setup, line):
        """What an interactive shell runs after `line`, a tab and enter."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe(command[0], command, self.env)
        try:
            self._talk(terminal, setup + " && echo REA''DY\n", "READY")
            said = self._talk(terminal, line + "\t\n", "</ran>")
            return said.split("<ran>")[-1].split("</ran>")[0].strip()
        finally:
            os.close(terminal)
            os.waitpid(pid, 0)

    def _talk(self, terminal, text, until):
        """Writes, and reads until that was said."""
        os.write(terminal, text.encode())
        said, end = "", time.monotonic() + harness.DEADLINE
        while until not in said:
            if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"{until!r} was not said, but {said!r}")
            said += os.read(terminal, 65536).decode(errors="replace")
        return said

    def test_bash(self):
        script = self.script("bash")
        # `complete -F` as bash itself calls it: the words, which one the cursor is in, and what became of COMPREPLY.
        ask = f'source {script}; complete -p signalctl >/dev/null; compopt() {{ :; }}; COMP_WORDS=("$@"); ' \
              'COMP_CWORD=$(($# - 1)); _signalctl; printf "%s\\n" "${COMPREPLY[@]}"'
        for line, words in OFFERED:
            with self.subTest(line):
                self.assertEqual(set(self.run_shell("bash", "--norc", "-c", ask, "bash", *line.split(" "))), words)
        for line, becomes in BECOMES:
            with self.subTest(line):
                self.assertEqual(self.typed(
                    ["bash", "--norc", "--noprofile", "-i"],
                    f"source {script}; signalctl() {{ echo \"<ra\"\"n>$*</ra\"\"n>\"; }}", line), becomes)

    def test_zsh(self):
        script = self.script("zsh")
        for line, becomes in BECOMES:
            with self.subTest(line):
                self.assertEqual(self.typed(
                    ["zsh", "-f", "-i"],
                    f"autoload -U compinit; compinit -u -D; source {script}; "
                    "signalctl() { echo \"<ra\"\"n>$*</ra\"\"n>\" }", line), becomes)

    def test_fish(self):
        script = self.script("fish")
        for line, words in OFFERED:
            with self.subTest(line):
                offered = self.run_shell("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'")
                # fish 4 adds what has the letters somewhere.
                begun = line.split(" ")[-1]
                self.assertEqual({word.split("\t")[0] for word in offered if word.startswith(begun)}, words)

    def test_every_command_is_offered_by_bash(self):
        """The words are those that the help has."""
        script = self.script("bash")
        done = Signalctl().run("--help")
        names = {line.split()[0] for line in done.stdout.split("Commands:\n")[1].split("\n\n")[0].splitlines()}
        ask = f'source {script}; COMP_WORDS=(signalctl ""); COMP_CWORD=1; _signalctl; printf "%s\\n" "${{COMPREPLY[@]}}"'
        self.assertEqual(set(self.run_shell("bash", "--norc", "-c", ask)), names)


if __name__ == "__main__":
    harness.main()

"""signalctl as a process, and what tests ask of its reports."""

import json
import os
import pathlib
import subprocess
import unittest

from process import DEADLINE


def run(*arguments, env=None):
    """signalctl to its end: the CompletedProcess."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIGNALCTL_")}
    return subprocess.run([pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / "signalctl", *map(str, arguments)],
                          capture_output=True, text=True, timeout=3 * DEADLINE, check=False,
                          env={**environment, **(env or {})})


class Signalctl(unittest.TestCase):
    """What all tests here ask of a doctor's report."""

    def doctor(self, url, *options, expect):
        """The report, by step: {name of the check: check}."""
        done = run("doctor", url, "-o", "json", *options)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["ok"], expect == 0)
        self.assertEqual([step["step"] for step in report["steps"]], [1, 2, 3, 4, 5])
        for step in report["steps"]:
            for check in step["checks"]:
                if check["outcome"] == "failed":
                    self.assertTrue(check["meaning"] and check["next"], check)
        self.failed = [(step["step"], check["name"]) for step in report["steps"] for check in step["checks"]
                       if check["outcome"] == "failed"]
        return {step["step"]: {check["name"]: check for check in step["checks"]} for step in report["steps"]}

    def assert_fails(self, url, step, name, words, *options):
        """Exactly this check fails, and says this: in the report, and for people."""
        check = self.doctor(url, *options, expect=1)[step][name]
        self.assertEqual(self.failed, [(step, name)])
        self.assertIn(words, check["detail"] + " " + check["meaning"])
        text = run("doctor", url, *options)
        self.assertEqual(text.returncode, 1)
        self.assertIn(words, text.stdout)
        self.assertIn(f"failed: step {step}", text.stdout)
        self.assertNotIn("\x1b", text.stdout)

    def assert_call_fails(self, url, step, words, *options):
        done = run("call", url, "-o", "json", *options)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        call = json.loads(done.stdout)
        self.assertFalse(call["ok"])
        self.assertEqual(call["failed_step"], step)
        self.assertIn(words, f"{call['what']} {call['meaning']}")
        self.assertTrue(call["next"])

    def assert_call(self, url, *options):
        done = run("call", url, "-o", "json", *options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        call = json.loads(done.stdout)
        self.assertTrue(call["ok"])
        self.assertGreater(call["setup_ms"], 0)
        self.assertGreater(call["total_ms"], call["setup_ms"])
        return call

"""A real Prometheus that scrapes the real processes and judges deploy/prometheus/alerts.yaml, for the tests beside this file.

Time is shortened: it scrapes every 400 ms, a range of a minute is one of a second, an hour and a day are SHORT below, and what has to
last (`for`) lasts 2 s. Nothing else of an expression changes, which `shortened` checks.
"""

import asyncio
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "tests" / "integration"))

import harness  # noqa: E402  pylint: disable=wrong-import-position

import yaml  # noqa: E402  pylint: disable=wrong-import-position

RULES = REPOSITORY / "deploy" / "prometheus" / "alerts.yaml"
DEADLINE = 60.0  # seconds for what Prometheus has to see: some scrapes, a range and a `for`
SCRAPE = "400ms"
FOR = "2s"
SHORT = {"m": 1, "h": 6, "d": 15}  # seconds

_DURATION = re.compile(r"(?<=\[)(\d+)([mhd])(?=\])|(?<=offset )(\d+)([mhd])\b")
_FOR = re.compile(r"^( +for: )\d+[mhd]$", re.MULTILINE)


def alerts(text=None):
    """The alerts of a rules file, {name: rule}."""
    rules = [rule for group in yaml.safe_load(text or RULES.read_text())["groups"] for rule in group["rules"]]
    return {rule["alert"]: rule for rule in rules}


def shortened(text):
    """The rules with short times, and nothing else changed."""
    def short(match):
        number, unit = (part for part in match.groups() if part)
        return f"{int(number) * SHORT[unit]}s"

    changed = _FOR.sub(rf"\g<1>{FOR}", _DURATION.sub(short, text))
    blank = re.compile(r"(?<=\[)\d+\w(?=\])|(?<=offset )\d+\w\b")
    before, after = alerts(text), alerts(changed)
    for name, rule in before.items():
        if blank.sub("", rule["expr"]) != blank.sub("", after[name]["expr"]):
            raise AssertionError(f"{name}: more than its times was changed")
        if {**rule, "expr": "", "for": ""} != {**after[name], "expr": "", "for": ""} or "for" in after[name] and after[name]["for"] != FOR:
            raise AssertionError(f"{name}: more than its times was changed")
        if blank.findall(rule["expr"]) and rule["expr"] == after[name]["expr"]:
            raise AssertionError(f"{name}: its ranges are as long as before")
    return changed


def _seconds(text):
    """A time of the API, as RFC 3339 has it, since the epoch."""
    whole, fraction, zone = re.fullmatch(r"([^.Z+]+)(\.\d+)?(Z|[+-]\d\d:\d\d)", text).groups()
    return datetime.datetime.fromisoformat(whole + zone.replace("Z", "+00:00")).timestamp() + float(fraction or 0)


class Prometheus:
    """Scrapes `targets`, {job: [port]}, with the shortened rules. Blocking."""

    def __init__(self, targets):
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        (folder / "alerts.yaml").write_text(shortened(RULES.read_text()))
        config = {
            "global": {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": SCRAPE,
                       "external_labels": {"runbooks": "https://runbooks.example.org"}},
            "rule_files": [str(folder / "alerts.yaml")],
            "scrape_configs": [
                {"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in ports]}]}
                for job, ports in targets.items()],
        }
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
        program = shutil.which("prometheus")
        if program is None:
            raise AssertionError("prometheus is needed: package prometheus")
        self._log = (folder / "log").open("w+")
        self._process = subprocess.Popen(
            [program, f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data",
             "--web.listen-address=127.0.0.1:0", "--scrape.discovery-reload-interval=100ms"], stdout=self._log, stderr=subprocess.STDOUT)
        self._url = f"http://{self._address()}"
        self._complete = None  # when all targets had answered, seconds since the epoch
        self._targets = sum(len(ports) for ports in targets.values())

    def _address(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and self._process.poll() is None:
            found = re.search(r'msg="Listening on" address=([\d.:]+)', self.log())
            if found:
                return found.group(1)
            time.sleep(0.02)
        raise AssertionError(f"Prometheus does not listen:\n{self.log()}")

    def log(self):
        return pathlib.Path(self._log.name).read_text()

    def stop(self):
        self._process.terminate()
        code = self._process.wait(timeout=DEADLINE)
        self._log.close()
        self._folder.cleanup()
        if code != 0:
            raise AssertionError(f"Prometheus ended with {code}")

    def get(self, path, **arguments):
        """The data of an API call; an error is an AssertionError with what Prometheus says."""
        try:
            with urllib.request.urlopen(
                    f"{self._url}/api/v1/{path}?{urllib.parse.urlencode(arguments)}", timeout=DEADLINE) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} {arguments}: {error.read().decode()}") from error

    def query(self, expression):
        """The samples that an expression gives now, [(labels, value)]."""
        data = self.get("query", query=expression)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(one["metric"], float(one["value"][1])) for one in data["result"]]

    def _ready(self):
        try:
            with urllib.request.urlopen(f"{self._url}/-/ready", timeout=DEADLINE):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return False

    def rules(self):
        return [rule for group in self.get("rules")["groups"] for rule in group["rules"]]

    def firing(self, name):
        return [alert for alert in self.get("alerts")["alerts"]
                if alert["labels"]["alertname"] == name and alert["state"] == "firing"]

    def settled(self):
        """It is ready, all targets answer, and each rule has been judged since then: it finds targets some seconds after its start."""
        if not self._ready():
            return False
        if self._complete is None:
            up = self.query("up")
            if len(up) == self._targets and all(value == 1 for _, value in up):
                self._complete = time.time()
            return False
        return all(rule["health"] == "ok" and _seconds(rule["lastEvaluation"]) > self._complete for rule in self.rules())


class Watching:
    """What a test with a Prometheus can do. Of a unittest.IsolatedAsyncioTestCase."""

    async def watch(self, *processes):
        """A Prometheus of the test's own, which has not seen what other tests did."""
        targets = {}
        for process in processes:
            targets.setdefault(process.name, []).append(process.internal_port)
        prometheus = await asyncio.to_thread(Prometheus, targets)
        self.addAsyncCleanup(asyncio.to_thread, prometheus.stop)
        await self.until(prometheus.settled, "Prometheus sees everything")
        return prometheus

    async def until(self, check, what, meanwhile=None):
        """Waits until `check()`, which may block, is true, and does `meanwhile()` again and again."""
        end = time.monotonic() + DEADLINE
        while not await asyncio.to_thread(check):
            if time.monotonic() > end:
                raise AssertionError(f"not within {DEADLINE} s: {what}")
            if meanwhile is not None:
                await meanwhile()
            await asyncio.sleep(0.05)

    async def expect_quiet(self, *names):
        for name in names:
            self.assertEqual(await asyncio.to_thread(self.prometheus.firing, name), [], f"{name} fires without a cause")

    async def expect_firing(self, name, again=None, **labels):
        """It comes, with these labels and all that it says filled in; `again()` keeps the cause up meanwhile. What reaches one process may
        reach another one before."""
        labels["severity"] = alerts()[name]["labels"]["severity"]
        found = []

        def fires():
            found[:] = self.prometheus.firing(name)
            return any(labels.items() <= alert["labels"].items() for alert in found)

        await self.until(fires, f"{name} fires with {labels}", again)
        for alert in found:
            for text in alert["annotations"].values():
                self.assertRegex(text, r"^[^ <{][^<{]+$")
            self.assertEqual(alert["annotations"]["runbook_url"], f"https://runbooks.example.org/{name}.md")

    async def fires(self, name, cause=None, again=None, **labels):
        """`cause()`, and then `again()` and again, make the alert fire; before it did not."""
        await self.expect_quiet(name)
        if cause is not None:
            await cause()
        await self.expect_firing(name, again, **labels)


class Live(Watching, harness.Stack):
    """A test with a service, a gateway, and a Prometheus that sees both."""

    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.prometheus = await self.watch(self.gateway, self.service)


def instance(process):
    """What Prometheus calls it."""
    return f"127.0.0.1:{process.internal_port}"


main = harness.main

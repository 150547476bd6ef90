"""A real Prometheus sees busy processes: alerts are judged without an error, whatever they ask for is there, and the queries of the
pages can be copied."""

import os
import pathlib
import re
import subprocess

import busy
import monitoring

# What may be missing, and why.
EMPTY = {
    'grpc_server_handled_total{grpc_code=~"Internal|Unknown|DataLoss"}': "codes of gRPC but OK begin when they first occur",
}

DOCS = monitoring.REPOSITORY / "docs"
PAGES = (*sorted((DOCS / "runbooks").glob("*.md")), DOCS / "troubleshooting.md", DOCS / "metrics.md")
# What a line to copy may begin with; any other is a query.
PROGRAMS = {"curl", "jq", "ls", "openssl", "journalctl", "signalctl", "signaling-gateway", "ss", "turnutils_uclient"}
SELECTOR = re.compile(r"\b(?:(?:signaling|process|grpc)_\w+(?:\{[^}]*\})?|up\{[^}]*\})")


def blocks(path):
    """The lines of each block to copy."""
    return [block.strip().splitlines() for block in re.findall(r"^```\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)]


class ExpressionsTest(busy.Busy):
    async def test_what_alerts_ask_for_is_there(self):
        selectors = {found for rule in monitoring.alerts().values() for found in SELECTOR.findall(rule["expr"])}
        self.assertGreater(len(selectors), 30)
        self.assertLessEqual(set(EMPTY), selectors, "what may be empty is still asked for")
        for selector in sorted(selectors):
            with self.subTest(selector):
                if selector in EMPTY:
                    self.prometheus.query(selector)
                else:
                    await self.expect_data(selector)

    async def test_no_alert_has_an_error(self):
        for rule in self.prometheus.rules():
            with self.subTest(rule["name"]):
                self.assertEqual((rule["health"], rule.get("lastError", "")), ("ok", ""))
        self.assertEqual({rule["name"] for rule in self.prometheus.rules()}, set(monitoring.alerts()))


class PagesTest(busy.Busy):
    async def test_queries_of_the_metrics_page_have_data(self):
        queries = [line for block in blocks(DOCS / "metrics.md") for line in block]
        self.assertGreater(len(queries), 8)
        for query in queries:
            with self.subTest(query):
                await self.expect_data(query)

    async def test_queries_of_runbooks_can_be_asked(self):
        asked = 0
        for path in (DOCS / "runbooks").glob("Signaling*.md"):
            for line in (line for block in blocks(path) for line in block):
                if line.split()[0] not in PROGRAMS:
                    for query in line.partition("#")[0].split(";"):
                        with self.subTest(page=path.stem, query=query):
                            self.prometheus.query(query.strip())
                            asked += 1
        self.assertGreater(asked, 40)

    async def test_queries_within_the_text_can_be_asked(self):
        found = [query for path in PAGES for query in re.findall(r"`([^`\n]*\([^`\n]*(?:signaling|process)_\w[^`\n]*)`", path.read_text())]
        self.assertGreater(len(found), 3)
        for query in found:
            with self.subTest(query):
                self.prometheus.query(query)

    def test_commands_of_signalctl_are_there(self):
        lines = [line.partition("#")[0] for path in PAGES for block in blocks(path) for line in block]
        lines += [code for path in PAGES for code in re.findall(r"`(signalctl [^`\n]*)`", path.read_text())]
        commands = {command for line in lines for command in re.findall(r"\bsignalctl [^;|<]*", line)}
        self.assertGreater(len(commands), 8)
        for command in sorted(commands):
            with self.subTest(command):
                words = re.match(r"signalctl((?: [a-z]+)+)", command).group(1).split()
                told = subprocess.run([pathlib.Path(os.environ["SIGNALING_BIN_DIR"]) / "signalctl", *words, "--help"],
                                      capture_output=True, text=True, check=False)
                self.assertEqual((told.returncode, told.stderr), (0, ""))
                self.assertIn(f"signalctl {' '.join(words)}", told.stdout)
                for option in re.findall(r"--[a-z-]+", command):
                    self.assertIn(option, told.stdout)

    def test_filters_of_jq_can_be_read(self):
        lines = [line for path in PAGES for block in blocks(path) for line in block if line.startswith("jq ")]
        self.assertGreater(len(lines), 20)
        for line in lines:
            with self.subTest(line):
                options, filter_ = re.match(r"jq (-\w+) '([^']*)'", line).groups()
                done = subprocess.run(["jq", options, filter_], input='{"time":"","event":"e","level":"info"}\n',
                                      capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    monitoring.main()

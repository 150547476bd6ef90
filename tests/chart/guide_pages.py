"""The pages of docs/kubernetes and their blocks: commands to run (`sh`) and YAML, which is values where its first line says so."""

import dataclasses
import pathlib
import re
import shlex

import chart

FOLDER = chart.REPOSITORY / "docs" / "kubernetes"
ELSEWHERE = (chart.REPOSITORY / "docs" / "troubleshooting.md",)  # has a section with such commands
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
# Of which release a line is, by the namespace that it names, and with which page's values that was installed.
RELEASES = {"signaling": "webrtc-signaling", "rehearsal": "rehearsal"}


@dataclasses.dataclass(frozen=True)
class Block:
    page: str
    language: str
    text: str

    @property
    def values(self):
        """The values of the chart that this is, or None."""
        return chart.parse(self.text)[0] if self.language == "yaml" and re.match(r"# values\.yaml\b", self.text) else None


@dataclasses.dataclass(frozen=True)
class Command:
    page: str
    line: str

    @property
    def words(self):
        return shlex.split(self.line)

    @property
    def program(self):
        return self.words[0]

    def option(self, *names):
        """What follows one of these options, or stands behind its `=`; None where it is not there."""
        words = self.words
        for number, word in enumerate(words):
            if word in names:
                return words[number + 1]
            name, separator, value = word.partition("=")
            if separator and name in names:
                return value
        return None

    @property
    def namespace(self):
        return self.option("-n", "--namespace")


def found(rendering, kind, name=None):
    """The only object of a kind, or the one called exactly so."""
    (only,) = [one for one in rendering.all(kind) if name in (None, one["metadata"]["name"])]
    return only


def config(rendering, component):
    """The settings of --config that a component of the pages' release gets."""
    (only,) = chart.parse(found(rendering, "ConfigMap", f"webrtc-signaling-{component}")["data"]["config.yaml"])
    return only


def pages():
    files = sorted(FOLDER.glob("*.md"))
    if len(files) < 4:
        raise AssertionError(f"only {len(files)} pages in {FOLDER}")
    return files


def blocks(page):
    return [Block(page.name, language, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE))
            for indent, language, text in FENCE.findall(page.read_text())]


def values_blocks():
    """All values of the pages, in their order."""
    return [block for page in pages() for block in blocks(page) if block.values is not None]


def commands(page):
    """The lines of a page's `sh` blocks, and those in its tables' cells."""
    lines = [line for block in blocks(page) if block.language == "sh" for line in block.text.splitlines() if line.strip()]
    cells = [cell for row in re.findall(r"^\|.*$", FENCE.sub("", page.read_text()), re.MULTILINE) for cell in re.findall(r"`([^`]+)`", row)]
    lines += [cell for cell in cells if re.match(r"(kubectl|helm|signalctl) \S+ ", cell)]
    return [Command(page.name, line) for line in lines]


def all_commands():
    every = [command for page in (*pages(), *ELSEWHERE) for command in commands(page)]
    if len(every) < 80:
        raise AssertionError(f"only {len(every)} commands were found: the pattern holds nothing")
    return every


def of_readme(language, beginning):
    """The one block of the quick start that begins so."""
    (only,) = [block for block in blocks(FOLDER / "README.md") if block.language == language and block.text.startswith(beginning)]
    return only


def keyed_values():
    """What the quick start installs with keys."""
    return of_readme("yaml", "# values.yaml").values


if __name__ == "__main__":
    for one in all_commands():
        print(pathlib.Path(one.page).stem, one.line, sep="\t")

"""Which book this is: title, version, date, authors and addresses, as ``CITATION.cff`` has them."""

import datetime
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema.validators import validator_for

from equation_cards.released import releases

CFF = "CITATION.cff"
WANTED = ("version", "date-released", "url", "repository-code", "abstract", "license")
SAME = ("title", "authors", "version", "url")  # said twice, because the format wants it


@dataclass(frozen=True)
class Edition:
    """One version of the book."""

    title: str
    authors: tuple
    version: str
    date: str
    url: str  # of the newest site, with a slash at its end
    repository: str
    licences: tuple
    abstract: str
    released: bool
    commit: str = ""

    @property
    def author(self):
        return " and ".join(self.authors)

    @property
    def year(self):
        return self.date[:4]

    @property
    def named(self):
        """The version as citations name it; a draft of it is known by its commit."""
        if self.released:
            return self.version
        return f"{self.version}, draft" + (f" {self.commit}" if self.commit else "")

    def address(self, path=""):
        """Where a file of the newest site is served."""
        return self.url + path

    def report(self, tag):
        """Where an error in an equation is reported, its tag filled in."""
        asked = f"template=equation.yml&title=Error+in+{tag}&tag={tag}&version={self.version}"
        return f"{self.repository}issues/new?{asked}"


@cache
def edition(root):
    """The edition in a checkout.

    Raises
    ------
    ValueError
        With file, line and what to do, if the file is malformed.
    """
    said, lines = load((root / CFF).read_text(encoding="utf-8"))

    def stop(path, why):
        raise ValueError(f"{CFF}:{line_of(lines, path)}: {why}")

    schema = get_builtin_schema("vendor.citation-file-format")
    for error in validator_for(schema)(schema).iter_errors(said):
        where = ".".join(map(str, error.absolute_path)) or "the file"
        stop(error.absolute_path, f"{where}: {error.message}; see the Citation File Format 1.2.0")
    for key in WANTED:
        if key not in said:
            stop((), f"add {key}, which the site is made from")
    preferred = said.get("preferred-citation", {})
    if preferred.get("type") != "book":
        stop(("preferred-citation",), "preferred-citation is to be of type book")
    for key in SAME:
        if preferred.get(key) != said[key]:
            stop(("preferred-citation", key), f"{key} is not that of the book: {said[key]}")
    if str(preferred.get("year")) != said["date-released"][:4]:
        stop(("preferred-citation", "year"), f"the year is not that of {said['date-released']}")
    for key in ("url", "repository-code"):
        if not said[key].endswith("/"):
            stop((key,), f"end {key} with a slash: {said[key]}/")
    licences = said["license"]
    return Edition(
        title=said["title"],
        authors=tuple(one["name"] for one in said["authors"]),
        version=said["version"],
        date=said["date-released"],
        url=said["url"],
        repository=said["repository-code"],
        licences=tuple([licences] if isinstance(licences, str) else licences),
        abstract=said["abstract"],
        released=any(said["version"] == one["version"] for one in releases(root)),
        commit=commit(root),
    )


def load(text):
    """What a YAML file says, dates as they are written, and its nodes with their lines."""
    try:
        return plain(yaml.safe_load(text)), yaml.compose(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1
        raise ValueError(f"{CFF}:{line}: this is no YAML: {error.problem}") from None


def plain(value):
    """The same with dates as text."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def line_of(node, path):
    """The line of what stands at a path of keys, or of the last key that is there."""
    line = node.start_mark.line + 1 if node else 1
    for key in path:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == key]
        else:
            found = [(one, one) for one in getattr(node, "value", [])[key : key + 1]]
        if not found:
            break
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return line


def commit(root):
    """The commit of a checkout, marked if files were changed since; nothing without git."""
    if not shutil.which("git"):  # which the book does not need
        return ""
    asked = ("rev-parse", "--short=12", "HEAD"), ("status", "--porcelain", "-uno")
    answers = [
        subprocess.run(["git", *one], cwd=root, capture_output=True, encoding="utf-8")
        for one in asked
    ]
    if any(answer.returncode for answer in answers):
        return ""
    name, changed = (answer.stdout.strip() for answer in answers)
    return name + ("-modified" if changed else "")

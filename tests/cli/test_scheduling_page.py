"""The page on scheduling names what there is, and its examples can be read by what they are for."""

from __future__ import annotations

import ast
import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
import typer
import yaml

from caseanalysis import errors
from caseanalysis.cli import app
from caseanalysis.cli.diff import MOVED

TREE = typer.main.get_command(app)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "scheduling.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)


def options(command: object) -> set[str]:
    params = command.params  # type: ignore[attr-defined]
    return {name for one in params for name in one.opts if name.startswith("-")}


def parsed(words: list[str]) -> tuple[object, list[str]]:
    """Return the command that some words call, and what follows it; global options are checked."""
    command, rest = TREE, list(words)
    while rest:
        if rest[0].startswith("-"):
            assert rest[0] in options(TREE), rest
        elif rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest[0]]  # type: ignore[attr-defined]
        else:
            break
        rest = rest[1:]
        if command is not TREE and not hasattr(command, "commands"):
            break
    return command, rest


def test_every_command_of_the_page_can_be_called_so(page: str) -> None:
    code = "\n".join([*blocks(page, r"\w*"), *re.findall(r"`(caseanalysis [^`\n]+)`", page)])
    calls = re.findall(
        r"(?:caseanalysis(?:\.exe)?|\{PROGRAM\}) ((?:--?\w|build|diff|data)[^\n|\"]*)", code
    )
    assert len(calls) >= 11
    for call in calls:
        words = shlex.split(re.split(r" 2>>| \|\|", call)[0])
        command, rest = parsed(words)
        assert command is not TREE, call
        # It parses options and types, and runs nothing.
        command.make_context("x", rest, resilient_parsing=False)  # type: ignore[attr-defined]


def test_every_page_names_only_commands_and_options_that_there_are(root: Path) -> None:
    pages = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))]
    called = []
    for path in pages:
        text = path.read_text("utf-8")
        lines = [*blocks(text, r"\w*"), *re.findall(r"`([^`\n]+)`", text)]
        calls = re.findall(
            r"(?<!from )\bcaseanalysis ((?:--?\w|[a-z]+\b)[^\n#]*)", "\n".join(lines)
        )
        for call in calls:
            command, rest = parsed(call.split())
            assert not getattr(command, "commands", {}) or rest == [], f"{path.name}: {call}"
            named = set(re.findall(r"(?<=[ \[])--[a-z-]+", f" {' '.join(rest)}"))
            assert named <= options(command) | {"--help"}, f"{path.name}: {call}"
            called.append(call)
    assert len(called) > 50


def test_every_option_of_the_table_is_one(page: str) -> None:
    table = page.split("## Options that matter here")[1].split("## ")[0]
    build = TREE.commands["build"]  # type: ignore[attr-defined]
    named = set(re.findall(r"`(--[a-z-]+)`", table))
    assert named <= options(TREE) | options(build)
    assert options(build) - named <= {"--help", "-h"}


def test_the_exit_codes_are_all_there_are(page: str) -> None:
    table = page.split("## Exit codes")[1].split("## ")[0]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.M)}
    families = [one for one in vars(errors).values() if isinstance(one, type)]
    codes = {one.exit_code for one in families if issubclass(one, errors.CaseAnalysisError)}
    assert told == codes | {0, click.UsageError.exit_code, MOVED, 130}
    assert told == {int(code) for code in re.findall(r"\b(\d+) [a-z]", str(app.info.epilog))}


def test_settings_and_events_are_those_of_the_package(page: str, root: Path) -> None:
    source = "\n".join(path.read_text("utf-8") for path in (root / "src").rglob("*.py"))
    for name in set(re.findall(r"CASEANALYSIS_[A-Z]+", page)):
        assert f'"{name}"' in source
    lines = [json.loads(line) for block in blocks(page, "json") for line in block.splitlines()]
    for event in [one["event"] for one in lines] + ["report unchanged", "nothing changed"]:
        assert f'"{event}"' in source


def test_the_examples_can_be_read(page: str, root: Path) -> None:
    [workflow] = map(yaml.safe_load, blocks(page, "yaml"))
    steps = workflow["jobs"]["build"]["steps"]
    assert all(len({"run", "uses"} & set(step)) == 1 for step in steps)
    for step in steps:
        subprocess.run(["bash", "-n"], input=step.get("run", ""), text=True, check=True)
    files = re.findall(r"-r (\S+)", steps[2]["run"])
    assert [name for name in files if not (root / name).is_file()] == []
    [dag] = blocks(page, "python")
    skipped = [
        one.value
        for one in ast.walk(ast.parse(dag))
        if isinstance(one, ast.keyword) and one.arg == "skip_on_exit_code"
    ]
    assert [ast.literal_eval(one) for one in skipped] == [MOVED]
    assert f'"$code" -eq {MOVED} ]' in steps[4]["run"]
    [table] = blocks(page, "cron")
    [line] = [one for one in table.splitlines() if not re.match(r"[A-Z_]+=", one)]
    fields = line.split(maxsplit=5)
    assert all(re.fullmatch(r"\*|\d+", field) for field in fields[:5])
    subprocess.run(["bash", "-n"], input=fields[5], text=True, check=True)


def test_the_units_of_systemd_are_valid(page: str, tmp_path: Path) -> None:
    units = {}
    for block in blocks(page, "ini"):
        name = re.match(r"# /etc/systemd/system/(\S+)", block)
        assert name
        parser = configparser.ConfigParser()
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read_string(block)
        units[name[1]] = parser
        # What is checked is the unit, not whether the program is installed here.
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", block)
        (tmp_path / name[1]).write_text(re.sub(r"(?m)^(User|Working\w+)=.*\n", "", text))
    assert set(units) == {"caseanalysis.service", "caseanalysis.timer"}
    assert units["caseanalysis.service"]["Service"]["SuccessExitStatus"] == str(MOVED)
    checker = shutil.which("systemd-analyze")
    if checker:
        paths = [str(tmp_path / name) for name in units]
        checked = subprocess.run(
            [checker, "verify", "--man=no", *paths], capture_output=True, text=True, check=False
        )
        complaints = [line for line in checked.stderr.splitlines() if str(tmp_path) in line]
        assert (checked.returncode, complaints) == (0, [])

"""The commands: what they print, what they log, and the exit code of each kind of mistake."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from finished_command import Command

from caseanalysis import __version__, errors
from caseanalysis.case import default_case, list_cases, load_case
from caseanalysis.registers import publications_of
from caseanalysis.tables import EVIDENCE_TABLES
from small_publications import ae_csv, catchment_csv


def saved(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def spaced(text: str) -> str:
    """Return text without the lines of a table and with single blanks."""
    return " ".join(re.sub(r"[─━│┃┏┓┗┛┡┩┳┻╇└┘┴]", " ", text).split())


# --- help -----------------------------------------------------------------------------------


def test_module_is_run_by_its_name_and_says_its_version() -> None:
    command = [sys.executable, "-m", "caseanalysis", "--version"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stdout) == (0, f"caseanalysis {__version__}\n")


def test_mistake_ends_a_process_in_one_message_without_a_traceback(root: Path) -> None:
    command = [sys.executable, "-m", "caseanalysis", "case", "check", "nosuch"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert finished.returncode == 4
    assert "Traceback" not in finished.stderr
    assert finished.stdout == ""


def test_help_names_every_command_and_every_exit_code(run: Command) -> None:
    shown = run("--help")
    assert shown.code == 0
    text = spaced(shown.out)
    for command in ("build", "data", "case", "area", "lab", "--quiet", "--log-json", "--version"):
        assert command in text
    families = [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.CaseAnalysisError)
    ]
    codes = [family.exit_code for family in families]
    assert len(codes) == len(set(codes)) == 9
    for code in (0, 2, *codes, 130):
        assert re.search(rf"\b{code} [a-z]", text), code


@pytest.mark.parametrize(
    ("group", "commands"),
    [("data", ["add", "status", "extract", "refresh", "sources"]), ("case", ["list", "check"])],
)
def test_help_of_a_group_names_its_commands(run: Command, group: str, commands: list[str]) -> None:
    shown = run(group, "--help")
    assert shown.code == 0
    for command in commands:
        assert re.search(rf"\b{command}\b", shown.out), command


# --- exit codes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nosuch"],
        ["nosuch"],
        ["data", "add"],
        ["data", "add", "--nosuch", "x"],
        ["build", "--jobs", "0"],
        ["build", "--jobs", "many"],
        ["lab", "--port", "65536"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(run: Command, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.code == 2
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("confidence_levle=0.9", "did you mean 'confidence_level'?"),
        ("confidence_level=95", "less than or equal to 0.999"),
        ("confidence_level=high", "a valid number"),
        ("confidence_level", "write for example seed=1"),
        ("base_year=1066", "greater than or equal to 2000"),
        (f"case={default_case()}", "name the case with --case"),
    ],
)
def test_wrong_parameter_is_exit_code_3_before_anything_runs(
    run: Command, tmp_path: Path, assignment: str, said: str
) -> None:
    ended = run("build", "--param", assignment, "--out", tmp_path / "reports")
    assert ended.code == 3
    assert said in spaced(ended.err)
    assert not (tmp_path / "reports").exists()


def test_wrong_case_of_a_build_is_exit_code_3_with_the_nearest(
    run: Command, tmp_path: Path
) -> None:
    misspelt = default_case()[:-1]
    ended = run("build", "--case", misspelt, "--out", tmp_path / "reports")
    assert ended.code == 3
    assert f"did you mean {default_case()!r}?" in ended.err


def test_wrong_area_of_a_build_is_exit_code_3(run: Command, tmp_path: Path) -> None:
    ended = run("build", "contxt", "--out", tmp_path / "reports")
    assert ended.code == 3
    assert "did you mean 'context'?" in ended.err


@pytest.mark.parametrize("command", [["case", "check"], ["data", "status", "--case"]])
def test_unknown_case_is_exit_code_4_with_the_nearest(run: Command, command: list[str]) -> None:
    ended = run(*command, default_case()[:-1])
    assert ended.code == 4
    assert f"did you mean {default_case()!r}?" in ended.err
    assert [line.split()[0] for line in ended.err.splitlines()] == [
        *("error", "found", "wanted", "do"),
    ]


def test_unknown_file_is_exit_code_5(run: Command, tmp_path: Path) -> None:
    path = saved(tmp_path / "unknown.txt", "Dear reader,\nnothing here.\n")
    ended = run("data", "add", path)
    assert ended.code == 5
    assert str(path) in ended.err
    assert "docs/sources.md" in ended.err


def test_broken_file_is_exit_code_6(run: Command, tmp_path: Path) -> None:
    path = saved(tmp_path / "broken.csv", ae_csv().replace("TOTAL,", "SUM,"))
    ended = run("data", "add", path)
    assert ended.code == 6
    assert "broken.csv" in ended.err


def test_missing_data_is_exit_code_7_and_nothing_is_written(run: Command, tmp_path: Path) -> None:
    ended = run("data", "extract", "--out", tmp_path / "extracts")
    assert ended.code == 7
    assert "caseanalysis data add PATH" in ended.err
    assert not (tmp_path / "extracts").exists()


def test_missing_path_is_exit_code_9(run: Command, tmp_path: Path) -> None:
    assert run("data", "add", tmp_path / "nowhere").code == 9


def test_catalogue_that_cannot_be_read_is_exit_code_9(run: Command, tmp_path: Path) -> None:
    saved(tmp_path / "store/catalogue/ab.json", "{")
    for command in ("status", "refresh"):
        ended = run("data", command)
        assert ended.code == 9
        assert "ab.json" in ended.err


def test_store_that_is_a_file_is_exit_code_9(run: Command, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv", ae_csv())
    for command in (["status"], ["verify"], ["add", path]):
        ended = run("data", *command, "--store", path)
        assert ended.code == 9
        assert f"data store {path}" in ended.err
    assert path.read_text(encoding="utf-8") == ae_csv()


def test_exported_file_may_be_read_by_others(run: Command, tmp_path: Path) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    assert run("data", "export", "ae_monthly", "--to", tmp_path / "b.csv").code == 0
    usual = saved(tmp_path / "c.csv", "").stat().st_mode
    assert (tmp_path / "b.csv").stat().st_mode == usual


# --- data -----------------------------------------------------------------------------------


def test_files_added_are_counted_and_what_is_left_out_is_listed(
    run: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "given"
    saved(folder / "a.csv", ae_csv())
    saved(folder / "b.csv", ae_csv("MAY-2031"))
    saved(folder / "letter.txt", "Dear reader")
    first = run("data", "add", folder)
    assert first.code == 0
    assert "2 added, 1 unknown" in first.out
    assert f"unknown: {folder / 'letter.txt'}" in first.out
    assert "2 already held, 1 unknown" in run("data", "add", folder).out


def test_store_that_is_named_is_used_before_the_environment(run: Command, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv", ae_csv())
    assert run("data", "add", path, "--store", tmp_path / "named").code == 0
    assert (tmp_path / "named" / "catalogue").is_dir()
    assert not (tmp_path / "store").exists()


def test_status_of_an_empty_store_names_the_missing_publications(run: Command) -> None:
    shown = run("data", "status")
    assert shown.code == 0
    text = spaced(shown.out)
    for table in EVIDENCE_TABLES.values():
        assert table.name in text
    assert "nothing" not in text
    publications = publications_of("population_projection").split(" or ")
    # A title may be folded within its column, so its first words are looked for.
    assert all(" ".join(title.split()[:3]) in text for title in publications)


def test_status_says_what_is_held_and_which_of_the_two_gives_each_table(
    run: Command, tmp_path: Path
) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    text = spaced(run("data", "status").out)
    assert "ae_monthly_csv 1 2031-03 2031-03" in text
    # The store lacks the months of the extract, and the extract is used.
    assert "urgent_care compact extract nothing" in text
    assert "local_rates none" in text


def test_status_of_files_that_do_not_serve_says_what_is_missing(
    run: Command, tmp_path: Path
) -> None:
    # Patients of a merged area are refused; the extract serves in their place.
    text = catchment_csv({("RM1", "E06000059"): 1.0})
    run("data", "add", saved(tmp_path / "a.csv", text))
    shown = run("data", "status")
    assert shown.code == 0
    assert "catchment compact extract" in spaced(shown.out)


def test_refresh_reads_nothing_where_nothing_changed(run: Command, tmp_path: Path) -> None:
    run("data", "add", saved(tmp_path / "a.csv", ae_csv()))
    assert "0 files read again" in run("data", "refresh").out


def test_page_of_sources_is_the_one_in_the_documentation(run: Command, root: Path) -> None:
    shown = run("data", "sources")
    assert shown.code == 0
    assert shown.out == (root / "docs" / "sources.md").read_text(encoding="utf-8")


# --- case -----------------------------------------------------------------------------------


def test_cases_are_listed_with_what_they_hold(run: Command) -> None:
    text = spaced(run("case", "list").out)
    for name in list_cases():
        case = load_case(name)
        assert name in text
        assert f"{len(case.trusts)} {len(case.places)} {len(case.areas)}" in text


@pytest.mark.parametrize("name", list_cases())
def test_every_case_of_the_project_is_sound(run: Command, name: str) -> None:
    checked = run("case", "check", name)
    assert checked.code == 0, checked.err
    assert checked.out.startswith(f"{name}: sound.")


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("opportunities.yaml", ("opportunities:", "oportunities:"), "one list, opportunities"),
        ("governance.yaml", ("\n", "\n\t- x\n"), "governance.yaml, line"),
        ("claims.csv", (",context,", ",contxt,"), "did you mean 'context'?"),
    ],
)
def test_check_reads_every_record_of_a_case(
    run: Command,
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    change: tuple[str, str],
    said: str,
) -> None:
    shutil.copytree(root / "data" / "cases", tmp_path / "data" / "cases")
    shutil.copytree(root / "data" / "registers", tmp_path / "data" / "registers")
    path = tmp_path / "data" / "cases" / default_case() / file
    path.write_text(path.read_text("utf-8").replace(*change), encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "context.ipynb").touch()
    monkeypatch.setenv("CASEANALYSIS_HOME", str(tmp_path))
    checked = run("case", "check", default_case())
    assert checked.code == 4
    assert said in checked.err


# --- quiet and logs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [["case", "list"], ["case", "check", default_case()], ["data", "status"], ["data", "refresh"]],
    ids=" ".join,
)
def test_quiet_prints_nothing_on_success(run: Command, arguments: list[str]) -> None:
    ended = run("--quiet", *arguments)
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_quiet_adds_files_in_silence_and_still_says_what_is_wrong(
    run: Command, tmp_path: Path
) -> None:
    ended = run("--quiet", "data", "add", saved(tmp_path / "a.csv", ae_csv()))
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    wrong = run("--quiet", "data", "add", tmp_path / "nowhere")
    assert wrong.code == 9
    assert "no such file or folder" in wrong.err


def test_log_is_one_json_object_a_line(run: Command, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv", ae_csv())
    for arguments in (["data", "add", path], ["data", "status"], ["case", "list"]):
        ended = run("--log-json", *arguments)
        assert (ended.code, ended.out) == (0, "")
        lines = [json.loads(line) for line in ended.err.splitlines()]
        assert lines
        assert all({"time", "level", "event"} <= set(line) for line in lines)
        assert {line["level"] for line in lines} == {"INFO"}
    added = [json.loads(line) for line in run("--log-json", "data", "add", path).err.splitlines()]
    assert added[-1]["event"] == "files added"
    assert added[-1]["already held"] == 1


def test_error_is_logged_with_its_parts(run: Command, tmp_path: Path) -> None:
    ended = run("--log-json", "data", "add", tmp_path / "nowhere")
    (line,) = [json.loads(line) for line in ended.err.splitlines() if '"ERROR"' in line]
    assert ended.code == 9
    assert line["event"] == "StoreError"
    assert line["exit_code"] == 9
    assert line["where"] == str(tmp_path / "nowhere")
    assert line["remedy"]

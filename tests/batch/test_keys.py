"""Which numbers and which figure stand on the first screen of a report."""

from __future__ import annotations

from caseanalysis.batch.keys import key_findings, main_figure


def finding(
    claim: str,
    measure: str,
    *,
    printed: float | None = 5.0,
    recomputed: float | None = 6.0,
    verdict: str = "differs",
    whole: bool = False,
) -> dict[str, object]:
    return {
        "claim_id": claim,
        "measure": measure,
        "printed": printed,
        "recomputed": recomputed,
        "verdict": verdict,
        "whole": whole,
    }


def chosen(*findings: dict[str, object], measures: tuple[str, ...] = ()) -> list[object]:
    return [one["claim_id"] for one in key_findings(findings, measures)]


def test_each_measure_gives_its_claim_about_the_whole() -> None:
    found = chosen(
        finding("1", "beds"),
        finding("2", "beds", whole=True),
        finding("3", "waits"),
        finding("4", "waits"),
        finding("5", "growth", whole=True),
    )
    assert found == ["2", "3", "5"]


def test_what_was_not_tested_comes_last_and_only_to_make_three() -> None:
    untested = [finding(f"u{at}", f"beds {at}", verdict="not testable") for at in range(4)]
    assert chosen(*untested, finding("t", "growth")) == ["u0", "u1", "t"]
    tested = [finding(f"t{at}", f"waits {at}") for at in range(3)]
    assert chosen(*untested, *tested) == ["t0", "t1", "t2"]


def test_a_comparison_that_was_not_tested_is_no_key_number() -> None:
    assert chosen(finding("u", "beds", printed=None, verdict="not testable")) == []


def test_printed_numbers_come_before_comparisons() -> None:
    comparisons = [finding(f"c{at}", f"rate {at}", printed=None, whole=True) for at in range(5)]
    numbers = [finding(f"n{at}", f"count {at}") for at in range(4)]
    assert chosen(*comparisons, *numbers) == ["c0", "n0", "n1", "n2", "n3"]


def test_fewer_than_three_measures_are_filled_up() -> None:
    found = chosen(*(finding(str(at), "beds") for at in range(5)))
    assert found == ["0", "1", "2"]


def test_a_notebook_may_name_measures() -> None:
    others = [finding(str(at), f"count {at}", whole=True) for at in range(6)]
    assert chosen(*others, finding("last", "waits"), measures=("waits",))[-1] == "last"


def figure(name: str, number: int | None = None, *evidence: str) -> dict[str, object]:
    return {"id": name, "number": number, "evidence": list(evidence)}


def test_the_main_figure_is_the_first_of_the_case_that_was_rebuilt() -> None:
    own, theirs = figure("figure-own", None, "beds"), figure("figure-8", 8, "waits")
    printed = figure("figure-7", 7)
    assert main_figure([printed, own, theirs, figure("figure-9", 9, "beds")]) == "figure-8"
    assert main_figure([printed, own]) == "figure-own"
    assert main_figure([printed]) == "figure-7"
    assert main_figure([]) is None


def test_a_notebook_may_name_its_main_figure() -> None:
    shown = [figure("figure-8", 8, "waits"), figure("figure-own", None, "beds")]
    assert main_figure(shown, "figure-own") == "figure-own"
    assert main_figure(shown, "figure-not-shown") == "figure-8"

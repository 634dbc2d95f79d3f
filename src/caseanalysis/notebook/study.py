"""A study: the case, its evidence, and how a notebook shows what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from caseanalysis.case import (
    DEFAULT_SCENARIO,
    Case,
    Claim,
    Scenario,
    load_case,
    load_claims,
    load_scenarios,
)
from caseanalysis.derivations import Derivation, load_derivations
from caseanalysis.errors import MethodError, MissingDataError
from caseanalysis.formatting import format_value, is_missing
from caseanalysis.geography import ENGLAND
from caseanalysis.library import Evidence, Library, open_library
from caseanalysis.methods import derivations, opportunity, scenarios, verdicts
from caseanalysis.methods.columns import require_columns
from caseanalysis.notebook.data import data_facts, download_html, in_words
from caseanalysis.notebook.derived import derivations_html
from caseanalysis.notebook.display import Fragment, look, show_in_notebook, slug
from caseanalysis.notebook.findings import finding_facts, findings_html
from caseanalysis.notebook.images import figure_of, image_html
from caseanalysis.notebook.markup import (
    Column,
    fill,
    fill_known,
    paragraph,
    scrolling,
    styles_of,
    table_html,
)
from caseanalysis.notebook.sources import cautions_html, evidence_facts, note_html, sources_html
from caseanalysis.parameters import check_parameters
from caseanalysis.quality import cautions_for
from caseanalysis.registers import Assumption, load_assumptions, load_cautions

#: Draws a table and returns its Axes or Figure.
Draw = Callable[[pd.DataFrame], object]
#: The answer of a report where no sentence of it can be written.
_UNANSWERED = "The data held do not answer this; the report says what is missing."
#: Writes the text that stands for a chart, from the table that it draws.
Describe = Callable[[pd.DataFrame], str]


def open_study(**parameters: object) -> Study:
    """Return the study that a notebook works with.

    Parameters
    ----------
    **parameters
        Every value of the notebook's parameters cell; ``case`` is required.

    Raises
    ------
    ParameterError
        If a parameter has a wrong name, type or value.
    RecordError
        If the case breaks its schema.
    """
    checked = check_parameters({}, declared={"case": None, **parameters})
    case = load_case(str(checked["case"]))
    study = Study(
        case,
        open_library(case),
        parameters=checked,
        claims=load_claims(case.name),
        derivations=load_derivations(case.name),
    )
    show_in_notebook(look())
    return study


class Study:
    """The case, its evidence and its parameters, and how they are shown.

    Parameters
    ----------
    case : Case
        The case.
    library : Library
        The evidence tables of the case.
    parameters : Mapping of str to object
        Checked values by name.
    claims : sequence of Claim
        What the case printed.
    derivations : sequence of Derivation
        What follows from the printed numbers.
    show : Callable
        Takes each fragment; in a notebook it is shown below the running cell.

    Attributes
    ----------
    base_year, horizon_year : int
        As the parameters have them, otherwise the case's own.
    rng : numpy.random.Generator
        Random numbers that start from the parameter ``seed``.
    claims : list of Claim
        Every claim of the case.
    """

    def __init__(
        self,
        case: Case,
        library: Library,
        *,
        parameters: Mapping[str, Any],
        claims: Sequence[Claim] = (),
        derivations: Sequence[Derivation] = (),
        show: Callable[[Fragment], None] = show_in_notebook,
    ) -> None:
        self.case = case
        self.library = library
        self.parameters = dict(parameters)
        self.claims = list(claims)
        self.derivations = list(derivations)
        self.base_year: int = parameters.get("base_year") or case.base_year
        self.horizon_year: int = parameters.get("horizon_year") or case.horizon_year
        self.rng = np.random.default_rng(parameters.get("seed", 0))
        self._show = show
        self._gaps: dict[str, MissingDataError] = {}
        self._identifiers: dict[str, int] = {}
        self._tables = 0

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that the parameters name, otherwise to do nothing."""
        chosen = self.parameters.get("scenario") or DEFAULT_SCENARIO
        return load_scenarios(self.case.name)[chosen]

    @cached_property
    def assumptions(self) -> dict[str, Assumption]:
        """The register of assumptions by id, as the scenario has them."""
        return scenarios.under(self.scenario, load_assumptions())

    def targets(self, measure: str | None = None) -> pd.DataFrame:
        """Return the targets of the scenario, of one measure or all, as `scenarios.targets` has."""
        table = scenarios.targets(self.scenario, self.case)
        chosen = table if measure is None else table[table["measure"].eq(measure)]
        return chosen.reset_index(drop=True)

    @property
    def comparator_rule(self) -> str:
        """The rule that chose the comparators of the trusts, in words."""
        if self._compares_with_all:
            return "Every NHS trust in the table other than those of the group."
        return self.case.peers.trusts.rule

    def peers(self, table: pd.DataFrame | None = None, *, key: str = "org_code") -> pd.DataFrame:
        """Return the comparators of each trust under the rule that the parameters name.

        Parameters
        ----------
        table : DataFrame, optional
            Figures by trust; only the rule ``all`` needs it, to know who "all" are.
        key : str
            Its column of codes.

        Returns
        -------
        DataFrame
            ``org_code``, ``peer_code``, ``rank``, ``rule`` (the rule in words); empty where the
            rule is ``all`` and the table is empty.
        """
        among = None
        if self._compares_with_all:
            known = table is not None and not table.empty
            among = list(table[key].unique()) if table is not None and known else []
        pairs = opportunity.comparators(
            self.case.peers.trusts.members, trusts=self.case.trust_codes, among=among
        )
        return pairs.assign(rule=self.comparator_rule)

    @property
    def _compares_with_all(self) -> bool:
        return self.parameters.get("comparators") == "all"

    def has(self, name: str) -> bool:
        """Return whether a table can be had."""
        return self.library.has(name)

    def evidence(self, name: str) -> pd.DataFrame:
        """Return a table of evidence; an empty one where it cannot be had.

        What is missing is kept: figures and tables that rest on it become a panel that says so,
        and ``sources`` lists it.
        """
        try:
            return self.library.evidence(name).table
        except MissingDataError as error:
            self._gaps[name] = error
            return pd.DataFrame()

    def held(self, *names: str) -> list[str]:
        """Return those of some tables of evidence that were asked for and are there."""
        there = {one.name for one in self.library.used}
        return [name for name in names if name in there]

    def derive(self, function: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
        """Return what a function makes of its inputs; an empty table where an input is empty."""
        if any(isinstance(one, pd.DataFrame) and one.empty for one in inputs):
            return pd.DataFrame()
        return function(*inputs, **options)

    def value(self, table: pd.DataFrame, column: str, **where: Any) -> Any:
        """Return one cell: the value of a column in the only row that fits; None without a table.

        Raises
        ------
        MethodError
            If a column is missing, or not exactly one row fits.
        """
        if table.empty:
            return None
        require_columns(table, (column, *where), where=f"value of {column}")
        fits = pd.Series(True, index=table.index)
        for name, wanted in where.items():
            fits &= table[name].eq(wanted)
        if int(fits.sum()) != 1:
            raise MethodError(
                where=f"value of {column}",
                found=f"{int(fits.sum())} rows with {where}",
                wanted="exactly one row",
                remedy="name the columns that single it out",
            )
        return table.loc[fits, column].iloc[0]

    def say(self, template: str, **values: object) -> None:
        """Show a paragraph whose ``{name:style}`` fields are computed values."""
        text = fill(template, values)
        self._put("text", paragraph(text, css="ca-text"), text, {})

    def headline(self, question: str, answer: str, **values: object) -> None:
        """Show the question of the report and its answer, a template as for ``say``.

        A sentence of the answer of which a value is missing is left out.
        """
        text = fill_known(answer, values) or _UNANSWERED
        html = (
            f'<div class="ca-headline">{paragraph(question, css="ca-question")}'
            f"{paragraph(text, css='ca-answer')}</div>"
        )
        facts = {"question": question, "answer": text}
        self._put("headline", html, f"{question} {text}", facts)

    def key_numbers(self, numbers: Mapping[str, tuple[object, str]]) -> None:
        """Show numbers of the answer that no claim of the case stands beside.

        Parameters
        ----------
        numbers : Mapping of str to tuple
            By what each is, in words, its value and its style of ``caseanalysis.formatting``. One
            without a value is left out.
        """
        told = [
            {"label": label, "text": format_value(value, style)}
            for label, (value, style) in numbers.items()
            if not is_missing(value)
        ]
        items = "".join(f"<li>{escape(o['label'])} <b>{escape(o['text'])}</b></li>" for o in told)
        plain = "; ".join(f"{one['label']} {one['text']}" for one in told)
        self._put("numbers", f'<ul class="ca-numbers">{items}</ul>', plain, {"numbers": told})

    def table(
        self,
        table: pd.DataFrame,
        *,
        caption: str,
        columns: Mapping[str, Column],
        evidence: str | Iterable[str] = (),
        records: str | Iterable[str] = (),
        note: str | None = None,
        missing: str | None = None,
    ) -> None:
        """Show a table, or a panel that says why there is none.

        Parameters
        ----------
        table : DataFrame
            Rows in the order to show; the first of the columns heads each row.
        caption : str
            What the table shows.
        columns : Mapping of str to str or tuple
            Label, or label and style of ``caseanalysis.formatting``, by column to show.
        evidence : str or iterable of str
            Names of the tables of evidence that it rests on.
        records : str or iterable of str
            What else it rests on: the case and its records, by the names of
            ``caseanalysis.notebook.sources.RECORDS``.
        note : str
            A remark below the table.
        missing : str
            Why the table may be empty where all its evidence is there.
        """
        if table.empty:
            self._missing_for(f"the table “{caption}”", evidence, missing)
            return
        self._tables += 1
        full = f"Table {self._tables}. {caption}"
        cited = self._cited(evidence)
        identifier = self._identifier(f"table-{self._tables}")
        facts = {
            "id": identifier,
            "number": self._tables,
            "title": caption,
            "evidence": [one.name for one in cited],
            "records": list(_names(records)),
            **data_facts(table, styles_of(table, columns, where=full), where=full),
        }
        html = table_html(table, columns, caption=full, identifier=identifier)
        html += note_html(cited, note, records=_names(records), link=self._download(facts, full))
        self._put("table", f'<div class="ca-block">{html}</div>', full, facts)

    def figure(
        self,
        draw: Draw,
        table: pd.DataFrame,
        *,
        title: str,
        describe: Describe,
        columns: Mapping[str, Column],
        number: int | str | None = None,
        evidence: str | Iterable[str] = (),
        records: str | Iterable[str] = (),
        note: str | None = None,
        missing: str | None = None,
    ) -> None:
        """Show a chart of a table with that table behind it, or a panel that says why not.

        Parameters
        ----------
        draw : Callable
            Draws the table and returns its Axes or Figure; called only where there are rows.
        table : DataFrame
            What is drawn.
        title : str
            What the chart shows.
        describe : Callable
            Writes the text that stands for the chart, from the table.
        columns : Mapping of str to str or tuple
            As for ``table``: what is shown of the data behind the figure.
        number : int or str
            Number of the figure in the case; None for a figure of our own.
        evidence, records, note, missing
            As for ``table``.
        """
        label = title if number is None else f"Figure {number}. {title}"
        if table.empty:
            self._missing_for(f"the figure “{label}”", evidence, missing)
            return
        description, cited = describe(table), self._cited(evidence)
        identifier = self._identifier(f"figure-{slug(str(number or title))}")
        image = image_html(figure_of(draw(table)), alt=description, identifier=identifier)
        facts = {
            "id": identifier,
            "number": number,
            "title": title,
            "description": description,
            "evidence": [one.name for one in cited],
            "records": list(_names(records)),
            **data_facts(table, styles_of(table, columns, where=label), where=label),
        }
        below = note_html(cited, note, records=_names(records), link=self._download(facts, label))
        data = table_html(
            table, columns, caption=f"Data behind “{label}”", identifier=f"{identifier}-data"
        )
        html = (
            f'<figure class="ca-figure" id="{identifier}">{scrolling(image, label, css="ca-drawn")}'
            f'<figcaption><p class="ca-title">{escape(label)}</p>'
            f"{below}</figcaption>"
            f"<details><summary>Data behind this figure</summary>"
            f'<p class="ca-remark" id="{identifier}-long">{escape(in_words(facts))}</p>{data}'
            "</details></figure>"
        )
        self._put("figure", html, f"{label}: {description}", facts)

    def missing(self, what: str, *, needs: str, where: str) -> None:
        """Show a panel that says what is not shown, what it needs, and where to get that."""
        text = f"Not shown: {what}. It needs {needs}. To get it: {where}."
        html = (
            '<div class="ca-missing"><p class="ca-missing-title">Not shown: '
            f"{escape(what)}</p><p>It needs {escape(needs)}.</p>"
            f"<p>To get it: {escape(where)}.</p></div>"
        )
        self._put("missing", html, text, {"what": what, "needs": needs, "where": where})

    def derived(self, area: str | None = None) -> pd.DataFrame:
        """Return the derivations of the case, of one area or all, as ``test_derivations`` has."""
        table = self._derived
        chosen = table if area is None else table[table["area"].eq(area)]
        return chosen.reset_index(drop=True)

    @cached_property
    def _derived(self) -> pd.DataFrame:
        return derivations.test_derivations(self.derivations, verdicts.claims_table(self.claims))

    def findings(
        self, findings: pd.DataFrame, *, caption: str = "What the case printed, and what we find"
    ) -> None:
        """Show each claim with what was printed, what was recomputed, the verdict and the reason.

        Claims that the case itself contradicts get that verdict where nothing tests them; below
        stand the derivations that use these claims.

        Parameters
        ----------
        findings : DataFrame
            As returned by ``caseanalysis.methods.verdicts.test_claims``. Numbers are in the
            printed unit: 17 percent is 17.

        Raises
        ------
        MethodError
            If a column is missing or a verdict is not one of the known words.
        """
        if findings.empty:
            self.missing(
                "findings", needs="claims of this area", where="add them to the case's claims.csv"
            )
            return
        steps = {claim.id: claim.step for claim in self.claims}
        facts = [
            {
                **fact,
                "reason": self._named(str(fact["reason"] or "")),
                **self._subject(str(fact["claim_id"])),
            }
            for fact in finding_facts(derivations.apply(findings, self._derived), steps)
        ]
        html = findings_html(facts, caption=caption, identifier=self._identifier("findings"))
        about = derivations.concerning(self._derived, list(findings["claim_id"]))
        html += derivations_html(about, identifier=self._identifier("derivations"))
        plain = "\n".join(f"{fact['claim_id']}: {fact['verdict']}" for fact in facts)
        self._put("findings", f'<div class="ca-block">{html}</div>', plain, {"findings": facts})

    def _subject(self, claim_id: str) -> dict[str, Any]:
        """Return the measure of a claim, and whether it is about the whole area or group."""
        wholes = (self.case.commissioner.code, "group")
        return {
            "measure": next((one.measure for one in self.claims if one.id == claim_id), None),
            "whole": any(one.id == claim_id and one.entity in wholes for one in self.claims),
        }

    def sources(self) -> None:
        """Show where every table of the report comes from: publication, release, licence, hash."""
        used, gaps = self.library.used, list(self._gaps.values())
        html = sources_html(used, gaps, identifier=self._identifier("sources"))
        html += cautions_html(self._cautions(used))
        facts = {"evidence": evidence_facts(used), "gaps": [str(gap) for gap in gaps]}
        plain = "\n".join(one.title for one in used)
        self._put("sources", f'<div class="ca-block">{html}</div>', plain, facts)

    def _cautions(self, used: Iterable[Evidence]) -> list[str]:
        cited = {one.source for evidence in used for one in evidence.inputs}
        shown = (*self.case.trust_codes, *self.case.peer_trust_codes, *self.case.place_codes)
        known = cautions_for(load_cautions(), sources=cited, entities=shown)
        return [self._named(one.note) for one in known]

    def _named(self, text: str) -> str:
        """Return a reason with the names of places and trusts in the place of their codes."""
        names = {**self.case.place_names, **self.case.trust_names, ENGLAND: "England"}
        names[self.case.commissioner.code] = self.case.commissioner.short_name
        wholes = (place.part_of for place in self.case.places if place.part_of)
        names |= {whole.code: whole.name for whole in wholes}
        codes = re.compile("|".join(rf"\b{code}\b" for code in names))
        return codes.sub(lambda found: names[found.group()], text)

    def _put(self, kind: str, html: str, plain: str, facts: Mapping[str, Any]) -> None:
        self._show(Fragment(kind, html, plain, facts))

    def _identifier(self, wanted: str) -> str:
        # A cell may be run again, or a figure shown in two parts: each gets its own identifier.
        self._identifiers[wanted] = self._identifiers.get(wanted, 0) + 1
        times = self._identifiers[wanted]
        return wanted if times == 1 else f"{wanted}-{times}"

    def _download(self, facts: Mapping[str, Any], label: str) -> str:
        return download_html(facts, name=f"{self.case.name}-{facts['id']}", label=label)

    def _cited(self, names: str | Iterable[str]) -> list[Evidence]:
        return [self.library.evidence(name) for name in _names(names)]

    def _missing_for(self, what: str, names: str | Iterable[str], explanation: str | None) -> None:
        gaps = [self._gaps[name] for name in _names(names) if name in self._gaps]
        if not gaps and explanation is None:
            raise MethodError(
                where=what,
                found="no rows, though its evidence is there",
                wanted="rows, or the reason why there may be none",
                remedy="mend the selection, or say why with missing=",
            )
        needs = "; ".join(gap.wanted for gap in gaps) or str(explanation)
        where = "; ".join(dict.fromkeys(gap.remedy for gap in gaps))
        self.missing(what, needs=needs, where=where or "see the note in the text")


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)

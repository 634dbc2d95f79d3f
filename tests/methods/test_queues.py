"""Queues: closed forms worked by hand, and a simulation as the oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queue_simulation import share_lost, waits_in_order

from caseanalysis.errors import MethodError
from caseanalysis.methods.queues import erlang_b, erlang_c, servers_needed, waits


def clinic(**columns: float) -> pd.DataFrame:
    given_columns = {"patients": 1.5, "hours": 1.0, "rooms": 2.0, **columns}
    return pd.DataFrame({name: [value] for name, value in given_columns.items()})


def waiting(table: pd.DataFrame, within: float = 1.0, **options: float) -> pd.Series:
    found = waits(table, arrivals="patients", service_time="hours", servers="rooms",
                  within=within, **options)  # fmt: skip
    return found.iloc[0]


def test_loss_of_two_servers_is_as_worked_by_hand() -> None:
    # B = (a^2/2) / (1 + a + a^2/2) with a = 2: 2 / 5.
    assert erlang_b(2, 2) == pytest.approx(0.4)
    # a = 1, n = 3: (1/6) / (1 + 1 + 1/2 + 1/6) = 1/16.
    assert erlang_b(1, 3) == pytest.approx(1 / 16)
    assert erlang_b(3, 0) == 1


def test_loss_with_far_fewer_servers_than_load_does_not_overflow() -> None:
    # Nearly every server is always busy, so that 1 - n/a is lost.
    assert erlang_b(1e6, 1000) == pytest.approx(0.999, abs=1e-6)


def test_delay_of_one_server_is_its_utilisation() -> None:
    assert erlang_c(0.7, 1) == pytest.approx(0.7)


def test_delay_of_two_servers_is_as_worked_by_hand() -> None:
    # M/M/2: C = 2 r^2 / (1 + r) with r = 0.75: 1.125 / 1.75.
    assert erlang_c(1.5, 2) == pytest.approx(1.125 / 1.75)


def test_queue_without_end_is_refused() -> None:
    with pytest.raises(MethodError, match="more than the load"):
        erlang_c(2, 2)
    with pytest.raises(MethodError, match="a whole number"):
        erlang_b(2, 2.5)
    with pytest.raises(MethodError, match="0 or more"):
        erlang_b(-1, 2)


def test_waits_of_two_rooms_are_as_worked_by_hand() -> None:
    found = waiting(clinic())
    # C = 0.642857; mean = C / (2 - 1.5); within 1: 1 - C e^-0.5.
    assert found["delayed"] == pytest.approx(0.642857, abs=1e-6)
    assert found["mean_wait"] == pytest.approx(1.285714, abs=1e-6)
    assert found["share_within"] == pytest.approx(1 - 0.642857 * np.exp(-0.5), abs=1e-6)
    assert found["utilisation"] == pytest.approx(0.75)


def test_wait_for_one_server_is_that_of_pollaczek_and_khinchine() -> None:
    # l s^2 (1 + cv^2) / (2 (1 - r)) with l = 0.8, s = 1, cv = 0.5: 0.8 x 1.25 / 0.4.
    found = waiting(clinic(patients=0.8, rooms=1), cv_service=0.5)
    assert found["mean_wait"] == pytest.approx(2.5)


def test_even_times_in_service_shorten_the_tail_of_waits() -> None:
    # V = (1 + 0) / 2: within 1, 1 - C e^(-0.5 / 0.5), with the C of two rooms worked above.
    found = waiting(clinic(), cv_service=0)
    assert found["share_within"] == pytest.approx(1 - 0.642857 * np.exp(-1), abs=1e-6)


def test_evenly_spaced_patients_with_even_times_do_not_wait() -> None:
    found = waiting(clinic(), cv_arrivals=0, cv_service=0)
    assert found["mean_wait"] == 0
    assert found["share_within"] == 1


def test_loss_agrees_with_a_simulation_whatever_the_time_in_service() -> None:
    rng = np.random.default_rng(7)
    times = rng.lognormal(-0.5, 1.0, 150_000)  # mean exp(-0.5 + 0.5) = 1
    assert share_lost(5, 7, rng=rng, service=times) == pytest.approx(erlang_b(5, 7), abs=0.006)


def test_waits_agree_with_a_simulation() -> None:
    rng = np.random.default_rng(11)
    arrivals = np.cumsum(rng.exponential(1 / 1.5, 200_000))
    drawn = waits_in_order(arrivals, rng.exponential(1, 200_000), 2)
    found = waiting(clinic())
    assert drawn.mean() == pytest.approx(found["mean_wait"], rel=0.05)
    assert (drawn <= 1).mean() == pytest.approx(found["share_within"], abs=0.01)


def test_fewest_servers_keep_the_standard_and_one_less_breaks_it() -> None:
    table = clinic(patients=4).drop(columns="rooms")
    options = {"arrivals": "patients", "service_time": "hours", "within": 0.5}
    found = servers_needed(table, acceptable_share=0.9, **options)
    fewer = found[["patients", "hours"]].assign(rooms=found["servers"] - 1)
    assert found["share_within"].iloc[0] >= 0.9
    assert waits(fewer, servers="rooms", **options)["share_within"].iloc[0] < 0.9


def test_share_or_amount_out_of_range_is_refused() -> None:
    with pytest.raises(MethodError, match="between 0 and 1"):
        servers_needed(clinic(), arrivals="patients", service_time="hours", within=1,
                       acceptable_share=1)  # fmt: skip
    with pytest.raises(MethodError, match="amount of 0 or more"):
        waiting(clinic(hours=-1))
    with pytest.raises(MethodError, match="negative variation"):
        waiting(clinic(), cv_service=-1)


@settings(max_examples=30)
@given(offered=st.floats(0.01, 60), servers=st.integers(1, 80))
def test_one_more_server_loses_fewer(offered: float, servers: int) -> None:
    assert erlang_b(offered, servers) <= erlang_b(offered, servers - 1)


@settings(max_examples=20)
@given(rate=st.floats(0.1, 15), time=st.floats(0.1, 1.5))
def test_doubling_the_arrivals_needs_no_more_than_twice_the_servers(
    rate: float, time: float
) -> None:
    table = pd.DataFrame({"patients": [rate, 2 * rate], "hours": time})
    one, two = servers_needed(
        table, arrivals="patients", service_time="hours", within=0.5, acceptable_share=0.95
    )["servers"]
    assert one <= two <= 2 * one

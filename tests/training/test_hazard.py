"""A hazard model is measured on the future of what it learned, and reads only what is known."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from keepsake.core.errors import NotFound
from keepsake.core.features import EPOCH, Feature, Transform
from keepsake.core.mapping import DAY_SECONDS
from keepsake_training.data import HOTEL, Table, data_folder, raw_rows
from keepsake_training.fitting import AS_SAID, fit_calibration
from keepsake_training.hazard import FEATURES, blocks, place_by_unsaid, recency
from keepsake_training.hazard_splits import Split, mirror, splits_of
from keepsake_training.measures import intervals
from keepsake_training.train import Recipe, WrongData, evaluate, train_hazard

from tests.adapters import shipped

ROOT = Path(__file__).parent.parent.parent
HOTEL_FILE = data_folder() / HOTEL
needs_hotel = pytest.mark.skipif(not HOTEL_FILE.is_file(), reason=f"{HOTEL_FILE} is not there")
AGENT = Feature("agent_code", "booking.agent_code", Transform.PLACE)
LEAKS = ("country", "parking", "assigned", "status")


def booking(arrival, *, lead_days=0, **facts):
    """Return the facts of a booking."""
    start = float(arrival.toordinal() - EPOCH)
    when = {"booking.start_date": start, "booking.booked_time": (start - lead_days) * DAY_SECONDS}
    return {**when, "booking.lead_time_days": float(lead_days), **facts}


def table_of(rows):
    """Return a table of rows, every second one cancelled."""
    return Table(rows, np.arange(len(rows)) % 2 == 1)


@pytest.fixture
def recipe(tmp_path):
    """Make a recipe that writes into a folder of the test."""
    return Recipe(rules=ROOT / "rules", models=tmp_path / "models")


@pytest.mark.parametrize("features", FEATURES)
def test_no_list_of_features_reads_what_check_in_tells(features):
    """Country, parking and assigned room know who came: a better figure from them is a lie."""
    read = [feature.fact for feature in FEATURES[features]]

    assert [] == [fact for fact in read if any(leak in fact for leak in LEAKS)]


def test_at_booking_reads_nothing_that_grows_later():
    """Special requests of a stay that was cancelled early are few because it was cancelled."""
    later = {"booking.changes", "booking.waiting_list_days", "booking.special_requests"}
    read = {feature.fact for feature in FEATURES["at-booking"]}

    assert set() == read & (later | {"booking.nightly_rate"})
    assert later <= {feature.fact for feature in FEATURES["before-arrival"]}


def test_a_booking_made_before_the_day_is_never_tested_on():
    """It may be a twin of one that was learned."""
    split = Split(date(2016, 1, 1), date(2016, 9, 1))
    rows = [
        booking(date(2015, 12, 31)),
        booking(date(2016, 1, 2), lead_days=3),
        booking(date(2016, 1, 2), lead_days=1),
        booking(date(2016, 9, 1), lead_days=1),
    ]

    learned, tested = mirror(table_of(rows), split)

    assert rows[:1] == list(learned.rows)
    assert rows[2:3] == list(tested.rows)


def test_splits_start_after_half_a_year_and_leave_four_months_to_test_on():
    """A split that learns from weeks, or tests on them, would be told as if it were a forecast."""
    days = np.arange(date(2015, 7, 1).toordinal(), date(2017, 1, 1).toordinal())
    rows = [booking(date.fromordinal(int(day))) for day in days for _ in range(4)]

    splits = splits_of(table_of(rows))

    assert [date(2016, month, 1) for month in (1, 3, 5, 7, 9)] == [s.learned_until for s in splits]
    assert [date(2016, 9, 1), date(2016, 11, 1)] == [s.tested_until for s in splits][:2]
    assert {date(2017, 1, 1)} == {s.tested_until for s in splits[2:]}


def test_equal_bookings_are_one_block():
    """Forty rooms of one group would outvote a month of guests."""
    same = booking(date(2016, 1, 2), lead_days=9)

    assert [0, 0, 1] == blocks(
        table_of([same, dict(same), {**same, "booking.adults": 2.0}])
    ).tolist()


def test_the_weight_of_a_booking_halves_in_four_months():
    """Without it the models say what was true a year ago."""
    found = recency(table_of([booking(date(2016, 5, 1), lead_days=days) for days in (0, 120, 240)]))

    assert [1.0, 0.5, 0.25] == found.tolist()


def test_agents_are_placed_by_what_is_unsaid_of_them_and_rare_ones_left_out():
    """Placed by their bare rate, an agent of risky groups is taken for risky himself."""
    names = ["worse"] * 30 + ["better"] * 30 + ["rare"] * 3
    rows = [booking(date(2016, 1, 1), **{AGENT.fact: name}) for name in names]
    unsaid = np.array([0.2] * 30 + [-0.2] * 30 + [0.9] * 3)

    placed = place_by_unsaid(AGENT, table_of(rows), unsaid, weights=np.ones(len(rows)))

    assert ("better", "worse") == placed.words


def test_a_calibration_that_is_trusted_by_half_moves_half_the_way():
    """Two odd months would otherwise shift every score of a year."""
    random = np.random.default_rng(0)
    margins = random.normal(0, 1.5, 20_000)
    truth = random.random(20_000) < 1 / (1 + np.exp(-(margins + 1)))

    said = fit_calibration(margins, truth, trust=0.5).apply(np.zeros(1))[0]

    assert 1 / (1 + np.exp(-0.5)) == pytest.approx(said, abs=0.02)
    assert pytest.approx(0.5) == AS_SAID.apply(np.zeros(1))[0]


def test_intervals_over_blocks_are_wider_where_rows_repeat():
    """Copies of a case are no further evidence."""
    random = np.random.default_rng(1)
    scores, truth = random.random(300), random.random(300) < 0.4
    copies = np.repeat(np.arange(300), 20)

    apart = intervals(truth[copies], scores[copies], seed=0)["auc"]
    together = intervals(truth[copies], scores[copies], seed=0, blocks=copies)["auc"]

    assert together[1] - together[0] > 2 * (apart[1] - apart[0])


def test_a_list_of_features_that_is_not_there_is_told(recipe):
    """The analyst sees which lists there are, not a traceback."""
    with pytest.raises(NotFound, match="before-arrival"):
        train_hazard(recipe, features="at-chek-in")


@pytest.mark.needs_data
@needs_hotel
@pytest.mark.slow
@pytest.mark.timeout(240)  # models are trained, on a machine that may be busy
def test_the_hazard_model_can_be_trained_again_to_the_byte(recipe, tmp_path):
    """The same as for the simulation, on a real file with text, dates and gaps."""
    path = sample_of_hotel(tmp_path, rows=600, until="2016-05")
    again = Recipe(rules=recipe.rules, models=tmp_path / "again")

    first, second = train_hazard(recipe, data=path), train_hazard(again, data=path)

    assert bundle_bytes(first) == bundle_bytes(second)


@pytest.mark.needs_data
@needs_hotel
@pytest.mark.slow
@pytest.mark.timeout(240)  # the same
def test_before_arrival_is_trained_and_measured_like_the_other(recipe, tmp_path):
    """Half of what is promised would be missing; strange agents and countries are part of it."""
    path = sample_of_hotel(tmp_path, rows=600, until="2016-05")
    fresh = sample_of_hotel(tmp_path, rows=500, agent="9999", country="XYZ")

    bundle = train_hazard(recipe, features="before-arrival", data=path)
    figures = evaluate(recipe, bundle, data=fresh)

    assert {"auc", "brier", "log_loss", "ece", "rows"} <= set(figures)
    assert figures["rows"] == 500
    assert figures["auc"] > 0.6  # only a broken path is below


@pytest.mark.needs_data
@needs_hotel
def test_a_score_does_not_depend_on_the_other_rows_of_a_file(recipe, tmp_path):
    """A feature that counts rows of the scored file would not be there in service."""
    raws = [raw for _, raw in zip(range(400), raw_rows(HOTEL_FILE), strict=False)]
    both, half = tmp_path / "both.csv", tmp_path / "half.csv"
    write(both, [*raws, *raws])
    write(half, raws)
    bundle = shipped.folder("travel", "hazard")

    once, twice = evaluate(recipe, bundle, data=half), evaluate(recipe, bundle, data=both)

    assert once["brier"] == pytest.approx(twice["brier"], abs=1e-12)
    assert once["auc"] == pytest.approx(twice["auc"], abs=1e-12)


@pytest.mark.needs_data
@needs_hotel
def test_a_file_need_not_have_columns_the_model_does_not_read(recipe, tmp_path):
    """A list of bookings as they were made has no changes and no requests yet."""
    raws = [raw for _, raw in zip(range(400), raw_rows(HOTEL_FILE), strict=False)]
    whole, poor = tmp_path / "whole.csv", tmp_path / "poor.csv"
    late = {"booking_changes", "total_of_special_requests", "days_in_waiting_list", "country"}
    write(whole, raws)
    write(poor, [{name: text for name, text in raw.items() if name not in late} for raw in raws])
    bundle = shipped.folder("travel", "hazard")

    figures = evaluate(recipe, bundle, data=poor)

    assert evaluate(recipe, bundle, data=whole) == figures


@pytest.mark.needs_data
@needs_hotel
def test_too_few_bookings_to_measure_on_are_told(recipe, tmp_path):
    """A model without a figure would be shipped as if it were good."""
    path = sample_of_hotel(tmp_path, rows=50)

    with pytest.raises(WrongData, match="too few bookings"):
        train_hazard(recipe, data=path)


def bundle_bytes(folder):
    """Return all files of a bundle."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def sample_of_hotel(tmp_path, *, rows, until="2018-01", **changed):
    """Write some rows of the hotel file with arrival before a month, spread over its time."""
    months = {name: f"{number:02}" for number, name in enumerate(MONTHS, start=1)}
    table = [
        {**raw, **changed}
        for raw in raw_rows(HOTEL_FILE)
        if f"{raw['arrival_date_year']}-{months[raw['arrival_date_month']]}" < until
    ]
    chosen = np.sort(np.random.default_rng(1).choice(len(table), rows, replace=False))
    path = tmp_path / f"hotel-{rows}.csv"
    write(path, [table[int(at)] for at in chosen])
    return path


def write(path, raws):
    """Write raw rows as CSV."""
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(raws[0]))
        writer.writeheader()
        writer.writerows(raws)


MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

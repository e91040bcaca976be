"""The rule of the clock: whatever a browser claims, wall time pays for it, each second once."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from portal.study import crediting, intervals
from tests.study.world import START

LENGTH = 90
claims = st.lists(st.tuples(st.integers(-10, 120), st.integers(-10, 120)), max_size=5)
reports = st.lists(st.tuples(st.floats(-20, 40), claims), max_size=12)


def play(reports):  # type: ignore[no-untyped-def]
    """Runs reports through the rule; yields (wall seconds, cover) after each. Time may step back."""
    paid_until = moment = START
    covered: intervals.Cover = []
    latest = START
    for pause, played in reports:
        moment += timedelta(seconds=pause)
        latest = max(latest, moment)
        worth = crediting.worth(played, covered, LENGTH, paid_until, moment)
        assert worth.paid_until >= paid_until
        assert not set(worth.credited) & set(worth.refused)
        assert intervals.total([*worth.credited, *covered]) == intervals.total(worth.credited) + intervals.total(
            covered
        )
        covered, paid_until = intervals.union(covered, worth.credited), worth.paid_until
        yield (latest - START).total_seconds(), covered


@given(reports)
def test_never_more_than_the_wall_time_nor_the_lesson_and_never_less_than_before(reports) -> None:  # type: ignore[no-untyped-def]
    before = 0
    for wall, covered in play(reports):
        earned = intervals.total(covered)
        assert before <= earned <= min(wall, LENGTH)
        before = earned


@given(st.lists(st.floats(0, 14), min_size=1, max_size=12), st.floats(0, 3))
def test_an_honest_learner_loses_nothing(delays: list[float], start: float) -> None:
    """Ten seconds played every ten seconds; reports arrive up to 14 s late, in order."""
    covered: intervals.Cover = []
    paid_until = arrived = START
    for number, delay in enumerate(delays):
        sent = START + timedelta(seconds=start + 10 * (number + 1))
        arrived = max(arrived, sent + timedelta(seconds=delay))
        worth = crediting.worth([(10 * number, 10 * number + 10)], covered, 1000, paid_until, arrived)
        covered, paid_until = intervals.union(covered, worth.credited), worth.paid_until
        assert worth.refused == []
    assert covered == [(0, 10 * len(delays))]


@given(claims, st.floats(0, 60))
def test_the_same_report_again_is_worth_nothing_new(played: list[tuple[int, int]], wait: float) -> None:
    first = crediting.worth(played, [], LENGTH, START, START + timedelta(seconds=200))
    again = crediting.worth(played, first.credited, LENGTH, first.paid_until, START + timedelta(seconds=200 + wait))
    assert again.credited == []


def test_double_speed_earns_the_wall_time() -> None:
    worth = crediting.worth([(0, 20)], [], LENGTH, START, START + timedelta(seconds=10))
    assert (worth.credited, worth.refused) == ([(0, 10)], [(10, 20)])


def test_a_seek_to_the_end_earns_only_what_was_played() -> None:
    worth = crediting.worth([(0, 5), (85, 90)], [], LENGTH, START, START + timedelta(seconds=10))
    assert worth.credited == [(0, 5), (85, 90)]
    assert crediting.explained(worth.credited, [], LENGTH) == [crediting.Gap(5, 85, crediting.SKIPPED)]


def test_offline_is_made_up_to_half_an_hour() -> None:
    worth = crediting.worth([(0, 5000)], [], 5000, START, START + timedelta(hours=2))
    assert intervals.total(worth.credited) == (crediting.OFFLINE + crediting.CARRY).total_seconds()


def test_a_pause_does_not_pay_for_a_later_jump() -> None:
    paid_until = START
    for minute in range(1, 6):
        paid_until = crediting.worth([], [], LENGTH, paid_until, START + timedelta(minutes=minute)).paid_until
    worth = crediting.worth([(0, 90)], [], LENGTH, paid_until, START + timedelta(minutes=5, seconds=10))
    assert worth.credited == [(0, 25)]


def test_causes_of_gaps() -> None:
    refused = [[10, 20, crediting.CLOCK], [12, 14, crediting.OTHER_PLAYER]]
    found = crediting.explained([(0, 10), (40, 50)], refused, LENGTH)
    assert found == [
        crediting.Gap(10, 40, crediting.OTHER_PLAYER),
        crediting.Gap(50, 90, crediting.AHEAD),
    ]
    assert crediting.kept(refused, [(0, 15)]) == [[10, 20, crediting.CLOCK]]


def test_the_last_second_may_be_missing_but_not_two() -> None:
    assert crediting.is_complete([(0, LENGTH - 1)], LENGTH)
    assert not crediting.is_complete([(0, LENGTH - 2)], LENGTH)
    assert crediting.explained([(0, LENGTH - 1)], [], LENGTH) == []


def test_ten_thousand_sequences_of_lies() -> None:
    """The same rule over many more sequences than a property draws; the same ones every time."""
    random = Random(20261127)

    def claim() -> tuple[int, int]:
        return random.randint(-10, 120), random.randint(-10, 120)

    for _ in range(10_000):
        told = [(random.uniform(-20, 40), [claim() for _ in range(random.randint(0, 4))]) for _ in range(8)]
        for wall, covered in play(told):
            assert intervals.total(covered) <= min(wall, LENGTH)


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_lost_reports_lose_nothing_that_was_seen(lost: list[bool]) -> None:
    """Ten seconds played every ten; what did not get through goes with the next report, and the last one arrives."""
    covered: intervals.Cover = []
    paid_until, unsent = START, []
    for number, gone in enumerate([*lost, False]):
        unsent.append((10 * number, 10 * number + 10))
        if gone:
            continue
        worth = crediting.worth(unsent, covered, 1000, paid_until, START + timedelta(seconds=10 * number + 10))
        covered, paid_until, unsent = intervals.union(covered, worth.credited), worth.paid_until, []
        assert worth.refused == []
    assert covered == [(0, 10 * len(lost) + 10)]

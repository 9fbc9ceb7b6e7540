"""The queue simulated forward: who is painted when, with loads, company, urgency and fair share."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forecasting.asking import Ask
from generation.forecasting.looking_ahead import Queued, Running, Studio, look_ahead
from generation.forecasting.pace import Costs, Load, Pace, Paces, parts_of
from generation.forecasting.workers import Painter
from generation.services.claiming import order_of_claim
from tests.support.rows import NOON

SMALL, LARGE = (256, 256), (512, 512)
ROW_S = 0.1
GPU = Painter(worker="gpu0", device="gpu", resident={"red": 10}, budget_bytes=15)


def ask(model: str = "red", size: tuple[int, int] = SMALL, *, calls: int = 8, pictures: int = 1) -> Ask:
    """A second: eight calls of a tenth each, and as much as two of them for decoding."""
    return Ask(model=model, width=size[0], height=size[1], calls=calls, rows=1, pictures=pictures)


def waiting(key: str, owner_id: int = 1, *, priority: int = 0, turn: float = 0.0, **asked: object) -> Queued:
    """A job in line."""
    asks = ask(**asked)  # type: ignore[arg-type]
    return Queued(key=key, owner_id=owner_id, priority=priority, created_at=NOON, turn=turn, ask=asks)


def painted(
    key: str, *, progress: float = 0.0, loading: bool = False, since_s: float = 0.0, **asked: object
) -> Running:
    """A job on the first GPU."""
    return Running(
        key=key,
        owner_id=9,
        priority=0,
        worker="gpu0",
        ask=ask(**asked),  # type: ignore[arg-type]
        progress=progress,
        loading=loading,
        since_s=since_s,
    )


def paces(*, call_s: float = 0.0) -> Paces:
    """What is known of two models of ten bytes that paint a picture of either size in a tenth of a second a call."""
    known, loads = {}, {}
    costs = Costs(call=call_s, row=ROW_S, picture=2 * ROW_S)
    for model in ("red", "blue"):
        loads[model, "gpu"] = Load(seconds=5.0, bytes=10)
        for size in (SMALL, LARGE):
            pace = Pace()
            for number in range(64):
                one = ask(model, size, calls=(4, 8, 20, 39)[number % 4], pictures=(1, 2, 4, 8)[number // 4 % 4])
                pace = pace.learned(one, costs.of(parts_of(one)))
            known[model, "gpu", one.bucket] = pace
    return Paces(paces=known, loads=loads)


KNOWN = paces()


def ahead(
    queue: Sequence[Queued] = (),
    running: Sequence[Running] = (),
    *,
    painters: Sequence[Painter] = (GPU,),
    known: Paces = KNOWN,
    alone: frozenset[str] = frozenset(),
) -> dict[str, float]:
    """When each job is done, to the hundredth of a second."""
    studio = Studio(now=NOON, painters=painters, running=running, queue=queue, alone=alone)
    found = look_ahead(studio, known, choose=partial(order_of_claim))
    return {key: round(outlook.seconds, 2) for key, outlook in found.items()}


def near(**seconds: float) -> object:
    """About so many seconds: what was learned is not exact to the last digit."""
    return pytest.approx(seconds, rel=0.02, abs=0.01)


def test_a_job_alone_takes_what_it_costs() -> None:
    assert ahead([waiting("a")]) == near(a=1.0)


def test_jobs_of_different_sizes_are_painted_one_after_another() -> None:
    assert ahead([waiting("a"), waiting("b", size=LARGE)]) == near(a=1.0, b=2.0)


def test_a_job_joins_the_company_of_its_size_past_another_that_has_not_waited_long() -> None:
    assert ahead([waiting("a"), waiting("b", size=LARGE), waiting("c")]) == near(a=2.0, c=2.0, b=3.0)


def test_a_job_that_has_waited_long_is_not_passed() -> None:
    old = replace(waiting("b", size=LARGE), created_at=NOON - timedelta(minutes=1))

    assert ahead([waiting("a"), old, waiting("c")]) == near(a=1.0, b=2.0, c=3.0)


def test_jobs_of_one_size_are_painted_together_and_are_done_together() -> None:
    assert ahead([waiting("a"), waiting("b")]) == near(a=2.0, b=2.0)


def test_where_the_call_costs_more_than_the_picture_company_costs_little() -> None:
    known = paces(call_s=1.0)

    assert ahead([waiting("a")], known=known) == near(a=9.0)
    assert ahead([waiting("a"), waiting("b")], known=known) == near(a=9.9, b=9.9)


def test_a_model_call_holds_eight_pictures() -> None:
    assert ahead([waiting("a", pictures=8), waiting("b")]) == near(a=8.0, b=9.0)


def test_a_model_that_is_not_in_memory_is_loaded_first() -> None:
    assert ahead([waiting("a", model="blue")]) == near(a=6.0)


def test_a_model_that_had_to_leave_is_loaded_again() -> None:
    there = [waiting("a", model="blue"), waiting("b"), waiting("c", model="blue")]
    both = Painter(worker="gpu0", device="gpu", resident={"red": 10}, budget_bytes=20)

    in_order = look_ahead(Studio(now=NOON, painters=[GPU], queue=there), KNOWN)

    assert {key: round(found.seconds) for key, found in in_order.items()} == {"a": 7, "c": 7, "b": 13}
    assert ahead(there, painters=[both]) == near(b=1.0, a=8.0, c=8.0)


def test_a_pinned_model_stays() -> None:
    pinned = Painter(worker="gpu0", device="gpu", resident={"red": 10}, pinned={"red"}, budget_bytes=15)
    there = [waiting("a", model="blue"), waiting("b")]

    found = look_ahead(Studio(now=NOON, painters=[pinned], queue=there), KNOWN)

    assert round(found["b"].seconds) == 7


def test_a_worker_prefers_what_it_has_in_memory() -> None:
    assert ahead([waiting("a", model="blue"), waiting("b", owner_id=2)]) == near(b=1.0, a=7.0)


def test_a_running_job_takes_what_is_left_of_it() -> None:
    assert ahead(running=[painted("a", progress=0.75)]) == near(a=0.25)


def test_a_load_under_way_takes_what_is_left_of_it() -> None:
    assert ahead(running=[painted("a", model="blue", loading=True, since_s=3.0)]) == near(a=3.0)


def test_a_job_that_ought_to_be_over_is_over_soon() -> None:
    assert ahead(running=[painted("a", progress=1.0)]) == near(a=0.05)


def test_an_urgent_job_takes_the_place_of_what_is_painted() -> None:
    urgent = waiting("b", priority=1, turn=-60.0, size=LARGE)

    assert ahead([urgent], [painted("a")]) == near(b=1.0, a=2.0)


def test_two_workers_paint_at_the_same_time() -> None:
    other = Painter(worker="gpu1", device="gpu", resident={"red": 10})

    assert ahead([waiting("a"), waiting("b", size=LARGE)], painters=[GPU, other]) == near(a=1.0, b=1.0)


def test_a_model_that_paints_alone_has_no_company() -> None:
    assert ahead([waiting("a"), waiting("b")], alone=frozenset({"red"})) == near(a=1.0, b=2.0)


def test_a_flood_is_overtaken_by_somebody_else() -> None:
    flood = [waiting(f"f{number}", turn=float(number), size=LARGE if number % 2 else SMALL) for number in range(10)]
    line = sorted([*flood, waiting("single", owner_id=2, turn=0.5)], key=lambda job: job.turn)

    found = ahead(line)

    assert found["single"] <= sorted(found.values())[3]


def test_who_used_less_has_more_of_the_time_to_come() -> None:
    mine = [waiting(f"m{number}", 1, turn=30.0 + number, pictures=8) for number in range(5)]
    theirs = [waiting(f"t{number}", 2, turn=float(number), pictures=8) for number in range(3)]

    found = ahead(sorted([*mine, *theirs], key=lambda job: job.turn))

    assert sorted(found, key=lambda key: found[key]) == ["t0", "t1", "t2", "m0", "m1", "m2", "m3", "m4"]


def test_nobody_awake_and_nothing_learned_foretell_nothing() -> None:
    assert ahead([waiting("a")], painters=[]) == {}
    assert ahead([waiting("a")], known=Paces()) == {}
    assert ahead(running=[painted("a")], painters=[Painter(worker="gpu7", device="gpu")]) == {}


def test_what_follows_a_guess_is_a_guess() -> None:
    line = [waiting("a", model="green"), waiting("b", size=LARGE)]
    studio = Studio(now=NOON, painters=[GPU], queue=line)

    found = look_ahead(studio, KNOWN)

    assert (found["a"].guess, found["b"].guess) == (True, True)
    assert not look_ahead(Studio(now=NOON, painters=[GPU], queue=line[1:]), KNOWN)["b"].guess


def test_it_stops_as_soon_as_it_knows_what_was_asked() -> None:
    line = [waiting(f"j{number}", pictures=8) for number in range(50)]

    found = look_ahead(Studio(now=NOON, painters=[GPU], queue=line), KNOWN, wanted={"j3"})

    assert list(found) == ["j0", "j1", "j2", "j3"]


JOBS = st.builds(
    lambda model, size, calls, pictures: ask(model, size, calls=calls, pictures=pictures),
    st.sampled_from(["red", "blue"]),
    st.sampled_from([SMALL, LARGE]),
    st.integers(1, 30),
    st.integers(1, 9),
)


def line_of(asks: Sequence[Ask], owners: int = 3, seed: int = 0) -> list[Queued]:
    """A line of several people's jobs as it would be claimed."""
    chance, own = random.Random(seed), dict.fromkeys(range(owners), 0)
    line = []
    for number, asked in enumerate(asks):
        owner = chance.randrange(owners)
        turn, own[owner] = float(own[owner]), own[owner] + 1
        created_at = NOON - timedelta(seconds=len(asks) - number)
        line.append(Queued(key=str(number), owner_id=owner, priority=0, created_at=created_at, turn=turn, ask=asked))
    return sorted(line, key=lambda job: (job.turn, job.created_at))


@given(st.lists(JOBS, min_size=1, max_size=25), st.integers(0, 5), st.integers(1, 3))
def test_everybody_is_done_at_last_and_nobody_sooner_than_alone(asks: list[Ask], seed: int, workers: int) -> None:
    painters = [Painter(worker=f"gpu{n}", device="gpu", resident={"red": 10}, budget_bytes=15) for n in range(workers)]

    found = look_ahead(Studio(now=NOON, painters=painters, queue=line_of(asks, seed=seed)), KNOWN)

    assert found.keys() == {str(number) for number in range(len(asks))}
    for number, asked in enumerate(asks):
        assert found[str(number)].seconds >= 0.98 * ROW_S * asked.pictures * (asked.calls + 2)
        assert found[str(number)].starts_s <= found[str(number)].seconds


@given(st.lists(JOBS, min_size=1, max_size=25), st.integers(0, 5))
def test_one_worker_is_never_idle_and_does_nothing_twice(asks: list[Ask], seed: int) -> None:
    red = [replace(asked, model="red") for asked in asks]

    found = look_ahead(Studio(now=NOON, painters=[GPU], queue=line_of(red, seed=seed)), KNOWN)

    work_s = sum(ROW_S * asked.pictures * (asked.calls + 2) for asked in red)
    assert max(outlook.seconds for outlook in found.values()) == pytest.approx(work_s, rel=0.02)


@given(st.lists(JOBS, min_size=2, max_size=20), st.integers(0, 5))
def test_one_more_job_at_the_end_never_makes_the_whole_line_shorter(asks: list[Ask], seed: int) -> None:
    line = [replace(job, ask=replace(job.ask, model="red")) for job in line_of(asks, seed=seed)]

    def last_s(queue: Sequence[Queued]) -> float:
        found = look_ahead(Studio(now=NOON, painters=[GPU], queue=queue), KNOWN)
        return max(outlook.seconds for outlook in found.values())

    assert last_s(line) > last_s(line[:-1])


@given(st.lists(JOBS, min_size=1, max_size=20), st.integers(1, 4))
def test_a_second_worker_delays_the_end_by_no_more_than_a_job_and_its_loads(asks: list[Ask], seed: int) -> None:
    line = line_of(asks, seed=seed)
    other = replace(GPU, worker="gpu1")

    one = look_ahead(Studio(now=NOON, painters=[GPU], queue=line), KNOWN)
    two = look_ahead(Studio(now=NOON, painters=[GPU, other], queue=line), KNOWN)

    longest_s = max(ROW_S * job.ask.pictures * (job.ask.calls + 2) for job in line)
    end_of_one, end_of_two = (max(outlook.seconds for outlook in found.values()) for found in (one, two))
    assert end_of_two <= 1.01 * (end_of_one + longest_s + 5.0 * len(asks))

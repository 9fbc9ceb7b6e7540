"""Which models have to go: enough of them, none too many, and never at more than twice the least cost."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.engine.eviction import HALF_LIFE_S, Candidate, least_costly

NOW = 10_000.0


def model(name: str, *, size: int = 10, load_s: float = 1.0, unused_s: float = 0.0) -> Candidate:
    return Candidate(name=name, bytes=size, load_s=load_s, used_at=NOW - unused_s)


def chosen(*models: Candidate, needed: int) -> list[str]:
    return [candidate.name for candidate in least_costly(models, needed=needed, now=NOW)]


def cost_of(models: tuple[Candidate, ...]) -> float:
    return sum(candidate.cost(NOW) for candidate in models)


def test_nothing_goes_where_nothing_is_needed() -> None:
    assert chosen(model("a"), needed=0) == []


def test_what_is_quick_to_load_goes_before_what_is_slow() -> None:
    assert chosen(model("slow", load_s=20), model("quick", load_s=2), needed=5) == ["quick"]


def test_what_was_unused_for_long_goes_before_what_was_used_just_now() -> None:
    assert chosen(model("new"), model("old", unused_s=3600), needed=5) == ["old"]


def test_a_slow_load_outweighs_a_short_rest() -> None:
    assert chosen(model("slow", load_s=30, unused_s=60), model("quick", load_s=2), needed=5) == ["quick"]


def test_a_model_costs_half_after_a_half_life() -> None:
    assert model("a", unused_s=HALF_LIFE_S).cost(NOW) == pytest.approx(model("a").cost(NOW) / 2)


def test_one_small_model_goes_rather_than_a_large_one_that_costs_more() -> None:
    assert chosen(model("large", size=100, load_s=9), model("small", size=20, load_s=3), needed=15) == ["small"]


def test_one_large_model_goes_rather_than_many_small_ones_that_cost_more_together() -> None:
    small = [model(f"small{number}", size=10, load_s=1) for number in range(5)]

    assert chosen(*small, model("large", size=50, load_s=6), needed=50) == [candidate.name for candidate in small]
    assert chosen(*small, model("large", size=50, load_s=4), needed=50) == ["large"]


def test_what_turns_out_to_be_unnecessary_stays() -> None:
    assert chosen(model("tiny", size=1, load_s=0.01), model("enough", size=20, load_s=1), needed=20) == ["enough"]


def test_everything_goes_where_even_that_is_too_little() -> None:
    assert sorted(chosen(model("a"), model("b"), needed=100)) == ["a", "b"]


MODELS = st.lists(
    st.tuples(st.integers(1, 60), st.floats(0.01, 60), st.floats(0, 20_000)).map(
        lambda facts: model("any", size=facts[0], load_s=facts[1], unused_s=facts[2])
    ),
    min_size=1,
    max_size=8,
)


@given(models=MODELS, share=st.floats(0.01, 1.0))
def test_any_choice_is_enough_has_no_surplus_and_costs_at_most_twice_the_least(
    models: list[Candidate], share: float
) -> None:
    needed = max(1, int(share * sum(candidate.bytes for candidate in models)))

    choice = least_costly(models, needed=needed, now=NOW)

    freed = sum(candidate.bytes for candidate in choice)
    assert freed >= needed
    assert all(freed - candidate.bytes < needed for candidate in choice)
    sets = (some for count in range(1, len(models) + 1) for some in combinations(models, count))
    least = min(cost_of(some) for some in sets if sum(candidate.bytes for candidate in some) >= needed)
    assert cost_of(choice) <= 2 * least * (1 + 1e-9)

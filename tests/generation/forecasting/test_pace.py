"""Learning how fast a device paints: four costs from what paintings took, and what is expected before any."""

import random
from dataclasses import astuple

import pytest

from generation.forecasting.asking import Ask, ask_of
from generation.forecasting.pace import Costs, Load, Pace, Paces, parts_of
from tests.support.recipes import make_recipe

TRUTH = Costs(painting=0.4, call=0.05, row=0.1, picture=0.3)


def ask(**changes: object) -> Ask:
    """One small picture in ten calls."""
    fields = {"model": "starter", "width": 256, "height": 256, "calls": 10, "rows": 1, "pictures": 1}
    return Ask(**{**fields, **changes})  # type: ignore[arg-type]


def taught(asks: list[Ask], truth: Costs = TRUTH, *, noise: float = 0.0, seed: int = 0) -> Pace:
    """A pace that learned what these jobs take."""
    chance, pace = random.Random(seed), Pace()
    for one in asks:
        pace = pace.learned(one, truth.of(parts_of(one)) * (1 + chance.uniform(-noise, noise)))
    return pace


def mixed(count: int, seed: int = 1) -> list[Ask]:
    """Jobs of one size that differ in everything else."""
    chance = random.Random(seed)
    return [
        ask(calls=chance.choice((4, 8, 20, 39)), rows=chance.choice((1, 2)), pictures=chance.choice((1, 2, 4, 8)))
        for _ in range(count)
    ]


def test_a_recipe_asks_for_calls_rows_and_pictures() -> None:
    plain, heun = make_recipe(steps=8, guidance_scale=1.0), make_recipe(steps=8, sampler="Heun", guidance_scale=5.0)

    assert ask_of(plain.to_dict(), 3) == ask(height=192, calls=8, pictures=3)
    assert ask_of(heun.to_dict(), 1) == ask(height=192, calls=15, rows=2)


@pytest.mark.parametrize("change", [{"steps": None}, {"width": "wide"}, {"model": ...}, {"guidance_scale": ...}])
def test_a_recipe_that_cannot_be_read_asks_for_nothing_known(change: dict[str, object]) -> None:
    data = {**make_recipe().to_dict(), **change}

    assert ask_of({name: value for name, value in data.items() if value is not ...}, 1) is None


def test_one_painting_is_enough_to_foretell_the_same_again() -> None:
    pace = Pace().learned(ask(), 3.0)

    assert pace.costs().of(parts_of(ask())) == pytest.approx(3.0)


def test_one_painting_tells_of_others_by_calls_pictures_and_rows() -> None:
    pace = Pace().learned(ask(calls=10), 1.2)

    costs = pace.costs()

    assert costs == pytest.approx((0, 0, 0.1, 0.2), rel=0.01)
    assert costs.of(parts_of(ask(calls=20, rows=2, pictures=3))) == pytest.approx(0.1 * 120 + 0.2 * 3, rel=0.01)


def test_many_paintings_tell_the_four_costs_apart() -> None:
    pace = taught(mixed(60))

    others = mixed(20, seed=2)
    for other in others:
        assert pace.costs().of(parts_of(other)) == pytest.approx(TRUTH.of(parts_of(other)), rel=0.05)


def test_noise_is_averaged_out() -> None:
    pace = taught(mixed(200), noise=0.2)

    for other in mixed(20, seed=2):
        assert pace.costs().of(parts_of(other)) == pytest.approx(TRUTH.of(parts_of(other)), rel=0.15)


def test_no_cost_is_ever_below_zero() -> None:
    pace = taught([ask(calls=4), ask(calls=40)] * 3, Costs(row=0.1), noise=0.3, seed=3)

    assert min(pace.costs()) >= 0


def test_one_painting_that_took_ten_times_as_long_moves_little() -> None:
    pace = taught([ask()] * 20)
    expected = pace.costs().of(parts_of(ask()))

    disturbed = pace.learned(ask(), 10 * expected)

    assert disturbed.costs().of(parts_of(ask())) < 1.05 * expected


def test_a_device_that_became_slower_is_followed() -> None:
    pace = taught([ask()] * 40)

    for _ in range(60):
        pace = pace.learned(ask(), 2 * TRUTH.of(parts_of(ask())))

    assert pace.costs().of(parts_of(ask())) == pytest.approx(2 * TRUTH.of(parts_of(ask())), rel=0.15)


def test_what_shared_its_model_calls_tells_the_same_as_what_was_painted_alone() -> None:
    together = Pace()
    for one in mixed(60):
        parts = parts_of(one, 0.25)
        together = together.learned(one, TRUTH.of(parts), share=0.25)

    for other in mixed(20, seed=2):
        assert together.costs().of(parts_of(other)) == pytest.approx(TRUTH.of(parts_of(other)), rel=0.1)


def test_nothing_is_foretold_before_anything_was_learned() -> None:
    assert Paces().cost(ask(), "cpu") is None


def test_another_size_of_the_same_model_is_scaled_and_called_a_guess() -> None:
    small = ask(width=128, height=128)
    paces = Paces(paces={("starter", "cpu", small.bucket): Pace().learned(small, 1.2)})

    cost = paces.cost(ask(), "cpu")

    assert cost is not None
    assert astuple(cost) == pytest.approx((4.8, 0.0, 0.4, True), abs=1e-9)


def test_the_nearest_kin_is_asked_first() -> None:
    own, elsewhere, other = Pace().learned(ask(), 1.0), Pace().learned(ask(), 5.0), Pace().learned(ask(), 9.0)
    size, next_size = ask().bucket, ask(width=264).bucket
    kin = {("starter", "cuda", size): elsewhere, ("other", "cpu", size): other}

    def seconds(paces: dict[tuple[str, str, int], Pace]) -> float:
        cost = Paces(paces=paces).cost(ask(), "cpu")
        assert cost is not None
        return cost.seconds

    assert seconds({**kin, ("starter", "cpu", size): own}) == pytest.approx(1.0, rel=0.01)
    assert 0.9 < seconds({**kin, ("starter", "cpu", next_size): own}) < 1.1
    assert seconds(kin) == pytest.approx(5.0)
    assert seconds({("other", "cpu", size): other}) == pytest.approx(9.0)


def test_a_load_follows_the_newest_ones_and_keeps_its_size() -> None:
    load = Load(seconds=2.0).learned(4.0, 1000)

    assert astuple(load) == pytest.approx((2.0 * 2**0.3, 1000))
    assert load.learned(2.0).bytes == 1000
    assert Load(seconds=0.0).learned(3.0) == Load(seconds=3.0)


def test_a_load_that_was_never_seen_takes_what_other_models_take_there() -> None:
    loads = {("a", "cpu"): Load(seconds=1.0), ("b", "cpu"): Load(seconds=3.0, bytes=7), ("c", "cuda"): Load(seconds=9)}
    paces = Paces(loads=loads)

    assert paces.load("b", "cpu") == Load(seconds=3.0, bytes=7)
    assert paces.load("new", "cpu") == Load(seconds=3.0)
    assert Paces().load("new", "cpu") == Load(seconds=0.0)

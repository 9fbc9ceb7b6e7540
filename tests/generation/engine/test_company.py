"""Who shares the next model call, and how many more pictures fit beside what is under way."""

from dataclasses import dataclass

import pytest

from generation.engine.company import Load, Shape, free_slots, in_turn

SQUARE = Shape("starter", "1", 256, 256, ())
WIDE = Shape("starter", "1", 512, 256, ())


@dataclass(frozen=True)
class Asked:
    """An order as the queue of the device sees it."""

    arrival: int
    priority: int = 0
    shape: Shape = SQUARE


def test_the_most_urgent_goes_first_and_then_the_oldest() -> None:
    orders = [Asked(3), Asked(1), Asked(4, priority=5), Asked(2, priority=-1)]

    assert [order.arrival for order in in_turn(orders)] == [4, 1, 3, 2]


@pytest.mark.parametrize(
    ("under_way", "slots"),
    [
        ([], 8),
        ([Load(SQUARE, 0, 3)], 5),
        ([Load(SQUARE, 0, 3), Load(SQUARE, 0, 5)], 0),
        ([Load(SQUARE, 0, 8), Load(SQUARE, 0, 8)], 0),
        ([Load(WIDE, 0, 1)], 0),
        ([Load(SQUARE, 0, 1), Load(WIDE, 0, 1)], 0),
        ([Load(SQUARE, 0, 1, alone=True)], 0),
        ([Load(WIDE, -1, 1)], 1),
        ([Load(SQUARE, -1, 8)], 1),
        ([Load(SQUARE, -1, 2)], 6),
        ([Load(WIDE, -1, 1), Load(WIDE, 0, 1)], 0),
    ],
    ids=str,
)
def test_offers_the_room_that_is_left_in_a_model_call_and_one_place_to_whoever_is_more_urgent(
    under_way: list[Load], slots: int
) -> None:
    assert free_slots(SQUARE, 0, under_way, 8) == slots

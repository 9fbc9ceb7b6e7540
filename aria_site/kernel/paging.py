"""The parameters of every list of the API: where to go on, and how many."""

from typing import Annotated

from ninja import Query

LONGEST_PAGE = 100

After = Annotated[
    str | None, Query(max_length=200, description="Go on behind this place: the `next` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="How many at most.")]

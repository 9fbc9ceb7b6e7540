"""The statement that says whose turn it is. Its cost grows with the people who wait, not with the jobs.

1. `waiting` hops from person to person through the index `job_in_turn`, however many jobs each of them queued or
   paused; asked for the least owner in any other words, planners walk through everything that was ever painted.
2. `under_way` is what running leases have used so far, each at its share of its worker, and AT_HAND_S more for each.
3. `first_jobs` are each person's own next ones, by priority and then by where they stand in line: by age, unless
   their owner moved them. Moving them changes nothing between people, whose jobs' ages stay what they are.
4. A job's turn comes by what its owner used lately, under way included, and AT_HAND_S more for each job of theirs
   before it: the order in which jobs would go if they were all claimed this instant. A step of priority counts as
   PRIORITY_S seconds less. Where turns are equal, priority decides, then age.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from generation.services.ledger import HALF_LIFE

AT_HAND_S = 1.0
"""What a job counts as the moment it is claimed, until time or the ledger tells more."""
PRIORITY_S = 60.0
"""How many seconds of fair share a step of priority is worth.

So an urgent job goes before other people's, and still nobody can keep others waiting by being urgent all day.
"""
MOST_HALF_LIVES = 100.0
"""After so many nothing is left of anybody's share. PostgreSQL refuses to compute what is too small for a number, or
too large: a clock that was set back does not let a share grow."""

_IN_TURN = """
WITH RECURSIVE waiting (owner_id) AS (
    SELECT (
        SELECT job.owner_id FROM generation_job AS job
        WHERE job.state = 'queued' AND NOT job.held
        ORDER BY job.owner_id, job.priority DESC, COALESCE(job.line_at, job.created_at), job.id
        LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT job.owner_id FROM generation_job AS job
        WHERE job.state = 'queued' AND NOT job.held AND job.owner_id > waiting.owner_id
        ORDER BY job.owner_id, job.priority DESC, COALESCE(job.line_at, job.created_at), job.id
        LIMIT 1
    )
    FROM waiting WHERE waiting.owner_id IS NOT NULL
),
leases (owner_id, seconds) AS (
    SELECT owner_id, %(at_hand)s + {since_started} * pictures / SUM(pictures) OVER (PARTITION BY worker)
    FROM generation_gputime WHERE ended_at IS NULL AND job_id IS NOT NULL
),
under_way (owner_id, seconds) AS (
    SELECT owner_id, SUM(seconds) FROM leases GROUP BY owner_id
),
first_jobs AS (
    {first_jobs}
),
in_turn AS (
    SELECT
        first_jobs.id, first_jobs.priority, first_jobs.created_at,
        COALESCE(share.seconds * POWER(0.5, {bounded_half_lives}), 0)
        + COALESCE(under_way.seconds, 0)
        + %(at_hand)s * (ROW_NUMBER() OVER own_order - 1)
        - %(priority)s * first_jobs.priority AS turn
    FROM first_jobs
    LEFT JOIN generation_gpushare AS share ON share.owner_id = first_jobs.owner_id
    LEFT JOIN under_way ON under_way.owner_id = first_jobs.owner_id
    WINDOW own_order AS (
        PARTITION BY first_jobs.owner_id ORDER BY first_jobs.priority DESC, first_jobs.stands_at, first_jobs.id
    )
)"""

_STATEMENT = """{in_turn},
next_few AS (
    SELECT id, turn FROM in_turn ORDER BY turn, priority DESC, created_at, id LIMIT %(limit)s
)
SELECT
    job.id, job.owner_id, job.priority, job.created_at, job.line_at, job.recipe_data, job.count, next_few.turn
FROM next_few {then} generation_job AS job ON job.id = next_few.id
ORDER BY next_few.turn, job.priority DESC, job.created_at, job.id
"""

_PLACES = """{in_turn}
SELECT id, place FROM (
    SELECT id, ROW_NUMBER() OVER (ORDER BY turn, priority DESC, created_at, id) AS place FROM in_turn
) AS line
WHERE id IN (SELECT id FROM generation_job WHERE state = 'queued' AND NOT held AND owner_id = %(owner)s)
"""

_SQLITE_FIRST_JOBS = """SELECT
        job.id, job.owner_id, job.priority, job.created_at, COALESCE(job.line_at, job.created_at) AS stands_at
    FROM waiting CROSS JOIN generation_job AS job ON job.id IN (
        SELECT own.id FROM generation_job AS own
        WHERE own.state = 'queued' AND NOT own.held AND own.owner_id = waiting.owner_id
        ORDER BY own.priority DESC, COALESCE(own.line_at, own.created_at), own.id
        LIMIT %(limit)s
    )"""
_POSTGRESQL_FIRST_JOBS = """SELECT own.id, own.owner_id, own.priority, own.created_at, own.stands_at
    FROM waiting CROSS JOIN LATERAL (
        SELECT
            job.id, job.owner_id, job.priority, job.created_at, COALESCE(job.line_at, job.created_at) AS stands_at
        FROM generation_job AS job
        WHERE job.state = 'queued' AND NOT job.held AND job.owner_id = waiting.owner_id
        ORDER BY job.priority DESC, COALESCE(job.line_at, job.created_at), job.id
        LIMIT %(limit)s
    ) AS own"""

_WORDS = {
    "sqlite": {
        "since_started": "(julianday(%(now)s) - julianday(started_at)) * 86400",
        "bounded_half_lives": "MAX(0, MIN(%(most_half_lives)s, "
        "(julianday(%(now)s) - julianday(share.as_of)) * 86400 / %(half_life)s))",
        "first_jobs": _SQLITE_FIRST_JOBS,
        "then": "CROSS JOIN",
    },
    "postgresql": {
        "since_started": "EXTRACT(EPOCH FROM %(now)s::timestamptz - started_at)::float8",
        "bounded_half_lives": "GREATEST(0, LEAST(%(most_half_lives)s, "
        "EXTRACT(EPOCH FROM %(now)s::timestamptz - share.as_of)::float8 / %(half_life)s))",
        "first_jobs": _POSTGRESQL_FIRST_JOBS,
        "then": "JOIN",
    },
}
"""The words of each database: they differ in how they subtract times and join the next few rows."""


def _worded(statement: str, words: Mapping[str, str]) -> str:
    return statement.format(in_turn=_IN_TURN.format(**words), **words)


CLAIM_STATEMENTS = {vendor: _worded(_STATEMENT, words) for vendor, words in _WORDS.items()}
PLACE_STATEMENTS = {vendor: _worded(_PLACES, words) for vendor, words in _WORDS.items()}
"""By the same order, the places of one person's jobs in the whole line; it reads the line once."""


def claim_parameters(*, now: datetime, limit: int) -> dict[str, Any]:
    """What the statement is asked with: the moment, and how many jobs to look at."""
    return {
        "now": connection.ops.adapt_datetimefield_value(now),
        "limit": limit,
        "at_hand": AT_HAND_S,
        "priority": PRIORITY_S,
        "half_life": HALF_LIFE.total_seconds(),
        "most_half_lives": MOST_HALF_LIVES,
    }

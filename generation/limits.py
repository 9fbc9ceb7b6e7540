"""The limits of one job, the same in schema, form and service."""

MAX_PROMPT = 4000
MAX_NEGATIVE = 4000
MIN_SIDE = 128
MAX_SIDE = 2048
SIDE_STEP = 8
MAX_STEPS = 150
MAX_COUNT = 64
MAX_GUIDANCE = 30.0
MAX_SEED = 2**53 - 1 - MAX_COUNT
"""Seeds stay exact in JavaScript, the last picture's `seed + count - 1` included."""
PIXEL_STEP_BUDGET = 64 * 1024 * 1024 * 30
"""width x height x steps x count of one job: 64 pictures of 1024 x 1024 at 30 steps."""
MAX_PICTURE_PIXELS = 24_000_000
MAX_PICTURE_SIDE = 8192
MIN_PICTURE_SIDE = 16
"""Bounds of pictures that people bring. Their bytes are bounded in `kernel.uploads`."""
DEFAULT_STRENGTH = 0.6
"""How much of a source is repainted where nobody says."""
MAX_ATTEMPTS = 3
"""Attempts in a row that may end without progress before the job is given up."""

"""The verdict on a reproduction in words, the same on pages, in the API and on the command line."""

from generation.models import Job, Reproduction

NOTHING_DIFFERS = " Nothing that Aria writes down about a painting has changed since."
LEVELS = {1: "1 grey level"}


def verdict_sentence(reproduction: Reproduction) -> str:
    """What came of it, in a sentence or two; what it waits for while nothing did."""
    match reproduction.verdict:
        case Reproduction.Verdict.IDENTICAL:
            return "Every pixel is the same."
        case Reproduction.Verdict.WITHIN_TOLERANCE:
            return (
                f"The same to the eye: no colour is off by more than {_distance(reproduction)}.{_because(reproduction)}"
            )
        case Reproduction.Verdict.DIFFERENT:
            why = _because(reproduction) or NOTHING_DIFFERS
            return f"Another picture: colours are off by up to {_distance(reproduction)}.{why}"
    return _unjudged(reproduction.job)


def _distance(reproduction: Reproduction) -> str:
    levels = reproduction.largest_difference or 0
    counted = LEVELS.get(levels, f"{levels} grey levels")
    return f"{counted} of 255 (PSNR {reproduction.psnr:.1f} dB)"


def _because(reproduction: Reproduction) -> str:
    """The first ingredient that differs; the rest may follow from it."""
    if not reproduction.differing:
        return ""
    return (
        f" The first thing that differs is the {reproduction.differing}: {reproduction.before}, now {reproduction.now}."
    )


def _unjudged(job: Job) -> str:
    match job.state:
        case Job.State.FAILED:
            return f"It could not be painted again. {job.error}"
        case Job.State.CANCELLED:
            return "Painting it again was stopped."
        case Job.State.RUNNING:
            return "It is being painted again."
    return "It waits to be painted again."

"""What the page of an artwork shows about its reproductions: the newest verdict, and who may ask for another."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from aria_site.accounts.models import User
from aria_site.kernel.problems import NotFoundError
from gallery.models import Artwork
from gallery.recipe_table import painted_on
from generation.access import artwork_for_reproduction
from generation.models import Reproduction
from generation.selectors import reproductions_of
from generation.verdicts import verdict_sentence


def reproduction_shown(viewer: User | AnonymousUser, work: Artwork) -> dict[str, Any]:
    """The newest reproduction in words, whether it is under way, and whether this viewer may paint the work again."""
    newest = reproductions_of(work).first()
    return {
        "work": work,
        "newest": newest,
        "sentence": verdict_sentence(newest) if newest else "",
        "told": _told(newest) if newest else "",
        "under_way": newest is not None and not newest.job.is_terminal,
        "may_reproduce": _may(viewer, work),
    }


def _told(reproduction: Reproduction) -> str:
    """When and on what it was painted again."""
    if reproduction.judged_at is None:
        return ""
    return f"{reproduction.judged_at:%-d %B %Y}, on {painted_on(reproduction.facts)}"


def _may(viewer: User | AnonymousUser, work: Artwork) -> bool:
    try:
        artwork_for_reproduction(viewer, work.pk)
    except NotFoundError:
        return False
    return True

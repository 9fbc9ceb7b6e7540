"""The doorbell: tells a GPU worker that there is work, not which."""

from aria_site.kernel.dispatch import after_commit

BELL_EXPIRES_S = 30
"""Nobody answers an older bell: the reaper has rung again since."""


def ring() -> None:
    """Ring after commit. A worker that hears it paints until nothing is claimable."""
    after_commit("generation.ring", expires=BELL_EXPIRES_S)

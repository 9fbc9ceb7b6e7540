"""Owns finding pictures that are nearly the same: alike in coarse form and alike to the encoder."""

from collections.abc import Sequence

import cv2
import numpy as np

from curation.scoring.defects import Pixels, luma_of
from curation.scoring.encoder import Embeddings

HASH_BITS = 63
_SIDE, _KEPT = 32, 8
_SAME_FORM = 9
"""Bits that may differ. Copies compressed anew, scaled or brightened differ in 4 at the most, pictures of one scene
from another seed in 10 at the least."""
_SAME_SIGHT = 0.9
"""The cosine that the built-in encoder gives to nine in ten of the brightened copies, and to nearly all others."""


def perceptual_hash(pixels: Pixels) -> int:
    """The signs of a picture's lowest frequencies against their median, HASH_BITS of them (after Zauner, 2010)."""
    small = cv2.resize(luma_of(pixels), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    lowest = cv2.dct(small)[:_KEPT, :_KEPT].ravel()[1:]
    bits = lowest > np.median(lowest)
    return int("".join("1" if bit else "0" for bit in bits), 2)


def bits_apart(one: int, other: int) -> int:
    """In how many bits two hashes differ."""
    return (one ^ other).bit_count()


def duplicate_groups(hashes: Sequence[int], seen: Embeddings) -> list[list[int]]:
    """Places of pictures that are nearly the same, in groups of two and more, each in the order given.

    Two pictures belong together when both form and sight say so, directly or through others. Takes time with the
    square of the number of pictures.
    """
    leader = list(range(len(hashes)))

    def head(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    alike = np.argwhere(np.triu(seen @ seen.T >= _SAME_SIGHT, k=1))
    for first, second in alike.tolist():
        if bits_apart(hashes[first], hashes[second]) <= _SAME_FORM:
            leader[head(second)] = head(first)
    groups: dict[int, list[int]] = {}
    for place in range(len(hashes)):
        groups.setdefault(head(place), []).append(place)
    return [group for group in groups.values() if len(group) > 1]

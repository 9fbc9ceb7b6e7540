"""Owns the closed list of what the painter can be asked for, by key; every other part of the starter reads it here."""

from starter.painter.colour_terms import COLOUR_TERMS
from starter.painter.look_terms import EXTRA_TERMS, MOOD_TERMS, STYLE_TERMS, TIME_TERMS
from starter.painter.subject_terms import MOTIFS, PLACES, THINGS
from starter.painter.terms import ColourTerm, Term, Terms, table

SUBJECTS: Terms[Term] = table((*PLACES, *MOTIFS, *THINGS))
STYLES: Terms[Term] = table(STYLE_TERMS)
TIMES: Terms[Term] = table(TIME_TERMS)
MOODS: Terms[Term] = table(MOOD_TERMS)
COLOURS: Terms[ColourTerm] = table(COLOUR_TERMS)
EXTRAS: Terms[Term] = table(EXTRA_TERMS)

PLACE_KEYS = frozenset(entry.key for entry in PLACES)
MOTIF_KEYS = frozenset(entry.key for entry in MOTIFS)
THING_KEYS = frozenset(entry.key for entry in THINGS)

"""Which alerts are one piece of news: within a digest, and over the days."""

from monitor.story.courts import court_words
from monitor.story.grouping import REWRITTEN, stories
from monitor.story.names import DECISIONS, Place, compact, own_names, own_places
from monitor.story.retelling import News, Sorted, Told, sort_out
from monitor.story.sameness import (
    DEADLINE,
    FIGURE,
    STAGE,
    STORY_LASTS,
    TELLING_WORDS,
    figures,
    identity,
    keys,
    story_key,
)

__all__ = [
    "DEADLINE",
    "DECISIONS",
    "FIGURE",
    "REWRITTEN",
    "STAGE",
    "STORY_LASTS",
    "TELLING_WORDS",
    "News",
    "Place",
    "Sorted",
    "Told",
    "compact",
    "court_words",
    "figures",
    "identity",
    "keys",
    "own_names",
    "own_places",
    "sort_out",
    "stories",
    "story_key",
]

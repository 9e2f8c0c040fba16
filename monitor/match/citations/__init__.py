"""Legal sources and document numbers: found in texts, compared, linked."""

from monitor.match.citations.covering import covers
from monitor.match.citations.finding import cite
from monitor.match.citations.linking import link

__all__ = ["cite", "covers", "link"]

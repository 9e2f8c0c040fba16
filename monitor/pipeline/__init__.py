"""The only code that joins stages: check a source, compose digests, deliver mails."""

from monitor.pipeline.bouncing import Bounced, Returns, take_bounces
from monitor.pipeline.checking import Checked, Outcome, check_source, check_sources, outsets
from monitor.pipeline.composing import compose_digests, preview_digests
from monitor.pipeline.delivering import Delivered, Door, deliver_pending
from monitor.pipeline.filing import Composed, Office
from monitor.pipeline.reading import Fetch
from monitor.pipeline.standing import ListStanding, SourceStanding, Standing, standing

__all__ = [
    "Bounced",
    "Checked",
    "Composed",
    "Delivered",
    "Door",
    "Fetch",
    "ListStanding",
    "Office",
    "Outcome",
    "Returns",
    "SourceStanding",
    "Standing",
    "check_source",
    "check_sources",
    "compose_digests",
    "deliver_pending",
    "outsets",
    "preview_digests",
    "standing",
    "take_bounces",
]

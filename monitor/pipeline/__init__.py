"""The only code that joins stages: check a source, compose digests, deliver mails."""

from monitor.pipeline.bouncing import Bounced, Returns, take_bounces
from monitor.pipeline.checking import Checked, Outcome, check_source, check_sources, outsets
from monitor.pipeline.composing import compose_digests, preview_digests
from monitor.pipeline.delivering import Delivered, Door, deliver_pending
from monitor.pipeline.filing import Composed, Office
from monitor.pipeline.reading import Fetch

__all__ = [
    "Bounced",
    "Checked",
    "Composed",
    "Delivered",
    "Door",
    "Fetch",
    "Office",
    "Outcome",
    "Returns",
    "check_source",
    "check_sources",
    "compose_digests",
    "deliver_pending",
    "outsets",
    "preview_digests",
    "take_bounces",
]

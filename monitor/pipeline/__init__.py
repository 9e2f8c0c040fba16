"""The only code that joins stages: check a source, compose digests, deliver mails."""

from monitor.pipeline.checking import Checked, Outcome, check_source, check_sources
from monitor.pipeline.composing import compose_digests, preview_digests
from monitor.pipeline.delivering import Delivered, Door, deliver_pending
from monitor.pipeline.filing import Composed, Office
from monitor.pipeline.reading import Fetch

__all__ = [
    "Checked",
    "Composed",
    "Delivered",
    "Door",
    "Fetch",
    "Office",
    "Outcome",
    "check_source",
    "check_sources",
    "compose_digests",
    "deliver_pending",
    "preview_digests",
]

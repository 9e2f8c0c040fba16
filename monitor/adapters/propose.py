"""Guess how an unknown address is best watched."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.adapters.html import parse
from monitor.model import Fetched
from monitor.text.clean import clean
from monitor.text.fingerprint import canonical_url

_FEED_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.S)

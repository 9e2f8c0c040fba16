"""Requests to the outside: conditional, polite, bounded in time and size, and never inwards.

The only package that imports httpx2, h11 and protego.
"""

from __future__ import annotations

from monitor.fetch.answers import redact
from monitor.fetch.browser import Browser
from monitor.fetch.client import Fetcher
from monitor.fetch.politeness import Shared

__all__ = ["Browser", "Fetcher", "Shared", "redact"]

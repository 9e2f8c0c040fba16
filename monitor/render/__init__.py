"""Digests and trouble reports become mails; the only door to Jinja2 and Babel."""

from __future__ import annotations

from monitor.render.check import check_templates
from monitor.render.pages import Frame, Named, Pages
from monitor.render.plain import shown
from monitor.render.templates import Rendered, Templates
from monitor.render.wire import compose
from monitor.render.words import languages

__all__ = [
    "Frame",
    "Named",
    "Pages",
    "Rendered",
    "Templates",
    "check_templates",
    "compose",
    "languages",
    "shown",
]

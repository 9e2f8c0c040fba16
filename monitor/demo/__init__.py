"""A small world on this machine, and three days of its news through the whole pipeline."""

from __future__ import annotations

from monitor.demo.play import play

__all__ = ["play"]

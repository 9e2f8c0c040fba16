"""The command line and composition root: the one place that reads clock, environment, arguments."""

from monitor.cli.app import main

__all__ = ["main"]

"""policy-monitor: watch policy sources for topics and mail digests of what changed."""

__version__ = "0.1.0"

"""What is wrong with a term."""

from __future__ import annotations


class TermError(ValueError):
    """A spelling that cannot match: why, and in `suggestion` what may have been meant."""

    def __init__(self, sentence: str, suggestion: str | None = None) -> None:
        super().__init__(sentence)
        self.suggestion = suggestion

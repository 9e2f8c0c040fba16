"""What comes with the program: templates, and the sources that everybody may start from.

A wheel carries them inside this package; in a checkout they lie beside `monitor`.
"""

from __future__ import annotations

from pathlib import Path


def shipped(name: str) -> Path:
    """Return where the shipped file or folder of this name is."""
    here = Path(__file__).parent
    inside = here / name
    return inside if inside.exists() else here.parent.parent / name

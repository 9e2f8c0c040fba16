"""Play recorded answers of a source, one file after another, through the real pipeline."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.errors import FetchError, MonitorError
from monitor.match import Rules
from monitor.model import Fetched, NotModified, Request, Source, Validators
from monitor.pipeline import Checked, check_source
from monitor.reader import HERE, Reader
from monitor.store import Store
from monitor.text.decode import decode

# What a recording without times is taken to be: one fetch a day.
FIRST_FETCH = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
PAUSE = timedelta(days=1)

# Far from the ends of time, where nothing can be added to a moment any more.
_YEARS = range(1970, 2200)

# What `meta.json` may tell of a recording; the first time named there counts.
_TIMES = ("at", "fetched_at", "commit_date")
_TOLD = (*_TIMES, "media_type")

_MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".rdf": "application/rdf+xml",
    ".json": "application/json",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded answer: when it was fetched, and what it held."""

    file: Path
    at: datetime
    media_type: str


def recordings(folder: Path) -> tuple[Recording, ...]:
    """Return the recordings of a folder in name order.

    `meta.json` there may give times and media types: `{"versions": [{"file", "at",
    "media_type"}, …]}`; times are ISO 8601 (`at`, `fetched_at` or `commit_date`). Without it a
    recording is a day younger than the one before. Raises MonitorError when nothing is there.
    """
    if not folder.is_dir():
        raise MonitorError(f"{folder} is no folder of recordings")
    known = _meta(folder / "meta.json")
    files = sorted(f for f in folder.iterdir() if not f.is_dir() and f.name != "meta.json")
    if not files:
        raise MonitorError(f"{folder} holds no recordings")
    found: list[Recording] = []
    at = FIRST_FETCH - PAUSE
    for file in files:
        told = known.get(file.name, {})
        # Two recordings of one second would be one check; time only goes forward.
        at = max(_time(told) or at + PAUSE, at + timedelta(seconds=1))
        media_type = told.get("media_type") or _MEDIA_TYPES.get(file.suffix.lower(), "text/plain")
        found.append(Recording(file, at, media_type))
    return tuple(found)


def _meta(file: Path) -> dict[str, dict[str, str]]:
    if not file.exists():
        return {}
    try:
        versions = json.loads(file.read_text(encoding="utf-8"))["versions"]
        known = {v["file"]: {key: v[key] for key in _TOLD if v.get(key)} for v in versions}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise MonitorError(f"{file} cannot be read: {error!r}") from error
    for name, told in known.items():
        for key, value in told.items():
            if not isinstance(value, str):
                raise MonitorError(f"{file}: `{key}` of {name} must be text, not {value!r}")
    return known


def _time(told: Mapping[str, str]) -> datetime | None:
    text = next((told[key] for key in _TIMES if key in told), None)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MonitorError(f"meta.json: `{text}` is no ISO 8601 time") from error
    if moment.year not in _YEARS:
        raise MonitorError(
            f"meta.json: `{text}` lies outside the years {_YEARS.start} to {_YEARS.stop - 1}"
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def replay(
    source: Source,
    recorded: tuple[Recording, ...],
    *,
    store: Store,
    rules: Rules,
    reader: Reader = HERE,
) -> AsyncIterator[tuple[Recording, Checked]]:
    """Yield what each recording comes to, checked at its own time.

    What items link to is not recorded: with `follow` it stays unread.
    """
    for recording in recorded:
        fetch = _Recorded(source.url, recording)
        checked = await check_source(
            source, store=store, fetch=fetch, rules=rules, now=recording.at, reader=reader
        )
        yield recording, checked


class _Recorded:
    """Answers the source's own address with one recording, and nothing else."""

    def __init__(self, url: str, recording: Recording) -> None:
        self._url = url
        self._recording = recording

    async def __call__(
        self, request: Request, source: Source, validators: Validators | None = None
    ) -> Fetched | NotModified:
        if request.url != self._url:
            raise FetchError(f"{request.url} is not recorded", state="refused")
        content = _content(self._recording.file)
        media_type = self._recording.media_type
        is_text = media_type != "application/pdf"
        text = decode(content, media_type)[0] if is_text else ""
        return Fetched(self._url, 200, media_type, content, text)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise MonitorError(f"{file} cannot be read: {error.strerror or error}") from error

"""Dates, numbers and translations in the language and time zone of a list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as a_day  # `Words.date` is a method
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from monitor.errors import Problem, RenderError
from monitor.model.told import Told
from monitor.render.places import places

SOURCE_LANGUAGE = "en"
# «en» alone would write 11/22/2026; this is the English of Europe.
_REGIONS = {"en": "en_150"}


@dataclass(frozen=True, slots=True)
class Words:
    """How a list writes dates and numbers."""

    locale: Locale
    zone: ZoneInfo

    @classmethod
    def of(cls, lang: str, timezone: str) -> Words:
        """Return the words of a language and zone; RenderError when either is unknown."""
        try:
            return cls(Locale.parse(_REGIONS.get(lang, lang)), ZoneInfo(timezone))
        except (UnknownLocaleError, ValueError) as error:
            raise RenderError(f"no such language: {lang!r} ({error})") from error
        except ZoneInfoNotFoundError as error:
            raise RenderError(f"no such time zone: {timezone!r}") from error

    def date(self, moment: datetime, style: str = "medium") -> str:
        """22.11.2026"""
        return str(format_date(moment.astimezone(self.zone), style, self.locale))

    def time(self, moment: datetime) -> str:
        """07:00"""
        return str(format_time(moment, "short", tzinfo=self.zone, locale=self.locale))

    def moment(self, moment: datetime) -> str:
        """22.11.2026, 07:00"""
        return f"{self.date(moment)}, {self.time(moment)}"

    def day(self, moment: datetime, now: datetime) -> str:
        """Dienstag – within the six days before `now` – or 3. November 2026"""
        recent = timedelta(0) <= now - moment < timedelta(days=6)
        return self.date(moment, "EEEE" if recent else "long")

    def month(self, key: str, style: str = "LLLL y") -> str:
        """November 2026, of 2026-11-01"""
        return str(format_date(a_day.fromisoformat(key), style, self.locale))

    def number(self, value: int) -> str:
        """1.000"""
        return str(format_decimal(value, locale=self.locale))

    def decimal(self, value: str) -> str:
        """1.234,5; a text that is no number as it is."""
        try:
            return str(format_decimal(Decimal(value), locale=self.locale))
        except InvalidOperation:
            return value

    def calendar_day(self, day: a_day) -> str:
        """Donnerstag, 3. Dezember 2026"""
        return str(format_date(day, "full", self.locale))


def translations(folder: Path, lang: str) -> NullTranslations:
    """Return the translations of `locale/LANG.po`; English needs none. RenderError when missing.

    A sentence that is translated in the folder too is said as there.
    """
    if lang == SOURCE_LANGUAGE:
        return NullTranslations()
    catalogues = [place / "locale" / f"{lang}.po" for place in reversed(places(folder))]
    there = [path for path in catalogues if path.exists() or path.is_symlink()]
    if not there:
        raise RenderError(Problem(catalogues[-1], 0, Told("this translation is missing")))
    told, *own = map(partial(_catalogue, lang), there)
    return told.merge(own[0]) if own else told


def sentences(folder: Path, lang: str) -> dict[str, str]:
    """Return all sentences of the catalogues of a language with their translations."""
    if lang == SOURCE_LANGUAGE:
        return {}
    catalogues = [place / "locale" / f"{lang}.po" for place in reversed(places(folder))]
    return {
        str(message.id): str(message.string)
        for path in catalogues
        if path.exists()
        for message in _read(lang, path)
        if message.id and message.string and isinstance(message.id, str)
    }


def _catalogue(lang: str, path: Path) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, _read(lang, path))
    compiled.seek(0)
    return Translations(compiled)


def _read(lang: str, path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=lang, abort_invalid=True)
    except OSError as error:
        told = Told("cannot be read: {why}", why=error.strerror or error)
        raise RenderError(Problem(path, 0, told)) from error
    except (PoFileError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None) or 0
        raise RenderError(
            Problem(path, line, Told("not a readable .po file: {error}", error=error))
        ) from error


def languages(folder: Path) -> tuple[str, ...]:
    """Return the languages that mails can be written in, English first."""
    found = {path.stem for place in places(folder) for path in (place / "locale").glob("*.po")}
    return (SOURCE_LANGUAGE, *sorted(found))

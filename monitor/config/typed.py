"""The types of single values: what may be typed, what it means, and what to say otherwise.

Each check takes the typed text and returns its meaning, or raises `WrongValueError` with the rest
of a sentence that begins with the name of the key: «`every`» + «must be a duration …».
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from monitor.adapters import ADAPTERS, check_selector
from monitor.config.ignoring import read_ignored
from monitor.config.tree import Map, Text
from monitor.due import check_cron, parse_schedule
from monitor.match import TermError, explain_spelling
from monitor.model import AlertOn, Receives, Schedule, Tier
from monitor.text.address import AddressError, read_address
from monitor.text.nearest import nearest

Choice = TypeVar("Choice", bound=StrEnum)

ID_PATTERN = r"[a-z0-9][a-z0-9.-]{0,63}"
NAME_PATTERN = r"[a-z0-9][a-z0-9_.-]{0,63}"
_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy "
    "hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_ISO_639_1.split())
MAIL_LANGUAGES = ("de", "en")
_OTHER_NAMES = {
    "ger": "de",
    "deu": "de",
    "german": "de",
    "deutsch": "de",
    "at": "de",
    "eng": "en",
    "english": "en",
    "englisch": "en",
    "gb": "en",
    "us": "en",
    "ua": "uk",
    "ukr": "uk",
    "ukrainian": "uk",
    "rus": "ru",
    "russian": "ru",
    "by": "be",
    "cz": "cs",
    "dk": "da",
    "gr": "el",
    "se": "sv",
}


class WrongValueError(ValueError):
    """The rest of a sentence about a value, and what to write instead."""

    def __init__(self, predicate: str, suggestion: str | None = None) -> None:
        self.suggestion = suggestion
        super().__init__(predicate)


# --- texts ---------------------------------------------------------------------------------------


def _prose(value: object) -> Text:
    if not isinstance(value, Text):
        raise WrongValueError("must be a single text, not a list or a group of keys")
    if not value.strip():
        raise WrongValueError("has no value; fill it in or remove the line")
    if found := re.search(r"[^\n\t -\x7e\x85\xa0-\U0010ffff]", value):
        raise WrongValueError(
            f"holds the invisible character U+{ord(found[0]):04X}; use '…' instead of \"…\""
        )
    return value


def _text(value: object) -> Text:
    text = _prose(value)
    if "\n" in text.strip("\n"):
        raise WrongValueError("must be a single line")
    return Text(text.strip(), text.line)


def _check_name(pattern: str, characters: str, value: object) -> Text:
    text = _text(value)
    if not re.fullmatch(pattern, text):
        plain = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-")[:64]
        right = plain if re.fullmatch(pattern, plain) else plain.replace("_", "-")
        raise WrongValueError(
            f"must be 1 to 64 of {characters}, beginning with a letter or digit, not `{text[:80]}`",
            right if re.fullmatch(pattern, right) else None,
        )
    return text


def _id(value: object) -> Text:
    return _check_name(ID_PATTERN, "a–z, 0–9, `.` and `-`", value)


def _name(value: object) -> Text:
    return _check_name(NAME_PATTERN, "a–z, 0–9, `_`, `.` and `-`", value)


def _url(value: object) -> Text:
    text = _text(value)
    if re.search(r"[\s\x00-\x20\x7f]", text):
        raise WrongValueError("must not contain blanks; write %20 for a blank")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise WrongValueError(f"must be a web address, not `{text}`") from error
    if "@" in parts.netloc:
        raise WrongValueError("must not contain a user name or password")
    if parts.scheme not in ("http", "https"):
        better = nearest(parts.scheme, ("http", "https")) if parts.netloc else None
        raise WrongValueError(
            f"must begin with http:// or https://, not `{text}`",
            better and better + text[len(parts.scheme) :],
        )
    if not host:
        raise WrongValueError(f"must name a host, as in https://example.org/, not `{text}`")
    return text


def _contact(value: object) -> Text:
    text = _text(value)
    if "@" in text and "://" not in text:
        return Text(_address(text), text.line)
    return _url(text)


def _address(value: object) -> Text:
    text = _prose(value)
    try:
        return Text(read_address(text), text.line)
    except AddressError as error:
        raise WrongValueError(str(error), error.suggestion) from error


def _selector(value: object) -> Text:
    text = _text(value)
    if problem := check_selector(text):
        raise WrongValueError(f"must be a CSS selector: {problem}")
    return text


def _cron(value: object) -> Text:
    text = _text(value)
    if problem := check_cron(text):
        raise WrongValueError(f"must be a cron expression such as `0 7 * * mon`: {problem}")
    return text


def _spelling(value: object) -> Text:
    text = _text(value)
    try:
        explain_spelling(text)
    except TermError as error:
        raise WrongValueError(f"cannot be searched for: {error}", error.suggestion) from error
    return text


def _ignored(value: object) -> Text:
    text = _text(value)
    try:
        read_ignored(text)
    except ValueError as error:
        raise WrongValueError(str(error)) from error
    return text


def _condition(value: object) -> tuple[Text, ...]:
    """`asylum + country` names two groups of words that must both occur."""
    text = _text(value)
    names = [Text(part.strip(), text.line) for part in text.split("+")]
    if not all(names):
        raise WrongValueError(f"must join names of word groups with `+`, not `{text}`")
    return tuple(names)


# --- numbers, times, choices ---------------------------------------------------------------------

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_UNIT_NAMES = {
    "seconds": "s",
    "secs": "s",
    "sekunden": "s",
    "minutes": "m",
    "mins": "m",
    "minuten": "m",
    "hours": "h",
    "hrs": "h",
    "stunden": "h",
    "std": "h",
    "days": "d",
    "tage": "d",
    "weeks": "w",
    "wochen": "w",
}
YEAR = timedelta(days=366)


def duration(least: timedelta, most: timedelta = YEAR) -> Callable[[object], timedelta]:
    """Return the check for a duration such as 6h within bounds."""

    def check(value: object) -> timedelta:
        text = _text(value)
        found = re.fullmatch(r"(\d{1,7})([smhdw])", text, re.ASCII)
        if not found:
            raise WrongValueError(
                f"must be a duration such as 6h, 30m or 14d, not `{text}`", _tidy(text)
            )
        length = timedelta(**{_UNITS[found[2]]: int(found[1])})
        if not least <= length <= most:
            raise WrongValueError(
                f"must be at least {_short(least)} and at most {_short(most)}, not `{text}`"
            )
        return length

    return check


def _tidy(text: str) -> str | None:
    found = re.fullmatch(r"(\d{1,7})\s*([^\W\d]+)\.?", text)
    if not found:
        return None
    name = nearest(found[2], [*_UNIT_NAMES, *_UNITS])
    return found[1] + _UNIT_NAMES.get(name, name) if name else None


def _short(length: timedelta) -> str:
    for unit in "wdhms":
        count, rest = divmod(length, timedelta(**{_UNITS[unit]: 1}))
        if not rest and (count or unit == "s"):
            return f"{count}{unit}"
    return str(length)


def _switch(value: object) -> bool:
    text = _text(value)
    if text not in ("true", "false"):
        meant = {
            "no": "false",
            "off": "false",
            "n": "false",
            "nein": "false",
            "0": "false",
            "yes": "true",
            "on": "true",
            "y": "true",
            "ja": "true",
            "1": "true",
        }
        near = meant.get(text.casefold()) or nearest(text, ("true", "false"))
        raise WrongValueError(f"must be true or false, not `{text}`", near)
    return text == "true"


def _count(value: object) -> int:
    text = _text(value)
    if not re.fullmatch(r"0|[1-9]\d{0,5}", text, re.ASCII):
        raise WrongValueError(f"must be a whole number such as 1, not `{text}`")
    return int(text)


def _version(value: object) -> Text:
    text = _text(value)
    if text != "1":
        raise WrongValueError(f"must be 1, the only version there is, not `{text}`", "1")
    return text


def _pick(text: str, words: Iterable[str]) -> str:
    known = sorted(words)
    if text not in known:
        *most, last = known
        listed = f"{', '.join(most)} or {last}" if most else last
        raise WrongValueError(f"must be {listed}, not `{text}`", nearest(text, known))
    return text


def choice(options: type[Choice]) -> Callable[[object], Choice]:
    """Return the check for a word of an enumeration."""
    return lambda value: options(_pick(_text(value), [option.value for option in options]))


def _otherwise(value: object) -> Tier | None:
    return Tier.PERHAPS if _pick(_text(value), ("perhaps", "nothing")) == "perhaps" else None


def _kind(value: object) -> Text:
    text = _text(value)
    _pick(text, ADAPTERS)
    return text


def _language(value: object) -> Text:
    text = _text(value)
    if text not in LANGUAGES:
        meant = _OTHER_NAMES.get(text.casefold()) or text.casefold().replace("_", "-").split("-")[0]
        raise WrongValueError(
            f"must be a two-letter language code such as de, en or uk, not `{text}`",
            meant if meant in LANGUAGES else None,
        )
    return text


def _mail_language(value: object) -> Text:
    text = _text(value)
    if text not in MAIL_LANGUAGES:
        meant = _OTHER_NAMES.get(text.casefold())
        raise WrongValueError(
            f"must be de or en, not `{text}`", meant if meant in MAIL_LANGUAGES else None
        )
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: object) -> Text:
    text = _text(value)
    if text not in _zones():
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(_zones(), reverse=True)}
        city = nearest(text.rpartition("/")[2], cities)
        raise WrongValueError(
            f"must be a time zone such as Europe/Berlin, not `{text}`",
            nearest(text, _zones()) or (cities[city] if city else None),
        )
    return text


def _schedule(value: object) -> Schedule:
    if isinstance(value, Map):
        if set(value) != {"cron"}:
            raise WrongValueError(
                "must be a text such as `daily 07:00`, or have the one key `cron`"
            )
        (cron,) = value.values()
        value = Text(f"cron: {_text(cron)}", value.line)
    text = _text(value)
    try:
        return parse_schedule(text)
    except ValueError as error:
        raise WrongValueError(f"cannot be understood: {error}", _meant_schedule(text)) from error


def _meant_schedule(text: str) -> str | None:
    first, blank, rest = text.partition(" ")
    near = nearest(first, ("daily", "weekly", "immediately"))
    return near + blank + rest if near and near != first else None


# --- the types -----------------------------------------------------------------------------------


def _string(**more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **more})


class Kinds:
    """Lists in the JSON Schema the kinds that there are when it is asked for."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "enum": sorted(ADAPTERS)}


_DURATION = _string(pattern=r"^\d{1,7}[smhdw]$")

Line = Annotated[Text, PlainValidator(_text), _string(minLength=1)]
Prose = Annotated[Text, PlainValidator(_prose), _string(minLength=1)]
Id = Annotated[Text, PlainValidator(_id), _string(pattern=f"^{ID_PATTERN}$")]
Name = Annotated[Text, PlainValidator(_name), _string(pattern=f"^{NAME_PATTERN}$")]
Url = Annotated[Text, PlainValidator(_url), _string(format="uri", pattern="^https?://")]
Contact = Annotated[Text, PlainValidator(_contact), _string(minLength=1)]
Address = Annotated[Text, PlainValidator(_address), _string(pattern="^[^@<>]+@[^@<>]+$")]
Selector = Annotated[Text, PlainValidator(_selector), _string(minLength=1)]
Cron = Annotated[Text, PlainValidator(_cron), _string(minLength=9)]
Spelling = Annotated[Text, PlainValidator(_spelling), _string(minLength=1)]
Ignored = Annotated[Text, PlainValidator(_ignored), _string(minLength=1)]
TopicName = Annotated[Text, PlainValidator(_text), _string(pattern=f"^{NAME_PATTERN}$")]
Condition = Annotated[tuple[Text, ...], PlainValidator(_condition), _string(minLength=1)]
Every = Annotated[timedelta, PlainValidator(duration(timedelta(minutes=1))), _DURATION]
Pause = Annotated[timedelta, PlainValidator(duration(timedelta(0), timedelta(hours=1))), _DURATION]
Patience = Annotated[
    timedelta, PlainValidator(duration(timedelta(seconds=1), timedelta(minutes=10))), _DURATION
]
Silence = Annotated[timedelta, PlainValidator(duration(timedelta(hours=1), 10 * YEAR)), _DURATION]
Past = Annotated[timedelta, PlainValidator(duration(timedelta(0), 10 * YEAR)), _DURATION]
Switch = Annotated[bool, PlainValidator(_switch), WithJsonSchema({"type": "boolean"})]
Count = Annotated[int, PlainValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
Version = Annotated[Text, PlainValidator(_version), WithJsonSchema({"const": 1})]
Kind = Annotated[Text, PlainValidator(_kind), Kinds()]
Language = Annotated[Text, PlainValidator(_language), _string(pattern="^[a-z]{2}$")]
MailLanguage = Annotated[Text, PlainValidator(_mail_language), _string(enum=[*MAIL_LANGUAGES])]
Zone = Annotated[Text, PlainValidator(_zone), _string(examples=["Europe/Berlin"])]
Alerting = Annotated[AlertOn, PlainValidator(choice(AlertOn)), _string(enum=[*AlertOn])]
Receiving = Annotated[Receives, PlainValidator(choice(Receives)), _string(enum=[*Receives])]
Otherwise = Annotated[Tier | None, PlainValidator(_otherwise), _string(enum=["perhaps", "nothing"])]
When = Annotated[
    Schedule,
    PlainValidator(_schedule),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^(daily|weekly|immediately|cron:)"},
                {
                    "type": "object",
                    "properties": {"cron": {"type": "string"}},
                    "required": ["cron"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]

"""The types of single values: texts, numbers, times and choices, for pydantic and for editors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, TypeVar
from zoneinfo import available_timezones

from pydantic import GetJsonSchemaHandler, PlainValidator, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from monitor.adapters import ADAPTERS
from monitor.config.texts import (
    ID_PATTERN,
    NAME_PATTERN,
    WrongValueError,
    read_citation,
    read_condition,
    read_contact,
    read_cron,
    read_id,
    read_ignored_entry,
    read_line,
    read_mailbox,
    read_name,
    read_prose,
    read_spelling,
    read_texts,
    read_url,
)
from monitor.config.tree import Map, Text
from monitor.due import parse_schedule
from monitor.model import AlertOn, Numbers, Rank, Receives, Schedule, Subject, Tier
from monitor.model.told import Told
from monitor.text.nearest import nearest

Choice = TypeVar("Choice", bound=StrEnum)

_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy "
    "hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta "
    "te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_ISO_639_1.split())
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
    "russisch": "ru",
    "ukrainisch": "uk",
    "cz": "cs",
    "dk": "da",
    "gr": "el",
    "se": "sv",
}


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
        text = read_line(value)
        found = re.fullmatch(r"(\d{1,7})([smhdw])", text, re.ASCII)
        if not found:
            raise WrongValueError(
                Told("must be a duration such as 6h, 30m or 14d, not `{text}`", text=text),
                _tidy(text),
            )
        length = timedelta(**{_UNITS[found[2]]: int(found[1])})
        if not least <= length <= most:
            raise WrongValueError(
                Told(
                    "must be at least {least} and at most {most}, not `{text}`",
                    least=_short(least),
                    most=_short(most),
                    text=text,
                )
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
    text = read_line(value)
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
        raise WrongValueError(Told("must be true or false, not `{text}`", text=text), near)
    return text == "true"


def _count(value: object) -> int:
    text = read_line(value)
    if not re.fullmatch(r"0|[1-9]\d{0,5}", text, re.ASCII):
        raise WrongValueError(Told("must be a whole number such as 1, not `{text}`", text=text))
    return int(text)


def _share(value: object) -> float:
    text = read_line(value)
    if not re.fullmatch(r"0|1|[01]\.\d{1,3}", text, re.ASCII) or float(text) > 1:
        raise WrongValueError(
            Told("must be a number from 0 to 1 such as 0.8, not `{text}`", text=text)
        )
    return float(text)


def _version(value: object) -> Text:
    text = read_line(value)
    if text != "1":
        raise WrongValueError(
            Told("must be 1, the only version there is, not `{text}`", text=text), "1"
        )
    return text


def _pick(text: str, words: Iterable[str]) -> str:
    known = sorted(words)
    if text not in known:
        *most, last = known
        listed = Told("{most} or {last}", most=", ".join(most), last=last) if most else last
        raise WrongValueError(
            Told("must be {listed}, not `{text}`", listed=listed, text=text), nearest(text, known)
        )
    return text


def choice(options: type[Choice]) -> Callable[[object], Choice]:
    """Return the check for a word of an enumeration."""
    return lambda value: options(_pick(read_line(value), [option.value for option in options]))


def _otherwise(value: object) -> Tier | None:
    return Tier.PERHAPS if _pick(read_line(value), ("perhaps", "nothing")) == "perhaps" else None


def _kind(value: object) -> Text:
    text = read_line(value)
    _pick(text, ADAPTERS)
    return text


def _language(value: object) -> Text:
    text = read_line(value)
    if text not in LANGUAGES:
        meant = _OTHER_NAMES.get(text.casefold()) or text.casefold().replace("_", "-").split("-")[0]
        raise WrongValueError(
            Told(
                "must be a two-letter language code such as de, en or uk, not `{text}`", text=text
            ),
            meant if meant in LANGUAGES else None,
        )
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: object) -> Text:
    text = read_line(value)
    if text not in _zones():
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(_zones(), reverse=True)}
        city = nearest(text.rpartition("/")[2], cities)
        raise WrongValueError(
            Told("must be a time zone such as Europe/Berlin, not `{text}`", text=text),
            nearest(text, _zones()) or (cities[city] if city else None),
        )
    return text


def _schedule(value: object) -> Schedule:
    if isinstance(value, Map):
        if set(value) != {"cron"}:
            raise WrongValueError(
                Told("must be a text such as `daily 07:00`, or have the one key `cron`")
            )
        (cron,) = value.values()
        value = Text(f"cron: {read_line(cron)}", value.line)
    text = read_line(value)
    try:
        return parse_schedule(text)
    except ValueError as error:
        raise WrongValueError(
            Told("cannot be understood: {error}", error=error), _meant_schedule(text)
        ) from error


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


_SCALAR = ["string", "number", "boolean"]
_DURATION = _string(pattern=r"^\d{1,7}[smhdw]$")

Line = Annotated[Text, PlainValidator(read_line), _string(minLength=1)]
Prose = Annotated[Text, PlainValidator(read_prose), _string(minLength=1)]
Id = Annotated[Text, PlainValidator(read_id), _string(pattern=f"^{ID_PATTERN}$")]
Name = Annotated[Text, PlainValidator(read_name), _string(pattern=f"^{NAME_PATTERN}$")]
Url = Annotated[Text, PlainValidator(read_url), _string(format="uri", pattern="^https?://")]
Contact = Annotated[Text, PlainValidator(read_contact), _string(minLength=1)]
Address = Annotated[Text, PlainValidator(read_mailbox), _string(pattern="^[^@<>]+@[^@<>]+$")]
Texts = Annotated[
    tuple[Text, ...],
    PlainValidator(read_texts),
    WithJsonSchema(
        {"type": ["string", "number", "array"], "items": {"type": ["string", "number"]}}
    ),
]
Cron = Annotated[Text, PlainValidator(read_cron), _string(minLength=9)]
Spelling = Annotated[Text, PlainValidator(read_spelling), _string(minLength=1)]
Cited = Annotated[Text, PlainValidator(read_citation), _string(minLength=1)]
Ignored = Annotated[Text, PlainValidator(read_ignored_entry), _string(minLength=1)]
TopicName = Annotated[Text, PlainValidator(read_line), _string(pattern=f"^{NAME_PATTERN}$")]
Condition = Annotated[tuple[Text, ...], PlainValidator(read_condition), _string(minLength=1)]
Every = Annotated[timedelta, PlainValidator(duration(timedelta(minutes=1))), _DURATION]
Pause = Annotated[timedelta, PlainValidator(duration(timedelta(0), timedelta(hours=1))), _DURATION]
Patience = Annotated[
    timedelta, PlainValidator(duration(timedelta(seconds=1), timedelta(minutes=10))), _DURATION
]
Silence = Annotated[timedelta, PlainValidator(duration(timedelta(hours=1), 10 * YEAR)), _DURATION]
Past = Annotated[timedelta, PlainValidator(duration(timedelta(0), 10 * YEAR)), _DURATION]
Switch = Annotated[bool, PlainValidator(_switch), WithJsonSchema({"type": "boolean"})]
Count = Annotated[int, PlainValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
Share = Annotated[
    float, PlainValidator(_share), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
]
Version = Annotated[Text, PlainValidator(_version), WithJsonSchema({"const": 1})]
Kind = Annotated[Text, PlainValidator(_kind), Kinds()]
Language = Annotated[Text, PlainValidator(_language), _string(pattern="^[a-z]{2}$")]
Zone = Annotated[Text, PlainValidator(_zone), _string(examples=["Europe/Berlin"])]
Alerting = Annotated[AlertOn, PlainValidator(choice(AlertOn)), _string(enum=[*AlertOn])]
Ranking = Annotated[Rank, PlainValidator(choice(Rank)), _string(enum=[*Rank])]
Counting = Annotated[Numbers, PlainValidator(choice(Numbers)), _string(enum=[*Numbers])]
Receiving = Annotated[Receives, PlainValidator(choice(Receives)), _string(enum=[*Receives])]
Subjecting = Annotated[Subject, PlainValidator(choice(Subject)), _string(enum=[*Subject])]
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

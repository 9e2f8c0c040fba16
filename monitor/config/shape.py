"""What the two files may hold: every key with its type, its meaning and an example.

These classes are also the source of the JSON Schema that editors use.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from monitor.config import typed
from monitor.config.tree import Map, Text

UNSET = Text("", 0)


def key(description: str, *examples: object, default: Any = None, **more: Any) -> Any:
    """Return a field with what an editor shows for it."""
    return Field(default, description=description, examples=list(examples), **more)


def _name_needed_keys(schema: dict[str, Any], shape: type[Any]) -> None:
    if shape.needed:
        schema["required"] = list(shape.needed)


class Shape(BaseModel):
    """A mapping with known keys; `needed` ones must be there, all others may be left out.

    To pydantic no key is required, so that what is left of a broken entry can still be checked;
    `config.reading` reports needed keys that are missing.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        json_schema_extra=_name_needed_keys,
    )
    needed: ClassVar[tuple[str, ...]] = ()
    _origin: Map = PrivateAttr(default_factory=lambda: Map(0))

    @model_validator(mode="wrap")
    @classmethod
    def _remember_origin(cls, data: Any, read: ModelWrapValidatorHandler[Shape]) -> Shape:
        shape = read(data)
        if isinstance(data, Map):
            shape._origin = data
        return shape

    @property
    def line(self) -> int:
        """The first line of the entry."""
        return self._origin.line

    def line_of(self, key: str) -> int:
        """Return the line of a key."""
        return self._origin.key_line(key)

    @property
    def given(self) -> dict[str, Any]:
        """The keys that stand in the file, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    def names(self, key: str) -> frozenset[str] | None:
        """Return the names defined below a key, broken entries too; None when nobody can tell."""
        if key in self._origin.settled:
            return None
        below = self._origin.get(Text(key, 0))
        return frozenset(below) | below.settled if isinstance(below, Map) else frozenset()

    def is_hurt(self, key: str) -> bool:
        """Say whether something below a key was wrong and is left out here."""
        return key in self._origin.hurt

    @property
    def missing(self) -> list[str]:
        """Needed keys that are not there."""
        return [name for name in self.needed if self.lacks(name)]

    def lacks(self, key: str) -> bool:
        """Say whether a key is neither there nor reported as misspelt."""
        return key not in self.model_fields_set | self._origin.settled


# --- sources.yaml --------------------------------------------------------------------------------


class SelectShape(Shape):
    """Where things stand on a page."""

    items: typed.Line | None = key("The element of one entry of a list.", "article.teaser")
    title: typed.Line | None = key("Where the title stands, inside the entry.", "h3")
    link: typed.Line | None = key("The link to the full text, inside the entry.", "h3 a")
    date: typed.Line | None = key("Where the date stands, inside the entry.", "time")
    text: typed.Line | None = key("Where the text stands, inside the entry.", ".content")


class ExpectShape(Shape):
    """What makes an answer suspicious."""

    min_items: typed.Count | None = key("Fewer entries than this are an error (default 1).", 5)
    max_silence: typed.Silence | None = key(
        "No news for longer than this is reported as trouble.", "30d"
    )


class DefaultsShape(Shape):
    """What holds for a source, or for all of them."""

    lang: typed.Language | None = key("The language of the source.", "de")
    every: typed.Every | None = key("How often it is checked (default 6h).", "1h", "2d")
    cron: typed.Cron | None = key("When it is checked, instead of `every`.", "0 7 * * mon-fri")
    timezone: typed.Zone | None = key(
        "The time zone of `cron` and of dates without one.", "Europe/Berlin"
    )
    topics: list[typed.TopicName] | None = key(
        "The topics looked for (default: all).", ["desertion"], min_length=1
    )
    follow: typed.Switch | None = key("Read what the entries link to as well (HTML, PDF).", True)
    select: SelectShape | None = key(
        "Where things stand on the page: CSS selectors.", {"items": "article", "title": "h3"}
    )
    ignore: list[typed.Ignored] | None = key(
        "What never counts as a change: CSS selectors, phrases (`*` = anything), /patterns/.",
        [".cookie-banner", "Stand: *", "/\\d+ Aufrufe/"],
        min_length=1,
    )
    complete: typed.Switch | None = key("The list is complete: a missing entry is news.", False)
    alert: typed.Alerting | None = key(
        "Which changes are mailed: those that match a topic, or every one.", "every"
    )
    rank: typed.Ranking | None = key(
        "What kind of place it is; orders the mail (default: by kind, else organisation).", "court"
    )
    numbers: typed.Counting | None = key(
        "Which changed numbers are news: `content` (the default; not those of stamps such as "
        "«Stand: 12.11.2026» and of counters), `all`, or `none`.",
        "none",
    )
    expect: ExpectShape | None = key("What a sound answer looks like.", {"min_items": 1})
    backfill: typed.Past | None = key(
        "At the first check, also report entries that are younger than this (default: none).", "14d"
    )
    allow_private: typed.Switch | None = key(
        "Addresses on this machine or in the local network may be fetched.", False
    )
    enabled: typed.Switch | None = key("Whether the source is checked at all.", False)
    delay: typed.Pause | None = key("The pause between requests to one host (default 2s).", "5s")
    timeout: typed.Patience | None = key("How long to wait for an answer (default 60s).", "90s")
    user_agent: typed.Line | None = key(
        "Introduce yourself to this site by another name.", "policy-monitor (+https://example.org)"
    )
    robots: typed.Switch | None = key("Obey the robots.txt of the site (default true).", True)
    browser: typed.Switch | None = key(
        "Read the page with a browser, once its scripts have run (default false).", True
    )
    options: dict[typed.Line, typed.Texts] | None = key(
        "Settings of this kind of source; docs/maintaining/keys.md names those of each kind.",
        {"wahlperiode": "21"},
    )


class SourceShape(DefaultsShape):
    """One watched place."""

    needed = ("id", "name", "kind")
    id: typed.Id = key("A short name that stays the same for ever.", "bamf-news", default=UNSET)
    name: typed.Line = key("The name that readers see.", "BAMF – Meldungen", default=UNSET)
    kind: typed.Kind = key("How the source is read.", "feed", default=UNSET)
    url: typed.Url = key("Its address; some kinds know it themselves.",
                         "https://example.org/rss.xml", default=UNSET)  # fmt: skip
    note: typed.Prose | None = key("A remark for those who maintain this file.", "Moved in 2025.")


class TermShape(Shape):
    """One row of a topic, in its long form."""

    needed = ("term",)
    term: typed.Spelling = key(
        "A spelling; also the name that readers see. `*` = any letters.",
        "Fahnenflucht*",
        default=UNSET,
    )
    also: list[typed.Spelling] | None = key("More spellings.", ["fahnenflüchtig*"], min_length=1)
    cites: list[typed.Cited] | None = key(
        "Legal citations that reveal it too, in any spelling.",
        ["§ 3a Abs. 2 Nr. 5 AsylG"],
        min_length=1,
    )
    weak: typed.Switch | None = key(
        "Only a reason to sort a find under this topic: the words of `needs` are shown.", True
    )
    beside: list[typed.TopicName] | None = key(
        "Topics: only sorts their finds under this topic too, where one stands near.",
        ["desertion"],
        min_length=1,
    )
    latin: typed.Switch | None = key(
        "Also looks for its Cyrillic spellings in Latin letters, as any scheme writes them.", True
    )
    lang: typed.Language | None = key("Only texts in this language.", "de")
    needs: list[typed.Condition] | None = key(
        "Groups of words one of which must stand near; `a + b` = both.",
        ["military", "asylum + country"],
        min_length=1,
    )
    unless: list[typed.Condition] | None = key(
        "Groups of words that must not stand near.", ["history"], min_length=1
    )
    despite: list[typed.Condition] | None = key(
        "Groups of words near which `unless` silences nothing.", ["asylum + country"], min_length=1
    )
    perhaps: list[typed.Condition] | None = key(
        "A find without its needs is doubtful near one of these, and none elsewhere.",
        ["military"],
        min_length=1,
    )
    otherwise: typed.Otherwise = key(
        "What a find without its needs is: perhaps (the default) or nothing.",
        "nothing",
        default=None,
    )
    note: typed.Prose | None = key("A remark for those who maintain this file.", "Swiss usage.")
    yes: list[typed.Prose] | None = key(
        "Sentences that must match.", ["Er beging Fahnenflucht."], min_length=1
    )
    no: list[typed.Prose] | None = key(
        "Sentences that must not match.", ["Die Fahne weht."], min_length=1
    )


class _ShortForm:
    """Shows in the JSON Schema that a term may also be a single spelling."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "minLength": 1}, handler(schema)]}


def _long_form(value: object) -> object:
    if not isinstance(value, Text):
        return value
    term = Map(value.line)
    term[Text("term", value.line)] = value
    return term


AnyTerm = Annotated[TermShape, BeforeValidator(_long_form), _ShortForm()]


class TopicShape(Shape):
    """What staff watch for."""

    needed = ("terms",)
    title: dict[typed.Language, typed.Line] | None = key(
        "Its name in the languages of the mails.", {"de": "Desertion", "en": "Desertion"}
    )
    unless: list[typed.Condition] | None = key(
        "Groups of words that must not stand near any of the terms.", ["history"], min_length=1
    )
    despite: list[typed.Condition] | None = key(
        "Groups of words near which no `unless` of the topic silences.",
        ["asylum + country"],
        min_length=1,
    )
    terms: list[AnyTerm] = key(
        "The words that reveal it.", ["Deserteur*"], default=[], min_length=1
    )


class SourcesFile(Shape):
    """sources.yaml: what is watched, and what for."""

    needed = ("version", "sources")
    version: typed.Version = key("The version of this format.", 1, default=UNSET)
    contact: typed.Contact | None = key(
        "Whom the watched sites can turn to: a mail or web address.", "it@example.org"
    )
    defaults: DefaultsShape | None = key(
        "Keys that hold for every source without its own.", {"every": "6h", "delay": "2s"}
    )
    words: dict[typed.Name, Annotated[list[typed.Spelling], Field(min_length=1)]] = key(
        "Groups of words that `needs` and `unless` name.",
        {"military": ["Soldat*", "Armee*"]},
        default={},
    )
    topics: dict[typed.Name, TopicShape] = key(
        "What is looked for.", {"desertion": {"terms": ["Deserteur*"]}}, default={}
    )
    sources: list[SourceShape] = key("What is watched.", [], default=[], min_length=1)


# --- recipients.yaml -----------------------------------------------------------------------------


class ListShape(Shape):
    """Named recipients with topics and a schedule."""

    needed = ("id", "to")
    id: typed.Id = key("A short name that stays the same for ever.", "campaign", default=UNSET)
    name: typed.Line | None = key("The name that readers see.", "Kampagne")
    to: list[typed.Address] = key(
        "Who gets the mails: bare addresses.", ["team@example.org"], default=[], min_length=1
    )
    topics: list[typed.TopicName] | None = key(
        "The topics mailed (default: all).", ["desertion"], min_length=1
    )
    lang: typed.Language | None = key(
        "The language of the mails: de (the default), en, or one with a file in locale/.", "en"
    )
    schedule: typed.When | None = key(
        "When: `daily 07:00` (the default), `weekly mon 07:00`, `immediately`, or cron.",
        "daily 07:00",
        {"cron": "0 7 1 * *"},
    )
    timezone: typed.Zone | None = key("The time zone of `schedule`.", "Europe/Berlin")
    urgent: typed.Share | None = key(
        "News of at least this priority (0 to 1) are mailed at once, with all that waits.", 0.8
    )
    subject: typed.Subjecting | None = key(
        "Subjects tell the `news` (the default), or are `neutral`: list and date only.", "neutral"
    )
    calendar: typed.Switch | None = key(
        "Attach the days that news name as a calendar file (default true).", False
    )
    receives: typed.Receiving | None = key(
        "Digests of news, a weekly overview with charts, or reports of trouble with the service.",
        "trouble",
    )


class RecipientsFile(Shape):
    """recipients.yaml: who gets which news, and when."""

    needed = ("lists",)
    version: typed.Version = key("The version of this format.", 1, default=UNSET)
    lists: list[ListShape] = key("The lists of recipients.", [], default=[], min_length=1)

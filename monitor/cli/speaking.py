"""The language in which the command line speaks to people: from arguments and environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar

from monitor.model.told import retold
from monitor.shipped import shipped

SOURCE = "en"
# The options before the command that are followed by a value; what they name is no language.
_VALUED = {"--sources", "--recipients", "--database"}
# As gettext reads them: the first that is set decides.
_USUAL = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

Translate = Callable[[str], str]


def _as_it_is(form: str) -> str:
    return form


_spoken: ContextVar[Translate] = ContextVar("spoken", default=_as_it_is)


def languages() -> tuple[str, ...]:
    """Return the languages that there is a catalogue for, English first."""
    return (SOURCE, *sorted(path.stem for path in (shipped("templates") / "locale").glob("*.po")))


def language(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return the language that is asked for: `--lang`, MONITOR_LANG, or what `LANG` says.

    English where the first of them that is set names none that is known.
    """
    told = _option(arguments) or environ.get("MONITOR_LANG")
    wanted = [told] if told else _usual(environ)
    known = languages()
    for name in wanted:
        plain = name.partition(".")[0].partition("_")[0].lower()
        if plain in known:
            return plain
    return SOURCE


def _option(arguments: Sequence[str]) -> str | None:
    """The value of `--lang` before the command; after it the word means something else."""
    left = iter(arguments)
    for argument in left:
        name, sign, value = argument.partition("=")
        if name == "--lang":
            return value if sign else next(left, None)
        if not argument.startswith("-"):
            return None
        if not sign and name in _VALUED:
            next(left, None)
    return None


def _usual(environ: Mapping[str, str]) -> Iterable[str]:
    first = next((environ[name] for name in _USUAL if environ.get(name)), "")
    return first.split(":")


def speak(lang: str) -> None:
    """Speak this language from now on; RenderError when its catalogue cannot be read."""
    if lang == SOURCE:
        _spoken.set(_as_it_is)
        return
    from monitor.render.words import translations  # noqa: PLC0415 - Babel is slow to load

    _spoken.set(translations(shipped("templates"), lang).gettext)


def say(text: str) -> str:
    """Return a sentence in the language that is spoken; plain texts as they are."""
    return retold(text, _spoken.get())


def translated(form: str) -> str:
    """Return the translation of a text of the catalogue."""
    return _spoken.get()(form)

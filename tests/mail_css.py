"""What mails may use of CSS and HTML, and what becomes of it where a mail program knows it not.

Each name is that of a page of https://www.caniemail.com/features/ (data: npm `caniemail` 1.0.5,
MIT). `make mail-clients` looks each up for Gmail, Outlook, Apple Mail and Thunderbird: a name that
one of them lacks must say here why nothing breaks.
"""

from __future__ import annotations

SMALLER = "looks plainer, nothing moves"
READABLE = "the mail is one column of readable text without it"

PROPERTIES = {
    "background-color": ("css-background-color", ""),
    "color": ("html-body", "colours of the mail program, which fit each other"),
    "padding": ("css-padding", READABLE),
    "margin": ("css-margin", READABLE),
    "border": ("css-border", SMALLER),
    "border-bottom": ("css-border", SMALLER),
    "border-bottom-color": ("css-border", SMALLER),
    "border-left": ("css-border", SMALLER),
    "border-left-color": ("css-border", SMALLER),
    "border-top": ("css-border", SMALLER),
    "border-top-color": ("css-border", SMALLER),
    "border-collapse": ("css-border-collapse", ""),
    "border-radius": ("css-border-radius", SMALLER),
    "cursor": ("css-cursor", SMALLER),
    "display": ("css-display", READABLE),
    "font": ("css-font", ""),
    "font-size": ("css-font-size", SMALLER),
    "font-weight": ("css-font-weight", SMALLER),
    "letter-spacing": ("css-letter-spacing", SMALLER),
    "line-height": ("css-line-height", SMALLER),
    "max-height": ("css-max-height", "the preheader is hidden by display too"),
    "max-width": ("css-max-width", "the sheet is as wide as the window"),
    "overflow": ("css-overflow", "the preheader is hidden by display too"),
    "overflow-wrap": ("css-overflow-wrap", "word-wrap says the same to older ones"),
    "text-align": ("css-text-align", "text begins where its script does, by dir"),
    "text-decoration": ("css-text-decoration", SMALLER),
    "vertical-align": ("css-vertical-align", ""),
    "white-space": ("css-white-space", SMALLER),
    "width": ("css-width", READABLE),
    "word-wrap": ("css-word-wrap", "addresses are cut to 72 characters"),
}
RULES = {
    "@media (max-width: 480px)": ("css-at-media", "wider margins on a phone"),
    "@media (prefers-color-scheme: dark)": (
        "css-at-media-prefers-color-scheme",
        "light, or what the mail program makes of it",
    ),
}
SELECTORS = {
    "type": ("css-selector-type", READABLE),
    "class": ("css-selector-class", READABLE),
    "descendant": ("css-selector-descendant", SMALLER),
    "grouping": ("css-selector-grouping", READABLE),
}
ELEMENTS = {
    **dict.fromkeys(("html", "head", "title", "b", "br", "a"), ("html-strong", "")),
    "body": ("html-body", "its margin is that of the mail program"),
    "meta": ("html-meta-color-scheme", "light, or what the mail program makes of it"),
    "style": ("html-style", READABLE),
    "div": ("html-div", ""),
    "span": ("html-span", ""),
    "p": ("html-p", ""),
    **dict.fromkeys(("h1", "h2", "h3"), ("html-h1-h6", "")),
    **dict.fromkeys(("ul", "li"), ("html-lists", SMALLER)),
    **dict.fromkeys(("table", "tr", "td", "th"), ("html-table", "")),
    "blockquote": ("html-blockquote", ""),
    "del": ("html-del", ""),
    "ins": ("html-strike", "the old words stand below, with what went struck out"),
    # Not on caniemail.com: unknown elements are shown as the text within them.
    "mark": ("html-strong", "the words are in <b> too"),
    "details": ("html-semantics", "everything is open"),
    "summary": ("html-semantics", "it is a heading"),
    "img": ("html-img", "its alternative text holds the numbers"),
}
ATTRIBUTES = {
    **dict.fromkeys(("href", "src", "charset", "name", "content", "colspan"), ("html-table", "")),
    **dict.fromkeys(("scope", "data-alert", "alt"), ("html-table", "")),
    "border": ("html-table", ""),
    "class": ("css-selector-class", READABLE),
    "id": ("html-anchor-links", "the contents do not lead anywhere"),
    "style": ("css-padding", READABLE),
    "lang": ("html-lang", ""),
    "dir": ("html-dir", "short lines begin on the other side"),
    "role": ("html-role", "a screen reader names it a table"),
    "aria-label": ("html-aria-label", "the numbers stand beside"),
    "align": ("html-align", "the sheet is not in the middle"),
    "width": ("html-width", SMALLER),
    "height": ("html-height", SMALLER),
    "cellpadding": ("html-cellpadding", ""),
    "cellspacing": ("html-cellspacing", ""),
}
KNOWN = {"properties": PROPERTIES, "rules": RULES, "selectors": SELECTORS,
         "elements": ELEMENTS, "attributes": ATTRIBUTES}  # fmt: skip

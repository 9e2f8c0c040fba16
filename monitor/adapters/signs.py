"""What walls and error pages say of themselves, in the languages of the watched sites.

A `heading` is compared with whole headings and parts of titles («Seite nicht gefunden | BAMF»), a
`sentence` is looked for in what little text such a page has.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Sign(NamedTuple):
    """One sort of page that is not what was asked for; `needs_password` wants a field for one."""

    state: str
    what: str
    heading: re.Pattern[str]
    sentence: re.Pattern[str]
    needs_password: bool = False


def _any(words: str) -> re.Pattern[str]:
    """One of the patterns, each on a line of its own; `+` goes on with the line before."""
    lines = re.sub(r"\n +\+", "", words).split("\n")
    return re.compile("|".join(filter(None, map(str.strip, lines))), re.IGNORECASE)


# AWS, Cloudflare, Anubis, Imperva, DDoS-Guard, Akamai, DataDome, HUMAN, SiteGround, F5, Enodia.
CHALLENGE = _any(
    r"""
    window\.gokuProps
    AwsWafIntegration\.
    <title>(?:Just a moment\.\.\.|Attention Required! \| Cloudflare|DDoS-Guard)</title>
    window\._cf_chl_opt
    id=["']anubis_challenge["']
    <iframe[^>]+_Incapsula_Resource
    /_sec/verify\?provider=interstitial
    captcha-delivery\.com
    id=["']px-captcha["']
    /\.well-known/(?:sg)?captcha/
    /\.enodia/
    """
)

_BOTS = Sign(
    "blocked",
    "a check against robots stands before it; ask its owner for access",
    _any(
        r"""
        just a moment|(?:nur )?einen moment(?: bitte)?|attention required
        (?:\d{3}[ :–-]*)?(?:error )?(?:access (?:to this (?:page|site) )?(?:has been |is )?(?:denied
        +|blocked))
        (?:fehler |error |http )?403(?:[ :–-]*(?:forbidden|verboten|error|fehler))?|forbidden
        (?:der )?(?:zugriff|zugang)(?: auf diese (?:web)?seite)?(?: wurde| ist)? (?:verweigert
        +|gesperrt|blockiert)
        are you (?:a )?(?:human|robot)|(?:security|bot|human|robot|browser) (?:check|verification)
        (?:making sure you.re not a bot|sicherheits(?:über)?prüfung|captcha|roboterprüfung)
        pardon our interruption
        request rejected
        (?:429[ :–-]*)?(?:too many requests|zu viele anfragen)
        (?:sorry, )?you have been blocked|web application firewall|sucuri website firewall.*
        доступ (?:запрещ[её]н|ограничен)|проверка браузера|доступ (?:заборонено|обмежено)
        accès (?:refusé|interdit)|vérification de sécurité
        """
    ),
    _any(
        r"""
        (?:verify|check|confirm|whether|prove) (?:that |if |whether )?you(?:'re| are|’re) (?:not a
        + (?:ro)?bot|(?:a )?human)
        checking (?:if the site connection is secure|your browser)
        (?:unusual|suspicious) (?:traffic|activity)
        ungewöhnliche[nr]? (?:daten)?(?:verkehr|aktivität)
        (?:kein(?:e)?|nicht (?:um )?ein(?:en)?) (?:ro)?bot(?:er)?\b|dass Sie ein Mensch sind
        enable javascript and (?:cookies to continue|then reload)
        your support ID is|support-ID lautet|reference #[0-9a-f.]{8,}
        you (?:don['’]t|do not) have permission to access
        blocked by (?:our|the) (?:security|firewall)
        using a security service to protect itself
        (?:zugriff|anfrage|ip-adresse)[^.]{0,60}(?:gesperrt|blockiert|abgewiesen)
        rotate the inner part
        solve (?:this|the) (?:captcha|puzzle)
        (?:lösen|geben) Sie [^.]{0,40}(?:captcha|rätsel|sicherheitscode)
        вы не робот|я не робот|vous n['’]êtes pas un robot
        """
    ),
)
_LOGIN = Sign(
    "blocked",
    "it wants a login; watch a public page, or ask for access without one",
    _any(
        r"""
        (?:bitte )?(?:anmelden|anmeldung|einloggen|login|log ?in|sign ?in|benutzeranmeldung)
        (?:member|user|kunden|mitglieder|benutzer)[- ]?(?:log[- ]?in|anmeldung)
        (?:sign|log) in to (?:continue|your account)|anmeldung (?:erforderlich|notwendig)
        вход|вхід|connexion|identifiez-vous|zaloguj się
        """
    ),
    _any(
        r"""
        (?:please|you (?:must|need to)) (?:log|sign) ?in to
        (?:bitte )?melden Sie sich (?:bitte )?(?:an|mit)
        (?:um|zum)[^.]{0,60}(?:müssen|bitte)[^.]{0,40}(?:anmelden|einloggen)
        """
    ),
    needs_password=True,
)
_CONSENT = Sign(
    "blocked",
    "it wants consent to cookies first; look for a feed or another address",
    _any(
        r"""
        (?:before you|bevor sie) (?:continue|fortfahren)(?: (?:to|zu) .*)?
        cookie[- ]?(?:wall|zustimmung|consent|einwilligung|hinweis|einstellungen)
        (?:ihre |your )?(?:einwilligung|zustimmung|consent)(?: (?:erforderlich|required))?
        cookies (?:are )?(?:required|erforderlich|deaktiviert|disabled)
        mit werbung (?:weiterlesen|lesen)
        """
    ),
    _any(
        r"""
        (?:um|damit)[^.]{0,80}(?:nutzen|weiterlesen|lesen|sehen|fortfahren)[^.]{0,80}(?:cookies
        +|einwilligung|zustimm)
        (?:please )?(?:accept|enable|allow)(?: all)? cookies (?:to (?:continue|proceed|view)|in your
        + browser)
        (?:akzeptieren|aktivieren|erlauben) Sie (?:bitte )?(?:alle )?cookies
        mit werbung und (?:tracking|cookies)|ihr browser (?:akzeptiert|erlaubt) keine cookies
        """
    ),
)
_SHOP = Sign(
    "blocked",
    "the text is for subscribers only; look for a free place",
    _any(
        r"""
        (?:online-?|web-?)?shop
        (?:ihr )?warenkorb
        jetzt (?:kaufen|bestellen|freischalten|abonnieren)
        (?:nur|exklusiv) für (?:abonnent(?:en|innen|:innen|\*innen)|kund(?:en|:innen)|mitglieder)
        kostenpflichtig(?:er inhalt|es dokument|es angebot)|kein zugriff auf (?:dieses|das) dokument
        subscribe to (?:continue|read)|subscribers only
        """
    ),
    _any(
        r"""
        in den warenkorb|add to (?:cart|basket)
        sie haben (?:derzeit |noch )?keinen zugriff auf (?:dieses|diese|das|den)
        (?:dieses|das) (?:dokument|modul|angebot) ist (?:nicht in ihrem|kostenpflichtig|nur für)
        (?:dieser|der) (?:artikel|inhalt) ist (?:nur|exklusiv) für
        (?:subscribe|abonnieren sie)[^.]{0,40}(?:to read|um (?:weiter)?zu ?lesen)
        """
    ),
)
_MISSING = Sign(
    "broken",
    "the server says that there is no such page; look for its new address",
    _any(
        r"""
        (?:http |fehler[: -]*|error[: -]*)*404(?:[ :–-]*(?:error|fehler|not found|nicht gefunden|.*
        +(?:page|seite).*))?
        (?:(?:die|diese) )?(?:(?:an)?gesuchte |angeforderte |gewünschte |aufgerufene )?(?:seite
        +|inhalt|dokument|datei)(?: (?:wurde|konnte))?(?: leider)? nicht (?:gefunden
        +(?: werden)?|vorhanden|verfügbar)
        (?:(?:the|this|that) )?(?:requested )?(?:page|document|file|content|resource)(?: (?:could
        +|was|can))? ?(?:not|n['’]t) (?:be )?found
        not found
        (?:(?:die|diese) )?seite existiert nicht(?: mehr)?
        fehlerseite
        page (?:missing|does(?:n['’]t| not) exist)
        (?:страница|документ|материал) не (?:найдена?|существует)
        сторінк[ау] не (?:знайден[ао]|існує)
        старонка не знойдзена
        page (?:introuvable|non trouvée)
        strona nie (?:została )?(?:znaleziona|istnieje)
        pagina niet gevonden
        (?:oops|hoppla|ups)(?:[ ,!.–-]+.*(?:404|nicht gefunden|not found))?
        """
    ),
    _any(
        r"""
        (?:seite|adresse|inhalt|dokument|datei)[^.]{0,60}(?:konnte|wurde|kann) (?:leider )?nicht
        + (?:mehr )?gefunden
        (?:angeforderte|gewünschte|gesuchte|aufgerufene)[sn]? (?:seite|inhalt|dokument)[^.]{0,40}
        +(?:existiert nicht|nicht (?:mehr )?(?:verfügbar|vorhanden)|gibt es nicht)
        (?:page|document|resource|URL)(?: that)?(?: you)?[^.]{0,60}(?:(?:could|can) ?not be found|
        +(?:was|were) not found|(?:no longer|does not|doesn['’]t) exist)
        (?:cannot|can['’]t|couldn['’]t) find (?:the|that|this) page
        (?:запрашиваем|запрошенн)\w+ (?:вами )?страниц\w+ не|запитан\w+ сторінк\w+ не
        """
    ),
)
_REPAIR = Sign(
    "broken",
    "the site is being repaired; it is tried again later",
    _any(
        r"""
        (?:geplante |aktuelle |achtung:? )?wartung(?:sarbeiten|smodus|sseite|sfenster|sarbeiten
        + an .*)?
        (?:site |website )?(?:is )?(?:currently |temporarily )?(?:down for|under|in) maintenance
        (?:scheduled |planned )?maintenance(?: mode)?
        we(?:['’]ll| will) be (?:right )?back(?: soon| shortly)?
        (?:wir sind )?(?:gleich|bald) (?:wieder )?(?:zurück|für sie da)
        (?:vorübergehend|derzeit|zurzeit|momentan) nicht (?:erreichbar|verfügbar)
        temporarily (?:unavailable|offline)
        (?:ведутся |проводятся |проводяться )?(?:технические|технічні) (?:работы|роботи)
        (?:site )?en maintenance
        """
    ),
    _any(
        r"""
        (?:wegen|aufgrund)(?: von)?[^.]{0,40}wartung
        wartungsarbeiten[^.]{0,60}(?:durchgeführt|statt|nicht|nur eingeschränkt)
        (?:seite|website|webseite|dienst|system|portal|angebot|server|datenbank)[^.]{0,60}
        +(?:vorübergehend|derzeit|zurzeit|zur zeit|momentan) nicht (?:erreichbar|verfügbar|zur
        + verfügung)
        (?:vorübergehend|derzeit|zurzeit|zur zeit|momentan) nicht zur verfügung
        wird (?:gerade|derzeit|zurzeit) gewartet
        (?:undergoing|down for|performing)(?: (?:scheduled|routine|some|planned))* maintenance
        (?:ведутся|проводятся) технические работы|technischen? störung
        """
    ),
)
_FAULT = Sign(
    "broken",
    "the server has a fault of its own; it is tried again later",
    _any(
        r"""
        (?:ein |interner |unerwarteter |technischer )?(?:server-?)?fehler(?: ist)?(?: aufgetreten)?
        es ist ein (?:\w+ )?fehler aufgetreten
        (?:http |fehler |error )?50\d(?:[ :–-]*(?:internal server error|bad gateway|service
        + (?:temporarily )?unavailable|gateway time-?out|error|fehler))?
        (?:internal )?server error
        bad gateway
        service (?:temporarily )?unavailable
        gateway time-?out
        application error
        (?:an )?(?:unexpected |unknown )?error(?: has)?(?: occurred)?
        something went wrong
        database error
        error establishing a database connection
        whitelabel error page
        ошибка(?: сервера)?
        помилка(?: сервера)?
        erreur
        """
    ),
    _any(
        r"""
        (?:es ist|leider ist)[^.]{0,40}fehler aufgetreten
        (?:an )?(?:unexpected|internal|unknown)(?: server)? error (?:has )?occurred
        error establishing a database connection
        (?:fatal error|uncaught \w*exception)\b.{0,200}\bon line \d+
        произошла (?:внутренняя )?ошибка|the server encountered an internal error
        """
    ),
)
_ELSEWHERE = Sign(
    "broken",
    "it only sends readers elsewhere; take over the address that it leads to",
    _any(r"redirecting|(?:you should be )?redirected(?: quickly)?|weiterleitung|object moved"),
    _any(
        r"""
        (?:you (?:should|will) be|you are being) redirected|sie werden [^.]{0,40}weitergeleitet
        (?:klicken sie hier|click here)[^.]{0,60}(?:nicht automatisch|not redirected)
        """
    ),
)
_SCRIPTS = Sign(
    "broken",
    "its text is filled in by JavaScript only; look for a feed, or set `browser: true`",
    _any(r"(?:loading|wird geladen|lädt|chargement(?: en cours)?|загрузка)"),
    _any(
        r"""
        chargement en cours
        (?:seite|inhalt)e? wird geladen
        loading ?(?:\.\.\.|…)
        ^(?:loading|lädt)\b
        (?:you need to|please) enable javascript|(?:bitte )?aktivieren sie (?:bitte )?javascript
        (?:requires|works? (?:properly )?with|benötigt|ohne) javascript
        javascript (?:is|ist) (?:disabled|deaktiviert|required|erforderlich)
        """
    ),
)

# The first that fits is told: the more certain ones stand first.
CERTAIN = (_BOTS, _LOGIN, _CONSENT, _SHOP, _MISSING, _REPAIR, _FAULT)
SIGNS = (*CERTAIN, _ELSEWHERE, _SCRIPTS)
BEFORE_READERS = _BOTS
WANTS_LOGIN = _LOGIN
WANTS_SCRIPTS = _SCRIPTS
SENDS_ELSEWHERE = _ELSEWHERE

"""Topics → compiled rules → matches; legal citations; how well it all does."""

from monitor.match.change import match_change
from monitor.match.citations import cite, covers, link
from monitor.match.error import TermError
from monitor.match.evaluate import Passage, Score, Scores, Verdict, evaluate, read_passages
from monitor.match.find import find
from monitor.match.legal import parse_citation
from monitor.match.rules import Rule, Rules, compile_vocabulary
from monitor.match.spelling import explain_spelling

__all__ = [
    "Passage",
    "Rule",
    "Rules",
    "Score",
    "Scores",
    "TermError",
    "Verdict",
    "cite",
    "compile_vocabulary",
    "covers",
    "evaluate",
    "explain_spelling",
    "find",
    "link",
    "match_change",
    "parse_citation",
    "read_passages",
]

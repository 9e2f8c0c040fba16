"""Topics → compiled rules → matches; legal citations; how well it all does."""

from monitor.match.change import match_change
from monitor.match.citations import cite
from monitor.match.evaluate import Passage, Score, Scores, Verdict, evaluate, read_passages
from monitor.match.find import find
from monitor.match.rules import Rule, Rules, compile_vocabulary
from monitor.match.spelling import TermError, explain_spelling

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
    "evaluate",
    "explain_spelling",
    "find",
    "match_change",
    "read_passages",
]

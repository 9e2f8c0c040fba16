"""Words, and beginnings of words, that many texts hold: seeing one of them tells little.

They only decide by which of its words a spelling is looked for first, so any list will do. This one
is of prose in the languages that are watched, as normalised text has it.
"""

from __future__ import annotations

_WORDS = """
abs absatz als anzahl art aufnahme ausschuss bei
beteilig bis bund bundes das dem den der des die dritt eine einem einen einer
einsatz ersatz fuer gegen gesetz grund grundgesetz ihr ihre ihrer insgesamt
international jahr jahre kein keine kommission leben leist leistung mehr
mindestens mit mittel muessen nach national nehmen neue nicht nummer oder
parlament position post prozent rat rund satz sein seine seiner sich sie
steuer ueber und unter vertrag vom von vor wieder zahl
zahlen zum zur zurueck
act action age all and applicants applications article before being between border call code
data for force forces from full get has have her his home into law left letter line men more
not number order out over page per press report return service show sign state states status
student support than that the their this under unit war was were will with world your
aux contre dans des est les mise par pas plus pour que qui sur une
без более был была были весь від він вона все год года году город граждан дел дела дело для
дня его закон или как либо між можно нет них обла под после при про против раз рос росси
решени сво свои своих служб срок стал стат статьи суд такж тем тих того тре україн части что
щодо это яка яки який якщо
"""
FREQUENT = frozenset(_WORDS.split())
# What many texts hold that staff watch: seeing one of them tells little more.
_WATCHED = """
antr antraege artikel aufenthalt beschluss bundeswehr dienst gericht militaer militaerisch pflicht
schutz soldat staatsangehoerig urteil verfahren verweiger waffe waffen wehr
"""
TOPICAL = frozenset(_WATCHED.split())

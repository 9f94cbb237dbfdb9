"""Which cells stay hidden so that nothing can be learnt about a few people, and how the others are shown.

A line is a total and its parts, as published; who is in none of them counts as a part that is never published. Small
cells are hidden for their own size; then, as long as a line gives one away, another cell of that line is hidden too:
at least two per line, together at least k people.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Audience:
    code: str
    k: int  # fewer people than this are not shown; 0 is
    step: int  # counts of people are rounded to the nearest multiple
    least_base: int  # a share of fewer people than this is not shown

    def shown(self, count):
        """A count of people as this audience reads it."""
        return (count + self.step // 2) // self.step * self.step


PUBLIC = Audience("public", k=10, step=5, least_base=30)
OFFICIAL = Audience("official", k=5, step=1, least_base=20)


@dataclass(frozen=True)
class Line:
    total: tuple
    parts: tuple[tuple, ...]


def hidden_cells(people, lines, k):
    """Keys to hide, from {key: people} and the published lines. Cells without people are shown."""
    hidden = {key for key, count in people.items() if 0 < count < k}
    while more := {key for line in lines for key in _given_away(people, line, hidden, k)}:
        hidden |= more
    return hidden


def _given_away(people, line, hidden, k):
    """The cell to hide next in a line that could be solved, if any: the smallest part, the total when none is left."""
    here = [key for key in (line.total, *line.parts) if key in hidden]
    rest = people[line.total] - sum(people[key] for key in line.parts)  # in no published part: found by subtraction
    uncertain = rest + sum(people[key] for key in here if key != line.total)
    is_safe = len(here) + (rest > 0) > 1 and uncertain >= min(k, people[line.total])
    if not (here or 0 < rest < k) or is_safe:
        return []
    shown = [key for key in line.parts if people.get(key) and key not in hidden]
    candidates = sorted(shown, key=lambda key: (people[key], key)) or [line.total]
    return [key for key in candidates[:1] if key not in hidden and people.get(key)]

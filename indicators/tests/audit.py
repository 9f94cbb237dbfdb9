"""The attacker: what the published cells and lines say about a hidden cell, exactly, by linear programming."""

from fractions import Fraction


def interval(key, people, lines, hidden):
    """Least and greatest value the hidden cell can have; None for no upper end."""
    names = sorted(hidden)
    rows, known = [], []
    for line in lines:
        signed = [(line.total, 1), *((part, -1) for part in line.parts)]
        rows.append([Fraction(sum(sign for cell, sign in signed if cell == name)) for name in names])
        known.append(Fraction(-sum(sign * people[cell] for cell, sign in signed if cell not in hidden)))
    wanted = [Fraction(name == key) for name in names]
    low = maximum([-value for value in wanted], rows, known)
    return -low, maximum(wanted, rows, known)


def maximum(costs, rows, known):
    """Greatest costs·x for rows·x = known and x >= 0, or None when there is no end. Simplex with Bland's rule."""
    count = len(costs)
    table = [
        [*row, value] if value >= 0 else [-each for each in (*row, value)]
        for row, value in zip(rows, known, strict=True)
    ]
    table = [
        [*row[:-1], *(Fraction(place == other) for other in range(len(table))), row[-1]]
        for place, row in enumerate(table)
    ]
    basis = [count + place for place in range(len(table))]
    pivot(table, basis, [Fraction(0)] * count + [Fraction(-1)] * len(table), len(basis) + count)
    for place, column in enumerate(
        basis
    ):  # an artificial variable left in the basis at 0 changes place or its row is empty
        if column >= count:
            free = next((other for other in range(count) if table[place][other]), None)
            if free is not None:
                exchange(table, basis, place, free)
    if not pivot(table, basis, costs + [Fraction(0)] * len(table), count):
        return None
    return sum(
        (costs[column] * row[-1] for column, row in zip(basis, table, strict=True) if column < count), Fraction(0)
    )


def pivot(table, basis, costs, allowed):
    """Improve until the best; False when there is no end."""
    while True:
        gains = (
            (column, costs[column] - sum(costs[base] * row[column] for base, row in zip(basis, table, strict=True)))
            for column in range(allowed)
            if column not in basis
        )
        enter = next((column for column, gain in gains if gain > 0), None)
        if enter is None:
            return True
        ratios = [(row[-1] / row[enter], basis[place], place) for place, row in enumerate(table) if row[enter] > 0]
        if not ratios:
            return False
        exchange(table, basis, min(ratios)[2], enter)


def exchange(table, basis, place, enter):
    pivot_row = table[place] = [value / table[place][enter] for value in table[place]]
    for other, row in enumerate(table):
        if other != place and row[enter]:
            table[other] = [value - row[enter] * lead for value, lead in zip(row, pivot_row, strict=True)]
    basis[place] = enter

"""Who and what is taken when, kept in memory so that the rows written later contradict no exclusion constraint."""

from collections import defaultdict

from programmes.models import Meeting


def span(starts_at, ends_at, *, more=0):
    """A stretch of a day, and `more` minutes, as one bit per five minutes: stretches that only touch share no bit."""
    first = (starts_at.hour * 60 + starts_at.minute) // 5
    last = -(-(ends_at.hour * 60 + ends_at.minute + more) // 5)
    return (1 << last) - (1 << first)


class Bookings:
    """Of rooms, or of trainers, by primary key; it starts from the meetings that are there. `what`: room or trainer."""

    def __init__(self, what):
        self.days = defaultdict(dict)  # {day: {pk: bits}}
        known = Meeting.objects.taking_place().exclude(**{what: None})
        for pk, day, *times, more in known.values_list(f"{what}_id", "date", "starts_at", "ends_at", "buffer_minutes"):
            self.days[day][pk] = self.days[day].get(pk, 0) | span(*times, more=more)

    def take(self, pk, days, stretch):
        """Book all the days, or none: true when it was free on all of them."""
        if any(self.days[day].get(pk, 0) & stretch for day in days):
            return False
        for day in days:
            self.days[day][pk] = self.days[day].get(pk, 0) | stretch
        return True

    def forget_before(self, day):
        for past in [past for past in self.days if past < day]:
            del self.days[past]

from django.core.management.base import BaseCommand, CommandError

from participants.models.enrolments import State
from participants.services import replay
from programmes.models import CourseRun


class Command(BaseCommand):
    help = "Rebuild the seats and the line of a group from its ledger alone; exits 1 with the first difference."

    def add_arguments(self, parser):
        parser.add_argument("run", help="Code of the group")

    def handle(self, run, **options):
        try:
            group = CourseRun.objects.get(code=run)
        except CourseRun.DoesNotExist:
            raise CommandError(f"No group has the code {run}.") from None
        rebuilt = replay.of_run(group)
        offers = sum(state == State.OFFERED for state in rebuilt.states.values())
        said = f"{rebuilt.number} lines: {rebuilt.seats} seats of {group.capacity} taken, {offers} of them offered"
        self.stdout.write(f"{said}, {len(rebuilt.line)} waiting")
        names = dict(group.enrolments.values_list("pk", "reference"))
        for place, pk in enumerate(rebuilt.line, 1):
            self.stdout.write(f"{place:4} {names.get(pk, pk)}")
        if first := next(replay.differences(group, rebuilt), None):
            raise CommandError(first)
        self.stdout.write("The records say the same.")

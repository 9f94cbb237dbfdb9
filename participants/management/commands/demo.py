from datetime import date
from time import monotonic

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from learningcity import clock
from participants.demo.city import MANY, build, is_there
from programmes.models import Course

DEFAULT_ENROLMENTS, SEED = 2_500, 2026
MARKS_PER_ENROLMENT = 10


class Command(BaseCommand):
    help = "Add invented people, groups, attendance and sign-ins to the city, the same ones for the same seed and day."

    def add_arguments(self, parser):
        parser.add_argument("--scale", type=int, default=DEFAULT_ENROLMENTS, metavar="ENROLMENTS")
        parser.add_argument("--attendance", type=int, metavar="MARKS", help="About ten per enrolment if not given.")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--today", type=date.fromisoformat, help="The day around which the city lives.")
        parser.add_argument("--force", action="store_true", help="Even where DEMO is not set.")

    def handle(self, *, scale, attendance, seed, today, force, **options):
        if not (settings.DEMO or force):
            raise CommandError("This is not a demonstration (DEMO is not set). Use --force if it should become one.")
        if is_there():
            self.stdout.write("The demonstration city is already there.")
            return
        if not Course.objects.exists():
            call_command("load_city", stdout=self.stdout)
        started = monotonic()
        written = build(
            enrolments=scale,
            attendance=attendance or scale * MARKS_PER_ENROLMENT,
            seed=seed,
            today=today or clock.local_day(clock.now()),
            report=self.stdout.write,
        )
        self.analyse(written, is_large=scale >= MANY)
        for name, rows in written.items():
            self.stdout.write(f"{name:40}{rows:12,}")
        self.stdout.write(f"The demonstration city is there, after {monotonic() - started:.0f} s.")

    def analyse(self, tables, *, is_large):
        """Tell the planner what came in. VACUUM cannot run inside a transaction, and a test is one."""
        vacuum = "VACUUM " if is_large and not connection.in_atomic_block else ""
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            for name in tables:
                cursor.execute(f"{vacuum}ANALYZE {name}")
            cursor.execute("RESET statement_timeout")

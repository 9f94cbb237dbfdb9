"""What others may want to hear about the offer. Sent inside the transaction of the change: who fails undoes it."""

from django.dispatch import Signal

# Once for each act, however many meetings and groups it touches. With `runs`, `changes` (list of timetable.Change, in
# order of date), `by` (the user, or None) and `note` (the AuditEntry of the act).
timetable_changed = Signal()

# With `run` (locked), `decision` (a CourseRun.Decision: cancelled, postponed, or planned after that), `by`, `note`.
run_decided = Signal()

# With `run` (locked), which now meets in another place.
run_moved = Signal()

# With `run` (locked) whose seats, or the time to take one, are others than before, and `by`.
seats_changed = Signal()

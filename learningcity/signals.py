"""What the apps above may want to have a say in."""

from django.dispatch import Signal

# With `message` (locked) that is about to be handed to its provider. Who gives True knows that it is no longer true: it
# does not leave.
leaving = Signal()

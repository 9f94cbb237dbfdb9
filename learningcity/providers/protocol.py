from typing import Protocol

SECONDS = 5  # the longest wait for a provider's answer


class NotSent(Exception):
    """It is certain that nothing left. The sentence names a status or an error, never a person or a text."""


class OutcomeUnknown(Exception):
    """The provider may or may not have taken the message: the line broke before its answer."""


class Provider(Protocol):
    remembers_references: bool
    """A second `send` with the same reference has no second effect, so a doubtful attempt may be repeated."""

    def send(self, recipient: str, text: str, reference: str) -> str:
        """The provider's own id of the message. `OutcomeUnknown` when in doubt; any other error means not sent."""

import logging

from .protocol import NotSent, OutcomeUnknown

logger = logging.getLogger(__name__)


class Failover:
    """Several providers in the order of preference: the first that does not refuse has the message."""

    remembers_references = False  # a second attempt could end at another provider, who knows nothing of the first

    def __init__(self, providers):
        self.providers = providers

    def send(self, recipient, text, reference):
        for provider in self.providers[:-1]:
            try:
                return provider.send(recipient, text, reference)
            except OutcomeUnknown:
                raise
            except Exception as error:  # nothing left, as the protocol says of every other error
                logger.warning("%s refused: %s", type(provider).__name__, _reason(error))
        return self.providers[-1].send(recipient, text, reference)


def _reason(error):
    return str(error) if isinstance(error, NotSent) else type(error).__name__

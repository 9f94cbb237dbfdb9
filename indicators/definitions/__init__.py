"""The list: a file per domain, one entry per indicator. Adding an entry is all there is to do."""

from .access import ACCESS
from .retention import RETENTION

INDICATORS = {indicator.code: indicator for indicator in (*ACCESS, *RETENTION)}

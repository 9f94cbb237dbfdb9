from .facts import Fact, LearnerMonth
from .runs import RollupRun

__all__ = ["Fact", "LearnerMonth", "RollupRun"]

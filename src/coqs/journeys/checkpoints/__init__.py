"""Checkpoints: dated stops, at which it is told what has been, what is accomplished and what remains.

A log keeps them, one a line, and never changes a line.
"""

from coqs.journeys.checkpoints.checkpoint import Checkpoint, Progress, Stop
from coqs.journeys.checkpoints.log import CheckpointLog
from coqs.journeys.checkpoints.taking import checkpoint_of

__all__ = ["Checkpoint", "CheckpointLog", "Progress", "Stop", "checkpoint_of"]

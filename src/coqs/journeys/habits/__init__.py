"""Habits: streaks, consistency, slips, and whether one lapse brings the next.

They are read from the observations and the series of journeys. Exceptions that were allowed are records of
`coqs.model`; the formulas are kernels.
"""

from coqs.journeys.habits.consistency import ConsistencyTable
from coqs.journeys.habits.contagion import Contagion
from coqs.journeys.habits.questions import HabitQuestions
from coqs.journeys.habits.slips import SlipTable
from coqs.journeys.habits.streaks import StreakTable

__all__ = ["ConsistencyTable", "Contagion", "HabitQuestions", "SlipTable", "StreakTable"]

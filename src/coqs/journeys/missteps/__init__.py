"""Going back after a misstep: of measurement, `reevaluate`; of operation, `misstep`."""

from coqs.journeys.missteps.operation import ContactTable, Misstep, misstep
from coqs.journeys.missteps.reevaluation import FlipTable, Reevaluation, reevaluate

__all__ = ["ContactTable", "FlipTable", "Misstep", "Reevaluation", "misstep", "reevaluate"]

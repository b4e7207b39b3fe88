"""Relationships: the interactions of one customer, how deep they go, and whether they get better."""

from coqs.journeys.relationships.growth import GrowthTable
from coqs.journeys.relationships.relationships import Relationships, relationships
from coqs.journeys.relationships.remembered import BehaviourTable, DetailUse
from coqs.journeys.relationships.ties import CustomerTable, DepthTable

__all__ = [
    "BehaviourTable",
    "CustomerTable",
    "DepthTable",
    "DetailUse",
    "GrowthTable",
    "Relationships",
    "relationships",
]

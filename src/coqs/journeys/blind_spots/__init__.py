"""Blind spots over time: what is never observed, or less than it should be, and since when."""

from coqs.journeys.blind_spots.shares import check_shares
from coqs.journeys.blind_spots.spots import BlindSpots, blind_spots

__all__ = ["BlindSpots", "blind_spots", "check_shares"]

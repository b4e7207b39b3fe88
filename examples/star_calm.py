"""Who stands out, where customers differ: STAR's "calm and helpful", a lapse in 3 dialogues of 100.

Run: python examples/star_calm.py ../shared/data
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import coqs


def main(folder: str) -> None:
    """Print which assistant, customer and day stand out, and what charts of rare lapses say."""
    with (Path(folder) / "star" / "star_index.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["calm_helpful"]]
    lapses = [row["calm_helpful"] == "0" for row in rows]
    columns = {name: [row[name] for row in rows] for name in ("wizard_id", "user_id")}
    columns["day"] = [row["start_utc"][:10] for row in rows]
    print(f"{sum(lapses)} lapses in {len(rows):,} dialogues")
    for who, given in (("wizard_id", "user_id"), ("user_id", "wizard_id"), ("day", "user_id")):
        found = coqs.against_expected(lapses, columns[who], columns[given], name=given)
        print(f"\nby {who}, given {given}: {len(found)}, of whom stand out:")
        for row in found.rows():
            if row["group"] in found.standing_out():
                counts = f"{row['observed']} of {row['n']}, {row['expected']:.1f} expected"
                ratio = f"{row['ratio']:.1f} times ({row['ratio_low']:.1f} to {row['ratio_high']:.1f})"
                print(f"  {row['group'][:10]}  {counts}: {ratio}, {row['says']}")
    table = {"who": [row["wizard_id"][:10] for row in rows], "all": ["all"] * len(rows)}
    table |= {"at": [row["start_utc"] for row in rows], "lapse": [int(lapse) for lapse in lapses]}
    how = {"at": "at", "value": "lapse", "kind": "share", "better": "lower", "every": "day"}
    for group, kind in (("all", "bernoulli"), ("all", "g"), ("who", "g")):
        chart = coqs.Journeys.from_table(table, group=group, **how).chart(kind=kind)
        print(f"\n{chart}")


if __name__ == "__main__":
    main(*sys.argv[1:])

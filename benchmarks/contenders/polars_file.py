"""A file of ratings read, scored by hand and written by polars, with every column that `coqs score` writes.

Run: python polars_file.py RATINGS SCORES
"""

from __future__ import annotations

import sys

import polars as pl

STAGES = {"greeting": 1, "listening": 2, "responding": 3, "resolving": 4, "closing": 5}
"""The stages and their weights; in each, criterion k from 0 to 4 weighs k + 1."""
PER_STAGE = 5
CRITERIA = [f"{stage}_{k}" for stage in STAGES for k in range(PER_STAGE)]
GATES = ("responding_0", "responding_1")
WORDS = [*(f"level_{k}" for k in range(5)), "not_applicable"]
BEST = 4
PASS_MARK = 0.5 - 1e-12  # what meets the mark exactly must not fail by the last digit of a float
NONE = pl.lit(0, pl.Int32)


def level(criterion: str) -> pl.Expr:
    """The points of an answer, null where there is none."""
    place = pl.col(f"place_{criterion}")
    return pl.when(place <= BEST).then(place)


def count(conditions: list[pl.Expr]) -> pl.Expr:
    """How many of the conditions hold."""
    return pl.sum_horizontal([each.fill_null(value=False).cast(pl.Int32) for each in conditions])


def share(earned: pl.Expr, possible: pl.Expr) -> pl.Expr:
    """One sum over another, null where nothing counts."""
    return pl.when(possible > 0).then(earned / possible)


def of_stage(stage: str) -> pl.Expr:
    """The weighted share of a stage."""
    answers = [((k + 1), level(f"{stage}_{k}").cast(pl.Float64)) for k in range(PER_STAGE)]
    earned = pl.sum_horizontal([weight * (points / BEST).fill_null(0.0) for weight, points in answers])
    possible = pl.sum_horizontal([weight * points.is_not_null() for weight, points in answers])
    return share(earned, possible.cast(pl.Float64))


def places(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Give each answer its place among the words."""
    kind = pl.Enum(WORDS)
    return frame.with_columns(pl.col(id).cast(kind).to_physical().alias(f"place_{id}") for id in CRITERIA)


def scored(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Add the scores of the stages and overall."""
    frame = frame.with_columns(of_stage(stage).alias(f"stage_{stage}") for stage in STAGES)
    stages = [(weight, pl.col(f"stage_{stage}")) for stage, weight in STAGES.items()]
    earned = pl.sum_horizontal([weight * each.fill_null(0.0) for weight, each in stages])
    possible = pl.sum_horizontal([weight * each.is_not_null() for weight, each in stages]).cast(pl.Float64)
    return frame.with_columns(overall=share(earned, possible), possible=possible)


def counted(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Add the counts of answers and of gates."""
    levels = [level(id) for id in CRITERIA]
    return frame.with_columns(
        points=pl.sum_horizontal([each.cast(pl.Float64).fill_null(0.0) for each in levels]),
        gate_business=count([level(id) == 0 for id in GATES]),
        gates_unobserved=count([pl.col(id).is_null() for id in GATES]),
        n_answered=count([each.is_not_null() for each in levels]),
        n_not_applicable=count([pl.col(f"place_{id}") > BEST for id in CRITERIA]),
        n_unanswered=count([pl.col(id).is_null() for id in CRITERIA]),
        n_below=count([each < 2 for each in levels]),
        n_meets=count([each.is_between(2, 3) for each in levels]),
        n_exceeds=count([each > 3 for each in levels]),
    )


def chosen(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Select the columns, in the order in which coqs writes them."""
    is_scored = pl.col("overall").is_not_null()
    asked = pl.col("n_answered") + pl.col("n_unanswered")
    why = pl.when(pl.col("n_unanswered") > 0).then(pl.lit("unanswered")).otherwise(pl.lit("not_applicable"))
    is_fail = (pl.col("overall") < PASS_MARK) | (pl.col("gate_business") > 0)
    verdict = pl.when(is_fail).then(pl.lit("fail")).otherwise(pl.lit("pass"))
    return frame.select(
        "interaction",
        "provider",
        "site",
        "overall",
        is_scored.alias("is_scored"),
        pl.when(~is_scored).then(why).alias("reason"),
        pl.when(is_scored).then(verdict).otherwise(pl.lit("unscored")).alias("verdict"),
        pl.when(asked > 0).then(pl.col("n_answered") / asked).alias("coverage"),
        "points",
        "possible",
        *(f"stage_{stage}" for stage in STAGES),
        NONE.alias("gate_customer"),
        "gate_business",
        NONE.alias("gate_compliance"),
        NONE.alias("gate_ethics"),
        pl.col("gate_business").alias("gates_fired"),
        "gates_unobserved",
        NONE.alias("irreversible"),
        "n_answered",
        "n_unanswered",
        "n_not_applicable",
        NONE.alias("n_not_asked"),
        NONE.alias("n_abstained"),
        NONE.alias("n_failed"),
        "n_below",
        "n_meets",
        "n_exceeds",
        NONE.alias("n_ignored"),
    )


def main() -> None:
    """Read, score and write."""
    source, target = sys.argv[1:]
    frame = pl.scan_csv(source) if source.endswith(".csv") else pl.scan_parquet(source)
    table = chosen(counted(scored(places(frame)))).collect()
    if target.endswith(".csv"):
        table.write_csv(target)
    else:
        table.write_parquet(target)


if __name__ == "__main__":
    main()

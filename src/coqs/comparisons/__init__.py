"""The same interactions scored in two ways, side by side, and what moved the numbers.

Floor 5, above scoring, which is asked what each way gives. Two policies (`policies`), and two versions of a
rubric (`versions`). What does not live here: the scores, and how a rubric changed as a text
(`coqs.rubric.diff`).
"""

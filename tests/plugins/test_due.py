"""When a promise is due, for times as people say them; said on Wednesday, 13 May 2026, at half past nine."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from coqs.plugins.phrases.due import DAYS, due

SAID = dt.datetime(2026, 5, 13, 9, 30, tzinfo=dt.UTC)
END = "23:59:59"
MOMENTS = st.datetimes(
    SAID.replace(year=1990, tzinfo=None), SAID.replace(year=2090, tzinfo=None), timezones=st.just(dt.UTC)
)

TIMES = {
    "I will call you by Friday": f"2026-05-15T{END}",
    "I’ll get back to you on Friday morning": "2026-05-15T12:00:00",
    "We will send it before Friday": f"2026-05-14T{END}",
    "We'll have it by Wednesday": f"2026-05-20T{END}",
    "It will be fixed next Friday": f"2026-05-22T{END}",
    "Our driver will be there in ten minutes": "2026-05-13T09:40:00",
    "in 5 to 10 minutes": "2026-05-13T09:40:00",
    "within 24-48 hours": "2026-05-15T09:30:00",
    "within half an hour": "2026-05-13T10:00:00",
    "in an hour and a half": "2026-05-13T11:00:00",
    "in a couple of hours": "2026-05-13T11:30:00",
    "within 3 business days": f"2026-05-18T{END}",
    "in two weeks": f"2026-05-27T{END}",
    "in a month": f"2026-06-13T{END}",
    "two days from now": f"2026-05-15T{END}",
    "I will ring you tomorrow": f"2026-05-14T{END}",
    "tomorrow afternoon": "2026-05-14T18:00:00",
    "tomorrow at 4:15 pm": "2026-05-14T16:15:00",
    "the day after tomorrow": f"2026-05-15T{END}",
    "later today": f"2026-05-13T{END}",
    "this evening": f"2026-05-13T{END}",
    "this morning": "2026-05-13T12:00:00",
    "by the end of the day": f"2026-05-13T{END}",
    "by close of business": f"2026-05-13T{END}",
    "by noon": "2026-05-13T12:00:00",
    "by 5 pm": "2026-05-13T17:00:00",
    "by 8 am": "2026-05-14T08:00:00",
    "at 15:30": "2026-05-13T15:30:00",
    "by 3 o'clock": "2026-05-13T15:00:00",
    "by midnight": f"2026-05-13T{END}",
    "by half past nine tomorrow": "2026-05-14T09:30:00",
    "by half past eight tonight": "2026-05-13T20:30:00",
    "within twenty-four hours": "2026-05-14T09:30:00",
    "in twenty five minutes": "2026-05-13T09:55:00",
    "within thirty to ninety minutes": "2026-05-13T11:00:00",
    "by end of day Friday": f"2026-05-15T{END}",
    "by COB Friday": f"2026-05-15T{END}",
    "by close of business tomorrow": f"2026-05-14T{END}",
    "today or tomorrow": f"2026-05-14T{END}",
    "on Thursday or Friday": f"2026-05-15T{END}",
    "in a day or two": f"2026-05-15T{END}",
    "within a minute or two": "2026-05-13T09:32:00",
    "between 9am and 11am": "2026-05-13T11:00:00",
    "in a week and a half": f"2026-05-24T{END}",
    "in a day and a half": f"2026-05-15T{END}",
    "Friday week": f"2026-05-22T{END}",
    "by Friday the 22nd": f"2026-05-22T{END}",
    "on the 3rd": f"2026-06-03T{END}",
    "your May 3 order by tomorrow": f"2026-05-14T{END}",
    "by quarter to five": "2026-05-13T16:45:00",
    "at a quarter past two": "2026-05-13T14:15:00",
    "at eight in the morning": "2026-05-14T08:00:00",
    "by 6 in the evening": "2026-05-13T18:00:00",
    "this week": f"2026-05-17T{END}",
    "next week": f"2026-05-24T{END}",
    "by the end of next week": f"2026-05-24T{END}",
    "by the end of the month": f"2026-05-31T{END}",
    "next month": f"2026-06-30T{END}",
    "by June 5th": f"2026-06-05T{END}",
    "on the 2nd of April": f"2027-04-02T{END}",
    "on 5 June at 10 am": "2026-06-05T10:00:00",
    "on June 5, 2028": f"2028-06-05T{END}",
    "by 2026-07-01": f"2026-07-01T{END}",
    "on February 29th": f"2028-02-29T{END}",
}
UNDATED = [
    "I will look into it",
    "as soon as possible",
    "we will get back to you shortly",
    "in a few days",
    "in several weeks",
    "in due course",
    "next time",
    "on February 30th",
    "in 99999 hours",
    "by two people",
    "after 5 pm",
    "after Friday",
    "not before Monday",
    "the invoice from last Friday",
    "a week from Friday",
    "at 12 in the evening",
    "the charge from May 2nd",
    "your May 3 order",
    "I may 5 times call you",
    "by 2026-05-01",
    "it may rain in May",
    "we open at 77 pm",
    "on the 31st of February 2027",
]


@pytest.mark.parametrize(("text", "when"), TIMES.items())
def test_a_time_is_worked_out_to_its_last_moment(text, when):
    assert due(text, SAID) == dt.datetime.fromisoformat(f"{when}+00:00")


@pytest.mark.parametrize("text", UNDATED)
def test_what_is_vague_or_no_time_gives_none(text):
    assert due(text, SAID) is None


def test_days_begin_and_clocks_run_where_the_promise_was_made():
    late = dt.datetime(2026, 5, 13, 23, 30, tzinfo=dt.UTC)  # Thursday already in Madrid
    madrid = ZoneInfo("Europe/Madrid")
    assert due("by tomorrow", late, madrid) == dt.datetime(2026, 5, 15, 21, 59, 59, tzinfo=dt.UTC)
    assert due("by 5 pm", late, madrid) == dt.datetime(2026, 5, 14, 15, 0, tzinfo=dt.UTC)


def test_the_end_of_time_is_no_error():
    assert due("in 9999 years", SAID) is None
    assert due("tomorrow", dt.datetime(9999, 12, 31, tzinfo=dt.UTC)) is None


@given(MOMENTS, st.sampled_from([*TIMES, *UNDATED, *(f"next {day}" for day in DAYS)]))
def test_nothing_is_due_before_it_was_promised(at, text):
    found = due(text, at, ZoneInfo("Europe/Madrid"))
    assert found is None or found >= at


@pytest.mark.parametrize(
    ("text", "minutes"), [("in two hours", 120), ("in ten minutes", 10), ("within half an hour", 30)]
)
@pytest.mark.parametrize("at", ["2026-03-29T00:30", "2026-10-25T00:30", "2026-10-25T01:30"])
def test_hours_are_hours_though_clocks_change(at, text, minutes):
    said = dt.datetime.fromisoformat(f"{at}+00:00")
    assert due(text, said, ZoneInfo("Europe/Madrid")) - said == dt.timedelta(minutes=minutes)


@given(MOMENTS, st.sampled_from(DAYS))
def test_a_weekday_is_within_the_week_and_the_next_one_in_the_week_after(at, day):
    soon, later = due(f"by {day}", at), due(f"next {day}", at)
    assert soon is not None
    assert later is not None
    assert soon.weekday() == later.weekday() == DAYS.index(day)
    assert 1 <= (soon.date() - at.date()).days <= 7
    assert later.isocalendar()[:2] == (at + dt.timedelta(7)).isocalendar()[:2]


@given(st.text(max_size=80))
def test_any_text_at_all_gives_a_time_or_none(text):
    found = due(text, SAID)
    assert found is None or found.tzinfo is dt.UTC

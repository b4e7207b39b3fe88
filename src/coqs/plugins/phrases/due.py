"""When a promise is due: "by Friday", "in ten minutes", "next week", worked out from when it was made.

What lives here: times as people say them, in English, to the last moment that they allow. What does not:
whether a promise was made. A time that is vague ("soon", "in a few days", "as soon as I can") gives none,
since what has no date can never lapse. Where people differ in what they mean, the later reading is taken,
so that nothing is called late that somebody would still have called in time:

* a day lasts until its last second, a morning until noon, an afternoon until six in the evening;
* "in three days" is the end of the third day, "in ten minutes" ten minutes later;
* "Friday" said on a Friday is the next one; "next Friday" is the Friday of next week;
* a week ends on Sunday; business days leave out Saturday and Sunday, and no holidays;
* "five to ten days" is ten; a date without a year is the next one that comes.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from types import MappingProxyType

from coqs.plugins.phrases.lexicon import plain

LAST = dt.time(23, 59, 59)
PERIODS = MappingProxyType(
    {
        "morning": dt.time(12),
        "noon": dt.time(12),
        "midday": dt.time(12),
        "afternoon": dt.time(18),
        "evening": LAST,
        "night": LAST,
    }
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(name.lower() for name in calendar.month_name)[1:]
_TO_TWELVE = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBERS = MappingProxyType(
    {name: place for place, name in enumerate(_TO_TWELVE.split())}
    | {"a": 1, "an": 1, "couple": 2, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60}
    | {"forty-five": 45, "ninety": 90, "twenty-four": 24, "forty-eight": 48}
)
MOST = 10_000
"""Of a unit: a larger number is no promise's time."""

_NUMBER = rf"(?:\d{{1,5}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
_SPAN = re.compile(
    rf"\b(?:in|within|inside|under|after|the next|no later than|less than|at most|up to|about|around"
    rf"|approximately|roughly|maybe|another)\s+(?:a maximum of\s+)?(?:the\s+)?"
    rf"(?:(?P<half>half an?)\s+hour|(?:{_NUMBER}\s*(?:to|or|-)\s*)?(?:a\s+(?=couple))?"
    rf"(?P<n>{_NUMBER})(?:\s+of)?[\s-]*"
    rf"(?P<business>(?:business|working)\s+)?(?P<unit>{_UNIT})(?P<and_half>\s+and\s+a\s+half)?)\b"
)
_BARE_SPAN = re.compile(
    rf"\b(?P<n>{_NUMBER})\s+(?P<business>(?:business|working)\s+)?(?P<unit>{_UNIT})\s+from\s+now\b"
)
_DAY = "|".join(DAYS)
_MONTH = "|".join([*MONTHS, *(f"{name[:3]}" for name in MONTHS), "sept"])
_PERIOD = "|".join(PERIODS)
_WEEKDAY = re.compile(
    rf"\b(?P<which>before|next|this|the following)?\s*\b(?P<day>{_DAY})\b(?!s)(?:\s+(?P<period>{_PERIOD}))?"
)
_NEAR = re.compile(
    rf"\b(?:(?P<tomorrow>(?:the\s+day\s+after\s+)?tomorrow)(?:\s+(?P<then>{_PERIOD}))?|(?P<today>later\s+today|today|tonight|this\s+(?P<now>{_PERIOD})"
    r"|(?:by\s+)?(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?:business\s+)?day|(?:the\s+)?close\s+of\s+business|\beod\b|\bcob\b))\b"
)
_STRETCH = re.compile(
    r"\b(?:(?P<next>next|the\s+following)|(?:by\s+|before\s+)?(?:the\s+)?end\s+of\s+(?P<end>the\s+|this\s+|next\s+)?|this|later\s+this)\s*"
    r"(?P<unit>week|month|year)\b"
)
_DATE = re.compile(
    rf"\b(?:(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<first>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?"
    rf"(?P<second>{_MONTH}))\b(?:,?\s+(?P<year>\d{{4}}))?"
)
_ISO = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b")
_CLOCK = re.compile(
    r"\b(?:(?:by|before|at|until|till|around|about)\s+)?(?:(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?P<h24>(?:[01]?\d|2[0-3])):(?P<m24>[0-5]\d)\b|(?P<word>noon|midday|midnight)\b)"
    r"|\b(?:by|before|at|until|till)\s+(?P<oclock>\d{1,2})(?:\s*o'clock\b)"
)
_HOUR = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_SPOKEN = re.compile(
    rf"\b(?:by|before|at|until|till|around|about)\s+(?:(?P<part>half|(?:a\s+)?quarter)\s+(?P<side>past|to)\s+)?"
    rf"(?P<hour>{_HOUR}|\d{{1,2}})\b(?!\s*(?:{_UNIT}|%|people|guests|credits|[-/:.]\d))(?P<at>\s+in\s+the\s+(?P<day>morning|afternoon|evening))?"
)
_VAGUE = re.compile(
    r"\b(?:a\s+few|few|several|some|a\s+number\s+of|a\s+bit|a\s+while|a\s+moment|next\s+time)\b"
)


def due(text: str, at: dt.datetime, zone: dt.tzinfo = dt.UTC) -> dt.datetime | None:
    """Return the last moment that a time in a text allows, in UTC; None where none is said, or a vague one.

    Parameters
    ----------
    text
        The sentence of the promise.
    at
        When it was said, with a zone.
    zone
        Where its days begin and its clock runs.

    Examples
    --------
    >>> said = dt.datetime(2026, 5, 13, 9, 30, tzinfo=dt.UTC)  # a Wednesday
    >>> due("I will call you by Friday", said).isoformat()
    '2026-05-15T23:59:59+00:00'
    >>> due("It will be there in ten minutes", said).isoformat()
    '2026-05-13T09:40:00+00:00'
    >>> due("We will look into it soon", said) is None
    True
    """
    words = plain(text)
    local = at.astimezone(zone)
    try:
        found = _span(words, local) or _moment(words, local)
        return None if found is None else found.astimezone(dt.UTC)
    except (OverflowError, ValueError):  # a day that no calendar has
        return None


def _span(words: str, at: dt.datetime) -> dt.datetime | None:
    """Return when a stretch of time that begins now is over: "within two hours"."""
    match = _SPAN.search(words) or _BARE_SPAN.search(words)
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("half"):
        return at + dt.timedelta(minutes=30)
    n = _number(parts["n"])
    if n > MOST:
        return None
    return _after(
        at, n, parts["unit"], business=bool(parts["business"]), and_half=bool(parts.get("and_half"))
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]


def _after(at: dt.datetime, n: int, unit: str, *, business: bool, and_half: bool) -> dt.datetime:
    match unit[0], unit[:2]:
        case "s", _:
            return at + dt.timedelta(seconds=n)
        case _, "mi":
            return at + dt.timedelta(minutes=n, seconds=30 * and_half)
        case "h", _:
            return at + dt.timedelta(hours=n, minutes=30 * and_half)
        case "d", _:
            return _end_of(_business_days(at.date(), n) if business else at.date() + dt.timedelta(n), at)
        case "w", _:
            return _end_of(at.date() + dt.timedelta(7 * n), at)
        case "y", _:
            return _end_of(_months_later(at.date(), 12 * n), at)
        case _:
            return _end_of(_months_later(at.date(), n), at)


def _business_days(day: dt.date, n: int) -> dt.date:
    while n:
        day += dt.timedelta(1)
        n -= day.weekday() < 5
    return day


def _months_later(day: dt.date, n: int) -> dt.date:
    years, month = divmod(day.month - 1 + n, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _end_of(day: dt.date, at: dt.datetime, time: dt.time = LAST) -> dt.datetime:
    return dt.datetime.combine(day, time, at.tzinfo)


def _moment(words: str, at: dt.datetime) -> dt.datetime | None:
    """Return the end of a day that is named, or the time of day that is."""
    day, period = _day(words, at.date())
    clock = _clock(words)
    if day is None and clock is None:
        return None
    if day is None:
        assert clock is not None
        today = _end_of(at.date(), at, clock)
        return today if today >= at else _end_of(at.date() + dt.timedelta(1), at, clock)
    return _end_of(day, at, clock or period)


def _day(words: str, today: dt.date) -> tuple[dt.date | None, dt.time]:
    """Return the day that is named, and where in it the time ends."""
    if match := _ISO.search(words):
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"])), LAST
    if match := _DATE.search(words):
        return _date(match, today), LAST
    if match := _NEAR.search(words):
        return _near(match, today)
    if match := _WEEKDAY.search(words):
        return _weekday(match, today)
    if (match := _STRETCH.search(words)) and not _VAGUE.search(words):
        return _stretch(match, today), LAST
    return None, LAST


def _date(match: re.Match[str], today: dt.date) -> dt.date:
    month = (
        MONTHS.index(
            next(name for name in MONTHS if name.startswith((match["month"] or match["second"])[:3]))
        )
        + 1
    )
    day = int(match["day"] or match["first"])
    if match["year"]:
        return dt.date(int(match["year"]), month, day)
    for year in range(today.year, today.year + 9):  # the 29th of February may be eight years away
        if day <= calendar.monthrange(year, month)[1] and (found := dt.date(year, month, day)) >= today:
            return found
    raise ValueError("no such day")


def _near(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.time]:
    if match["today"]:
        return today, PERIODS[match["now"]] if match["now"] else LAST
    ahead = 2 if "after" in match["tomorrow"] else 1
    return today + dt.timedelta(ahead), PERIODS[match["then"]] if match["then"] else LAST


def _weekday(match: re.Match[str], today: dt.date) -> tuple[dt.date, dt.time]:
    wanted = DAYS.index(match["day"])
    if match["which"] in ("next", "the following"):
        day = today + dt.timedelta(7 - today.weekday() + wanted)
    else:
        day = today + dt.timedelta((wanted - today.weekday() - 1) % 7 + 1)
    if match["which"] == "before":
        day -= dt.timedelta(1)
    return day, PERIODS[match["period"]] if match["period"] else LAST


def _stretch(match: re.Match[str], today: dt.date) -> dt.date:
    later = bool(match["next"]) or (match["end"] or "").startswith("next")
    match match["unit"]:
        case "week":
            return today + dt.timedelta(6 - today.weekday() + 7 * later)
        case "month":
            first = _months_later(today.replace(day=1), int(later))
            return first.replace(day=calendar.monthrange(first.year, first.month)[1])
        case _:
            return dt.date(today.year + later, 12, 31)


def _clock(words: str) -> dt.time | None:
    match = _CLOCK.search(words)
    if match is None:
        return _spoken(words)
    if match["word"]:
        return LAST if match["word"] == "midnight" else dt.time(12)
    if match["h24"]:
        return dt.time(int(match["h24"]), int(match["m24"]))
    if match["oclock"]:
        return _of_day(int(match["oclock"]))
    hour = int(match["hour"])
    if not 1 <= hour <= 12:
        return None
    return dt.time(hour % 12 + 12 * (match["half"] == "p"), int(match["minute"] or 0))


def _of_day(hour: int) -> dt.time | None:
    """Return an hour without am or pm as one of a working day: the later of the two from one to seven."""
    return dt.time(hour + 12) if 1 <= hour <= 7 else dt.time(hour) if hour <= 23 else None


def _spoken(words: str) -> dt.time | None:
    """Return a time of day in words, such as "half past nine", or an hour with a part of the day."""
    match = _SPOKEN.search(words)
    if match is None or not (match["part"] or match["day"]):
        return None  # a bare number may count anything
    hour = int(match["hour"]) if match["hour"].isdigit() else NUMBERS[match["hour"]]
    if not 1 <= hour <= 12:
        return None
    time = _of_day(hour) if match["day"] is None else dt.time(hour % 12 + 12 * (match["day"] != "morning"))
    if time is None or match["part"] is None:
        return time
    minutes = 30 if match["part"] == "half" else 15
    whole = time.hour * 60 + (minutes if match["side"] == "past" else -minutes)
    return dt.time(whole // 60 % 24, whole % 60)

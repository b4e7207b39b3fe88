"""When a promise is due: "by Friday", "in ten minutes", "next week", worked out from when it was made.

What lives here: times as people say them, in English, to the last moment that they allow. What does not:
whether a promise was made. A time that is vague ("soon", "in a few days", "as soon as I can") gives none,
since what has no date can never lapse. Where people differ in what they mean, the later reading is taken,
so that nothing is called late that somebody would still have called in time:

* a day lasts until its last second, a morning until noon, an afternoon until six in the evening;
* "in three days" is the end of the third day, "in ten minutes" ten minutes later;
* "Friday" said on a Friday is the next one; "next Friday" is the Friday of next week;
* a week ends on Sunday; business days leave out Saturday and Sunday, and no holidays;
* "five to ten days" is ten, "Thursday or Friday" is Friday; a date without a year is the next one that comes.

What a time begins with ("after Friday", "the invoice from last Monday") ends nothing, and no time before the
promise itself is ever given.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Iterator
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
_TO_TWENTY = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"""
_NAMES = tuple(_TO_TWENTY.split())
_TENS = MappingProxyType({name: 20 + 10 * place for place, name in enumerate(_NAMES[20:])})
NUMBERS = MappingProxyType(
    {name: place for place, name in enumerate(_NAMES[:20])}
    | dict(_TENS)
    | {
        f"{ten}{mark}{_NAMES[one]}": n + one
        for ten, n in _TENS.items()
        for one in range(1, 10)
        for mark in "- "
    }
    | {"a": 1, "an": 1, "couple": 2}
)
MOST = 10_000
"""Of a unit: a larger number is no promise's time."""

_NUMBER = rf"(?:\d{{1,5}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
_SPAN = re.compile(
    rf"\b(?:in|within|inside|under|the next|no later than|less than|at most|up to|about|around"
    rf"|approximately|roughly|maybe|another)\s+(?:a maximum of\s+)?(?:the\s+)?"
    rf"(?:(?P<half>half an?)\s+hour|(?:{_NUMBER}\s+(?:to|or)\s+|\d{{1,5}}\s*-\s*)?(?:a\s+(?=couple))?"
    rf"(?P<n>{_NUMBER})(?:\s+of)?[\s-]*(?P<business>(?:business|working)\s+)?(?P<unit>{_UNIT})"
    rf"(?:\s+or\s+(?P<most>{_NUMBER}))?(?P<and_half>\s+and\s+a\s+half)?)\b"
)
_BARE_SPAN = re.compile(
    rf"\b(?P<n>{_NUMBER})\s+(?P<business>(?:business|working)\s+)?(?P<unit>{_UNIT})\s+from\s+now\b"
)
_DAY = "|".join(DAYS)
_MONTH = "|".join([*MONTHS, *(f"{name[:3]}" for name in MONTHS), "sept"])
_PERIOD = "|".join(PERIODS)
_WEEKDAY = re.compile(
    rf"\b(?P<which>before|next|this|the following)?\s*\b(?P<day>{_DAY})\b(?!s)(?:\s+(?P<period>{_PERIOD}))?"
    r"(?P<again>\s+week\b|\s+after\s+next\b)?"
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
    rf"\b(?:by|before|until|till|on|for|no\s+later\s+than|end\s+of|{_DAY}),?\s+(?:the\s+)?(?:(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<first>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?"
    rf"(?P<second>{_MONTH}))\b(?:,?\s+(?P<year>\d{{4}}))?"
)
_NTH = re.compile(
    rf"\b(?:by|before|until|till|on|{_DAY}),?\s+the\s+(?P<nth>\d{{1,2}})(?:st|nd|rd|th)\b"
    r"(?!\s+(?:floor|of|time|attempt|step|street|avenue))"
)
_NO_END = re.compile(
    r"\b(?:after|since|from|last|past|previous|not|not\s+before|not\s+until|every|each)"
    r"(?:\s+(?:the|about))?\s*$"
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
_EVENING = re.compile(r"\b(?:tonight|(?:this|tomorrow|in\s+the)\s+(?:afternoon|evening|night))\b")
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
        return None if found is None or found < at else found.astimezone(dt.UTC)
    except (OverflowError, ValueError):  # a day that no calendar has
        return None


def _span(words: str, at: dt.datetime) -> dt.datetime | None:
    """Return when a stretch of time that begins now is over: "within two hours"."""
    match = _SPAN.search(words) or _BARE_SPAN.search(words)
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("half"):
        return _later(at, dt.timedelta(minutes=30))
    n = max(_number(parts["n"]), _number(parts.get("most") or "0"))
    if n > MOST:
        return None
    return _after(
        at, n, parts["unit"], business=bool(parts["business"]), and_half=bool(parts.get("and_half"))
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]


def _later(at: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """Return a moment that is later by a stretch of time, whatever the clocks do meanwhile."""
    return at.astimezone(dt.UTC) + by


def _after(at: dt.datetime, n: int, unit: str, *, business: bool, and_half: bool) -> dt.datetime:
    half = 0.5 * and_half
    match unit[0], unit[:2]:
        case "s", _:
            return _later(at, dt.timedelta(seconds=n))
        case _, "mi":
            return _later(at, dt.timedelta(minutes=n + half))
        case "h", _:
            return _later(at, dt.timedelta(hours=n + half))
        case "d", _:
            days = math.ceil(n + half)
            return _end_of(
                _business_days(at.date(), days) if business else at.date() + dt.timedelta(days), at
            )
        case "w", _:
            return _end_of(at.date() + dt.timedelta(math.ceil(7 * (n + half))), at)
        case "y", _:
            return _end_of(_months_later(at.date(), math.ceil(12 * (n + half))), at)
        case _:
            return _end_of(_months_later(at.date(), math.ceil(n + half)), at)


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
    """Return the end of the latest day that is named, or the latest time of day that is."""
    days = [*_days(words, at.date())]
    clock = _clock(words)
    if not days and clock is None:
        return None
    if days:
        day, period = max(days)
        return _end_of(day, at, clock or period)
    assert clock is not None
    today = _end_of(at.date(), at, clock)
    return today if today >= at else _end_of(at.date() + dt.timedelta(1), at, clock)


def _days(words: str, today: dt.date) -> Iterator[tuple[dt.date, dt.time]]:
    """Yield each day that is named as an end, and where in it the time ends."""
    for match in _ends(_ISO, words):
        yield dt.date(int(match["year"]), int(match["month"]), int(match["day"])), LAST
    for match in _ends(_DATE, words):
        yield _date(match, today), LAST
    for match in _ends(_NTH, words):
        yield _nth(int(match["nth"]), today), LAST
    for match in _ends(_NEAR, words):
        yield _near(match, today)
    for match in _ends(_WEEKDAY, words):
        yield _weekday(match, today)
    if not _VAGUE.search(words):
        for match in _ends(_STRETCH, words):
            yield _stretch(match, today), LAST


def _ends(pattern: re.Pattern[str], words: str) -> Iterator[re.Match[str]]:
    """Yield the matches that a promise can end with: not "after Friday", nor "the one from last Friday"."""
    for match in pattern.finditer(words):
        if not _NO_END.search(words, max(0, match.start() - 24), match.start()):
            yield match


def _nth(day: int, today: dt.date) -> dt.date:
    """Return the next such day of a month, today included."""
    for ahead in range(13):
        month = _months_later(today.replace(day=1), ahead)
        if day <= calendar.monthrange(month.year, month.month)[1] and month.replace(day=day) >= today:
            return month.replace(day=day)
    raise ValueError("no such day")


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
    if match["again"]:
        day += dt.timedelta(7)
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
    """Return the latest time of day that is named as an end."""
    later = _EVENING.search(words) is not None
    found = [_read_clock(match, later=later) for match in _ends(_CLOCK, words)]
    spoken = [_spoken(match, later=later) for match in _ends(_SPOKEN, words)]
    return max((time for time in [*found, *spoken] if time is not None), default=None)


def _read_clock(match: re.Match[str], *, later: bool) -> dt.time | None:
    if match["word"]:
        return LAST if match["word"] == "midnight" else dt.time(12)
    if match["h24"]:
        return dt.time(int(match["h24"]), int(match["m24"]))
    if match["oclock"]:
        return _of_day(int(match["oclock"]), later=later)
    hour = int(match["hour"])
    if not 1 <= hour <= 12:
        return None
    return dt.time(hour % 12 + 12 * (match["half"] == "p"), int(match["minute"] or 0))


def _of_day(hour: int, *, later: bool) -> dt.time | None:
    """Return an hour without am or pm as one of a working day, or of the evening where that is named."""
    if 1 <= hour <= 11 and (later or hour <= 7):
        return dt.time(hour + 12)
    return dt.time(hour) if hour <= 23 else None


def _spoken(match: re.Match[str], *, later: bool) -> dt.time | None:
    """Return a time of day in words, such as "half past nine", or an hour with a part of the day."""
    if not (match["part"] or match["day"]):
        return None  # a bare number may count anything
    hour = int(match["hour"]) if match["hour"].isdigit() else NUMBERS[match["hour"]]
    if not 1 <= hour <= 12 or (hour == 12 and match["day"]):
        return None
    time = (
        _of_day(hour, later=later)
        if match["day"] is None
        else dt.time(hour + 12 * (match["day"] != "morning"))
    )
    if time is None or match["part"] is None:
        return time
    minutes = 30 if match["part"] == "half" else 15
    whole = time.hour * 60 + (minutes if match["side"] == "past" else -minutes)
    return dt.time(whole // 60 % 24, whole % 60)

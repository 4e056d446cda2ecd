"""The answers to all questions about a five-field CSV, worked out in plain Python: what SQL says must equal this.

Usage: reference.py LOG.csv, answers as JSON on standard output: question -> column -> values.
"""
import csv
import json
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import mean, stdev

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def moment(text):
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)


def iso(values):
    """Milliseconds as text, without a fraction where the whole column has none."""
    whole = all(value is None or value % 1000 == 0 for value in values)
    return [
        None if value is None else (EPOCH + timedelta(milliseconds=value)).isoformat(timespec="seconds" if whole else "milliseconds").replace("+00:00", "Z")
        for value in values
    ]


def rounded(value, digits=2, first=4):
    if value is None:
        return None
    value = Fraction(value)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    for places in (first, digits):
        exact = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return float(exact)


def share(part, whole, digits=2):
    return rounded(Fraction(100 * part, whole), digits) if whole else None


def percentile(hundredths, percent):
    """Linear interpolation between order statistics, as percentile_cont has it; in milliseconds."""
    values = sorted(value for value in hundredths if value is not None)
    if not values:
        return None
    place = Fraction(percent * (len(values) - 1), 100)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return rounded((values[low] + (values[high] - values[low]) * (place - low)) / 100)


rows = []
with open(sys.argv[1], newline="") as file:
    for row in csv.DictReader(file):
        taken = row["response_time_ms"]
        rows.append((moment(row["timestamp"]), row["ip_address"], row["endpoint"], int(row["status_code"]), round(Decimal(taken) * 100) if taken else None))

TIME, CLIENT, ENDPOINT, STATUS, TAKEN = range(5)
first, last = min(row[TIME] for row in rows), max(row[TIME] for row in rows)
is_client_error = lambda row: 400 <= row[STATUS] <= 499
is_server_error = lambda row: row[STATUS] >= 500
count = lambda chosen, of: sum(1 for row in of if chosen(row))
middle = (first + (last - first) // 2) // 60_000 * 60_000
answers = {}


def grouped(column, of=rows):
    groups = defaultdict(list)
    for row in of:
        groups[row[column]].append(row)
    return groups


def answer(name, columns, table, times=()):
    values = {column: [row[i] for row in table] for i, column in enumerate(columns)}
    answers[name] = {column: iso(cells) if column in times else cells for column, cells in values.items()}


failed = count(lambda row: row[STATUS] >= 400, rows)
taken = [row[TAKEN] for row in rows]
answer(
    "overview",
    ["requests", "first_request", "last_request", "clients", "endpoints", "failed_percent", "p50_ms", "p95_ms"],
    [(len(rows), first, last, len(grouped(CLIENT)), len(grouped(ENDPOINT)), share(failed, len(rows)), percentile(taken, 50), percentile(taken, 95))],
    ["first_request", "last_request"],
)
fours, fives = count(is_client_error, rows), count(is_server_error, rows)
answer(
    "error_rate",
    ["requests", "client_errors", "server_errors", "client_error_percent", "server_error_percent", "failed_percent"],
    [(len(rows), fours, fives, share(fours, len(rows)), share(fives, len(rows)), share(fours + fives, len(rows)))],
)
codes = Counter(row[STATUS] for row in rows)
answer("status_codes", ["status_code", "requests", "percent"], [(code, n, share(n, len(rows))) for code, n in sorted(codes.items())])

by_endpoint = grouped(ENDPOINT)
table = []
for endpoint, of in by_endpoint.items():
    four, five = count(is_client_error, of), count(is_server_error, of)
    if four + five:
        table.append((endpoint, len(of), four + five, four, five, share(four + five, len(of))))
table.sort(key=lambda row: (-row[2], row[0]))
answer("failing_endpoints", ["endpoint", "requests", "failed", "client_errors", "server_errors", "failed_percent"], table[:10])

table = [(endpoint, len(of), *(percentile([row[TAKEN] for row in of], p) for p in (50, 95, 99))) for endpoint, of in by_endpoint.items()]
table.sort(key=lambda row: (-row[1], row[0]))
answer("response_times_by_endpoint", ["endpoint", "requests", "p50_ms", "p95_ms", "p99_ms"], table)

table = []
for endpoint, of in by_endpoint.items():
    timed = [row for row in of if row[TAKEN] is not None]
    if timed:
        satisfied = count(lambda row: row[STATUS] < 500 and row[TAKEN] <= 50_000, timed)
        tolerating = count(lambda row: row[STATUS] < 500 and 50_000 < row[TAKEN] <= 200_000, timed)
        score = rounded(Fraction(2 * satisfied + tolerating, 2 * len(timed)), 4, 6)
        table.append((endpoint, len(timed), satisfied, tolerating, len(timed) - satisfied - tolerating, score))
table.sort(key=lambda row: (row[5], -row[1], row[0]))
answer("apdex", ["endpoint", "requests", "satisfied", "tolerating", "frustrated", "apdex"], table)

slowest = sorted((row for row in rows if row[TAKEN] is not None), key=lambda row: (-row[TAKEN], row))[:10]
answer(
    "slowest_requests",
    ["timestamp", "ip_address", "endpoint", "status_code", "response_time_ms"],
    [(*row[:4], row[TAKEN] / 100) for row in slowest],
    ["timestamp"],
)

by_client = grouped(CLIENT)
table = []
for client, of in sorted(by_client.items(), key=lambda item: (-len(item[1]), item[0]))[:10]:
    times = [row[TIME] for row in of]
    table.append((client, len(of), share(len(of), len(rows)), len(grouped(ENDPOINT, of)), share(count(lambda row: row[STATUS] >= 400, of), len(of)), min(times), max(times)))
answer("busiest_clients", ["ip_address", "requests", "percent", "endpoints", "failed_percent", "first_request", "last_request"], table, ["first_request", "last_request"])

table = []
for code, n in sorted(codes.items(), key=lambda item: (item[1], item[0])):
    if 100 * n <= len(rows):
        of = [row for row in rows if row[STATUS] == code]
        ends = Counter(row[ENDPOINT] for row in of)
        top = min(ends.items(), key=lambda item: (-item[1], item[0]))
        table.append((code, n, share(n, len(rows), 4), len(ends), *top, min(row[TIME] for row in of), max(row[TIME] for row in of)))
answer(
    "rare_status_codes",
    ["status_code", "requests", "percent", "endpoints", "top_endpoint", "top_endpoint_requests", "first_request", "last_request"],
    table,
    ["first_request", "last_request"],
)

# Buckets: at most 300, and 30 requests in each where the log is long enough.
minutes = (last - first) // 60_000 + 1
n = len(rows)
if minutes <= 30 or (minutes <= 300 and n >= minutes * 30):
    width = 1
elif minutes <= 150 or (minutes <= 1500 and n >= minutes * 6):
    width = 5
elif minutes <= 450 or (minutes <= 4500 and n >= minutes * 2):
    width = 15
else:
    width = 60 if minutes <= 18_000 else 1440
buckets = defaultdict(list)
for row in rows:
    buckets[row[TIME] // (width * 60_000)].append(row)
traffic, errors, pace = [], [], []
for bucket in range(min(buckets), max(buckets) + 1):
    of = buckets.get(bucket, [])
    four, five = count(is_client_error, of), count(is_server_error, of)
    start = bucket * width * 60_000
    pace.append((start, len(of), *(percentile([row[TAKEN] for row in of], p) for p in (50, 95, 99))))
    traffic.append((start, len(of), four, five, share(four, len(of)), share(five, len(of))))
    errors.append((start, len(of), four + five, share(four, len(of)), share(five, len(of)), share(four + five, len(of))))
answer("traffic_over_time", ["bucket", "requests", "client_errors", "server_errors", "client_error_percent", "server_error_percent"], traffic, ["bucket"])
answer("response_times_over_time", ["bucket", "requests", "p50_ms", "p95_ms", "p99_ms"], pace, ["bucket"])
answer("error_rate_over_time", ["bucket", "requests", "failed", "client_error_percent", "server_error_percent", "failed_percent"], errors, ["bucket"])

edge = Fraction(str(percentile(taken, 99)))
steps = [(1, "0.02"), (2, "0.05"), (5, "0.1"), (10, "0.25"), (20, "0.5"), (50, "1"), (100, "2.5"), (200, "5"), (500, "10"), (1000, "25"), (2000, "50"), (5000, "100"), (10_000, "250"), (20_000, "500"), (50_000, "1000")]
width = Fraction(next((width for most, width in steps if edge <= most), "2500"))
values = [Fraction(value, 100) for value in taken if value is not None]
bins = Counter(min(value, edge) // width for value in values)
answer(
    "response_time_histogram",
    ["from_ms", "to_ms", "requests"],
    [(rounded(b * width), None if b == edge // width else rounded((b + 1) * width), n) for b, n in sorted(bins.items())],
)

sizes = [("1", 1, 1), ("2", 2, 2), ("3-4", 3, 4), ("5-9", 5, 9), ("10-19", 10, 19), ("20-49", 20, 49), ("50-99", 50, 99), ("100 or more", 100, float("inf"))]
visits = []
for of in by_client.values():
    visit = None
    for time in sorted(row[TIME] for row in of):
        if visit is None or time - visit[-1] > 30 * 60_000:
            visit = []
            visits.append(visit)
        visit.append(time)
table = []
for name, least, most in sizes:
    of = [visit for visit in visits if least <= len(visit) <= most]
    lengths = [(visit[-1] - visit[0]) // 1000 * 100 for visit in of]
    half = percentile(lengths, 50)
    table.append((name, len(of), share(len(of), len(visits)), sum(map(len, of)), None if half is None else rounded(Fraction(str(half)), 1)))
answer("sessions", ["requests_per_session", "sessions", "session_percent", "requests", "p50_seconds"], table)

table = []
for client, of in by_client.items():
    probes = count(lambda row: row[ENDPOINT] == "/robots.txt" or row[ENDPOINT].startswith("/.") or row[ENDPOINT].endswith(".php") or any(part in row[ENDPOINT] for part in ("/wp-", "phpmyadmin", "/../", "/cgi-bin/")), of)
    burst, gap, signs = None, None, []
    if len(of) >= 20:
        burst = max(Counter(row[TIME] // 60_000 for row in of).values())
        times = sorted(row[TIME] for row in of)
        gaps = [(b - a) // 1000 for a, b in zip(times, times[1:])]
        gap = mean(gaps)
        signs += ["bursts"] * (burst >= 60)
        signs += ["even gaps"] * (gap >= 1 and stdev(gaps) <= 0.3 * gap)
        signs += ["many errors"] * (100 * count(is_client_error, of) >= 50 * len(of))
    signs += ["paths of scanners"] * (probes > 0)
    if signs:
        table.append((client, len(of), len(signs), ", ".join(signs), burst, None if gap is None else rounded(Fraction(gap), 1), share(count(is_client_error, of), len(of)), probes))
table.sort(key=lambda row: (-row[2], -row[1], row[0]))
answer("suspected_bots", ["ip_address", "requests", "signs", "because", "busiest_minute", "mean_gap_s", "client_error_percent", "probes"], table[:20])

table = []
for period, start, end in (("before", first, middle), ("after", middle, last + 1)):
    of = [row for row in rows if start <= row[TIME] < end]
    seconds = (end - start) // 1000
    table.append((period, start, end, len(of), rounded(Fraction(60 * len(of), seconds)) if seconds else None, share(count(is_client_error, of), len(of)), share(count(is_server_error, of), len(of)), percentile([row[TAKEN] for row in of], 50), percentile([row[TAKEN] for row in of], 95)))
answer(
    "before_and_after",
    ["period", "from_time", "to_time", "requests", "requests_per_minute", "client_error_percent", "server_error_percent", "p50_ms", "p95_ms"],
    table,
    ["from_time", "to_time"],
)

table = []
spans = [(first, middle), (middle, last + 1)]
for endpoint, of in by_endpoint.items():
    counts = [count(lambda row: start <= row[TIME] < end, of) for start, end in spans]
    rates = [rounded(Fraction(60000 * n, (end - start) // 1000 * 1000)) if end - start >= 1000 else None for n, (start, end) in zip(counts, spans)]
    grown = None if None in rates else Fraction(str(rates[1])) - Fraction(str(rates[0]))
    percent = rounded(100 * grown / Fraction(str(rates[0]))) if rates[0] and grown is not None else None
    table.append((endpoint, *counts, *rates, None if grown is None else float(grown), percent))
table.sort(key=lambda row: (-(row[5] or 0), -row[2], row[0]))
answer("top_growth", ["endpoint", "first_requests", "second_requests", "first_per_minute", "second_per_minute", "grown_per_minute", "grown_percent"], table[:10])

table = []
weekday = lambda row: (EPOCH + timedelta(milliseconds=row[TIME])).weekday()
hour = lambda row: row[TIME] // 3_600_000 % 24
for day in sorted({weekday(row) for row in rows}):
    for at in range(24):
        of = [row for row in rows if weekday(row) == day and hour(row) == at]
        table.append((("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day], at, len(of), share(count(is_client_error, of), len(of)), share(count(is_server_error, of), len(of)), percentile([row[TAKEN] for row in of], 95)))
answer("traffic_by_hour_and_weekday", ["weekday", "hour", "requests", "client_error_percent", "server_error_percent", "p95_ms"], table)

table = []
for endpoint, of in sorted(by_endpoint.items(), key=lambda item: (-len(item[1]), item[0]))[:20]:
    for status, alike in sorted(Counter(row[STATUS] for row in of).items()):
        table.append((endpoint, status, alike, share(alike, len(of))))
answer("status_codes_by_endpoint", ["endpoint", "status_code", "requests", "percent"], table)

json.dump(answers, sys.stdout)

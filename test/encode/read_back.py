"""Reads logs in many forms with Python's own and other people's readers; all forms of a log must say the same.

Called with the paths of each log, a `--` between two logs: the first is a CSV, to which the others are held. Prints a
line for each that is equal.
"""

import csv
import datetime
import gzip
import io
import json
import re
import sys

UTC = datetime.timezone.utc


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def opened(path):
    return io.TextIOWrapper(gzip.open(path) if path.endswith(".gz") else open(path, "rb"), "ascii", newline="")


def read_csv(path):
    with opened(path) as file:
        rows = csv.reader(file, strict=True)
        assert next(rows) == ["timestamp", "ip_address", "endpoint", "status_code", "response_time_ms"]
        return [(moment(t), ip, path, int(status), float(took)) for t, ip, path, status, took in rows]


def read_ndjson(path):
    with opened(path) as file:
        rows = [json.loads(line) for line in file]
    assert all(type(row["status_code"]) is int for row in rows)
    return [(moment(row.pop("timestamp")), *row.values()) for row in rows]


LINE = re.compile(
    r'(\S+) - - \[([^\]]+)\] "([A-Z]+) (\S+) HTTP/1\.1" (\d{3}) (\d+) "([^"]*)" "([^"]*)"(?: (\d+\.\d{3}))?\n'
)


def read_combined(path):
    with opened(path) as file:
        lines = [LINE.fullmatch(line) for line in file]
    escape = re.compile(r"\\x([0-9A-F]{2})")
    rows = []
    for line in lines:
        assert "\\" not in escape.sub("", line[0]), f"not escaped as nginx does: {line[0]}"
        ip, time, _, path, status, _, _, _, took = line.groups()
        time = datetime.datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z")
        path = escape.sub(lambda match: chr(int(match[1], 16)), path)
        rows.append((time, ip, path, int(status), took))
    return rows


def read_parquet(path):
    import pandas

    frame = pandas.read_parquet(path)
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds["timestamp"] == "datetime64[ms, UTC]" and kinds["status_code"] == "int16", kinds
    assert kinds["response_time_ms"] == "float64", kinds
    return list(zip(frame.timestamp.dt.to_pydatetime(), *(frame[name] for name in frame.columns[1:])))


def to_the_second(rows, timed):
    for time, ip, path, status, took in rows:
        # nginx cuts off what is less than a millisecond
        seconds = "%.3f" % (int(round(took * 100)) // 100 / 1000) if timed else None
        yield time.replace(microsecond=0), ip, path, status, seconds


def compare(whole, *others):
    expected = read_csv(whole)
    for path in others:
        name = path.rsplit("/", 1)[1]
        wanted = expected
        if ".parquet" in name:
            rows = read_parquet(path)
        elif ".log" in name:
            rows = read_combined(path)
            wanted = list(to_the_second(expected, "timed" in name))
        else:
            rows = (read_csv if ".csv" in name else read_ndjson)(path)
        assert len(rows) == len(wanted), f"{path}: {len(rows)} rows, not {len(wanted)}"
        for number, (row, other) in enumerate(zip(rows, wanted)):
            assert row == other, f"{path}, row {number}: {row}, not {other}"
        print(name, len(rows))


logs = [[]]
for path in sys.argv[1:]:
    if path == "--":
        logs.append([])
    else:
        logs[-1].append(path)
for paths in logs:
    compare(*paths)

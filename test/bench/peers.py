"""Generators of the same five fields in Python, each as fast as its library allows: peers.py NAME ROWS FILE

None of them has sessions, bursts, load, incidents, an answer key or a hash; of the fields, all five.
"""

import csv
import random
import sys

what, rows, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
header = ["timestamp", "ip_address", "endpoint", "status_code", "response_time_ms"]
endpoints = ["/", "/products", "/cart", "/search"]
statuses = [200, 200, 200, 304, 404, 500]


def faker_all():
    """Every field by Faker, as its users write it."""
    from datetime import datetime, timedelta

    from faker import Faker

    fake = Faker()
    start = datetime(2026, 1, 5)
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for _ in range(rows):
            moment = fake.date_time_between(start, start + timedelta(days=1))
            writer.writerow([
                moment.isoformat(timespec="milliseconds") + "Z",
                fake.ipv4_public(),
                fake.random_element(endpoints),
                fake.random_element(statuses),
                fake.pyfloat(min_value=1, max_value=2000, right_digits=2),
            ])


def faker():
    """Addresses by Faker, the rest by the standard library, which is quicker."""
    from datetime import datetime, timedelta

    from faker import Faker

    fake = Faker()
    start = datetime(2026, 1, 5)
    step = 86_400_000 / rows
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for i in range(rows):
            moment = start + timedelta(milliseconds=int(i * step))
            writer.writerow([
                moment.isoformat(timespec="milliseconds") + "Z",
                fake.ipv4_public(),
                random.choice(endpoints),
                random.choice(statuses),
                round(random.expovariate(1 / 80), 2),
            ])


def columns(first, count):
    """The five fields of some rows as Arrow columns, by NumPy's and Arrow's loops alone."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    rng = np.random.default_rng(first)
    octets = pa.array([str(i) for i in range(256)])
    octet = lambda: octets.take(pa.array(rng.integers(1, 255, count)))
    start = np.datetime64("2026-01-05", "ms").astype("int64")
    moments = start + (np.arange(first, first + count) * (86_400_000 / rows)).astype("int64")
    return {
        "timestamp": pc.strftime(pa.array(moments.astype("datetime64[ms]")), "%Y-%m-%dT%H:%M:%SZ"),
        "ip_address": pc.binary_join_element_wise(octet(), octet(), octet(), octet(), "."),
        "endpoint": pa.array(endpoints).take(pa.array(rng.integers(0, 4, count))),
        "status_code": pa.array(np.array(statuses)[rng.integers(0, 6, count)]),
        "response_time_ms": pa.array(rng.exponential(80, count).round(2)),
    }


PIECE = 1_000_000  # rows at a time, so that memory does not grow with their number


def pandas():
    """pandas with its text in Arrow, written by to_csv."""
    import pandas as pd

    for first in range(0, rows, PIECE):
        frame = pd.DataFrame({
            name: column.to_pandas() for name, column in columns(first, min(PIECE, rows - first)).items()
        })
        frame.to_csv(path, index=False, mode="a" if first else "w", header=first == 0)


def arrow():
    """pyarrow alone, written by its CSV writer."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    arrow_csv_options = arrow_csv.WriteOptions(quoting_style="none")
    writer = None
    for first in range(0, rows, PIECE):
        table = pa.table(columns(first, min(PIECE, rows - first)))
        writer = writer or arrow_csv.CSVWriter(path, table.schema, write_options=arrow_csv_options)
        writer.write(table)
    writer.close()


{"faker-all": faker_all, "faker": faker, "pandas": pandas, "arrow": arrow}[what]()

"""The obvious generators in Python, for `npm run bench`: peers.py faker|faker-all|pandas ROWS FILE"""

import csv
import random
import sys

what, rows, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
header = ["timestamp", "ip_address", "endpoint", "status_code", "response_time_ms"]
endpoints = ["/", "/products", "/cart", "/search"]
statuses = [200, 200, 200, 304, 404, 500]

if what.startswith("faker"):
    from datetime import datetime, timedelta

    from faker import Faker

    fake = Faker()
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        start = datetime(2026, 1, 5)
        for i in range(rows if what == "faker-all" else 0):
            # every field by Faker, as its users write it
            writer.writerow([
                fake.date_time_between(start, start + timedelta(days=1)).isoformat(timespec="milliseconds") + "Z",
                fake.ipv4_public(),
                fake.random_element(endpoints),
                fake.random_element(statuses),
                fake.pyfloat(min_value=1, max_value=2000, right_digits=2),
            ])
        for i in range(rows if what == "faker" else 0):
            # addresses by Faker, the rest by the standard library, which is quicker
            moment = start + timedelta(milliseconds=i * 864)
            writer.writerow([
                moment.isoformat(timespec="milliseconds") + "Z",
                fake.ipv4_public(),
                random.choice(endpoints),
                random.choice(statuses),
                round(random.expovariate(1 / 80), 2),
            ])
else:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(42)
    octets = rng.integers(1, 255, (rows, 4)).astype(str)
    pd.DataFrame({
        "timestamp": pd.date_range("2026-01-05", periods=rows, freq="8640us").strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "ip_address": [".".join(row) for row in octets],
        "endpoint": rng.choice(endpoints, rows),
        "status_code": rng.choice(statuses, rows),
        "response_time_ms": rng.exponential(80, rows).round(2),
    }).to_csv(path, index=False)

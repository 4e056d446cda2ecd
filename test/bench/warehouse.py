"""Five questions about a CSV, as a pandas notebook asks them. Usage: warehouse.py LOG.csv

Answers as JSON on standard output, with seconds (all and of the processor) and megabytes at most.
"""
import json
import resource
import sys
import time

began = time.perf_counter()
import pandas as pd


logs = pd.read_csv(sys.argv[1], parse_dates=["timestamp"])
logs["failed"] = logs["status_code"] >= 400
logs["server_error"] = logs["status_code"] >= 500
by_endpoint = logs.groupby("endpoint")

overview = {
    "requests": len(logs),
    "clients": logs["ip_address"].nunique(),
    "endpoints": logs["endpoint"].nunique(),
    "first": str(logs["timestamp"].min()),
    "last": str(logs["timestamp"].max()),
    "failed_percent": round(100 * logs["failed"].mean(), 2),
    "p95_ms": round(logs["response_time_ms"].quantile(0.95), 2),
    "p50_ms": round(logs["response_time_ms"].quantile(0.5), 2),
}
status_codes = logs["status_code"].value_counts().sort_index()
response_times = by_endpoint["response_time_ms"].quantile([0.5, 0.95, 0.99]).unstack()
failing = by_endpoint[["failed", "server_error"]].sum().nlargest(10, "failed")
traffic = logs.groupby(logs["timestamp"].dt.floor("5min"))[["failed", "server_error"]].agg(["size", "sum"])

used = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - began,
            "processor": used.ru_utime + used.ru_stime,
            "megabytes": round(used.ru_maxrss / 1024),
            "version": pd.__version__,
            "overview": overview,
            "status_codes": [int(n) for n in status_codes],
            "p99": [round(float(value), 2) for value in response_times[0.99]],
            "failed": [int(n) for n in failing["failed"]],
            "buckets": len(traffic),
        }
    )
)

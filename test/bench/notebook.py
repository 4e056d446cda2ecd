"""Kernel start to last cell: generate_logs.ipynb against the same sections in pandas and matplotlib.

Both through nbclient, in turn, pictures included; the cells tagged `large` and `real` are left out. notebook.js calls
it with the project's own Python, and names one that has pandas, matplotlib and ipykernel. It prints, as JSON, the seconds
by the clock and of processor time (all threads of a kernel) of each run, and the median seconds of our cells.
"""

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]

# The same sections and as many pictures, each of the size of ours (720 × 400 points at 1.5 pixels a point), and
# the answers confirmed in SQL as ours are: by sqlite3, which Python brings along.
PANDAS = [
    "%matplotlib inline\nimport re, sqlite3\nimport numpy as np, pandas as pd, matplotlib.pyplot as plt\nplt.rcParams.update({'figure.figsize': (7.2, 4), 'figure.dpi': 150})",
    "pd.DataFrame({'name': ['timestamp', 'ip_address', 'endpoint', 'status_code', 'response_time_ms'], 'type': ['timestamp', 'text', 'text', 'integer', 'decimal']})",
    """rng = np.random.default_rng(42); n = 1000
made = pd.DataFrame({'timestamp': pd.Timestamp('2026-01-05', tz='UTC') + pd.to_timedelta(np.sort(rng.integers(0, 86_400_000, n)), unit='ms'),
    'ip_address': ['.'.join(map(str, octets)) for octets in rng.integers(1, 255, (n, 4))],
    'endpoint': rng.choice(['/', '/products', '/search', '/cart', '/checkout', '/login', '/about'], n),
    'status_code': rng.choice([200, 304, 404, 500, 503], n, p=[.86, .08, .03, .02, .01]),
    'response_time_ms': rng.lognormal(4.3, 1, n).round(2)})
made.shape""",
    "raw = [f'{r.ip_address} - - [{r.timestamp:%d/%b/%Y:%H:%M:%S +0000}] \"GET {r.endpoint} HTTP/1.1\" {r.status_code} 512 {r.response_time_ms / 1000:.3f}' for r in made.itertuples()]; print('\\n'.join(raw[:3]))",
    "pattern = re.compile(r'^(\\S+) \\S+ \\S+ \\[([^\\]]+)\\] \"\\S+ (\\S+) [^\"]*\" (\\d{3}) \\S+ ([\\d.]+)$'); pd.DataFrame([pattern.match(line).groups() for line in raw[:3]])",
    "import tempfile, os; path = os.path.join(tempfile.gettempdir(), 'pandas_bench.csv'); made.to_csv(path, index=False, date_format='%Y-%m-%dT%H:%M:%S.%fZ')",
    "df = pd.read_csv('../data/server_logs.csv', parse_dates=['timestamp']); df.head()",
    "print(df.shape); df.dtypes",
    "df[['response_time_ms']].describe()",
    "pd.Series({'order': df.timestamp.is_monotonic_increasing, 'address': df.ip_address.str.fullmatch(r'\\d+(\\.\\d+){3}').all(), 'endpoint': df.endpoint.str.startswith('/').all(), 'status': df.status_code.between(100, 599).all(), 'time': (df.response_time_ms >= 0).all()})",
    "by = df.groupby('status_code').size(); by.plot.bar(title='How do requests end?', ylabel='requests')",
    "sql = sqlite3.connect(':memory:'); df.to_sql('requests', sql, index=False); pd.read_sql('SELECT status_code, count(*) AS requests FROM requests GROUP BY 1', sql)",
    "df.response_time_ms.plot.hist(bins=np.geomspace(.1, 2e4, 40), logx=True, title='How long do answers take?')",
    "df.boxplot('response_time_ms', by='endpoint', vert=False)",
    "df.groupby('endpoint').response_time_ms.quantile([.5, .95, .99]).unstack()",
    "failed = df[df.status_code >= 400]; print(f'{100 * len(failed) / len(df):.1f} % of the requests failed')",
    "pd.read_sql('SELECT count(*), sum(status_code BETWEEN 400 AND 499), sum(status_code >= 500) FROM requests', sql)",
    "failures = failed.groupby('endpoint').size().sort_values(ascending=False); failures",
    "pd.read_sql('SELECT endpoint, sum(status_code BETWEEN 400 AND 499) AS client, sum(status_code >= 500) AS server FROM requests WHERE status_code >= 400 GROUP BY 1', sql).set_index('endpoint').plot.barh(title='Which endpoints fail most?')",
    "hourly = df.groupby(df.timestamp.dt.hour).size(); hourly.plot(title='Requests over the day')",
    "df.assign(hour=df.timestamp.dt.hour, client=df.status_code.between(400, 499), server=df.status_code >= 500).groupby('hour')[['client', 'server']].mean().plot(title='Error rate over the day')",
    "pd.read_sql('SELECT name FROM sqlite_master', sql)",
]


class Timed(NotebookClient):
    """Notes how long each cell takes."""

    async def async_execute_cell(self, cell, index, *args, **kwargs):
        since = time.perf_counter()
        try:
            return await super().async_execute_cell(cell, index, *args, **kwargs)
        finally:
            if cell.cell_type == "code":
                self.seconds.append(time.perf_counter() - since)


def run(notebook, kernel):
    client = Timed(notebook, kernel_name=kernel, timeout=120, resources={"metadata": {"path": str(ROOT / "notebooks")}})
    client.seconds = []
    since, worked = time.perf_counter(), processor()
    client.execute()
    return {"seconds": time.perf_counter() - since, "processor": processor() - worked, "cells": client.seconds}


def processor():
    """Seconds of processor time of all the kernels that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours():
    notebook = nbformat.read(ROOT / "notebooks/generate_logs.ipynb", 4)
    tags = lambda cell: set(cell.metadata.get("tags", []))
    notebook.cells = [cell for cell in notebook.cells if not tags(cell) & {"large", "real"}]
    return notebook


def theirs():
    cells = [nbformat.v4.new_code_cell(source) for source in PANDAS]
    return nbformat.v4.new_notebook(cells=cells)


def main():
    python, runs = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "kernels" / "pandas-bench"
        spec.mkdir(parents=True)
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "pandas", "language": "python"}))
        os.environ["JUPYTER_PATH"] = folder
        assert "pandas-bench" in KernelSpecManager().find_kernel_specs()
        run(ours(), "tslab"), run(theirs(), "pandas-bench")  # warm the caches of both
        tries = {"ours": [], "theirs": []}
        for _ in range(runs):
            tries["ours"].append(run(ours(), "tslab"))
            tries["theirs"].append(run(theirs(), "pandas-bench"))
    sources = [cell.source.strip().split("\n")[0] for cell in ours().cells if cell.cell_type == "code"]
    cells = [statistics.median(times) for times in zip(*(each["cells"] for each in tries["ours"]))]
    print(json.dumps({**tries, "cells": list(zip(sources, cells))}))


if __name__ == "__main__":
    main()

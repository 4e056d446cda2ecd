"""Executes notebooks in place through the real kernel, or checks that their saved outputs are current.

A notebook is written only when all its cells have run without an error, whole or not at all, and free of
anything that changes from run to run: the same outputs give the same bytes. A cell tagged `varies` shows what
no two runs share (durations), so `--check` does not compare it. Elsewhere no progress is kept: a quick machine
shows none.
"""

import argparse
import asyncio
import copy
import hashlib
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
LIMIT = 600  # seconds a cell may take
REASONS = {
    CellExecutionError: "ended in an error",
    CellTimeoutError: f"took longer than {LIMIT} s",
    DeadKernelError: "lost its kernel",
}


class Execution(NotebookClient):
    """One run of a notebook, with the time each cell took."""

    def __init__(self, nb, path):
        super().__init__(
            nb,
            timeout=LIMIT,
            startup_timeout=LIMIT,  # on a busy machine a minute is too short
            # A cell's reply can be ahead of its outputs; by default nbclient leaves off after 4 s, without an error.
            iopub_timeout=LIMIT,
            raise_on_iopub_timeout=True,
            kernel_name="tslab",
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": str(path.parent)}},
        )
        self.seconds = {}
        self.begun = 0
        self.stopped = False

    async def async_execute_cell(self, cell, cell_index, *args, **kwargs):
        since = time.perf_counter()
        self.begun = cell_index
        try:
            return await super().async_execute_cell(cell, cell_index, *args, **kwargs)
        finally:
            self.seconds[cell_index] = time.perf_counter() - since

    async def async_start_new_kernel(self, **kwargs):
        await super().async_start_new_kernel(**kwargs)
        # In place of nbclient's handlers, under which an interrupted run looks like a failed one.
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, self.stop, asyncio.current_task())

    def stop(self, task):
        """Ends the run and, without waiting for a busy one, its kernel."""
        self.stopped = True
        self.shutdown_kernel = "immediate"
        task.cancel()


def execute(nb, path):
    """A copy of the notebook with fresh outputs, and the seconds by cell index. Raises Failure, or KeyboardInterrupt."""
    fresh = copy.deepcopy(nb)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    run = Execution(fresh, path)
    try:
        run.execute()
    except (*REASONS, asyncio.CancelledError) as error:
        if run.stopped:
            raise KeyboardInterrupt from None
        raise Failure(path, fresh, run.begun, REASONS[type(error)]) from None
    normalise(fresh)
    return fresh, run.seconds


class Failure(Exception):
    """A cell that did not run well: which, how, and what it said last."""

    def __init__(self, path, nb, index, how):
        outputs = nb.cells[index].get("outputs", [])
        said = "".join(output.text for output in outputs if output.output_type == "stream")
        super().__init__(f"{path.name}: {name(nb, index)} {how}.\n{said}".rstrip())


class Options(argparse.ArgumentParser):
    """A wrong call is answered in one sentence."""

    def error(self, message):
        self.exit(2, f"npm run notebooks: {message}; use `npm run notebooks -- [--check] [--times] [notebook ...]`.\n")


def read(path):
    """The notebook, every cell with an id: a cell without one gets it from its place and text, not by chance."""
    raw = json.loads(path.read_text(encoding="utf8"))
    for index, cell in enumerate(raw["cells"]):
        source = "".join(cell["source"])
        cell.setdefault("id", hashlib.sha256(f"{index} {source}".encode()).hexdigest()[:8])
    raw["nbformat_minor"] = max(raw["nbformat_minor"], 5)  # the first format with ids
    return nbformat.reads(json.dumps(raw), as_version=4)


def normalise(nb):
    """Leaves nothing that a second run would change by itself."""
    nb.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "TypeScript", "language": "typescript", "name": "tslab"},
            "language_info": {
                "codemirror_mode": {"mode": "typescript", "name": "javascript", "typescript": True},
                "file_extension": ".ts",
                "mimetype": "text/typescript",
                "name": "typescript",
                "version": "3.7.2",
            },
        }
    )
    count = 0
    for cell in nb.cells:
        for passing in ("execution", "collapsed", "scrolled", "trusted"):
            cell.metadata.pop(passing, None)
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
            cell.execution_count = count
        if not varies(cell):
            cell.outputs = [output for output in cell.outputs if not is_progress(output)]
        for output in cell.outputs:
            output.pop("transient", None)
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count


def varies(cell):
    return "varies" in cell.metadata.get("tags", [])


def is_progress(output):
    """Whether an output is the progress of long work, as the library marks it."""
    return output.get("metadata", {}).get("server-logs") == "progress"


def name(nb, index):
    """A cell as a reader finds it: its place among the code cells, and its first line."""
    place = sum(cell.cell_type == "code" for cell in nb.cells[: index + 1])
    first = nb.cells[index].source.strip().split("\n")[0]
    return f"code cell {place} ({first[:60]})"


def differing(saved, fresh):
    """The names of the code cells whose saved outputs are not what a fresh run gives."""
    return [
        name(fresh, index)
        for index, (old, new) in enumerate(zip(saved.cells, fresh.cells))
        if new.cell_type == "code" and not varies(new) and old.outputs != new.outputs
    ]


def write(nb, path):
    """Writes the notebook under its name whole, and not at all when nothing changed."""
    text = nbformat.writes(nb) + "\n"
    if text == path.read_text(encoding="utf8"):
        return
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf8") as file:
            file.write(text)
        os.chmod(part, path.stat().st_mode & 0o777)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def main():
    parser = Options(prog="npm run notebooks --", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare the saved outputs with fresh ones, write nothing")
    parser.add_argument("--times", action="store_true", help="print how long each cell took")
    parser.add_argument("notebook", nargs="*", help="paths; all of notebooks/*.ipynb when none is given")
    options = parser.parse_args()
    paths = [Path(p).resolve() for p in options.notebook] or sorted(FOLDER.glob("*.ipynb"))
    for path in paths:
        if not path.is_file():
            parser.error(f"{path} is not a file")
    if not paths:
        parser.error(f"there is no notebook in {FOLDER}")

    failed = False
    for path in paths:
        since = time.perf_counter()
        saved = read(path)
        try:
            fresh, seconds = execute(saved, path)
        except KeyboardInterrupt:
            return 130
        except Failure as failure:
            print(failure, file=sys.stderr)
            failed = True
            continue
        if options.times:
            for index, took in seconds.items():
                if fresh.cells[index].cell_type == "code":
                    print(f"  {took:7.3f} s  {name(fresh, index)}")
        took = f"{time.perf_counter() - since:.1f} s"
        if not options.check:
            write(fresh, path)
            print(f"{path.name}: executed in {took}")
            continue
        stale = differing(saved, fresh)
        for cell in stale:
            print(f"{path.name}: {cell} is not what a fresh run gives", file=sys.stderr)
        print(f"{path.name}: {'not current' if stale else 'current'} ({took})")
        failed = failed or bool(stale)
    if failed:
        print(
            "The saved outputs are not current: run `npm run notebooks`, look at what changed, and commit it."
            if options.check
            else "A notebook with an error was left as it was.",
            file=sys.stderr,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a store of trained networks holds, so that two of them can be compared."""
import csv
import io
import subprocess
import sys


def contents(engram, store):
    """All values and metrics of a store, in an order that does not depend on that of the runs."""
    def rows(*words):
        shown = subprocess.run([engram, *words], check=True, capture_output=True, text=True).stdout
        return list(csv.DictReader(io.StringIO(shown)))

    # The numbers of runs and examples depend on which run ended first.
    numbered = ("example_id", "run_id")
    values = rows("select", store, "--statistics", "all", "--epochs", "all", "--format", "csv")
    metrics = rows("sql", store, "SELECT run.*, metric, epoch, value FROM run_metric JOIN run USING (run_id)", "--csv")
    counted = int(rows("sql", store, "SELECT count(*) AS n FROM example", "--csv")[0]["n"])
    if len(values) != counted or not metrics:
        sys.exit(f"error: {len(values)} rows of values and {len(metrics)} metrics for {counted} examples")
    return [sorted(str([cell for cell in row.items() if cell[0] not in numbered]) for row in rows)
            for rows in (values, metrics)]

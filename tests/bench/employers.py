"""`python -m tests.bench.employers [rows] [database address]`: what a look-up of an employer costs among so many.

Names are made of a place, a trade and a number, so that many share most of their characters: the worst case for an
index. Prints milliseconds of the slowest of the look-ups, median of five, with what was typed. SQLite unless the
address of an empty PostgreSQL database is given.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from portal import clock, db
from portal.app import create_app
from portal.divisions.models import Division
from portal.people import employers
from portal.people.models import Organisation
from portal.testing import make_settings, migrate

PLACES = ("唐山市丰润区", "唐山市路北区", "迁安市", "曹妃甸区", "滦南县", "玉田县")
TRADES = ("建筑工程有限公司", "第一中学", "人民医院", "机械制造有限责任公司", "农业科技服务中心")
SIGNS = "安宝昌达德丰富光广海恒宏华汇嘉金聚康利隆明宁鹏启瑞盛泰通旺祥鑫兴亿永裕源远振正中卓"
TYPED = ("唐山", "丰润区安宝", "建筑工程", "有限公司", "医院", "唐建司", "没有这个单位", "安宝昌")
AT_ONCE = 5000


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder), sys.argv[2] if len(sys.argv) > 2 else "")
        migrate(settings)
        app = create_app(settings)
        with app.app_context():
            done = 0
            for size in (1000, rows):
                _fill(done, size)
                done = size
                if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
                    with db.engine().connect() as connection, connection.begin():
                        connection.execute(text("ANALYZE"))
                slowest, typed = _slowest()
                print(f"{size} employers: {slowest:.1f} ms for {typed}")


def _fill(first: int, last: int) -> None:
    for start in range(first, last, AT_ONCE):
        names = dict(_names(start, min(start + AT_ONCE, last)))
        with db.write() as session:
            if start == 0:
                session.add(Division(code="130208", name="丰润区", level="county"))
                session.flush()
            same = {"code_kind": "x", "division_code": "130208", "state": "approved", "created_at": clock.now()}
            rows = [{"id": key + 1, "name": name, "code": f"N{key}", **same} for key, name in names.items()]
            db.fill(session, Organisation, rows)
            every = [(key + 1, ending) for key, name in names.items() for ending in employers.endings(name)]
            named = [{"organisation_id": key, "ending": ending} for key, ending in every]
            db.fill(session, employers.OrganisationEnding, named)


def _names(start: int, end: int) -> Iterator[tuple[int, str]]:
    for number in range(start, end):
        sign = "".join(SIGNS[number // len(SIGNS) ** place % len(SIGNS)] for place in range(4))
        yield number, f"{PLACES[number % len(PLACES)]}{sign}{TRADES[number % len(TRADES)]}"


def _slowest() -> tuple[float, str]:
    found = []
    for typed in TYPED:
        rounds = []
        for _round in range(5):
            began = time.perf_counter()
            with db.read() as session:
                employers.search(session, typed)
            rounds.append((time.perf_counter() - began) * 1000)
        found.append((statistics.median(rounds), typed))
    return max(found)


if __name__ == "__main__":
    main()

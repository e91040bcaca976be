"""Numbers in addresses: none larger than a row's number can be, so that a huge one is an unknown page, not an error."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:...>` as it stands in every address."""

    def __init__(self, map: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": LARGEST, **kwargs})


def init_app(app: Flask) -> None:
    """Call before any address is added."""
    app.url_map.converters["int"] = RowNumber

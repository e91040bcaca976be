"""Declarations of staff screens: one class per model, from which lists, forms, REST, menu and export are made."""

from typing import ClassVar

from flask_appbuilder import Model


class Screen:
    """What staff see of a model. `desk`: "staff" (register, workflow) or "console" (course content)."""

    key: ClassVar[str]
    model: ClassVar[type[Model]]
    title: ClassVar[object]
    menu: ClassVar[str]
    desk: ClassVar[str] = "staff"
    columns: ClassVar[tuple[str, ...]]
    search: ClassVar[tuple[str, ...]] = ()
    edit: ClassVar[tuple[str, ...]] = ()
    weight: ClassVar[int] = 100

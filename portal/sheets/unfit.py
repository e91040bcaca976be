"""Why a file is not read, by a code that the child can print; reading.py says it in words."""


class Unfit(Exception):
    """This file is refused as a whole. The codes are the keys of reading.SENTENCES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

"""How files of other layouts become records of ours: the reader, and the one that a mapping makes.

Floor 2. A reader turns the content of a file into records of the interaction form; it never opens a
file itself. Opening, unpacking and decoding are the business of `coqs.io`; who offers a reader, and
what becomes of one that breaks, is settled in `coqs.manager`.
"""

from coqs.readers.file import Convert, Placed, ReaderFile
from coqs.readers.reader import Reader

__all__ = ["Convert", "Placed", "Reader", "ReaderFile"]

"""How files of other layouts become records of ours: the reader, and the one that a mapping makes.

Floor 2. A reader turns the content of a file into records of the interaction form, a form reader another
system's evaluation form into a rubric; neither ever opens a file itself. Opening, unpacking and decoding
are the business of `coqs.io`; who offers a reader, and what becomes of one that breaks, is settled in
`coqs.manager`.
"""

from coqs.readers.file import Convert, Placed, ReaderFile
from coqs.readers.forms import (
    FormChoices,
    FormEvaluation,
    FormQuestion,
    FormReader,
    FormSection,
    ImportedForm,
    PrintedScore,
)
from coqs.readers.reader import Reader

__all__ = [
    "Convert",
    "FormChoices",
    "FormEvaluation",
    "FormQuestion",
    "FormReader",
    "FormSection",
    "ImportedForm",
    "Placed",
    "PrintedScore",
    "Reader",
    "ReaderFile",
]

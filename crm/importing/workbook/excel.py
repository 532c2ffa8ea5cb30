"""Workbooks of Excel since 2007 (.xlsx): which cells hold errors, and which show hours."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

from crm.importing.workbook.details import Details, read_pieces
from crm.importing.workbook.protocol import Failed, Failure, Special

# Formats of dates with an hour, or of hours: those that have a number, and those that are spelled.
_HOURS = {18, 19, 20, 21, 22, 45, 46, 47}
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^hms\]]*\]')
_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")


class Excel(Details):
    """A workbook whose XML says all there is to know."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        # Some programs name a part in other letters than they refer to it.
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}

    def cells(self, sheet: str, *, days: bool) -> Special:
        part = self._parts.get(sheet)
        if part is None:
            raise Failed(Failure.DAMAGED)
        looks = self._looks_with_hours if days else ()
        if not looks and not any(map(_may_have_errors, read_pieces(self._archive, part))):
            return {}
        reader = _CellReader(looks)
        with self._archive.open(part) as file:
            reader.parser.ParseFile(file)
        return reader.found

    @cached_property
    def _parts(self) -> dict[str, str]:
        """The part of each sheet."""
        targets = {each.get("Id", ""): part for each, part in self._relations(self._book)}
        parts = {}
        for sheet in self._elements(self._book, "sheet"):
            relation = next((value for key, value in sheet.items() if key.endswith("}id")), "")
            if relation in targets:
                parts[sheet.get("name", "")] = targets[relation]
        return parts

    @cached_property
    def _looks_with_hours(self) -> Collection[str]:
        """The looks, by their number in a cell, that show hours."""
        part = self._part(self._book, "styles")
        hours = set(map(str, _HOURS))
        for each in self._elements(part, "numFmt"):
            if "h" in _LITERAL.sub("", each.get("formatCode", "")).lower():
                hours.add(each.get("numFmtId", ""))
        looks = next(iter(self._elements(part, "cellXfs")), ())
        return {str(at) for at, look in enumerate(looks) if look.get("numFmtId") in hours}

    @cached_property
    def _book(self) -> str:
        """The part that lists the sheets."""
        return self._part("", "officeDocument")

    def _part(self, part: str, kind: str) -> str:
        """Return the part of that kind to which a part refers, or an empty name."""
        return next((target for each, target in self._relations(part) if _kind(each) == kind), "")

    def _relations(self, part: str) -> Iterator[tuple[Any, str]]:
        """Yield what a part refers to, and the name of the part that is meant."""
        folder, _slash, name = part.rpartition("/")
        relations = self._name(posixpath.join(folder, "_rels", f"{name}.rels"))
        for each in self._elements(relations, "Relationship"):
            target = posixpath.join("/", folder, each.get("Target", ""))
            yield each, self._name(posixpath.normpath(target).lstrip("/"))

    def _name(self, part: str) -> str:
        return self._names.get(part.lower(), part)

    def _elements(self, part: str, name: str) -> Iterator[Any]:
        if not part:
            return iter(())
        with self._archive.open(part) as file:
            tree = ElementTree.parse(file)  # noqa: S314  bounded by the process
        return (each for each in tree.iter() if _bare(each.tag) == name)


class _CellReader:
    """Finds in the XML of a sheet the cells of errors, and those whose look is one of ``looks``."""

    def __init__(self, looks: Collection[str]) -> None:
        self.found: dict[int, list[tuple[int, str | None]]] = defaultdict(list)
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._looks = looks
        self._row = self._column = -1
        self._error = False
        self._text: list[str] = []

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _bare(tag)
        if name == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isdecimal() else self._row + 1
            self._column = -1
        elif name == "c":
            self._column += 1
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            if reference:
                self._row = int(reference[2]) - 1
                self._column = _column(reference[1])
            self._error = attributes.get("t") == "e"
            if attributes.get("s", "0") in self._looks and not self._error:
                self.found[self._row].append((self._column, None))
        elif name == "v" and self._error:
            self._text = []
            self.parser.CharacterDataHandler = self._text.append

    def _end(self, tag: str) -> None:
        if self._error and _bare(tag) == "v":
            self.parser.CharacterDataHandler = None
            self.found[self._row].append((self._column, "".join(self._text)))
            self._error = False


def _may_have_errors(piece: bytes) -> bool:
    """Whether a piece of XML may say ``t="e"``: quickly, as most sheets have no errors."""
    return b'"e"' in piece or b"'e'" in piece


def _column(letters: str) -> int:
    """Return the position of a column: 0 for A, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _kind(relation: Any) -> str:
    return str(relation.get("Type", "").rpartition("/")[2])


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]

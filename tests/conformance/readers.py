"""Reads the files of one table by readers of others, and compares every cell with the CSV.

Called with a folder that holds villages.{csv,xlsx,geojson,parquet}, dictionary.csv and method.toml.
Prints how many cells were compared, or ends with the first that differ.
"""

import csv
import json
import sys
from pathlib import Path

import geojson
import openpyxl
import pyarrow.parquet
from openpyxl.utils.escape import unescape

# Its default rounds what it reads to six decimals.
geojson.geometry.DEFAULT_PRECISION = 15

folder = Path(sys.argv[1])
faults = []


def rows_of(name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def compare(what, found, expected):
    if found != expected and len(faults) < 20:
        faults.append(f"{what}: {found!r} instead of {expected!r}")


dictionary = rows_of("dictionary.csv")
kinds = [row[dictionary[0].index("type")] for row in dictionary[1:]]
head, *rows = rows_of("villages.csv")
compare("names of the dictionary", [row[0] for row in dictionary[1:]], head)


def value(text, kind):
    if text == "":
        return None
    if kind == "text":
        guarded = len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r\n"
        return text[1:] if guarded else text
    return int(text) if kind == "integer" else float(text)


expected = [[value(text, kind) for text, kind in zip(row, kinds, strict=True)] for row in rows]
cells = len(expected) * len(head)

# openpyxl
book = openpyxl.load_workbook(folder / "villages.xlsx", read_only=True)
compare("sheets", book.sheetnames, ["Desa", "Metode", "Kamus data"])
sheet = list(book["Desa"].iter_rows())
compare("rows of the workbook", len(sheet), len(expected) + 1)
compare("head of the workbook", [cell.value for cell in sheet[0]], head)
for number, (line, row) in enumerate(zip(sheet[1:], expected), 2):
    line = list(line) + [None] * (len(head) - len(line))
    for name, kind, cell, wanted in zip(head, kinds, line, row):
        found = None if cell is None else cell.value
        # A workbook spells _x0041_ with an escape, which openpyxl leaves as it is.
        found = unescape(found) if isinstance(found, str) else found
        compare(f"xlsx {name} in row {number}", found, wanted)
        if found is not None:
            is_text = cell.data_type in ("s", "inlineStr")
            compare(f"xlsx kind of {name} in row {number}", is_text, kind == "text")
said = [["" if cell is None else cell for cell in row] for row in book["Kamus data"].iter_rows(values_only=True)]
compare("dictionary of the workbook", said, dictionary)
method = [row[2] or "" for row in book["Metode"].iter_rows(values_only=True) if row[1] == "method document"]
compare("method of the workbook", method, (folder / "method.toml").read_text(encoding="utf-8").splitlines())

# geojson
collection = geojson.loads((folder / "villages.geojson").read_text(encoding="utf-8"))
compare("errors of the GeoJSON", collection.errors(), [])
compare("kind of the GeoJSON", collection["type"], "FeatureCollection")
compare("a reference system", "crs" in collection, False)
compare("features", len(collection["features"]), len(expected))
latitude, longitude = head.index("latitude"), head.index("longitude")
for feature, row in zip(collection["features"], expected):
    compare("columns of a feature", list(sorted(feature["properties"])), sorted(head))
    for name, wanted in zip(head, row):
        compare(f"geojson {name} of {row[0]}", feature["properties"][name], wanted)
    compare(f"id of {row[0]}", feature["id"], row[0])
    point = None if row[latitude] is None else [row[longitude], row[latitude]]
    geometry = feature["geometry"]
    compare(f"place of {row[0]}", geometry and list(geometry["coordinates"]), point)
as_objects = [dict(zip(dictionary[0], row)) for row in dictionary[1:]]
compare("dictionary of the GeoJSON", collection["dictionary"], as_objects)

# pyarrow
table = pyarrow.parquet.read_table(folder / "villages.parquet")
compare("columns of the Parquet", table.column_names, head)
compare("rows of the Parquet", table.num_rows, len(expected))
types = {"text": "string", "integer": "int32", "number": "double"}
for index, (name, kind) in enumerate(zip(head, kinds)):
    compare(f"type of {name}", str(table.schema.field(name).type), types[kind])
    column = table.column(name).to_pylist()
    for row, found in zip(expected, column):
        compare(f"parquet {name} of {row[0]}", found, row[index])
metadata = table.schema.metadata
compare("dictionary of the Parquet", json.loads(metadata[b"dictionary"]), as_objects)
compare("method of the Parquet", metadata[b"method"].decode(), (folder / "method.toml").read_text(encoding="utf-8"))

if faults:
    sys.exit("\n".join(faults))
places = sum(row[latitude] is not None for row in expected)
print(f"{cells} cells of {len(expected)} villages in 3 formats, {places} with a position")

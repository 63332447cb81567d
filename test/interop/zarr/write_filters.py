"""Writes arrays through each filter of numcodecs that changes numbers, and beside each what Python's zarr 2 reads."""
import json
import os
import sys

import numpy
import zarr
from numcodecs import CRC32, AsType, BitRound, Delta, FixedScaleOffset, Quantize, Shuffle

root = sys.argv[1]
random = numpy.random.default_rng(1)
floats = random.normal(1000, 50, 300)
small = random.integers(0, 120, 700)
walk = numpy.cumsum(random.integers(-5, 9, 700))
cases = []


def case(data, *filters):
    cases.append((data, list(filters)))


for dtype in ["<f8", ">f8", "<f4", ">f4"]:
    for astype in ["u1", "i2", ">i2", "u4", "i8", "<f4", "<f8"]:
        for offset, scale in [(1000, 0.5), (1000.1, 0.3), (1000, 2)]:
            case(floats.astype(dtype), FixedScaleOffset(offset, scale, dtype, astype))
    for digits in [0, 3, 6]:
        for astype in ["<f8", ">f4"]:
            case(floats.astype(dtype), Quantize(digits, dtype, astype))
for dtype in ["i2", "u4", ">i4", "i8", "u8"]:
    case(random.integers(900, 1100, 300).astype(dtype), FixedScaleOffset(1000, 3, dtype, "i2"))
for encoded, decoded in [("f4", "f8"), (">f4", "f8"), ("f8", "f4"), ("i2", "f8"), ("u1", "i8"), ("i8", "u1"), ("i8", "f4"), ("f8", "i4"), ("i4", "b1"), ("f8", "b1"), ("b1", "i4")]:
    data = small % 2 if "b1" in (encoded, decoded) else small
    case(data.astype(decoded), AsType(encoded, decoded))
case(random.integers(-(2**60), 2**60, 300), AsType("u8", "i8"))
for bits in [1, 8, 20]:
    for dtype in ["f4", "f8"]:
        case(floats.astype(dtype), BitRound(bits))
for dtype in ["i1", "u1", "i2", ">i2", "u4", "i8", ">u8", "f4", ">f8"]:
    case(small.astype(dtype), Delta(dtype))
for dtype, astype in [("i8", "i1"), ("i4", "i2"), ("f8", "f4"), ("f4", "i8"), (">i4", ">i2")]:
    case(walk.astype(dtype), Delta(dtype, astype))
case(small.astype("i4"), Delta("i4"), Shuffle(4), CRC32())

for number, (data, filters) in enumerate(cases):
    entry = f"{root}/{number}"
    os.makedirs(entry)
    store = zarr.DirectoryStore(f"{entry}/obj.zarr")
    array = zarr.create(data.shape, chunks=100, dtype=data.dtype, store=store, compressor=None, filters=filters)
    array[...] = data
    numpy.save(f"{entry}/np.npy", array[...])
    with open(f"{entry}/about.json", "w") as file:
        json.dump({"zarray": json.loads(store[".zarray"]), "zattrs": {}}, file)
print(len(cases))

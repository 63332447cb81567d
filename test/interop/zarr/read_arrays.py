"""Reads with Python's zarr 2 what zarr.test.ts wrote, and compares it with the npy files that hold the same."""
import json
import os
import sys

import numpy
import zarr

root = sys.argv[1]
for name in sorted(os.listdir(root)):
    entry = f"{root}/{name}"
    array = zarr.open(f"{entry}/obj.zarr", "r")
    expected = numpy.load(f"{entry}/np.npy")
    with open(f"{entry}/about.json") as file:
        about = json.load(file)
    found = array[...] if array.shape else numpy.asarray(array[()])
    assert found.dtype == expected.dtype, (name, found.dtype, expected.dtype)
    assert found.shape == expected.shape and found.tobytes() == expected.tobytes(), (name, about)
    assert list(array.chunks) == about["chunks"], (name, array.chunks, about)
    assert dict(array.attrs) == about["zattrs"], (name, dict(array.attrs))
    # Every chunk is there: nothing is left to the fill value. (Of a single element zarr 2.13 counts none.)
    assert not array.shape or array.nchunks_initialized == (array.nchunks if expected.size else 0), name
    assert (array.compressor is None) == (about["compression"] == "none"), (name, array.compressor)
print(len(os.listdir(root)))

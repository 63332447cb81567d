"""Writes arrays of many kinds with Python's zarr 2, and beside each what numpy makes of it, for zarr.test.ts."""
import json
import os
import sys

import numcodecs
import numpy
import zarr

root, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
random = numpy.random.default_rng(seed)

DTYPES = [
    "|b1", "|i1", "|u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", ">u8", "<f2", ">f2", "<f4", ">f4",
    "<f8", ">f8", "<c8", ">c8", "<c16", ">c16", "<U3", ">U5", "|S4", "<M8[ns]", ">M8[D]", "<m8[us]", "<M8[10ms]",
    [("a", "<f4"), ("b", ">i2", (2,)), ("c", "|S3")], [("x", [("y", "<i8"), ("z", "<U2")])],
]


def compressor():
    kinds = [
        lambda: None,
        lambda: numcodecs.Zlib(int(random.integers(0, 10))),
        lambda: numcodecs.GZip(int(random.integers(0, 10))),
        lambda: numcodecs.Zstd(int(random.integers(1, 10))),
        lambda: numcodecs.LZ4(),
    ] + [
        lambda cname=cname: numcodecs.Blosc(cname, int(random.integers(0, 10)), int(random.integers(-1, 3)), int(random.choice([0, 0, 256, 1000])))
        for cname in ["lz4", "lz4hc", "blosclz", "zstd", "zlib"]
    ]
    return kinds[random.integers(len(kinds))]()


def values(dtype, shape):
    n = int(numpy.prod(shape))
    dtype = numpy.dtype(dtype)
    if dtype.fields:
        out = numpy.zeros(shape, dtype)
        for name, (of, *_) in dtype.fields.items():
            base, axes = of.subdtype or (of, ())
            out[name] = values(base, tuple(shape) + tuple(axes))
        return out
    if dtype.kind == "U":
        return numpy.array(["é漢🧠a"[: i % 4] for i in range(n)], dtype).reshape(shape)
    if dtype.kind == "S":
        return numpy.array([b"abcd"[: i % 5] for i in range(n)], dtype).reshape(shape)
    kind = random.integers(3)
    raw = random.bytes(n * dtype.itemsize) if kind == 0 else numpy.arange(n * dtype.itemsize // 4 + 1, dtype="u4").tobytes()[: n * dtype.itemsize]
    if kind == 2:
        raw = bytes(n * dtype.itemsize)
    if dtype.kind == "b":
        raw = bytes(byte & 1 for byte in raw)
    return numpy.frombuffer(raw, dtype).reshape(shape)


def filters(dtype):
    dtype = numpy.dtype(dtype)
    kind = random.integers(6)
    if dtype.kind in "iu" and kind == 0:
        return [numcodecs.Delta(dtype)]
    if dtype.kind in "iuf" and kind == 1 and dtype.itemsize > 1:
        return [numcodecs.Shuffle(dtype.itemsize)]
    if dtype.kind == "b" and kind < 3:
        return [numcodecs.PackBits()]
    if dtype.kind == "i" and kind == 2 and dtype.itemsize > 2:
        return [numcodecs.Delta(dtype), numcodecs.CRC32(), numcodecs.Zlib(1)]
    return None


def fill(dtype):
    dtype = numpy.dtype(dtype)
    if dtype.fields:
        return None if random.integers(2) else 0
    if dtype.kind == "f":
        return [0, 1.5, numpy.nan, numpy.inf, -numpy.inf, None][random.integers(6)]
    if dtype.kind == "c":
        return [0, 1 + 2j, complex(numpy.nan, 2)][random.integers(3)]
    if dtype.kind in "iu":
        limits = numpy.iinfo(dtype)
        return [0, int(limits.min), int(limits.max), None][random.integers(4)]
    if dtype.kind == "b":
        return [False, True][random.integers(2)]
    if dtype.kind in "mM":
        return [0, numpy.array(2**60 + 1).astype("i8").view(dtype.newbyteorder("="))[()], numpy.array("NaT", dtype.newbyteorder("="))[()]][random.integers(3)]
    return {"U": ["", "é🧠"], "S": [b"", b"ab"]}[dtype.kind][random.integers(2)]


for case in range(count):
    dtype = DTYPES[case % len(DTYPES)]
    axes = int(random.integers(0, 4))
    shape = tuple(int(n) for n in random.integers(0 if random.integers(8) == 0 else 1, 24, axes))
    if random.integers(10) == 0 and axes == 1:
        shape = (20_000,)
    chunks = tuple(max(1, int(n)) for n in (random.integers(1, max(2, s + 3)) for s in shape))
    if shape == (20_000,):
        chunks = (7_001,)
    entry = f"{root}/{case}"
    os.makedirs(entry)
    nested = bool(random.integers(2))
    store = zarr.NestedDirectoryStore(f"{entry}/obj.zarr") if nested else zarr.DirectoryStore(f"{entry}/obj.zarr")
    array = zarr.create(
        shape=shape, chunks=chunks, dtype=dtype, store=store, compressor=compressor(), filters=filters(dtype),
        order="CF"[random.integers(2)], fill_value=fill(dtype),
    )
    data = values(dtype, shape)
    if array.fill_value is not None and axes > 0 and random.integers(4) == 0:
        # Only a part is written: chunks are missing.
        part = tuple(slice(0, (n + 1) // 2) for n in shape)
        array[part] = data[part]
    else:
        array[...] = data
    if random.integers(3) == 0:
        array.attrs.update({"unit": "mV", "gain": 0.5, "nested": {"list": [1, None, "é"]}})
    numpy.save(f"{entry}/np.npy", numpy.ascontiguousarray(array[...]).reshape(shape))
    with open(f"{entry}/about.json", "w") as file:
        about = {"zarray": json.loads(store[".zarray"]), "zattrs": dict(array.attrs)}
        json.dump(about, file)

"""Made the arrays beside it, with tensorstore 0.1.85, which is not needed to read them: python3 write_v3.py FOLDER."""
import os
import sys

import numpy
import tensorstore

root = sys.argv[1]
little = {"name": "bytes", "configuration": {"endian": "little"}}
big = {"name": "bytes", "configuration": {"endian": "big"}}
gzip = {"name": "gzip", "configuration": {"level": 5}}
zstd = {"name": "zstd", "configuration": {"level": 3}}


def blosc(cname, shuffle, typesize):
    return {"name": "blosc", "configuration": {"cname": cname, "clevel": 5, "shuffle": shuffle, "typesize": typesize, "blocksize": 0}}


def transpose(*order):
    return {"name": "transpose", "configuration": {"order": list(order)}}


def sharding(chunk, codecs, **more):
    index = [little, {"name": "crc32c"}]
    return {"name": "sharding_indexed", "configuration": {"chunk_shape": chunk, "codecs": codecs, "index_codecs": index, **more}}


def numbers(dtype, *shape):
    return (numpy.arange(numpy.prod(shape)) * 3 % 251).astype(dtype).reshape(shape)


def write(name, data, chunks, codecs, fill=0, part=None, keys=None):
    entry = f"{root}/{name}"
    os.makedirs(entry)
    metadata = {
        "shape": list(data.shape),
        "data_type": str(data.dtype),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": chunks}},
        "chunk_key_encoding": keys or {"name": "default"},
        "fill_value": fill,
        "codecs": codecs,
        "attributes": {"made": name},
    }
    spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": f"{entry}/obj.zarr/"}, "metadata": metadata}
    array = tensorstore.open(spec, create=True).result()
    target = tuple(slice(0, n) for n in part or data.shape)
    array[target].write(data[target]).result()
    numpy.save(f"{entry}/np.npy", numpy.ascontiguousarray(array.read().result()).reshape(data.shape))


write("plain", numbers("float64", 7, 5), [3, 4], [little])
write("big_endian", numbers("int32", 7, 5), [3, 4], [big])
write("gzip", numbers("uint16", 30), [8], [little, gzip])
write("zstd", numbers("int64", 30), [8], [little, zstd], fill=-(2**63))
write("crc32c", numbers("uint64", 9), [4], [little, {"name": "crc32c"}], fill=2**64 - 1, part=[5])
write("zstd_crc32c", numbers("float32", 9, 9), [4, 4], [big, zstd, {"name": "crc32c"}], fill="NaN", part=[4, 9])
for cname, shuffle in [("lz4", "shuffle"), ("lz4hc", "noshuffle"), ("blosclz", "shuffle"), ("zstd", "bitshuffle"), ("zlib", "shuffle")]:
    write(f"blosc_{cname}", numbers("float32", 16, 20), [8, 16], [little, blosc(cname, shuffle, 4)])
write("transposed", numbers("int16", 4, 5, 6), [3, 2, 4], [transpose(2, 0, 1), little, gzip])
write("fortran", numbers("int16", 4, 5, 6), [3, 2, 4], [transpose(2, 1, 0), little])
write("twice_transposed", numbers("int16", 4, 5, 6), [3, 2, 4], [transpose(1, 2, 0), transpose(0, 2, 1), little])
write("keys_v2", numbers("bool", 5, 3), [2, 2], [little], fill=True, part=[2, 3], keys={"name": "v2", "configuration": {"separator": "."}})
write("keys_dots", numbers("uint8", 5, 3), [2, 2], [little], keys={"name": "default", "configuration": {"separator": "."}})
write("single", numbers("float64").reshape(()), [], [little, gzip])
write("complex", numbers("complex64", 6) * numpy.complex64(1 - 2j), [4], [little], fill=["Infinity", "NaN"], part=[3])
write("half", numbers("float16", 6), [4], [big], fill="0x7e01", part=[3])
write("sharded", numbers("int32", 20, 20), [10, 10], [sharding([5, 5], [little, zstd])], fill=7, part=[12, 20])
write("sharded_start", numbers("float64", 20, 20), [20, 20], [sharding([4, 5], [transpose(1, 0), big, gzip], index_location="start")])
write("sharded_sparse", numbers("int8", 30), [20], [sharding([2], [little])], fill=-1, part=[3])

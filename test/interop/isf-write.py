"""Lays out a database as Python's ISF does, with random values of every format that the modules of this machine write.

    python3 isf-write.py <directory> <seed>

Prints JSON: a list of [parts of the key, what it holds], in the words of `isf-database.expected.json` and `cases.py`.
"""
import hashlib, json, os, pickle, random, sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "pickles"))
import pandas as pd

import cases

try:
    import zarr
except ImportError:
    zarr = None

NAMES = ["plain", "with space", "ünï cødé", "日本", "x=1,y=2", "(1, 2)", "100%", "#1", "a+b", "it's", "UPPER", "tail.", "[0]", "~", "@", "a&b;c", "-dash", "_", "l" * 100]
DTYPES = ["f8", "f4", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "c8", "c16", ">f8", ">i4", ">u2", "U5", "S3", "M8[us]", "m8[ns]", ">M8[ms]"]


def array(r, of=DTYPES, least=0):
    dtype = np.dtype(r.choice(of))
    shape = tuple(r.choice([0, 1, 2, 3, 7]) for _ in range(r.randrange(least, 4)))
    count = int(np.prod(shape))
    if dtype.kind == "U":
        a = np.array([r.choice(["", "a", "ü", "日本語", "\U0001f9e0x"]) for _ in range(count)], dtype)
    elif dtype.kind == "S":
        a = np.array([r.choice([b"", b"a", b"\xff\x01z"]) for _ in range(count)], dtype)
    elif dtype.kind == "b":
        a = np.array([r.random() < 0.5 for _ in range(count)], dtype)
    else:
        # Every bit pattern, NaNs with payloads and NaT among them.
        a = np.frombuffer(bytes(r.randrange(256) for _ in range(count * dtype.itemsize)), dtype)
    a = a.reshape(shape)
    kind = r.randrange(4)
    if kind == 0:
        return np.asfortranarray(a)
    return a


def described(a):
    little = np.ascontiguousarray(a, a.dtype.newbyteorder("<"))
    return {"kind": "ndarray", "dtype": a.dtype.str, "shape": list(a.shape), "sha256_c_order_little_endian": hashlib.sha256(little.tobytes()).hexdigest(), "first": []}


def plain(r, depth=0):
    kind = r.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return r.random() < 0.5
    if kind == 2:
        return r.randrange(-(2**53) + 1, 2**53)
    if kind == 3:
        return r.uniform(-1e9, 1e9)
    if kind == 4:
        return r.choice(["", "text", "ü", "\U0001f9e0", "line\nbreak"])
    if kind == 5:
        return [1.5, -2.25]
    if kind == 6:
        return [plain(r, depth + 1) for _ in range(r.randrange(4))]
    if kind == 7:
        return tuple(plain(r, depth + 1) for _ in range(r.randrange(4)))
    return {"k%d" % i: plain(r, depth + 1) for i in range(r.randrange(4))}


def write(path, name, data):
    with open(os.path.join(path, name), "wb") as file:
        file.write(data)


def npy(path, r):
    a = array(r)
    np.save(os.path.join(path, "np.npy"), a)
    return "numpy_to_npy", described(a)


def npz(path, r):
    a = array(r)
    np.savez_compressed(os.path.join(path, "np.npz"), a)
    return "numpy_to_npz", described(a)


def zarray(path, r):
    a = array(r, [dtype for dtype in DTYPES if dtype[-2:-1] not in "US"], 1)
    chunks = tuple(r.randrange(1, max(n, 1) + 1) for n in a.shape)
    zarr.save_array(os.path.join(path, "obj.zarr"), a, chunks=chunks)
    return "numpy_to_zarr", described(a)


def shared(path, r):
    arrays = {}
    for name in r.sample(["arr", "rows", "two words", "a_b"], r.randrange(1, 4)):
        a = np.ascontiguousarray(array(r, ["f8", "f4", "i8", "i4", "u1", "bool"], 1))
        write(path, "%s__%s__%s" % (name, "_".join(map(str, a.shape)), a.dtype.name), a.tobytes())
        arrays[name] = {"dtype": a.dtype.str, "shape": list(a.shape), "sha256": hashlib.sha256(a.tobytes()).hexdigest()}
    return "shared_numpy_store", {"kind": "shared_numpy_store", "arrays": arrays}


def pickled(path, r):
    value = plain(r)
    write(path, "to_pickle_dump", pickle.dumps(value, r.randrange(6)))
    return r.choice(["to_pickle", "to_cloudpickle"]), {"kind": "json", "value": value}


def pickled_array(path, r):
    a = array(r)
    write(path, "to_pickle_dump", pickle.dumps(a, r.randrange(6)))
    return "to_cloudpickle", described(a)


def frame(path, r):
    value = cases.random_frame(r)
    value.to_pickle(os.path.join(path, "pandas_to_pickle.pickle"))
    return "pandas_to_pickle", {"kind": "frame", "table": cases.expected(value)}


def folder(path, r):
    files = {}
    for name in ["notes.txt", "two words.md", "ü.csv"][: r.randrange(1, 4)]:
        files[name] = "recorded by hand %d\n" % r.randrange(99)
        write(path, name, files[name].encode())
    return "just_create_folder", {"kind": "folder", "files": files}


def database(path, r, parts, found, depth):
    os.makedirs(path)
    state = {"_unique_id": "2025-02-21_%d_abcdefg" % r.randrange(10000), "_registered_to_path": "/elsewhere", "_registeredDumpers": ["data_base.isf_data_base.IO.LoaderDumper.to_cloudpickle"]}
    write(path, "db_state.json", json.dumps(state).encode())
    writers = [npy, npz, shared, pickled, pickled_array, frame, folder] + ([zarray] if zarr else [])
    names = r.sample(NAMES, len(NAMES))
    for number, writer in enumerate(writers + [r.choice(writers) for _ in range(4)]):
        key = names.pop()
        directory = os.path.join(path, key)
        os.makedirs(directory)
        loader, holds = writer(directory, r)
        record(directory, loader, r)
        found.append([parts + [key], holds])
    for _ in range(r.randrange(1, 3) if depth else 0):
        key = names.pop()
        directory = os.path.join(path, key)
        database(os.path.join(directory, "db"), r, parts + [key], found, depth - 1)
        record(directory, "just_create_isf_db", r)
        found.append([parts + [key], {"kind": "database"}])


def record(directory, loader, r):
    prefix = r.choice(["data_base.isf_data_base.IO.LoaderDumper.", "data_base.IO.LoaderDumper."])
    write(directory, "Loader.json", json.dumps({"Loader": prefix + loader}).encode())
    if r.random() < 0.8:
        metadata = {"dumper": loader, "time": [2025, 2, 21, 15, 51, 23, 4, 52, 0], "module_list": "", "module_versions": {"numpy": np.__version__}, "history": None, "hostname": "host\n", "metadata_creation_time": "together_with_new_key", "version": "1", "full-revisionid": None, "dirty": None, "error": None}
        write(directory, "metadata.json", json.dumps(metadata).encode())


if __name__ == "__main__":
    found = []
    database(sys.argv[1], random.Random(int(sys.argv[2])), [], found, 3)
    json.dump(found, sys.stdout)

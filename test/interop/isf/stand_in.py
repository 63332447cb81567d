"""A stand-in for how Python's ISF opens a database, lists its keys and loads its values.

It was written from what is known of ISF's behaviour, not from its code, and is as unforgiving: a writable open imports
the module named in the Loader.json of every key and fails as a whole on one that it does not have; it then replaces the
metadata.json of every top-level key by an inferred one, in place.

    stand_in.py describe DATABASE            the values of all keys, nested ones too, as JSON
    stand_in.py beside DATABASE KEY...       opens for writing again and again until standard input ends; the keys are
                                             those that nobody writes meanwhile
"""

import json
import os
import pickle
import sys
import threading
import time

import numpy as np
from described import describe

PREFIXES = ("data_base.isf_data_base.IO.LoaderDumper.", "data_base.IO.LoaderDumper.")
#: What a directory of a database may hold beside its keys.
NO_KEYS = (
    "db_state.json",
    "Loader.json",
    "metadata.json",
    "dbcore.pickle",
    "metadata.db",
    "sqlitedict.db",
    "Loader.pickle",
    "metadata.db.lock",
    "sqlitedict.db.lock",
)


class Skipped(Exception):
    """A value that this Python has no package for."""


class NumpyToNpy:
    def get(self, directory):
        return np.load(os.path.join(directory, "np.npy"), allow_pickle=True)


class NumpyToNpz:
    def get(self, directory):
        return np.load(os.path.join(directory, "np.npz"), allow_pickle=True)["arr_0"]


class NumpyToZarr:
    def get(self, directory):
        try:
            import zarr
        except ImportError:
            raise Skipped("zarr is not installed") from None
        return zarr.open(os.path.join(directory, "obj.zarr"), mode="r")[...]


class SharedNumpyStore:
    """Finds its arrays by the names of files, of which other ones have no shape and dtype in them."""

    def get(self, directory):
        arrays = {}
        for file in sorted(os.listdir(directory)):
            if file.count("__") < 2:
                continue
            name, shape, dtype = file.rsplit("__", 2)
            shape = tuple(int(size) for size in shape.split("_")) if shape else ()
            count = int(np.prod(shape, dtype=int))
            data = np.fromfile(os.path.join(directory, file), dtype=dtype, count=count)
            arrays[name] = data.reshape(shape)
        return arrays


class PandasToParquet:
    def get(self, directory):
        meta = json.load(open(os.path.join(directory, "object_meta.json")))
        frame = read_parquet(os.path.join(directory, "pandas_to_parquet.parquet"))
        return restored(frame, meta)


class DaskToParquet:
    """Parts are found by their names, and there are as many as each of them says."""

    def get(self, directory):
        meta = json.load(open(os.path.join(directory, "object_meta.json")))
        names = [name for name in os.listdir(directory) if name.endswith(".parquet")]
        numbers = {}
        for name in names:
            stem, count, number, suffix = name.split(".")
            assert (stem, suffix) == ("pandas_to_parquet", "parquet") and int(count) == len(names), names
            numbers[int(number)] = name
        assert sorted(numbers) == list(range(len(names))), names
        divisions = json.load(open(os.path.join(directory, "divisions.json")))
        assert len(divisions) == len(names) + 1, (divisions, names)
        frames = [read_parquet(os.path.join(directory, numbers[number])) for number in sorted(numbers)]
        return [restored(frame, meta) for frame in frames]


class ToPickle:
    def get(self, directory):
        with open(os.path.join(directory, "to_pickle_dump"), "rb") as stream:
            return pickle.load(stream)


class PandasToPickle:
    def get(self, directory):
        try:
            import pandas
        except ImportError:
            raise Skipped("pandas is not installed") from None
        return pandas.read_pickle(os.path.join(directory, "pandas_to_pickle.pickle"))


class JustCreateFolder:
    def get(self, directory):
        assert os.path.isdir(directory)
        return {"folder": sorted(os.listdir(directory))}


class JustCreateIsfDb:
    def get(self, directory):
        return DataBase(os.path.join(directory, "db"))


MODULES = {
    "numpy_to_npy": NumpyToNpy,
    "numpy_to_npz": NumpyToNpz,
    "numpy_to_zarr": NumpyToZarr,
    "shared_numpy_store": SharedNumpyStore,
    "pandas_to_parquet": PandasToParquet,
    "dask_to_parquet": DaskToParquet,
    "to_pickle": ToPickle,
    "to_cloudpickle": ToPickle,
    "pandas_to_pickle": PandasToPickle,
    "just_create_folder": JustCreateFolder,
    "just_create_isf_db": JustCreateIsfDb,
}
#: Their `check` can be asked; those of the array dumpers throw.
REGISTRABLE = ("to_pickle", "to_cloudpickle", "pandas_to_pickle")


def read_parquet(path):
    data = open(path, "rb").read()
    assert data[:4] == data[-4:] == b"PAR1" and len(data) > 12, f"{path} is no Parquet file"
    try:
        import pandas
        import pyarrow  # noqa: F401
    except ImportError:
        return None
    return pandas.read_parquet(path, engine="pyarrow")


def restored(frame, meta):
    """Labels get their types back by object_meta.json, which has to name each of them."""
    assert len(meta["columns"]) == len(meta["column_name_dtypes"]) == len(meta["dtypes"]), meta
    assert isinstance(meta["index_dtype"], str) and ("index_name" in meta) == ("index_name_dtype" in meta), meta
    for dtype in [*meta["column_name_dtypes"], meta["index_dtype"], *meta["dtypes"]]:
        np.dtype(dtype)
    if frame is None:
        return meta["columns"]
    assert [str(label) for label in frame.columns] == meta["columns"], (frame.columns, meta)
    return [str(label) for label in frame.columns]


def import_module(name):
    """The module of this name, of those that ISF has."""
    for prefix in PREFIXES:
        if name.startswith(prefix) and name[len(prefix) :] in MODULES:
            return MODULES[name[len(prefix) :]]
    raise ImportError(f"No module named {name!r}")


class DataBase:
    """One database; without `readonly` the open fails on the first key that it cannot understand."""

    def __init__(self, directory, readonly=False, pause=0.0, gone=None):
        self.directory = directory
        state = json.load(open(os.path.join(directory, "db_state.json")))
        for name, value in state.items():
            setattr(self, name, value)
        for module in self._registeredDumpers:
            import_module(module)
            if not module.endswith(REGISTRABLE):
                raise ValueError(f"check of {module} throws")
        if not readonly:
            self._adopt(pause, gone)

    def keys(self):
        return sorted(name for name in os.listdir(self.directory) if name not in NO_KEYS and ".deleting." not in name)

    def __getitem__(self, key):
        directory = os.path.join(self.directory, key)
        with open(os.path.join(directory, "Loader.json")) as stream:
            rest = json.load(stream)
        loader = import_module(rest.pop("Loader"))
        return loader(**rest).get(directory)

    def _adopt(self, pause, gone):
        """ISF takes no locks: a key that another process is writing may be gone, which `gone` decides about."""
        for key in self.keys():
            directory = os.path.join(self.directory, key)
            try:
                with open(os.path.join(directory, "Loader.json")) as stream:
                    rest = json.load(stream)
                import_module(rest.pop("Loader"))(**rest)
                rewrite_metadata(directory, pause)
            except FileNotFoundError:
                if gone is None or not gone(key):
                    raise


def rewrite_metadata(directory, pause):
    """In place, in pieces: whoever reads meanwhile finds torn JSON."""
    when = time.gmtime(os.stat(os.path.join(directory, "Loader.json")).st_mtime)
    inferred = json.dumps(
        {
            "dumper": "unknown",
            "time": list(when),
            "module_list": None,
            "module_versions": None,
            "history": None,
            "hostname": None,
            "metadata_creation_time": "post_hoc",
            "version": None,
            "full-revisionid": None,
            "dirty": None,
            "error": None,
        }
    )
    with open(os.path.join(directory, "metadata.json"), "w") as stream:
        for start in range(0, len(inferred), 64):
            stream.write(inferred[start : start + 64])
            stream.flush()
            time.sleep(pause)


def described(db, prefix=""):
    """Every key of a database and of those in it."""
    found = {}
    for key in db.keys():
        try:
            value = db[key]
        except Skipped as reason:
            found[prefix + key] = {"skipped": str(reason)}
        except Exception as error:  # whatever ISF's user would see
            found[prefix + key] = {"error": f"{type(error).__name__}: {error}"}
        else:
            if isinstance(value, DataBase):
                found[prefix + key] = {"database": value.keys()}
                found.update(described(value, f"{prefix}{key}/"))
            else:
                found[prefix + key] = describe(value)
    return found


def beside(directory, stable):
    """What is seen of a database while others write it."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    seen = {"rounds": 0, "listed": set(), "missing": set(), "gone": set(), "changed": set()}
    first = None

    def gone(key):
        seen["gone"].add(key)
        return key not in stable

    while seen["rounds"] == 0 or not ended.is_set():
        db = DataBase(directory, pause=0.0002, gone=gone)
        keys = db.keys()
        seen["listed"].update(keys)
        seen["missing"].update(set(stable) - set(keys))
        values = {key: json.dumps(describe_stable(db, key)) for key in stable}
        first = values if first is None else first
        seen["changed"].update(key for key in stable if values[key] != first[key])
        seen["rounds"] += 1
        if seen["rounds"] == 1:
            print("open", flush=True)
    return {name: sorted(what) if isinstance(what, set) else what for name, what in seen.items()}


def describe_stable(db, key):
    try:
        value = db[key]
    except (Skipped, KeyError) as reason:
        return str(reason)
    return described(value) if isinstance(value, DataBase) else describe(value)


if __name__ == "__main__":
    command, database, *keys = sys.argv[1:]
    if command == "describe":
        print(json.dumps(described(DataBase(database))))
    elif command == "beside":
        print(json.dumps(beside(database, keys)))

"""Pickles as pandas 0.19 to 0.25 wrote them, made without those versions, which no longer install: classes of ours stand
under the names of theirs, with the states that their `__reduce__` and `__getstate__` gave.

    python3 old.py | gzip -9n > pandas-0.2x-imitated.json.gz
"""
import json, pickle, sys, types

import numpy as np


def module(name):
    for end in [i for i, letter in enumerate(name) if letter == "."] + [len(name)]:
        if name[:end] not in sys.modules:
            sys.modules[name[:end]] = types.ModuleType(name[:end])
            sys.modules[name[:end]].__path__ = []
    return sys.modules[name]


def name_of(path):
    where, name = path.rsplit(".", 1)
    return module(where), name


def a_class(path):
    """A class whose objects are made by `cls.__new__(cls)` and a state."""
    where, name = name_of(path)
    if hasattr(where, name):
        return getattr(where, name)
    new = type(name, (), {"__module__": where.__name__, "__reduce__": lambda self: self.reduced})
    setattr(where, name, new)
    return new


def a_function(path):
    where, name = name_of(path)
    if hasattr(where, name):
        return getattr(where, name)
    exec("def %s(*args): raise NotImplementedError" % name, where.__dict__)
    function = getattr(where, name)
    function.__module__ = where.__name__
    return function


def an_object(cls, state):
    import copyreg

    made = cls()
    made.reduced = (copyreg.__newobj__, (cls,), state) if PROTOCOL > 1 else (copyreg._reconstructor, (cls, object, None), state)
    return made


def called(function, *args):
    class Call:
        def __reduce__(self):
            return function, args

    return Call()


def objects(*values):
    return np.array(values, dtype=object)


class Version:
    """Where a version keeps its classes."""

    def __init__(self, index, kinds, internals, categorical, times, new_index):
        self.new_index = a_function(index + "._new_Index")
        self.new_datetimes = a_function(new_index + "._new_DatetimeIndex")
        self.index = {name: a_class("%s.%s" % (path, name)) for name, path in kinds.items()}
        self.frame, self.series = a_class("pandas.core.frame.DataFrame"), a_class("pandas.core.series.Series")
        self.manager, self.single = a_class(internals + ".BlockManager"), a_class(internals + ".SingleBlockManager")
        self.categorical = a_class(categorical + ".Categorical")
        self.timestamp, self.nat = a_class(times + ".Timestamp"), a_function(times + ".__nat_unpickle")

    def an_index(self, kind, **facts):
        return called(self.new_index, self.index[kind], facts)

    def blocks(self, cls, axes, blocks):
        values, items = [b[0] for b in blocks], [axes[0] for b in blocks]
        facts = {"axes": axes, "blocks": [{"values": v, "mgr_locs": places} for v, places in blocks]}
        return an_object(cls, (axes, values, items, {"0.14.1": facts}))

    def a_frame(self, columns, index, *blocks):
        manager = self.blocks(self.manager, [columns, index], blocks)
        return an_object(self.frame, {"_data": manager, "_typ": "dataframe", "_metadata": []})

    def a_series(self, index, values, name):
        manager = self.blocks(self.single, [index], [(values, slice(0, 3, 1))])
        return an_object(self.series, {"_data": manager, "_typ": "series", "_metadata": ["name"], "name": name})


def f(x):
    import struct

    return "f" + struct.pack(">d", x).hex()


def kinds(version, labels):
    names = version.an_index("Index", data=objects("a", "b", "s"), name=None)
    counted = version.an_index("RangeIndex", name=None, start=0, stop=2, step=1)
    three = [(np.array([[1.5, np.nan]]), slice(1, 2, 1)), (np.array([[1, 2]]), slice(0, 1, 1)), (objects("x", None).reshape(1, 2), np.array([2]))]
    table = [["a", ["1", "2"]], ["b", [f(1.5), None]], ["s", ["sx", None]]]
    ranged = [{"kind": "range", "name": None, "start": 0, "stop": 2, "step": 1}]
    yield "frame", version.a_frame(names, counted, *three), table, ranged
    whole = version.an_index("Int64Index", data=np.array([10, 20]), name="i")
    yield "frame with an index", version.a_frame(names, whole, *three), table + [["i", ["10", "20"]]], ["i"]
    floats = version.an_index("Float64Index", data=np.array([0.5, 100.0]), name=None)
    yield "series", version.a_series(floats, np.array([True, False]), "v"), [["v", [True, False]], ["__index_level_0__", [f(0.5), f(100.0)]]], ["__index_level_0__"]
    frozen = a_class(version.index["Index"].__module__.replace("base", "frozen") + ".FrozenNDArray")

    def codes(*values):
        made = np.array(values, "i1")
        reconstruct, _, state = made.__reduce__()

        class Frozen:
            def __reduce__(self):
                return reconstruct, (frozen, (0,), b"b"), state

        return Frozen()

    levels = [version.an_index("Index", data=objects("p", "q"), name="x"), version.an_index("Int64Index", data=np.array([7, 8]), name=None)]
    multi = version.an_index("MultiIndex", levels=levels, names=["x", None], sortorder=0, **{labels: [codes(0, 1, -1), codes(1, 0, 0)]})
    yield "levels", version.a_series(multi, np.array([1, 2, 3]), None), [["0", ["1", "2", "3"]], ["x", ["sp", "sq", None]], ["__index_level_1__", ["8", "7", "7"]]], ["x", "__index_level_1__"]
    times = np.array(["2020-01-01", "NaT"], "M8[ns]")
    counts = ["t1577836800000000000", None]
    berlin = called(a_function("pytz._p"), "Europe/Berlin", 3600, 0, "CET")
    zoned = called(version.new_datetimes, version.index["DatetimeIndex"], {"data": times, "name": "t", "tz": berlin, "freq": None})
    yield "instants as index", version.a_series(zoned, np.array([1, 2]), "v"), [["v", ["1", "2"]], ["t", counts]], ["t"]
    yield "instants as values", version.a_series(counted, zoned, "v"), [["v", counts]], ranged
    yield "times", version.a_frame(version.an_index("Index", data=objects("t"), name=None), counted, (times.reshape(1, 2), slice(0, 1, 1))), [["t", counts]], ranged
    categories = version.an_index("Index", data=objects("b", "a"), name=None)
    category = an_object(version.categorical, {"_codes": np.array([1, -1], "i1"), "_categories": categories, "_ordered": True})
    yield "categories", version.a_series(counted, category, "c"), [["c", ["sa", None]]], ranged
    stamps = objects(called(version.timestamp, 1577836800000000001, None, berlin), called(version.nat, None))
    yield "timestamps", version.a_series(counted, stamps, "v"), [["v", ["t1577836800000000001", None]]], ranged
    month = a_class("pandas.tseries.offsets.MonthEnd")
    freq = an_object(month, {"n": 1, "normalize": False, "kwds": {}})
    periods = version.an_index("PeriodIndex", data=np.array([600, 601]), name="p", freq=freq)
    yield "periods", version.a_series(periods, np.array([1.0, 2.0]), "v"), [["v", [f(1.0), f(2.0)]], ["p", ["600", "601"]]], ["p"]


BEFORE = {name: "pandas.indexes." + kind for name, kind in [("Index", "base"), ("Int64Index", "numeric"), ("Float64Index", "numeric"), ("RangeIndex", "range"), ("MultiIndex", "multi")]}
BEFORE.update(DatetimeIndex="pandas.tseries.index", PeriodIndex="pandas.tseries.period")
SINCE = {name: path.replace("pandas.indexes", "pandas.core.indexes") for name, path in BEFORE.items()}
SINCE.update(DatetimeIndex="pandas.core.indexes.datetimes", PeriodIndex="pandas.core.indexes.period")

cases = []
for PROTOCOL in (0, 1, 2, 4):
    old = Version("pandas.indexes.base", BEFORE, "pandas.core.internals", "pandas.core.categorical", "pandas.tslib", "pandas.tseries.index")
    new = Version("pandas.core.indexes.base", SINCE, "pandas.core.internals.managers", "pandas.core.arrays.categorical", "pandas._libs.tslib", "pandas.core.indexes.datetimes")
    for title, version, labels in [("0.19", old, "labels"), ("0.25", new, "codes")]:
        for name, value, fields, index in kinds(version, labels):
            found = next((case for case in cases if case["name"] == title + " " + name), None)
            if found is None:
                found = {"name": title + " " + name, "pickles": {}, "expected": {"fields": fields, "index": index}}
                cases.append(found)
            found["pickles"][PROTOCOL] = pickle.dumps(value, PROTOCOL).hex()
json.dump({"pandas": "0.19 to 0.25", "numpy": np.__version__, "cases": cases}, sys.stdout)

"""Objects of pandas, pickled, and what they hold in the words of pandas: to be read by any version of pandas from 1.1.

    python3 cases.py kinds | gzip -9n > pandas-<version>.json.gz    one object of each kind, in every protocol
    python3 cases.py random <seed> <count>                          random frames

Prints JSON: {"pandas", "numpy", "cases": [{"name", "pickles": {protocol: hex}, "expected"}]}. Recorded are 1.1.5
(numpy 1.19.5, Python 3.9), 2.2.3 (numpy 1.26.4), 2.3.3 (numpy 2.3.5) and 3.0.6 (numpy 2.4.6, pyarrow 25).
"""
import ast, datetime, decimal, json, pickle, random, struct, sys, warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")


def text(value):
    """One value, so that equal texts are equal values."""
    if isinstance(value, pd.Interval):
        return [text(value.left), text(value.right)]
    if isinstance(value, pd.Period):
        return str(value.ordinal)
    if isinstance(value, (list, tuple, np.ndarray)):
        return [text(item) for item in value]
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return "f" + struct.pack(">d", float(value)).hex()
    if isinstance(value, str):
        return "s" + value
    if isinstance(value, bytes):
        return "b" + value.hex()
    if isinstance(value, decimal.Decimal):
        return "n" + format(value.normalize(), "f")
    if isinstance(value, (pd.Timestamp, datetime.datetime, np.datetime64)):
        return "t" + nanoseconds(pd.Timestamp(value).asm8, "M8")
    if isinstance(value, datetime.date):
        return "t" + nanoseconds(np.datetime64(value), "M8")
    if isinstance(value, (pd.Timedelta, datetime.timedelta, np.timedelta64)):
        return "d" + nanoseconds(pd.Timedelta(value).asm8, "m8")
    raise TypeError(type(value))


def nanoseconds(value, kind):
    unit, count = np.datetime_data(value.dtype)
    per = {"D": 86400 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[unit]
    return str(int(value.astype("i8")) * count * per)


def column(values, masked=False):
    if masked:
        # Iterating over a nullable array keeps a NaN apart from what is missing.
        return [None if value is pd.NA else ("f7ff8000000000000" if value != value else text(value)) for value in values]
    return [text(value) for value in values]


def is_masked(dtype):
    return str(dtype) in ("Float32", "Float64")


def name_of(label):
    """`str(label)`; within a tuple, what is no literal of Python stands in quotes, as in Parquet."""
    if not isinstance(label, tuple):
        return str(label)
    return str(tuple(item if is_literal(item) else str(item) for item in label))


def is_literal(value):
    try:
        ast.literal_eval(repr(value))
    except ValueError:
        return False
    return True


def frame_of(value):
    if isinstance(value, pd.Series):
        return value.to_frame()
    if isinstance(value, pd.Index):
        return value.to_frame(index=False)
    return value if isinstance(value, pd.DataFrame) else pd.Series(value).to_frame()


def stored(value):
    """What `object_meta.json` and the note in the file have to say of the frame."""
    value = frame_of(value)
    index, columns = value.index, value.columns
    levels = columns.levels if isinstance(columns, pd.MultiIndex) else [columns]
    return {
        "columns": [name_of(label) for label in columns],
        "dtypes": [str(dtype) for dtype in value.dtypes],
        "index_dtype": str(index.dtype),
        "index_name": None if index.name is None or isinstance(index, pd.RangeIndex) else str(index.name),
        "levels": [[None if level.name is None else str(level.name), str(level.dtype)] for level in levels],
    }


def expected(value):
    """The fields of the table, the index among them, and the names that pandas has for them."""
    value = frame_of(value)
    names = [name_of(label) for label in value.columns]
    fields = [[name, column(value.iloc[:, i], is_masked(value.dtypes.iloc[i]))] for i, name in enumerate(names)]
    index = value.index
    if isinstance(index, pd.RangeIndex):
        described = [{"kind": "range", "name": index.name, "start": index.start, "stop": index.stop, "step": index.step}]
    else:
        described = []
        for i in range(index.nlevels):
            level = index.get_level_values(i)
            own = None if level.name is None else str(level.name)
            field = own if own is not None and own not in names else "__index_level_%d__" % i
            described.append(field)
            fields.append([field, column(level, is_masked(level.dtype))])
            names = names + [field]
    return {"fields": fields, "index": described}


def zone(name):
    return pd.date_range("2021-03-27 22:30", periods=4, freq=pd.Timedelta("1h"), tz=name)


def kinds():
    days = pd.date_range("2020-02-28", periods=4, freq="D")
    yield "frame", pd.DataFrame({"a": [1, 2, 3], "b": [1.5, None, -0.0], "s": ["x", None, "ü"], "t": [True, False, True]})
    yield "frame of one type", pd.DataFrame(np.arange(12.0).reshape(4, 3), columns=["x", "y", "z"])
    yield "frame in Fortran order", pd.DataFrame(np.asfortranarray(np.arange(12.0).reshape(4, 3)), columns=list("xyz"))
    frame = pd.DataFrame({"a": [1, 2], "b": [1.5, 2.5], "c": [3, 4], "d": ["x", "y"], "e": [5, 6]})
    yield "columns in another order", frame[["e", "d", "c", "b", "a"]]
    yield "rows in another order", frame.iloc[::-1]
    yield "every other row", pd.DataFrame(np.arange(20.0).reshape(10, 2)).iloc[::2]
    yield "no rows", frame.iloc[:0]
    yield "no columns", frame[[]]
    yield "nothing", pd.DataFrame()
    for dtype in "i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 bool".split():
        yield "dtype " + dtype, pd.DataFrame({"v": np.array([0, 1, 100]).astype(dtype), "w": np.array([7, 0, 1]).astype(dtype)})
    yield "limits of integers", pd.DataFrame({"i": np.array([-(2**63), 2**63 - 1, 2**53 + 1]), "u": np.array([0, 2**64 - 1, 1], "u8")})
    yield "big-endian", pd.Series(np.array([1.5, 2.5], ">f8"), name="v")
    yield "labels that are floats", pd.DataFrame([[1.0, 2.0, 3.0]], columns=[100.0, 0.025, 1e-07])
    yield "labels that are integers", pd.DataFrame(np.ones((2, 3)))
    yield "labels that are a range", pd.DataFrame(np.ones((2, 3)), columns=pd.RangeIndex(5, 11, 2))
    yield "labels of several types", pd.DataFrame([[1, 2, 3]], columns=["a", 1, 2.5])
    yield "labels that are days", pd.DataFrame([[1, 2, 3, 4]], columns=days)
    yield "labels that are categories", pd.DataFrame([[1, 2]], columns=pd.CategoricalIndex(["b", "a"], name="kind"))
    yield "labels in levels", pd.DataFrame([[1, 2, 3]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", 'c"\''), ("ü", "d")], names=["x", None]))
    yield "labels in levels of several types", pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]))
    yield "labels in levels, one missing", pd.DataFrame([[1, 2, 3]], columns=pd.MultiIndex.from_tuples([("a", np.nan), ("b", 1.5), ("c", np.inf)]))
    yield "labels in levels that are days", pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_arrays([["a", "b"], pd.to_datetime(["2020-01-01 12:00", None])]))
    yield "labels that are days, one missing", pd.DataFrame([[1, 2]], columns=pd.to_datetime(["2020-01-01", None]))
    yield "labels that are booleans", pd.DataFrame([[1, 2]], columns=[True, False])
    changed = frame.copy()
    del changed["b"]
    changed.insert(0, "new", [2.5, 3.5])
    changed["last"] = ["p", "q"]
    yield "columns taken out and put in", changed
    yield "frames side by side", pd.concat([frame.iloc[::-1], frame.add_prefix("x"), changed.add_prefix("y").iloc[:, ::-1]], axis=1)
    yield "a group for each row", frame.assign(k=["p", "q"]).groupby(["k", "d"])[["a", "b"]].agg(["mean", "count"])
    yield "series", pd.Series([1, 2], name="n", index=pd.Index(["p", "q"], name="i"))
    yield "series without a name", pd.Series([1.5, None])
    yield "series with a number for a name", pd.Series([1], name=7, index=[3])
    yield "series without rows", pd.Series([], dtype="f8")
    yield "index", pd.Index(["a", None, "b"], name="i")
    yield "index without a name", pd.Index(["a", "b"])
    yield "index of integers", pd.Index([1, 2**60], name="i")
    yield "index of unsigned integers", pd.Index(np.array([1, 2**64 - 1], "u8"))
    yield "index of floats", pd.Index([1.0, float("nan")])
    yield "index of booleans", pd.Index([True, False])
    yield "range index", pd.RangeIndex(2, 11, 3, name="r")
    yield "range index that counts down", pd.Series([1, 2, 3], index=pd.RangeIndex(5, 2, -1))
    yield "datetime index", days
    yield "datetime index with a name", pd.DataFrame({"v": range(4)}, index=days.rename("day"))
    for freq in [pd.DateOffset(months=1), pd.offsets.CustomBusinessDay(holidays=["2020-03-02"]), pd.offsets.CustomBusinessMonthEnd()]:
        yield "datetime index, every %s" % type(freq).__name__, pd.DataFrame({"v": range(3)}, index=pd.date_range("2020", periods=3, freq=freq))
    for name in ["UTC", "Europe/Berlin", datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))]:
        yield "datetime index in %s" % name, pd.Series(range(4), index=zone(name), name="v")
        yield "instants in %s" % name, pd.DataFrame({"t": zone(name), "n": range(4)})
    yield "instants of several zones", pd.DataFrame({"a": zone("UTC"), "b": zone("Asia/Tokyo"), "c": zone("UTC")})
    yield "NaT", pd.DataFrame({"t": pd.to_datetime(["2020-01-01 00:00:00.123456789", None]), "d": pd.to_timedelta([None, "1 days 2 ns"])})
    yield "many times", pd.DataFrame({"a": days, "b": days[::-1], "c": days - days[0]})
    yield "timedelta index", pd.to_timedelta([1, None, 3], unit="s")
    yield "period index", pd.period_range("2020", periods=3, freq="M", name="p")
    yield "periods", pd.DataFrame({"m": pd.period_range("2020", periods=2, freq="M"), "q": pd.period_range("2020", periods=2, freq="Q"), "d": pd.PeriodIndex(["2020-01-01", None], freq="D")})
    yield "interval index", pd.interval_range(0, 3, name="bin")
    yield "intervals", pd.DataFrame({"b": pd.cut([0.5, 1.5, np.nan], [0.0, 1.0, 2.0])})
    yield "intervals as values", pd.Series(pd.arrays.IntervalArray.from_breaks([0.5, 1.5, 2.5], closed="left"))
    yield "intervals of times", pd.Series(pd.interval_range(days[0], days[2]))
    yield "category index", pd.CategoricalIndex(["a", "b", "a"], ordered=True, name="c")
    yield "levels", pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None])
    yield "frame with levels", pd.DataFrame({"v": range(4)}, index=pd.MultiIndex.from_product([["a", "b"], [1.5, 2.5]], names=["x", "y"]))
    yield "levels with missing labels", pd.DataFrame({"v": range(3)}, index=pd.MultiIndex.from_tuples([("a", 1.0), (None, 2.0), ("b", None)]))
    yield "levels without rows", pd.DataFrame({"v": []}, index=pd.MultiIndex.from_arrays([pd.to_datetime([]), pd.Index([], dtype="int64")], names=["t", "i"]))
    yield "levels of times", pd.Series(range(4), index=pd.MultiIndex.from_product([days[:2], pd.Categorical(["p", "q"])], names=["day", "kind"]), name="v")
    yield "index with the name of a column", pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="a"))
    yield "categories", pd.Categorical(["b", None, "a"], categories=["b", "a", "c"], ordered=True)
    yield "categories in a frame", pd.DataFrame({"c": pd.Categorical(["x", "y", None]), "n": pd.Categorical([3, 1, 3]), "e": pd.Categorical([None, None, None])})
    yield "many categories", pd.Series(pd.Categorical(["c%d" % i for i in range(300)]))
    for dtype in "Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64".split():
        yield dtype, pd.DataFrame({"v": pd.array([1, None, 100], dtype=dtype)})
    if pd.__version__ >= "1.2":
        for dtype in ["Float32", "Float64"]:
            array = pd.array([1.5, None, 2.5], dtype=dtype)
            yield dtype, pd.DataFrame({"v": array, "nan": (array * 0) / 0})
    yield "nullable booleans", pd.DataFrame({"v": pd.array([True, None, False], dtype="boolean")})
    yield "nullable strings", pd.DataFrame({"v": pd.array(["x", None, "ü"], dtype="string")})
    yield "array of numpy", pd.array(np.array([1.5, 2.5]), dtype=np.dtype("f8")) if pd.__version__ < "1.2" else pd.Series(np.array([1.5, 2.5]))
    yield "objects: booleans", pd.Series([True, None, False], dtype=object)
    yield "objects: integers", pd.Series([1, None, 2**62], dtype=object)
    yield "objects: large integers", pd.Series([1, 2**64 - 1], dtype=object)
    yield "objects: floats", pd.Series([1.0, 2.5, 3.0], dtype=object)
    yield "objects: numpy's scalars", pd.Series([np.float64(1.5), np.float64(2), None], dtype=object)
    yield "objects: numpy's integers", pd.Series([np.int64(5), np.int32(2)], dtype=object)
    yield "objects: numpy's times", pd.DataFrame({"a": pd.Series([np.datetime64("2020-01-01T00:00:00.5"), None], dtype=object)})
    yield "objects: NaT of numpy", pd.DataFrame({"a": pd.Series(["x", np.datetime64("NaT"), np.timedelta64("NaT", "D")], dtype=object)})
    yield "objects: bytes", pd.Series([b"a", None, b""], dtype=object)
    yield "objects: timestamps", pd.Series([pd.Timestamp("2020-01-01", tz="UTC"), pd.NaT, pd.Timestamp("2021-01-01", tz="UTC")], dtype=object)
    yield "objects: timedeltas", pd.Series([pd.Timedelta(1, "ns"), pd.NaT], dtype=object)
    yield "objects: dates", pd.Series([datetime.date(2020, 1, 31), None, datetime.date(1960, 1, 1)], dtype=object)
    yield "objects: datetimes", pd.Series([datetime.datetime(2020, 1, 31, 1, 2, 3, 4), None], dtype=object)
    yield "objects: datetime.timedelta", pd.Series([datetime.timedelta(1, 2, 3), None], dtype=object)
    yield "objects: decimals", pd.Series([decimal.Decimal("1.50"), None, decimal.Decimal("-1234567.8")], dtype=object)
    yield "objects: lists", pd.Series([[1, 2], None, []], dtype=object)
    yield "objects: arrays", pd.Series([np.array([1.5, 2.5]), np.array([]), None], dtype=object)
    yield "objects: lists of strings", pd.Series([["a", None], ["b"]], dtype=object)
    yield "objects: nothing", pd.DataFrame({"a": [None, None], "b": pd.Series([np.nan, None], dtype=object)})
    if pd.__version__ >= "2":
        for unit in ["s", "ms", "us"]:
            yield "times in " + unit, pd.DataFrame({"t": np.array(["2020-01-01", "NaT"], "M8[%s]" % unit), "d": np.array([5, "NaT"], "m8[%s]" % unit)})
        yield "index of int8", pd.Index(np.array([1, 2], "i1"), name="small")


WORDS = ["", "a", "L5tt", "ü", "naïve", "日本", "x" * 40, "1", "nan", "None"]


def random_values(r, n):
    kind = r.randrange(17)
    missing = r.random() < 0.4
    some = lambda values: [None if missing and r.random() < 0.3 else value for value in values]
    rng = np.random.RandomState(r.randrange(2**31))
    if kind == 0:
        return rng.randn(n)
    if kind == 1:
        return np.where(rng.rand(n) < 0.3, np.nan, rng.randn(n)).astype(r.choice(["f2", "f4", "f8"]))
    if kind == 2:
        return rng.randint(0, 120, n).astype(r.choice(["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]))
    if kind == 3:
        return rng.randint(-(2**62), 2**62, n)
    if kind == 4:
        return rng.rand(n) < 0.5
    if kind in (5, 6):
        return pd.Series(some([r.choice(WORDS) for _ in range(n)]), dtype=object).values
    if kind == 7:
        return pd.to_datetime(some([r.randrange(-(2**60), 2**60) for _ in range(n)]))
    if kind == 8:
        return pd.to_datetime(some([r.randrange(0, 2**60) for _ in range(n)]), utc=True).tz_convert(r.choice(["UTC", "Europe/Berlin", "US/Eastern"]))
    if kind == 9:
        return pd.to_timedelta(some([r.randrange(-(2**60), 2**60) for _ in range(n)]), unit="ns")
    if kind == 10:
        return pd.Categorical(some([r.choice(WORDS) for _ in range(n)]), categories=r.sample(WORDS, len(WORDS)), ordered=r.random() < 0.5)
    if kind == 11:
        return pd.Categorical(some([r.randrange(5) for _ in range(n)]))
    if kind == 12:
        return pd.array(some([r.randrange(100) for _ in range(n)]), dtype=r.choice(["Int8", "Int64", "UInt16", "UInt64"]))
    if kind == 13:
        return pd.array(some([r.random() < 0.5 for _ in range(n)]), dtype="boolean")
    if kind == 14:
        return pd.array(some([r.choice(WORDS) for _ in range(n)]), dtype="string")
    if kind == 15:
        return pd.PeriodIndex(some(["%d-%02d" % (1950 + r.randrange(100), 1 + r.randrange(12)) for _ in range(n)]), freq=r.choice(["M", "D"]))
    return pd.Series(some([r.choice([b"", b"ab", b"\xff"]) for _ in range(n)]), dtype=object).values


def random_index(r, n):
    name = r.choice([None, "i", "c0", 5])
    kind = r.randrange(5)
    if kind == 0:
        step = r.choice([1, 2, -3])
        return pd.RangeIndex(4, 4 + n * step, step, name=name)
    if kind == 1:
        return pd.Index(np.arange(n) * 1.5, name=name)
    if kind == 2:
        parts = [random_values(r, n) for _ in range(r.randrange(1, 4))]
        parts = [part.astype("f4") if str(part.dtype) == "float16" else part for part in parts]
        return pd.MultiIndex.from_arrays(parts, names=[r.choice([None, "l%d" % i]) for i in range(len(parts))])
    values = random_values(r, n)
    return pd.Index(values.astype("f4") if str(values.dtype) == "float16" else values, name=name)


def random_labels(r, n):
    kind = r.randrange(5)
    if kind == 0:
        return pd.RangeIndex(n)
    if kind == 1:
        return pd.Index([i * 0.025 for i in range(n)], name=r.choice([None, "time"]))
    if kind == 2:
        return pd.MultiIndex.from_tuples([(r.choice(WORDS), i) for i in range(n)], names=["a", None]) if n else pd.Index([])
    return pd.Index(["c%d" % i for i in range(n)])


def random_frame(r):
    n, columns = r.choice([0, 1, 2, 7, 50]), r.randrange(7)
    index = random_index(r, n)
    if r.random() < 0.2:
        return pd.Series(random_values(r, n), index=index, name=r.choice([None, "v", 3]))
    frame = pd.DataFrame({i: pd.Series(random_values(r, n), index=index) for i in range(columns)}, index=index)
    if r.random() < 0.3:
        frame = frame[r.sample(list(frame.columns), columns)]
    frame.columns = random_labels(r, columns)
    if r.random() < 0.3 and n > 1:
        frame = frame.iloc[::-1]
    return frame.copy() if r.random() < 0.5 else frame


def case(name, value, protocols):
    # pandas cannot pickle a DateOffset of months in protocols 0 and 1.
    pickles = {p: pickle.dumps(value, p).hex() for p in protocols if p > 1 or "DateOffset" not in name}
    return {"name": name, "pickles": pickles, "expected": expected(value), "stored": stored(value)}


def main(mode, seed=0, count=0, protocols="0,1,2,3,4,5"):
    wanted = [int(p) for p in protocols.split(",") if int(p) <= pickle.HIGHEST_PROTOCOL]
    if mode == "kinds":
        cases = [case(name, value, wanted) for name, value in kinds()]
    else:
        r = random.Random(int(seed))
        cases = [case("frame %d" % i, random_frame(r), [r.choice(wanted)]) for i in range(int(count))]
    json.dump({"pandas": pd.__version__, "numpy": np.__version__, "cases": cases}, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

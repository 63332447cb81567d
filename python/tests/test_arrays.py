"""ndarray, npz, shared and zarr."""

import io
import os
import threading
import unittest
from pathlib import Path

import numpy as np
from scene import Scene, has

from dirdict import load


def npy(array: np.ndarray, **options: bool) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


class Ndarray(Scene):
    def test_every_dtype_and_order(self) -> None:
        arrays = [
            np.arange(24, dtype=">f8").reshape(2, 3, 4),
            np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
            np.array(3.25),
            np.zeros((0, 4), np.float32),
            np.array(["", "é", "漢字🧠"]),
            np.array([b"ab", b"\xff"]),
            np.array([1, -1], "M8[us]"),
            np.array([(1, 2.5)], [("a", "i4"), ("naïve 漢", "f8")]),
        ]
        for i, array in enumerate(arrays):
            back = load(self.entry("ndarray", {"np.npy": npy(array)}, f"k{i}", loader="numpy_to_npy"))
            self.assertEqual((back.dtype, back.shape, back.tobytes()), (array.dtype, array.shape, array.tobytes()))

    def test_what_isf_wrote_needs_no_record_of_ours(self) -> None:
        self.assertEqual(load(self.isf_entry("numpy_to_npy", {"np.npy": npy(np.arange(3))})).tolist(), [0, 1, 2])

    def test_objects_are_not_unpickled(self) -> None:
        data = npy(np.array([{}, None], dtype=object), allow_pickle=True)
        path = self.isf_entry("numpy_to_npy", {"np.npy": data})
        self.assertIn("trusted=True", str(self.fails("OPTION_INVALID", load, path)))
        self.assertEqual(load(path, trusted=True).tolist(), [{}, None])

    def test_damage_without_a_record(self) -> None:
        whole = npy(np.arange(100))
        for i, data in enumerate([b"", b"\x93NUMPY", whole[:-1], whole[:40], b"x" + whole, b"\x80\x04N."]):
            with self.subTest(i=i):
                self.fails("CORRUPT_ENTRY", load, self.isf_entry("numpy_to_npy", {"np.npy": data}, f"k{i}"))


class Npz(Scene):
    def test_named_arrays(self) -> None:
        back = load(self.entry("npz", {"np.npz": npz(a=np.arange(3), b=np.array("x"))}, loader="numpy_to_npz"))
        self.assertEqual({name: array.tolist() for name, array in back.items()}, {"a": [0, 1, 2], "b": "x"})
        self.assertEqual(load(self.entry("npz", {"np.npz": npz()}, "empty")), {})

    def test_damage_without_a_record(self) -> None:
        whole = npz(a=np.arange(100))
        flipped = whole[:60] + bytes([whole[60] ^ 255]) + whole[61:]
        for i, data in enumerate([b"", b"PK\x03\x04", whole[:-30], flipped, b"\x80\x04N."]):
            with self.subTest(i=i):
                self.fails("CORRUPT_ENTRY", load, self.isf_entry("numpy_to_npz", {"np.npz": data}, f"k{i}"))


class Shared(Scene):
    def test_arrays_by_the_names_of_their_files(self) -> None:
        files = {
            "a__2_3__int32": np.arange(6, dtype=np.int32).tobytes(),
            "with__bars__2__float64": np.array([0.5, -0.0]).tobytes(),
            "scalar____bool": b"\x01",
            "none__0_4__uint8": b"",
            "appending__1__int8": b"\x07\x08",
            "words__2__str64": np.array(["é", "ab"]).tobytes(),
            "notes.txt": b"not an array",
        }
        back = load(self.entry("shared", files, loader="shared_numpy_store", live=True))
        self.assertEqual(sorted(back), ["a", "appending", "none", "scalar", "with__bars", "words"])
        self.assertEqual(back["words"].tolist(), ["é", "ab"])
        self.assertEqual(back["a"].tolist(), [[0, 1, 2], [3, 4, 5]])
        self.assertEqual((back["scalar"].shape, back["scalar"].item()), ((), True))
        self.assertEqual(back["none"].shape, (0, 4))
        self.assertEqual(back["appending"].tolist(), [7])
        with self.assertRaises(ValueError):
            back["a"][0, 0] = 1

    def test_of_two_files_the_newest_whole_one_stands(self) -> None:
        path = self.isf_entry("shared_numpy_store", {"a__1__int8": b"1", "a__2__int8": b"22", "a__3__int8": b"3"})
        for age, size in enumerate((3, 1, 2)):
            os.utime(path / f"a__{size}__int8", (1000 - age, 1000 - age))
        self.assertEqual(load(path)["a"].shape, (1,))

    def test_a_file_that_is_renamed_since_it_was_listed_is_looked_for_again(self) -> None:
        path = self.entry("shared", {"a__1__int8": b"1"}, loader="shared_numpy_store", live=True)
        stop = threading.Event()

        def append() -> None:
            rows = 1
            while not stop.is_set():
                with open(path / f"a__{rows}__int8", "ab") as stream:
                    stream.write(b"1")
                os.rename(path / f"a__{rows}__int8", path / f"a__{rows + 1}__int8")
                rows += 1

        writer = threading.Thread(target=append)
        writer.start()
        try:
            sizes = [load(path)["a"].size for _ in range(500)]
        finally:
            stop.set()
            writer.join()
        self.assertEqual(sizes, sorted(sizes))
        self.assertGreater(sizes[-1], 1)

    def test_a_file_shorter_than_its_name_says_is_damage(self) -> None:
        self.fails("CORRUPT_ENTRY", load, self.isf_entry("shared_numpy_store", {"a__3__int32": b"\0" * 11}))


@unittest.skipUnless(has("zarr"), "zarr is not installed")
class Zarr(Scene):
    def stored(self, key: str, array: np.ndarray, **options: object) -> "dict[str, bytes]":
        import zarr

        store = self.directory / f"{key}.zarr"
        zarr.open(str(store), mode="w", shape=array.shape, dtype=array.dtype, **options)[...] = array
        found = {}
        for base, _directories, names in os.walk(store):
            for name in names:
                path = os.path.join(base, name)
                found[os.path.join("obj.zarr", os.path.relpath(path, store))] = Path(path).read_bytes()
        return found

    def test_chunks_fills_and_orders(self) -> None:
        array = np.asfortranarray(np.arange(35, dtype=">i8").reshape(5, 7))
        for i, options in enumerate([{"chunks": (2, 3)}, {"compressor": None}, {"order": "F", "chunks": (5, 1)}]):
            back = load(self.entry("zarr", self.stored(f"k{i}", array, **options), f"k{i}", loader="numpy_to_zarr"))
            self.assertEqual((back.dtype, back.tolist()), (array.dtype, array.tolist()))

    def test_a_missing_chunk_is_fill_only_where_nobody_recorded_it(self) -> None:
        files = self.stored("k", np.ones((4, 2)), chunks=(2, 2), fill_value=7)
        ours = self.entry("zarr", files, "ours", loader="numpy_to_zarr")
        isf = self.isf_entry("numpy_to_zarr", files, "isf")
        (ours / "obj.zarr" / "1.0").unlink()
        (isf / "obj.zarr" / "1.0").unlink()
        self.fails("CORRUPT_ENTRY", load, ours)
        self.assertEqual(load(isf).tolist(), [[1, 1], [1, 1], [7, 7], [7, 7]])

    def test_damage(self) -> None:
        for i, files in enumerate([{}, {"obj.zarr/.zarray": b"{}"}, {"obj.zarr/.zarray": b"x"}]):
            self.fails("CORRUPT_ENTRY", load, self.isf_entry("numpy_to_zarr", files, f"k{i}"))

"""json, text, bytes and clone."""

from scene import Scene

from dirdict import load


class Json(Scene):
    def test_gives_plain_values(self) -> None:
        for i, (text, value) in enumerate(
            [
                ("null", None),
                ("[true,false,0,-1,0.1,1e+21]", [True, False, 0, -1, 0.1, 1e21]),
                ('{"":{},"é":"漢字 🧠","__proto__":1}', {"": {}, "é": "漢字 🧠", "__proto__": 1}),
                ('"\\ud800"', "\ud800"),
            ]
        ):
            self.assertEqual(load(self.entry("json", {"value.json": text}, f"k{i}")), value)

    def test_keeps_whole_numbers_and_fractions_apart(self) -> None:
        value = load(self.entry("json", {"value.json": "[1,1.5]"}))
        self.assertEqual([type(one) for one in value], [int, float])

    def test_takes_nothing_that_is_not_json(self) -> None:
        for i, text in enumerate(["", "{", "NaN", "[Infinity]", "\xff\xfe"]):
            self.fails("CORRUPT_ENTRY", load, self.entry("json", {"value.json": text.encode("latin1")}, f"k{i}"))

    def test_what_is_deeper_than_python_reads_is_refused(self) -> None:
        deep = "[" * 100_000 + "]" * 100_000
        self.fails("UNSUPPORTED_FORMAT", load, self.entry("json", {"value.json": deep}))


class Text(Scene):
    def test_keeps_every_character(self) -> None:
        for i, text in enumerate(["", "\ufeffé 漢字 🧠\r\n", "a\0b\rc\n"]):
            self.assertEqual(load(self.entry("text", {"value.txt": text}, f"k{i}")), text)

    def test_other_bytes_than_utf8_are_damage(self) -> None:
        for i, data in enumerate([b"\xff", b"\xed\xa0\x80", b"\xc0\x80"]):
            self.fails("CORRUPT_ENTRY", load, self.entry("text", {"value.txt": data}, f"k{i}"))


class Bytes(Scene):
    def test_come_back_as_they_were(self) -> None:
        data = bytes(range(256))
        self.assertEqual(load(self.entry("bytes", {"value.bin": data})), data)


class Clone(Scene):
    def test_is_refused_with_the_way_out(self) -> None:
        error = self.fails("UNSUPPORTED_FORMAT", load, self.entry("clone", {"value.v8": b"\xff\x0f_"}))
        self.assertIn("json or pickle", str(error))

"""Writes the sound pickles that the fuzzer damages: `python3 make.py`, with numpy 1.24 and pandas 1.5."""
import collections
import datetime
import decimal
import os
import pickle
import uuid

import numpy as np
import pandas as pd

cycle = [1, [2]]
cycle.append(cycle)
numbers = np.sin(np.arange(40))
frame = pd.DataFrame(
    {'x': numbers[:8], 'n': np.arange(8), 'label': list('aabbccdd'), 'ok': [True, False] * 4},
    index=pd.Index(np.arange(8) * 10, name='cell'),
)
VALUES = {
    'plain': {'a': [1, 2.5, -7, 2**40, -(2**70), 'väl', None, True], 't': (1, (2,), ()), 's': {1, 2}, 'b': b'ab\xff',
              'f': frozenset([1]), 'cycle': cycle, 'text': 'long ' * 60},
    'kinds': [collections.OrderedDict(a=1), collections.Counter('aab'), collections.deque([1, 2]), range(3), 3 + 4j,
              datetime.datetime(2024, 3, 4, 5, 6, 7, 8, datetime.timezone.utc), datetime.timedelta(1, 2, 3),
              decimal.Decimal('1.10'), uuid.UUID(int=5), bytearray(b'xyz'), slice(1, None)],
    'arrays': [numbers.reshape(5, 8), np.asfortranarray(numbers.reshape(5, 8)), np.arange(9, dtype='>i4'),
               np.array(['a', 'bcd', 'ü']), np.array(['2024-01-01'], 'M8[s]'), np.array([True, False]),
               np.array([(1, 2.5, [1, 2])], dtype=[('a', 'i1'), ('b', '<f8'), ('c', '>i2', (2,))]),
               np.array([[1, 'a'], [None, [3]]], dtype=object)],
    'scalars': [np.float64(1.5), np.int64(2**60), np.bool_(True), np.str_('abc'), np.datetime64('2024-01-01'),
                np.dtype('f8'), np.complex64(1j)],
    'one': numbers.repeat(205),
    'frame': frame,
    'series': pd.Series(pd.Categorical(['a', 'b', 'a']), name='kind'),
    'many': pd.DataFrame({'v': [1, 2]}, index=pd.MultiIndex.from_tuples([('a', 1), ('b', 2)], names=['k', 'i'])),
    'times': pd.DataFrame({'t': pd.date_range('2024-01-01', periods=3, tz='Europe/Berlin'), 'i': pd.array([1, None, 3])}),
}

for name, value in VALUES.items():
    for protocol in range(4 if name == 'one' else 0, 6):
        with open(os.path.join(os.path.dirname(__file__), f'{name}.{protocol}.pickle'), 'wb') as file:
            pickle.dump(value, file, protocol)

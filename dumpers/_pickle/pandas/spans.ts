/** Intervals: a struct of both ends, under the name that pandas registers with Arrow. */
import type { DataType } from 'apache-arrow'
import type { Arrow } from '../../_arrow/rebuild.js'
import { textOf } from '../model.js'
import { type Column, refusal, type Target } from './column.js'
import { PandasDtype } from './dtypes.js'
import { columnOf, type Members } from './values.js'

export async function intervalColumn(array: Members, target: Target): Promise<Column> {
  const { arrow, reading } = target
  const left = (await columnOf(array.get('_left', 'left'), target)).data
  const right = (await columnOf(array.get('_right', 'right'), target)).data
  if (left.length !== right.length) throw reading.corrupt('has intervals with more ends on one side')
  const dtype = array.get('_dtype')
  const closed =
    textOf(array.get('_closed', 'closed')) ??
    (dtype instanceof PandasDtype ? textOf(dtype.get('closed', 1)) : undefined)
  if (closed === undefined) throw reading.corrupt('has intervals that are neither open nor closed')
  const subtype = numpyName(arrow, left.type)
  if (subtype === undefined) throw refusal(target, `intervals of ${left.type}`)
  const fields = [new arrow.Field('left', left.type, true), new arrow.Field('right', right.type, true)]
  const { length, nullCount, nullBitmap } = left
  const nulls = nullCount === 0 ? { nullCount } : { nullCount, nullBitmap }
  return {
    data: arrow.makeData({ type: new arrow.Struct(fields), length, children: [left, right], ...nulls }),
    dtype: `interval[${subtype}, ${closed}]`,
    metadata: new Map([
      ['ARROW:extension:name', 'pandas.interval'],
      [
        'ARROW:extension:metadata',
        JSON.stringify({
          subtype: subtype.replace('datetime64', 'timestamp').replace('timedelta64', 'duration'),
          closed,
        }),
      ],
    ]),
  }
}

function numpyName({ DataType }: Arrow, type: DataType): string | undefined {
  if (DataType.isInt(type)) return `${type.isSigned ? '' : 'u'}int${type.bitWidth}`
  if (DataType.isFloat(type)) return `float${16 << type.precision}`
  if (DataType.isDuration(type)) return `timedelta64[${UNITS[type.unit]}]`
  if (!DataType.isTimestamp(type)) return undefined
  return `datetime64[${UNITS[type.unit]}${type.timezone ? `, ${type.timezone}` : ''}]`
}

const UNITS: readonly string[] = ['s', 'ms', 'us', 'ns']

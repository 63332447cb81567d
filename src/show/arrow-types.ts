/**
 * As much of Apache Arrow's tables as is needed to show them: by structure, of any copy of the package, which is not
 * imported for it.
 */

/** The numbers of Arrow's types. https://arrow.apache.org/docs/format/Columnar.html */
export const ARROW = {
  float: 3,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedSizeList: 16,
  map: 17,
  duration: 18,
  dictionary: -1,
} as const

/** The units of times, as numpy calls them, by Arrow's number. */
export const ARROW_UNITS: readonly string[] = ['s', 'ms', 'us', 'ns']

export interface ArrowType {
  readonly typeId: number
  readonly unit?: number
  readonly scale?: number
  readonly timezone?: string | null
  /** The type of the values, of a dictionary. */
  readonly dictionary?: ArrowType
  readonly children?: readonly { readonly name: string; readonly type: ArrowType }[] | null
}

export interface ArrowColumn {
  readonly type: ArrowType
  readonly length: number
  /** In how many pieces it lies. */
  readonly data: readonly { readonly length: number; readonly values?: unknown }[]
  get(row: number): unknown
  isValid(row: number): boolean
}

export interface ArrowTable {
  readonly numRows: number
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: ArrowType }[] }
  getChildAt(column: number): ArrowColumn | null
}

export function isArrowTable(value: unknown): value is ArrowTable {
  return (
    typeof value === 'object' &&
    value !== null &&
    'schema' in value &&
    'numRows' in value &&
    'getChildAt' in value &&
    typeof value.getChildAt === 'function'
  )
}

/**
 * What goes into npy headers, as Python's `repr` writes it.
 */

/** A dtype for a header: a descriptor such as `<f8`, or the fields of records. */
export type Descr = string | readonly FieldDescr[]

/** A field; without a shape where it has one element in each record. */
export type FieldDescr = readonly [name: string, descr: Descr, shape: readonly number[]]

/** `descr` as Python source. */
export function reprDescr(descr: Descr): string {
  if (typeof descr === 'string') return reprString(descr)
  const fields = descr.map(([name, of, shape]) => {
    return `(${reprString(name)}, ${reprDescr(of)}${shape.length === 0 ? '' : `, ${reprTuple(shape)}`})`
  })
  return `[${fields.join(', ')}]`
}

/** A tuple of whole numbers as Python source. */
export function reprTuple(numbers: readonly number[]): string {
  return numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(', ')})`
}

const named: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Characters that Python does not print are escaped: those of the categories C and Z, but the space. */
function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const content = text.replace(/[\\']|(?! )[\p{C}\p{Z}]/gu, character => {
    if (character === "'") return quote === "'" ? "\\'" : "'"
    return named[character] ?? escaped(character.codePointAt(0)!)
  })
  return quote + content + quote
}

function escaped(point: number): string {
  const digits = point.toString(16)
  if (point <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return point <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

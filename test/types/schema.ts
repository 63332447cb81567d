// A schema types the keys that it names and leaves all others as they are.
import { array, DataBase, dataframe, type NDArray, ndarray, subdb, text } from 'dirdict'
import { type Equal, is } from './equal.js'

export async function schema(): Promise<void> {
  const db = await DataBase.open('study', {
    schema: { trace: ndarray, note: text, cells: dataframe, inner: subdb },
  })

  const trace = await db.get('trace')
  is<Equal<typeof trace, NDArray>>()
  const note = await db.get('note')
  is<Equal<typeof note, string>>()
  const cells = await db.get('cells')
  is<Equal<typeof cells.numRows, number>>()
  const inner = await db.get('inner')
  is<Equal<typeof inner, DataBase>>()
  const other = await db.get('other')
  is<Equal<typeof other, unknown>>()
  const noteOr = await db.getOr('note', undefined)
  is<Equal<typeof noteOr, string | undefined>>()
  // @ts-expect-error text is no number
  const _wrong: number = note
  // @ts-expect-error a dumper that gives another type
  const _wrongToo: string = await db.get('trace', ndarray)

  await db.set('trace', array([1, 2, 3]))
  await db.set('trace', new Float64Array(3), { tags: ['raw'] })
  await db.set('note', 'words')
  await db.set('other', 7)
  // @ts-expect-error the schema says text
  await db.set('note', 7)
  // @ts-expect-error the schema says ndarray
  await db.set('trace', 'words')
  // @ts-expect-error the schema says dataframe
  await db.set('cells', 7, { tags: ['a'] })

  await db.update('note', value => {
    is<Equal<typeof value, string | undefined>>()
    return `${value ?? ''}!`
  })
  // @ts-expect-error the schema says text
  await db.update('note', () => 7)
  const calculated = await db.maybeCalculate('trace', () => new Float64Array(3))
  is<Equal<typeof calculated, NDArray>>()
  // @ts-expect-error the schema says ndarray
  await db.maybeCalculate('trace', () => 'words')

  // @ts-expect-error a schema holds dumpers
  await DataBase.open('study', { schema: { trace: 'ndarray' } })
}

export async function opening(): Promise<void> {
  const db = await DataBase.open('study', { readonly: 'warn', durability: 'relaxed', dumpers: [ndarray] })
  is<Equal<typeof db, DataBase>>()
  // @ts-expect-error `readOnly` is a slip
  await DataBase.open('study', { readOnly: true })
  // @ts-expect-error no such durability
  await DataBase.open('study', { durability: 'half' })
  // @ts-expect-error a directory is needed
  await DataBase.open()
}

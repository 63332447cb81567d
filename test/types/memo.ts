// The function that `memo` gives: the arguments of the given one, the value of the dumper.
import { type DataBase, json, type Memo, type MemoOptions, type NDArray, ndarray, text } from 'dirdict'
import { type Equal, is } from './equal.js'

export async function remembering(db: DataBase): Promise<void> {
  const scaled = db.memo('scaled', (_x: NDArray, n: number) => new Float64Array(n), ndarray)
  is<Equal<typeof scaled, Memo<[_x: NDArray, n: number], NDArray>>>()
  const array = await scaled(
    { data: new Float64Array(1), shape: [1], stride: [1], offset: 0, dtype: 'float64' },
    2,
  )
  is<Equal<typeof array, NDArray>>()
  is<Equal<Awaited<ReturnType<typeof scaled.key>>, string>>()
  is<Equal<Awaited<ReturnType<typeof scaled.forget>>, boolean>>()

  const plain = db.memo(
    ['a', 'b'],
    async (x: string, more?: { readonly n: number }) => x.length + (more?.n ?? 0),
  )
  is<Equal<Awaited<ReturnType<typeof plain>>, unknown>>()
  await plain('x')
  await plain('x', { n: 1 })

  const options: MemoOptions = { version: 'commit', tags: ['a'], durability: 'relaxed', timeout: 5 }
  db.memo('t', (x: number) => `${x}`, text, options)
  db.memo('t', (x: number) => x, { version: 3 })
  db.memo('j', () => [1], json, { version: 'text', attributes: { cell: 7 } })

  // @ts-expect-error the second argument is a number
  await scaled(array, '2')
  // @ts-expect-error an argument is missing
  await scaled.key(array)
  // @ts-expect-error text takes no number
  db.memo('t', (x: number) => x, text)
  // @ts-expect-error results are never replaced
  db.memo('t', (x: number) => x, { overwrite: true })
  // @ts-expect-error no such version
  db.memo('t', (x: number) => x, { version: true })
  // @ts-expect-error `tag` is a slip
  db.memo('t', (_x: number) => 'a', text, { tag: ['a'] })
}

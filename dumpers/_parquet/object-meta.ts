/** The file `object_meta.json`, in which ISF keeps the types of labels that Parquet has only as strings. */
import type { ReadFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { isObjectMeta, type ObjectMeta } from './pandas.js'

export const META = 'object_meta.json'

/** Only an entry of `ours` is sure to have it: old versions of ISF wrote none. */
export async function readObjectMeta(folder: ReadFolder, ours: boolean): Promise<ObjectMeta | undefined> {
  if (!ours && !(await folder.names()).includes(META)) return undefined
  const meta = await folder.readJson<unknown>(META)
  if (isObjectMeta(meta)) return meta
  throw new DirdictError('CORRUPT_ENTRY', `${META} does not hold the names and types of columns.`, {
    file: META,
  })
}

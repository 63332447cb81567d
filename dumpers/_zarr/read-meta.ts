/**
 * Finds out which version of zarr a directory holds, and reads its metadata.
 */
import type { ReadFolder } from '../../src/dumper.js'
import { DirdictError } from '../../src/errors.js'
import { isObject, parseExact } from './exact-json.js'
import type { ZarrMeta } from './meta.js'
import { parseV2 } from './meta-v2.js'
import { parseV3 } from './meta-v3.js'

/** The array in the directory `root`. UNSUPPORTED_FORMAT for a group of arrays. */
export async function readMeta(folder: ReadFolder, root: string): Promise<ZarrMeta> {
  const [v2, v3] = [`${root}/.zarray`, `${root}/zarr.json`]
  if (await folder.has(v2)) return readV2(folder, root, v2)
  if (await folder.has(v3)) {
    const json = parseExact(await folder.read(v3), v3)
    if (json.node_type === 'group') throw isGroup(v3)
    return parseV3(json, v3)
  }
  if (await folder.has(`${root}/.zgroup`)) throw isGroup(`${root}/.zgroup`)
  return readV2(folder, root, v2)
}

async function readV2(folder: ReadFolder, root: string, file: string): Promise<ZarrMeta> {
  const json = parseExact(await folder.read(file), file)
  const attributes = `${root}/.zattrs`
  const own = (await folder.has(attributes))
    ? parseExact(await folder.read(attributes), attributes)
    : undefined
  return parseV2(json, isObject(own) && Object.keys(own).length > 0 ? own : undefined, file)
}

function isGroup(file: string): DirdictError {
  const message = `'${file}' says that this is a group of zarr arrays; one key holds one array: store each array of the group under a key of its own`
  return new DirdictError('UNSUPPORTED_FORMAT', message, { file })
}

/**
 * Every dumper by name.
 */
export { arrow } from './arrow.js'
export { bytes } from './bytes.js'
export { clone } from './clone.js'
export { csv } from './csv.js'
export { dataframe } from './dataframe.js'
export { folder } from './folder.js'
export { json } from './json.js'
export { ndarray } from './ndarray.js'
export { npz } from './npz.js'
export { partitions } from './partitions.js'
export { pickle } from './pickle.js'
export { shared } from './shared.js'
export { subdb } from './subdb.js'
export { text } from './text.js'
export { zarr } from './zarr.js'

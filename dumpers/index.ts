/**
 * Every dumper by name.
 */
export { bytes } from './bytes.js'
export { clone } from './clone.js'
export { dataframe } from './dataframe.js'
export { folder } from './folder.js'
export { json } from './json.js'
export { ndarray } from './ndarray.js'
export { npz } from './npz.js'
export { subdb } from './subdb.js'
export { text } from './text.js'

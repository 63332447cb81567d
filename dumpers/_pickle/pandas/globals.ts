/** The names of pandas on the allow-list, and those of pyarrow that its text needs. */
import type { Builder, Globals } from '../builder.js'
import { ARRAY_GLOBALS } from './arrays.js'
import { ARROW_GLOBALS } from './arrow-text.js'
import { DTYPE_GLOBALS } from './dtypes.js'
import { FRAME_GLOBALS } from './frame.js'
import { INDEX_GLOBALS } from './index-globals.js'
import { MANAGER_GLOBALS } from './manager.js'
import { OFFSET_GLOBALS } from './offsets.js'
import { SCALAR_GLOBALS } from './scalars.js'

export const PANDAS_GLOBALS: Globals = new Map<string, Builder>([
  ...ARRAY_GLOBALS,
  ...ARROW_GLOBALS,
  ...DTYPE_GLOBALS,
  ...FRAME_GLOBALS,
  ...INDEX_GLOBALS,
  ...MANAGER_GLOBALS,
  ...OFFSET_GLOBALS,
  ...SCALAR_GLOBALS,
])

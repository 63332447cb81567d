/** What the system's errors become. */
import { expect, it } from 'vitest'
import { translate } from '../../../src/entry/system-errors.js'

it.runIf(process.platform === 'linux')(
  'a used up quota is NO_SPACE, though Node.js has no name for it',
  () => {
    const code = 'Unknown system error -122'
    const error = Object.assign(new Error(`${code}, mkdir 'x'`), { errno: -122, code, syscall: 'mkdir' })
    expect(translate(error, 'Writing "key"')).toMatchObject({
      code: 'NO_SPACE',
      message: 'Writing "key": the disk quota is used up (EDQUOT). Nothing was changed.',
    })
  },
)

/**
 * A dumper of version numbers for fault tests: three files and a checksum over them, so that a torn value, or one
 * mixed from two writes, cannot pass for a whole one.
 */
import { createHash, randomBytes } from 'node:crypto'

const FILES = ['first', 'second', 'third']

export const pieces = {
  name: 'pieces',
  check: value => typeof value === 'number',
  async dump(version, folder) {
    const payload = randomBytes(50 + (randomBytes(2).readUInt16LE() % 3000)).toString('hex')
    const hash = createHash('sha256')
    for (const file of FILES) {
      const text = `${version}|${file}|${payload}`
      hash.update(text)
      await folder.write(file, Buffer.from(text))
    }
    await folder.write('sum', Buffer.from(`${version}|${hash.digest('hex')}`))
    return { version }
  },
  async load(folder, { version }) {
    const hash = createHash('sha256')
    for (const file of FILES) {
      const text = await readText(folder, file)
      if (!text.startsWith(`${version}|${file}|`)) throw new Error(`TORN ${version}: ${text.slice(0, 40)}`)
      hash.update(text)
    }
    if ((await readText(folder, 'sum')) !== `${version}|${hash.digest('hex')}`) {
      throw new Error(`TORN ${version}: the checksum differs`)
    }
    return version
  },
}

async function readText(folder, file) {
  return Buffer.from(await folder.read(file)).toString()
}

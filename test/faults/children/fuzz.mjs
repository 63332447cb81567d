/**
 * Damages the data file of entries of one format, again and again, and reads them: with their record, which has to
 * notice every change, and without it, as entries of another program are, where a value or an error with a code has to
 * come, in bounded memory. `node fuzz.mjs --format npy --mutations 5000 --seed 1`
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { crc32 } from 'node:zlib'
import * as arrow from 'apache-arrow'
import * as dumpers from '../../../dist/dumpers/index.js'
import { array, DataBase, isDirdictError, structured } from '../../../dist/src/index.js'

const { values: options } = parseArgs({
  options: {
    format: { type: 'string' },
    mutations: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    progress: { type: 'string' },
  },
})
/** Codes that damage may give. */
const EXPECTED = ['CORRUPT_ENTRY', 'UNSUPPORTED_FORMAT']
/** Integers that lengths, counts and offsets are made of in hostile files. */
const EXTREMES = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 40n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
]

const numbers = Float64Array.from({ length: 3000 }, (_, i) => Math.sin(i) * 10 ** (i % 9))
const words = Array.from({ length: 3000 }, (_, i) => (i % 13 === 0 ? null : `word ${i % 97} ü`))
const table = new arrow.Table({
  x: arrow.vectorFromArray(numbers, new arrow.Float64()),
  n: arrow.vectorFromArray(
    BigInt64Array.from(numbers, x => BigInt(Math.round(x))),
    new arrow.Int64(),
  ),
  s: arrow.vectorFromArray(words, new arrow.Utf8()),
  d: arrow.vectorFromArray(words, new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
  b: arrow.vectorFromArray(
    words.map(word => word !== null),
    new arrow.Bool(),
  ),
})
const nested = new arrow.Table({
  list: arrow.vectorFromArray(
    words.map((word, i) => (word === null ? null : Array.from({ length: i % 4 }, () => i))),
    new arrow.List(new arrow.Field('item', new arrow.Int16(), true)),
  ),
  struct: arrow.vectorFromArray(
    words.map((word, i) => ({ a: i, b: word })),
    new arrow.Struct([
      new arrow.Field('a', new arrow.Int32(), true),
      new arrow.Field('b', new arrow.Utf8(), true),
    ]),
  ),
})
const flat = [
  ['x', numbers.subarray(0, 400)],
  ['s', words.slice(0, 400).map((word, i) => (i % 5 === 0 ? `a "quoted", ${word}\nline` : word))],
  ['b', words.slice(0, 400).map(word => word === null)],
  ['n', BigInt64Array.from({ length: 400 }, (_, i) => 2n ** 60n + BigInt(i))],
]
/** What Python wrote: `../pickles/make.py`. */
const PICKLES = new URL('../pickles/', import.meta.url)
const pickles = readdirSync(PICKLES)
  .filter(name => name.endsWith('.pickle'))
  .map(name => [null, {}, readFileSync(new URL(name, PICKLES))])
/** Opcodes, and the beginnings of hostile streams: names, lengths, numbers of the memo. */
const SPLICES = [
  ...Array.from('(.012FGIJKLMNPQRSTUVX]abcdeghijlopqrstu}', text => Buffer.from(text)),
  ...Array.from({ length: 25 }, (_, i) => Buffer.of(0x80 + i)),
  Buffer.from('cos\nsystem\n'),
  Buffer.from('c__builtin__\n__proto__\n'),
  Buffer.from('cnumpy\nndarray\n'),
  Buffer.from('(lp0\n2aa'),
  Buffer.from('22t0'),
  Buffer.from('h\0h\0\x86', 'latin1'),
  Buffer.from('r\xff\xff\xff\xff', 'latin1'),
  Buffer.from('\x8e\0\0\0\0\0\x01\0\0', 'latin1'),
  Buffer.from('\x8b\xff\xff\xff\x7f', 'latin1'),
]
const matrix = array(numbers, [60, 50])
const records = structured({ t: numbers, cell: Int32Array.from(numbers, x => x % 1000) })

/** By format: the data file, what is stored, with which options, and which parts are read beside the whole. */
const FORMATS = {
  npy: {
    dumper: dumpers.ndarray,
    file: 'np.npy',
    values: [
      [matrix],
      [array(['a', 'bc', 'ü𝒳'], [3])],
      [records],
      [array([1, 2, 3, 4, 5, 6], [3], 'complex128')],
    ],
    parts: [{ rows: [1, 3] }, { slice: [[null, null, -2]] }],
  },
  npz: {
    dumper: dumpers.npz,
    file: 'np.npz',
    values: [[{ matrix, words: array(['a', 'b'], [2]) }], [{ matrix }, { compression: 'store' }], [numbers]],
    parts: [{ names: ['matrix'] }],
  },
  parquet: {
    dumper: dumpers.dataframe,
    file: 'pandas_to_parquet.parquet',
    values: [
      [table],
      [table, { compression: 'snappy', rowGroupSize: 500 }],
      [nested],
      [nested, { compression: 'snappy' }],
    ],
    parts: [{ columns: ['x', 's'] }, { rows: [10, 900] }, { where: { x: { gt: 0 } } }, { columns: ['list'] }],
  },
  arrow: {
    dumper: dumpers.arrow,
    file: 'value.arrow',
    values: [[table], [nested], [flat]],
    parts: [{ columns: ['x', 's'] }, { rows: [10, 900] }, { columns: ['list'] }],
  },
  csv: {
    dumper: dumpers.csv,
    file: 'value.csv',
    values: [[flat], ['a,b\n1,x\n2,"y\nz"\n'], ['when;n\n2020-01-01T00:00:00;1\n']],
    parts: [{ columns: ['x', 's'] }, { rows: [10, 90] }],
  },
  pickle: {
    dumper: dumpers.pickle,
    file: 'to_pickle_dump',
    values: pickles,
    parts: [{}],
    mutations: [swapOpcode, swapOpcode, insertSplice],
  },
}

/** Numbers from 0 up to `below`, the same for the same seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0
  return below => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below)
  }
}

/** Half of all damage goes to the first and last bytes, where headers, footers and directories lie. */
function place(next, length) {
  if (length === 0) return 0
  const edge = Math.min(length, 1500)
  const where = next(4)
  if (where === 0) return next(edge)
  if (where === 1) return length - 1 - next(edge)
  return next(length)
}

const MUTATIONS = [
  (bytes, next) => bytes.subarray(0, next(bytes.length + 1)),
  (bytes, next) => bytes.subarray(0, Math.max(0, bytes.length - 1 - next(64))),
  (bytes, next) => Buffer.concat([bytes, Buffer.alloc(1 + next(64), next(256))]),
  (bytes, next) => flip(bytes, next, 1),
  (bytes, next) => flip(bytes, next, 1 + next(8)),
  (bytes, next) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[place(next, copy.length)] = next(256)
    return copy
  },
  (bytes, next) => {
    const copy = Buffer.from(bytes)
    const width = [1, 2, 4, 8][next(4)]
    if (copy.length < width) return copy
    const value = BigInt.asUintN(8 * width, EXTREMES[next(EXTREMES.length)])
    const at = Math.min(place(next, copy.length), copy.length - width)
    for (let i = 0; i < width; i++) copy[at + i] = Number((value >> BigInt(8 * i)) & 0xffn)
    return copy
  },
  (bytes, next) => {
    const copy = Buffer.from(bytes)
    const [from, to, length] = [place(next, copy.length), place(next, copy.length), next(64)]
    bytes.copy(copy, to, from, Math.min(from + length, bytes.length))
    return copy
  },
  (bytes, next) => {
    const at = place(next, bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(32))])
  },
  (bytes, next) => {
    const at = place(next, bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(next(bytes.length + 1)), bytes.subarray(at)])
  },
]

function flip(bytes, next, count) {
  const copy = Buffer.from(bytes)
  for (let i = 0; i < count && copy.length > 0; i++) copy[place(next, copy.length)] ^= 1 << next(8)
  return copy
}

function swapOpcode(bytes, next) {
  const copy = Buffer.from(bytes)
  const splice = SPLICES[next(SPLICES.length)]
  if (copy.length > 0) splice.copy(copy, place(next, copy.length))
  return copy
}

function insertSplice(bytes, next) {
  const at = place(next, bytes.length)
  return Buffer.concat([bytes.subarray(0, at), SPLICES[next(SPLICES.length)], bytes.subarray(at)])
}

/** A plain value, whatever its depth; what it names twice, or is a part of itself, is visited once. */
function plainDigest(value) {
  const hash = createHash('md5')
  const seen = new Set()
  const waiting = [value]
  while (waiting.length > 0) {
    const part = waiting.pop()
    if (typeof part !== 'object' || part === null) hash.update(`${typeof part} ${String(part)},`)
    else if (!seen.has(part)) {
      seen.add(part)
      hash.update(`${Object.prototype.toString.call(part)} ${Object.isFrozen(part)}`)
      if (part instanceof Map || part instanceof Set) for (const member of part) waiting.push(member)
      else if (part instanceof Date) hash.update(`${part.getTime()}`)
      else if (ArrayBuffer.isView(part)) hash.update(part)
      else if (part.schema !== undefined && part.batches !== undefined) hash.update(tableDigest(part))
      else if (Array.isArray(part)) for (const member of part) waiting.push(member)
      else for (const [name, member] of Object.entries(part)) waiting.push(name, member)
    }
  }
  return hash.digest('hex')
}

/** Everything that a value says, as one hash: views on memory that is not there would show as well. */
const digest = options.format === 'pickle' ? plainDigest : tableDigest

function tableDigest(value) {
  const hash = createHash('md5')
  const visit = part => {
    if (part?.schema !== undefined && part?.batches !== undefined) {
      hash.update(`${part.numRows} ${part.schema}`)
      for (const field of part.schema.fields) {
        const column = part.getChild(field.name)
        for (let i = 0; i < Math.min(column?.length ?? 0, 3000); i++) hash.update(`${column.get(i)},`)
      }
    } else if (part?.data === undefined || part.fields !== undefined) {
      for (const [name, field] of part.fields ?? Object.entries(part)) {
        hash.update(name)
        visit(field)
      }
    } else {
      hash.update(`${part.dtype} ${part.shape} ${part.data.slice(0, 5000)}`)
    }
  }
  visit(value)
  return hash.digest('hex')
}

const { dumper, file, values, parts, mutations: further = [] } = FORMATS[options.format]
const mutations = [...MUTATIONS, ...further]
const root = mkdtempSync(join(tmpdir(), 'dirdict-fuzz-'))
const counts = { corrupt: 0, unsupported: 0, read: 0, unnoticed: 0 }
const progress = options.progress === undefined ? undefined : openSync(options.progress, 'w')
const failures = []
/** Milliseconds of the longest read. */
let slowest = 0

const db = await DataBase.open(join(root, 'db'), { durability: 'relaxed' })
const entries = []
for (const [i, [value, set = {}, foreign]] of values.entries()) {
  for (const key of [`recorded-${i}`, `bare-${i}`]) await db.set(key, value, dumper, set)
  if (foreign !== undefined) putForeign(db.path(`recorded-${i}`), foreign)
  const bare = db.path(`bare-${i}`)
  const record = JSON.parse(readFileSync(join(bare, 'dirdict.json'), 'utf8'))
  // As another program leaves it: nothing is known of the files.
  writeFileSync(join(bare, 'dirdict.json'), JSON.stringify({ ...record, arguments: {}, files: [] }))
  entries.push({ i, good: readFileSync(join(db.path(`recorded-${i}`), file)) })
}

/** Puts a file of another program into an entry, and into its record. */
function putForeign(entry, bytes) {
  writeFileSync(join(entry, file), bytes)
  const record = JSON.parse(readFileSync(join(entry, 'dirdict.json'), 'utf8'))
  const files = [{ name: file, bytes: bytes.length, crc32: crc32(bytes) }]
  writeFileSync(join(entry, 'dirdict.json'), JSON.stringify({ ...record, files }))
}

/** What an undamaged entry gives, by its number and the part that is read; 'none' where it has no such part. */
const sound = new Map()
for (const { i } of entries) {
  for (const part of [{}, ...parts]) {
    sound.set(`${i} ${JSON.stringify(part)}`, await fingerprint(`recorded-${i}`, part))
  }
}

async function fingerprint(key, part) {
  try {
    return digest(await db.get(key, dumper, part))
  } catch (error) {
    if (!isDirdictError(error, 'OPTION_INVALID')) throw error
    return 'none'
  }
}

/** How a damaged entry was met; throws whatever is neither a value nor one of the expected codes. */
async function attempt(kind, i, part) {
  try {
    const found = await fingerprint(`${kind}-${i}`, part)
    if (kind === 'bare' || found === sound.get(`${i} ${JSON.stringify(part)}`)) return 'read'
    return 'unnoticed'
  } catch (error) {
    if (!isDirdictError(error) || !EXPECTED.includes(error.code)) throw error
    return error.code === 'CORRUPT_ENTRY' ? 'corrupt' : 'unsupported'
  }
}

const first = options.only === undefined ? 0 : Number(options.only)
const last = options.only === undefined ? Number(options.mutations) : first + 1
for (let number = first; number < last; number++) {
  const next = generator(Number(options.seed) * 1_000_003 + number)
  if (progress !== undefined) writeSync(progress, `${number}`.padEnd(8), 0)
  const { i, good } = entries[next(entries.length)]
  let bad = good
  for (let rounds = 1 + next(3); rounds > 0; rounds--) bad = mutations[next(mutations.length)](bad, next)
  for (const kind of ['recorded', 'bare']) {
    writeFileSync(join(db.path(`${kind}-${i}`), file), bad)
    for (const part of [{}, parts[next(parts.length)]]) {
      const begin = performance.now()
      try {
        const outcome = await attempt(kind, i, part)
        counts[outcome]++
        if (outcome === 'unnoticed')
          failures.push({ number, kind, part, error: 'the damage was not noticed' })
      } catch (error) {
        failures.push({ number, kind, part, error: String(error?.stack ?? error).slice(0, 600) })
      }
      slowest = Math.max(slowest, Math.round(performance.now() - begin))
    }
  }
  if (failures.length > 5) break
}
const left = readdirSync(root).filter(name => name !== 'db')
rmSync(root, { recursive: true })
if (Object.keys(Object.prototype).length > 0) failures.push({ error: 'Object.prototype was changed' })
const peak = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(
  `${JSON.stringify({ format: options.format, ...counts, peak, slowest, left, failures })}\n`,
)
process.exit(failures.length === 0 ? 0 : 1)

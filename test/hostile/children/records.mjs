// Takes valid entries, puts a hostile value in place of one member of one of their JSON files, or a hostile text in place of
// the file, and reads what is there. Prints what came of it that should not.
// Arguments: the package, the folder of the fixtures, a folder, how many cases, and a seed.
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'

const [url, fixtures, folder, count, seed] = process.argv.slice(2)
const dirdict = await import(url)
const { DataBase, doctor, isDirdictError } = dirdict
const unhandled = []
process.on('unhandledRejection', error => unhandled.push(String(error?.stack ?? error)))
process.removeAllListeners('warning')

const VALUES = [
  ...[
    'null',
    'true',
    '-1',
    '-0',
    '0',
    '1.5',
    '1e999',
    '-1e999',
    '1e300',
    '18446744073709551616',
    '9007199254740991',
  ],
  ...['4294967296', '2147483648', '""', '[]', '{}', '[[[[]]]]', '[null]', '["a", 1, {}]', '{"a": {"a": []}}'],
  ...[
    '"../x"',
    '"/etc/passwd"',
    '"a/../../x"',
    '"."',
    '".."',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\u001b]0;x\\u0007"',
  ],
  ...[
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '{"__proto__": {"polluted": 1}}',
    '{"length": 4294967295}',
  ],
  ...[
    '"dirdict.json"',
    '"Loader.json"',
    '"node:fs"',
    '"<img onerror=x>"',
    '[0, 0, 0]',
    '[-1]',
    '[1e15, 1e15]',
  ],
  JSON.stringify('x'.repeat(4096)),
  JSON.stringify('x'.repeat(10 ** 6)),
  `${'['.repeat(900)}${']'.repeat(900)}`,
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
]

/** Whole files. */
const TEXTS = {
  empty: () => '',
  'NUL bytes': () => Buffer.alloc(40_000),
  'a byte order mark': text => `\ufeff${text}`,
  'invalid UTF-8': text =>
    Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xc0, 0x80, 0x7d])]),
  'members twice': text =>
    text.replace(/^\{/, '{"format": 2, "dumper": "x", "shape": [1], "Loader": 1, "dtype": "<f4", '),
  'members last': text =>
    text.replace(/\}\s*$/, ', "format": 1, "shape": 1, "chunks": 0, "dtype": {}, "Loader": "os"}'),
  prototypes: text =>
    text.replace(/^\{/, '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, '),
  deep: () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  half: text => text.slice(0, text.length / 2),
  'another kind': () => '[1, 2]',
  'nothing in it': () => '{}',
  '100 MiB': () => undefined,
}

/** All cases: an entry, one of its JSON files, and what becomes of it. */
function* cases() {
  for (const dumper of readdirSync(fixtures).sort()) {
    for (const version of versionsIn(dumper)) {
      const base = `${dumper}/${version}`
      for (const key of readdirSync(`${fixtures}/${base}`).sort()) {
        if (!statSync(`${fixtures}/${base}/${key}`).isDirectory()) continue
        for (const file of jsonFiles(`${fixtures}/${base}/${key}`)) yield* casesOf(base, key, file)
      }
    }
  }
}

function* casesOf(base, key, file) {
  const text = readFileSync(`${fixtures}/${base}/${key}/${file}`, 'utf8')
  const about = { base, key, file }
  for (const [kind, change] of Object.entries(TEXTS)) yield { ...about, what: kind, text: () => change(text) }
  for (const path of membersOf(JSON.parse(text))) {
    for (const value of VALUES) {
      const what = `${path.join('.')} = ${value.slice(0, 40)}`
      yield { ...about, what, text: () => replaced(JSON.parse(text), path, value) }
    }
  }
}

function versionsIn(dumper) {
  return dumper === 'broken' || !statSync(`${fixtures}/${dumper}`).isDirectory()
    ? []
    : readdirSync(`${fixtures}/${dumper}`).filter(name => /^v\d+$/.test(name))
}

function jsonFiles(entry) {
  return readdirSync(entry, { recursive: true })
    .sort()
    .filter(
      name => /(\.json|\.zarray|\.zgroup|\.zattrs)$/.test(name) && statSync(`${entry}/${name}`).isFile(),
    )
    .filter(name => readFileSync(`${entry}/${name}`, 'utf8').trimStart().startsWith('{'))
}

/** Paths of members; of a list, those of its first two. */
function* membersOf(value, path = []) {
  if (typeof value !== 'object' || value === null || path.length > 6) return
  for (const name of Object.keys(value).slice(0, Array.isArray(value) ? 2 : 40)) {
    yield [...path, name]
    yield* membersOf(value[name], [...path, name])
  }
}

function replaced(content, path, value) {
  let at = content
  for (const name of path.slice(0, -1)) at = at[name]
  at[path.at(-1)] = '@@here@@'
  return JSON.stringify(content).replace('"@@here@@"', () => value)
}

/** Whoever takes what is stored in a file for damaged need not look into it: a record that tells of no sums makes him. */
function withoutSums(entry) {
  const record = JSON.parse(readFileSync(`${entry}/dirdict.json`, 'utf8'))
  writeFileSync(`${entry}/dirdict.json`, JSON.stringify({ ...record, files: [] }))
}

const OPERATIONS = {
  get: (db, key) => db.get(key),
  metadata: (db, key) => db.metadata(key),
  walk: async db => {
    for await (const [, entry] of db) {
      await entry.files()
      inspect(entry)
      entry._toHtml()
    }
  },
  'keys, recursive': db => db.keys({ recurse: true }),
  find: db => db.find({ tags: ['a'], attributes: { a: 1 } }),
  tree: db => db.tree(),
  html: db => [db._toHtml(), inspect(db)],
  verify: db => db.verify(),
  doctor: db => doctor(db.directory),
}
const CHANGING = {
  annotate: (db, key) => db.annotate(key, { note: 'new' }),
  copy: (db, key) => db.copy(key, db, 'copied'),
  update: (db, key) => db.update(key, value => value),
  repair: db => db.repair(),
  delete: (db, key) => db.delete(key),
}

async function faultsOf({ base, key, file, what, text }) {
  const path = `${folder}/db`
  rmSync(path, { recursive: true, force: true })
  cpSync(`${fixtures}/${base}`, path, {
    recursive: true,
    filter: source => isWanted(source, `${fixtures}/${base}`, key),
  })
  if (!/^(dirdict|metadata|Loader|db_state)/.test(file)) withoutSums(`${path}/${key}`)
  const hostile = text()
  if (hostile === undefined) truncateSync(`${path}/${key}/${file}`, 100 * 2 ** 20)
  else writeFileSync(`${path}/${key}/${file}`, hostile)
  const faults = []
  for (const [readonly, operations] of [
    [true, OPERATIONS],
    [false, CHANGING],
  ]) {
    const db = await DataBase.open(path, { readonly, durability: 'relaxed' })
    for (const [name, operation] of Object.entries(operations)) {
      const started = performance.now()
      try {
        await operation(db, key)
      } catch (error) {
        if (!isDirdictError(error)) faults.push(`${name}: ${error?.stack ?? error}`)
      }
      if (performance.now() - started > 20_000) faults.push(`${name} took ${performance.now() - started} ms`)
    }
    await db.close()
  }
  if ({}.polluted !== undefined || [].polluted !== undefined) faults.push('Object.prototype has a member')
  faults.push(...unhandled.splice(0))
  return faults.map(fault => `${base}/${key}/${file}, ${what}, ${fault}`)
}

/** Of the fixture, only the entry in question. */
function isWanted(source, base, key) {
  const inside = source.slice(base.length + 1).split('/')[0]
  return inside === '' || inside === key || inside === 'db_state.json'
}

const all = [...cases()]
const most = Math.min(Number(count), all.length)
/** Spread over all of them, by a step that has no divisor in common with their number. */
let step = Math.max(1, Math.floor(all.length / most))
while (most < all.length && gcd(step, all.length) !== 1) step++
for (let i = 0; i < most; i++) {
  for (const fault of await faultsOf(all[(Number(seed) + i * step) % all.length]))
    console.log(JSON.stringify(fault))
}
console.log(JSON.stringify({ cases: all.length, done: most, memory: process.resourceUsage().maxRSS * 1024 }))

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b)
}

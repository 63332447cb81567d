/**
 * Large databases: what each call takes for a key of a million, against the same for a key of a hundred thousand, so that
 * 1 means linear growth; and the memory that it needs. `DIRDICT_LOAD_KEYS` makes both ten times smaller or larger.
 */
import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DataBase } from 'dirdict'
import type { LoadStage } from './load-stage.js'
import type { Row } from './measure.js'

const STAGES: readonly string[] = [
  'open',
  'keys',
  'keys recurse',
  'get',
  'set',
  'find',
  'find, leaving an index',
  'tree',
  'verify',
  'repair',
  'doctor',
]
const KEYS = Number(process.env.DIRDICT_LOAD_KEYS ?? 100_000)
const SMALLER = 10
/** A file of ext4 may have 65,000 names. */
const MOST_LINKS = 50_000
/** A stage of no more milliseconds than this tells nothing of growth. */
const SHORTEST = 0.02
/** Bytes per key that a call may need: its name, and what the call gives back. */
const BYTES_PER_KEY = 500
/** What any call may need, however few the keys. */
const MEBIBYTES = 64

export async function load(folder: string): Promise<Row[]> {
  return [
    ...(await growth(folder, 'keys', 'key')),
    ...(await growth(folder, 'nested databases', 'nested/inner', KEYS / SMALLER)),
  ]
}

async function growth(folder: string, what: string, sample: string, count = KEYS): Promise<Row[]> {
  const path = mkdtempSync(`${folder}/load-`)
  const [few, many] = [`${path}/few`, `${path}/many`]
  await fill(few, sample, count / SMALLER)
  await fill(many, sample, count)
  const rows = STAGES.flatMap(stage => {
    const small = run(stage, few, count / SMALLER)
    const large = run(stage, many, count)
    return [timeRow(stage, count, what, small, large), memoryRow(stage, count, what, large)]
  })
  rmSync(path, { recursive: true })
  return rows
}

/** One entry made by a `set`, and links to its files under all other keys: 20 times faster than as many sets. */
async function fill(path: string, sample: string, count: number): Promise<void> {
  const db = await DataBase.open(path, { durability: 'relaxed' })
  const first = sample.split('/')[0]!
  for (let made = 0; made < count; ) {
    const model = `model-${made}`
    await db.set(sample.replace(first, model), { n: 1 }, { tags: ['pilot'] })
    const files = readdirSync(`${path}/${model}`, { recursive: true, withFileTypes: true })
    const names = files.map(file => ({
      name: `${file.parentPath}/${file.name}`.slice(`${path}/${model}/`.length),
      isDirectory: file.isDirectory(),
    }))
    const inOrder = names.sort((a, b) => a.name.length - b.name.length)
    for (const end = Math.min(count, made + MOST_LINKS); made < end; made++) {
      mkdirSync(`${path}/k${made}`)
      for (const { name, isDirectory } of inOrder) {
        if (isDirectory) mkdirSync(`${path}/k${made}/${name}`)
        else linkSync(`${path}/${model}/${name}`, `${path}/k${made}/${name}`)
      }
    }
  }
  await db.close()
}

function run(stage: string, path: string, count: number): LoadStage {
  const program = fileURLToPath(new URL('load-stage.js', import.meta.url))
  const child = spawnSync(process.execPath, [program, stage, path, String(count)], { encoding: 'utf8' })
  if (child.status !== 0) throw new Error(`The stage ${stage} failed: ${child.stderr}`)
  return JSON.parse(child.stdout)
}

/** Time for one key of many against that for one of a tenth as many. Fixed costs make it less than 1. */
function timeRow(stage: string, count: number, what: string, small: LoadStage, large: LoadStage): Row {
  const perKey = (found: LoadStage): number => Math.max(SHORTEST, found.seconds) / found.keys
  return {
    work: `${stage}, ${count} ${what}: time for one`,
    limit: `the same for one of ${count / SMALLER}`,
    ratio: perKey(large) / perKey(small),
    reach: 1.5,
    ours: `${large.seconds.toFixed(2)} s`,
    theirs: `${small.seconds.toFixed(2)} s`,
    rounds: 1,
  }
}

function memoryRow(stage: string, count: number, what: string, { mebibytes }: LoadStage): Row {
  const allowed = MEBIBYTES + (count * BYTES_PER_KEY) / 2 ** 20
  return {
    work: `${stage}, ${count} ${what}: memory`,
    limit: `${MEBIBYTES} MiB and ${BYTES_PER_KEY} bytes for each key`,
    ratio: mebibytes / allowed,
    reach: 1,
    ours: `${mebibytes.toFixed(0)} MiB`,
    theirs: `${allowed.toFixed(0)} MiB`,
    rounds: 1,
  }
}

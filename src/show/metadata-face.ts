/**
 * The face of metadata: what is known of where a value came from, a line for each fact; what is not known has none.
 */
import type { CodeHistory, GitState, Host, Metadata, Runtime } from '../metadata.js'
import { MORE } from './edges.js'
import { faceOf, type Showing, wear } from './face.js'
import { factsTable, section } from './html.js'
import { membersText, plainText } from './plain-text.js'
import { clipped, quoted } from './printable.js'
import { sizeText } from './sizes.js'

const LONG = 300
const MODULES = 8
const TAGS = 10
const COMMIT = 12

const metadataShowing: Showing<Metadata> = {
  kind: 'Metadata',

  title: ({ key }) => `Metadata of ${quoted(key, LONG)}`,

  text(metadata) {
    const facts = factsOf(metadata)
    const width = Math.max(...facts.map(([name]) => name.length))
    return [this.title(metadata), ...facts.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)].join(
      '\n',
    )
  },

  html(metadata) {
    return section(this.title(metadata), factsTable(factsOf(metadata)))
  },
}

const face = faceOf(metadataShowing)

/** The metadata, which show themselves from now on. */
export function shownMetadata(metadata: Metadata): Metadata {
  return wear(metadata, face)
}

type Fact = readonly [name: string, text: string]

function factsOf(metadata: Metadata): readonly Fact[] {
  const { dumper, time, git, host, runtime, script, modules, tags, attributes, note, annotated } = metadata
  const facts: readonly (readonly [name: string, text: string | null])[] = [
    ['dumper', clipped(dumper, LONG)],
    ['written', `${timeText(time)}${metadata.inferred ? ' (read off the files; there is no record)' : ''}`],
    ['commit', git && commitText(git)],
    ['branch', git?.branch == null ? null : clipped(git.branch, LONG)],
    ['remote', git?.remote == null ? null : clipped(git.remote, LONG)],
    ['host', host && hostText(host)],
    ['runtime', runtime && runtimeText(runtime)],
    ['script', script && clipped(script.path, LONG)],
    ['modules', modulesText(modules)],
    ['history', metadata.history && historyText(metadata.history)],
    ['tags', tagsText(tags)],
    [
      'attributes',
      Object.keys(attributes).length === 0
        ? null
        : membersText(Object.entries(attributes), (_, value) => plainText(value, 1)),
    ],
    ['note', note === null ? null : clipped(note, LONG)],
    ['annotated', annotated && timeText(annotated)],
    ['files', filesText(metadata)],
  ]
  return facts.filter((fact): fact is Fact => fact[1] !== null)
}

function timeText(time: Date): string {
  return Number.isNaN(time.getTime()) ? 'at no time' : time.toISOString()
}

function commitText({ commit, dirty }: GitState): string {
  const state = dirty === null ? 'not known whether dirty' : dirty ? 'dirty' : 'clean'
  return `${clipped(commit.slice(0, COMMIT), COMMIT)} (${state})`
}

function hostText({ name, platform, arch, user }: Host): string {
  const system = [platform, arch].filter(part => part !== null).join(' ')
  return clipped(
    `${name}${system === '' ? '' : ` (${system})`}${user === null ? '' : `, user ${user}`}`,
    LONG,
  )
}

function runtimeText({ name, version, dirdict }: Runtime): string {
  const parts = [name, version, dirdict === null ? null : `with dirdict ${dirdict}`]
  return clipped(parts.filter(part => part !== null).join(' '), LONG)
}

function modulesText(modules: Metadata['modules']): string | null {
  const names = Object.keys(modules)
  if (names.length === 0) return null
  const shown = names.slice(0, MODULES).map(name => clipped(`${name} ${modules[name]}`, 60))
  if (names.length > MODULES) shown.push(MORE)
  return `${names.length}: ${shown.join(', ')}`
}

function historyText({ cells, complete, source }: CodeHistory): string {
  const count = `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`
  return `${count}, ${complete ? 'complete' : 'partial'} (${clipped(String(source), LONG)})`
}

function tagsText(tags: readonly string[]): string | null {
  if (tags.length === 0) return null
  const shown = tags.slice(0, TAGS).map(tag => clipped(tag, 60))
  if (tags.length > TAGS) shown.push(`${MORE} ${tags.length - TAGS} more`)
  return shown.join(', ')
}

function filesText({ files }: Metadata): string | null {
  if (files.length === 0) return null
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const [first] = files
  const what = files.length === 1 && first !== undefined ? clipped(first.name, LONG) : `${files.length} files`
  return `${what}, ${sizeText(bytes)}`
}

/**
 * `dirdict annotate DB KEY`: tags, attributes and a note for a value that is stored already. The data stay untouched.
 */
import type { Command } from 'commander'
import { assignments } from './conditions.js'
import { usage } from './failure.js'
import { interruptible } from './interrupt.js'
import { writing } from './open.js'
import { printJson } from './print.js'
import { collect } from './repeated.js'

interface AnnotateOptions {
  readonly tag: readonly string[]
  readonly untag: readonly string[]
  readonly attribute: readonly string[]
  readonly removeAttribute: readonly string[]
  /** False for --no-note. */
  readonly note?: string | false
  readonly json?: boolean
}

export function addAnnotate(program: Command): void {
  program
    .command('annotate')
    .description('add tags, attributes or a note to a value')
    .argument('<db>', 'directory of the database')
    .argument('<key>')
    .option('--tag <tag>', 'a tag to add; may be given several times', collect, [])
    .option('--untag <tag>', 'a tag to remove; several times', collect, [])
    .option('--attribute <name=value>', 'an attribute to set, as JSON or text; several times', collect, [])
    .option('--remove-attribute <name>', 'an attribute to remove; several times', collect, [])
    .option('--note <text>', 'a remark, which replaces the one before')
    .option('--no-note', 'remove the remark')
    .option('--json', 'print what is said of the value now, as JSON')
    .action(annotateKey)
}

async function annotateKey(directory: string, key: string, options: AnnotateOptions): Promise<void> {
  const { tag, untag, removeAttribute, note } = options
  const added = assignments(options.attribute)
  const isAsked = [tag, untag, options.attribute, removeAttribute].some(list => list.length > 0)
  if (!isAsked && note === undefined)
    throw usage('Give --tag, --untag, --attribute, --remove-attribute, --note or --no-note.')
  await writing(directory, false, db =>
    interruptible(async signal => {
      await db.annotate(
        key,
        now => ({
          tags: [...new Set([...now.tags, ...tag])].filter(name => !untag.includes(name)),
          attributes: Object.fromEntries(
            Object.entries({ ...now.attributes, ...added }).filter(
              ([name]) => !removeAttribute.includes(name),
            ),
          ),
          ...(note === undefined ? {} : { note: note === false ? null : note }),
        }),
        { signal },
      )
      if (!options.json) return
      const { tags, attributes, note: text } = await db.metadata(key)
      printJson({ key, tags, attributes, note: text })
    }),
  )
}

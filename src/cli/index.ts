#!/usr/bin/env node
/**
 * The command `dirdict`: looks into a database and changes it from a shell. One file per command; this one puts them
 * together. Everything is done through the public names of the package.
 */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addAnnotate } from './annotate.js'
import { addDiff } from './diff.js'
import { addDoctor } from './doctor.js'
import { exitCodeOf, report } from './failure.js'
import { addFind } from './find.js'
import { addGet } from './get.js'
import { addInfo } from './info.js'
import { addKernel } from './kernel.js'
import { addKeys } from './keys.js'
import { endQuietlyOnClosedPipe } from './print.js'
import { addRepair } from './repair.js'
import { addRm } from './rm.js'
import { addSet } from './set.js'
import { addTree } from './tree.js'
import { addVerify } from './verify.js'

async function main(): Promise<void> {
  endQuietlyOnClosedPipe()
  const program = new Command('dirdict')
    .description('Looks into a dirdict database and changes it.')
    .version(version())
    // Set before the commands are added, which inherit both: errors are thrown, and printed in one place.
    .exitOverride()
    .configureOutput({ outputError: () => {} })
  for (const add of [
    addKeys,
    addTree,
    addInfo,
    addGet,
    addSet,
    addRm,
    addFind,
    addAnnotate,
    addDiff,
    addDoctor,
    addVerify,
    addRepair,
    addKernel,
  ])
    add(program)
  try {
    await program.parseAsync()
  } catch (error) {
    report(error)
    process.exitCode = exitCodeOf(error)
  }
}

/** Of this package: the compiled file lies in dist/src/cli. */
function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  const content: unknown = JSON.parse(text)
  return typeof content === 'object' && content !== null && 'version' in content
    ? String(content.version)
    : 'unknown'
}

void main()

/**
 * The roles of the torture run. `play` gives the step that an actor repeats; `processes` is how many play it at a time;
 * `other` users may write nothing.
 */
import { annotator } from './annotator.mjs'
import { appender } from './appender.mjs'
import { batcher } from './batcher.mjs'
import { calculator } from './calculator.mjs'
import { folderHolder, tableHolder } from './holders.mjs'
import { keeper } from './keeper.mjs'
import { copier, deleter, renamer } from './movers.mjs'
import { builder, remover } from './nesters.mjs'
import { reader } from './reader.mjs'
import { threads } from './threads.mjs'
import { writer } from './writer.mjs'

export const ROLES = {
  writer: { play: writer, processes: 2 },
  threads: { play: threads, processes: 1 },
  deleter: { play: deleter, processes: 1 },
  renamer: { play: renamer, processes: 2 },
  copier: { play: copier, processes: 1 },
  batcher: { play: batcher, processes: 1 },
  builder: { play: builder, processes: 2 },
  remover: { play: remover, processes: 1 },
  folderHolder: { play: folderHolder, processes: 1 },
  tableHolder: { play: tableHolder, processes: 1 },
  appender: { play: appender, processes: 2 },
  calculator: { play: calculator, processes: 2 },
  annotator: { play: annotator, processes: 1 },
  keeper: { play: keeper, processes: 1 },
  reader: { play: reader, processes: 1, readonly: true },
  otherReader: { play: reader, processes: 2, readonly: true, other: true },
}

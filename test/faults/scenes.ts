/**
 * The operations that are killed and refused at each of their system calls, with the states that each may leave.
 */
import type { Scene } from './scene.js'
import { clutter, committedSwap, halfSwap, lostLoader, nestedSwap, tornEntry } from './wreckage.js'

/** `nest` with two keys, under another name with `copied/` or `moved/`. */
const nest = (name: string): string => `${name}/ ${name}/one=1 ${name}/two=1`

export const SCENES: readonly Scene[] = [
  { operation: 'fresh set', states: ['', 'key=2'], writable: 'key' },
  { operation: 'overwrite', states: ['key=1', 'key=2'], writable: 'key' },
  { operation: 'delete', states: ['key=1', ''], writable: 'key' },
  { operation: 'rename', states: ['key=1', 'moved=1'], writable: 'moved' },
  { operation: 'annotate', states: ['key=1', 'key=1 later'], writable: 'key' },
  { operation: 'annotate of Python', states: ['array=1', 'array=1 later'], writable: 'array' },
  {
    operation: 'nested set',
    states: ['', 'a/', 'a/ a/b/', 'a/ a/b/ a/b/key=2'],
    writable: 'a/b/key',
  },
  { operation: 'sub', states: ['', 'a/', 'a/ a/b/', 'a/ a/b/ a/b/c/'], writable: 'a/b/c/key' },
  { operation: 'createFolder', states: ['', 'a/', 'a/ a/files=folder'], writable: 'a/key' },
  { operation: 'delete of nested', states: [nest('nest'), ''], writable: 'nest/one' },
  { operation: 'rename of nested', states: [nest('nest'), nest('moved')], writable: 'moved/one' },
  { operation: 'update', states: ['key=1', 'key=2'], writable: 'key' },
  { operation: 'maybeCalculate', states: ['', 'key=2'], writable: 'key' },
  {
    operation: 'batch',
    states: ['one=1 three=1 two=1', 'one=2 three=1 two=1', 'one=2 three=1 two=2', 'one=2 three=2 two=2'],
    writable: 'three',
  },
  { operation: 'copy', states: ['key=1', 'copied=1 key=1'], writable: 'copied' },
  { operation: 'copy onto a key', states: ['key=1 target=2', 'key=1 target=1'], writable: 'target' },
  {
    operation: 'copy of nested',
    states: [nest('nest'), `${nest('copied')} ${nest('nest')}`],
    writable: 'copied/one',
  },
  { operation: 'partitions', states: ['', 'table=2'], writable: 'table' },
  { operation: 'partitions onto a key', states: ['table=1', 'table=2'], writable: 'table' },
  { operation: 'append of shared', states: ['rows=1', 'rows=1,2'], writable: 'rows' },
  { operation: 'save of shared', states: ['rows=1', 'rows=1,2'], writable: 'rows' },
  { operation: 'create', states: [''], writable: 'key' },
  { operation: 'open', states: ['key=1'], writable: 'key' },
  { operation: 'remove', states: ['key=1 nest/ nest/key=1', ''], writable: 'key' },
  { operation: 'repair of left-overs', states: ['key=1'], writable: 'key', wreck: clutter },
  {
    operation: 'repair of a swap',
    before: 'key=1 spare=2',
    states: ['key=1', 'key=2'],
    writable: 'key',
    wreck: committedSwap,
  },
  {
    operation: 'repair of half a swap',
    before: 'key=1 spare=2',
    states: ['key=2'],
    writable: 'key',
    wreck: halfSwap,
  },
  {
    operation: 'repair of a nested swap',
    before: 'nest/key=1 nest/spare=2',
    states: ['nest/ nest/key=1', 'nest/ nest/key=2'],
    writable: 'nest/key',
    wreck: nestedSwap,
  },
  {
    operation: 'repair of a torn entry',
    before: 'key=1 spare=2',
    states: ['key=CORRUPT_ENTRY', 'key=1'],
    writable: 'key',
    wreck: tornEntry,
  },
  {
    operation: 'repair of a lost Loader.json',
    before: 'key=1',
    states: ['key=CORRUPT_ENTRY', 'key=1'],
    writable: 'key',
    wreck: lostLoader,
  },
]

import type { PartitionedTable } from '../../../src/index.js'

export function tableNamed(version: number): Generator<readonly Record<string, number>[]>
export function versionOf(table: PartitionedTable): Promise<number>

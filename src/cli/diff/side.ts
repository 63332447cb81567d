/**
 * One of the two entries that are compared.
 */
import type { DataBase, Metadata } from '../../index.js'

export interface Side {
  readonly db: DataBase
  readonly key: string
  readonly metadata: Metadata
}

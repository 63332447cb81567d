import type { DataBase } from '../../../src/index.js'

export const questions: Readonly<Record<string, (db: DataBase) => unknown>>

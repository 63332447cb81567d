/**
 * Opening the database of a command and closing it again, whatever happens in between.
 */
import { DataBase, type OpenOptions } from '../index.js'

/** For commands that only look: nothing is made, a folder that is no database is NOT_A_DATABASE. */
export function reading<T>(directory: string, action: (db: DataBase) => Promise<T>): Promise<T> {
  return opened(directory, { readonly: true }, action)
}

/** For commands that change; `create` where the database may be made. */
export function writing<T>(
  directory: string,
  create: boolean,
  action: (db: DataBase) => Promise<T>,
): Promise<T> {
  return opened(directory, { create }, action)
}

async function opened<T>(
  directory: string,
  options: OpenOptions,
  action: (db: DataBase) => Promise<T>,
): Promise<T> {
  const db = await DataBase.open(directory, options)
  try {
    return await action(db)
  } finally {
    await db.close()
  }
}

/**
 * Questions to a database of fault tests, with answers that a test can compare: what is there, and what is not.
 */
import { isDirdictError, ndarray } from '../../../dist/src/index.js'
import { pieces } from './pieces.mjs'

export const questions = {
  'get a key': db => db.get('key', pieces),
  'get without a dumper': db => db.get('key'),
  'get a nested key': db => db.get('nest/key', pieces),
  'get an array of Python': async db => (await db.get('array', ndarray)).data[0],
  'get what is not there': db => db.get('gone').catch(notFound),
  'getOr a key': db => db.getOr('key', 'missing', pieces),
  'has a key': db => db.has('key'),
  'has a nested key': db => db.has('nest/key'),
  keys: db => db.keys({ recurse: true }),
  metadata: async db => (await db.metadata('array')).dumper,
  'maybeCalculate what is there': db => db.maybeCalculate('key', () => 'calculated', pieces),
  'rename onto a key': db => db.rename('key', 'array').catch(exists),
  'set of what is there': db => db.set('key', 2, pieces, { overwrite: false }).catch(exists),
}

function notFound(error) {
  if (!isDirdictError(error, 'KEY_NOT_FOUND')) throw error
  return error.code
}

function exists(error) {
  if (!isDirdictError(error, 'KEY_EXISTS')) throw error
  return error.code
}

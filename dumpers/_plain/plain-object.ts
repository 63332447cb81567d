/**
 * What counts as a plain object, also across realms: notebook kernels evaluate cells in a context of their own,
 * with its own `Object.prototype`.
 */

export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  )
}

/** Whether a plain object has members named by symbols. What no listing shows, such as how it prints itself, is none. */
export function hasSymbolMembers(value: object): boolean {
  return Object.getOwnPropertySymbols(value).some(symbol =>
    Object.prototype.propertyIsEnumerable.call(value, symbol),
  )
}

/** The name of a value's class, for messages. */
export function className(value: object): string {
  const { constructor: type } = value as { constructor?: { name?: unknown } }
  return typeof type?.name === 'string' && type.name !== '' ? type.name : 'class instance'
}

/** Prototypes between a value and null: 2 for what `Map` or `Array` itself made, in any realm, 3 for a subclass. */
export function prototypeDepth(value: object): number {
  let depth = 0
  for (let at: unknown = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) depth++
  return depth
}

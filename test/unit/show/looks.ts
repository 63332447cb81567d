/** What a value gives to notebooks. */

const DISPLAY: unique symbol = Symbol.for('Jupyter.display')

export function bundleOf(value: object): Record<string, string> {
  return (value as { [DISPLAY](): Record<string, string> })[DISPLAY]()
}

export function htmlOf(value: object): string {
  return bundleOf(value)['text/html'] ?? ''
}

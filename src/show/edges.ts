/**
 * What is shown of many: the first ones and the last ones, with an ellipsis for those in between.
 */

/** Stands for what is left out. */
export const MORE = '…'

/** The indices that are shown of `count`, null for the gap; all of them where that takes no more room. */
export function shownOf(count: number, edge: number): (number | null)[] {
  const from = (start: number, n: number): number[] => Array.from({ length: n }, (_, i) => start + i)
  if (count <= 2 * edge + 1) return from(0, count)
  return [...from(0, edge), null, ...from(count - edge, edge)]
}

/** Texts with commas, packed into lines of at most `width` characters. */
export function packedLines(texts: readonly string[], width: number): string[] {
  const lines: string[] = []
  let line = ''
  texts.forEach((text, i) => {
    const word = i < texts.length - 1 ? `${text},` : text
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  })
  return line === '' ? lines : [...lines, line]
}

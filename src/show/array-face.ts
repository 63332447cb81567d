/**
 * The face of arrays, in memory and in their files.
 */
import type { NDArray } from '../ndarray/types.js'
import { arrayGrid } from './array-grid.js'
import { arrayText } from './array-text.js'
import { dtypeText, shapeText } from './element-text.js'
import { faceOf, type Showing, wear } from './face.js'
import { gridTable, preformatted, section } from './html.js'

const HTML_WIDTH = 120

export const arrayShowing: Showing<NDArray> = {
  kind: 'NDArray',

  title: a => `NDArray ${dtypeText(a)} ${shapeText(a.shape)}`,

  text(a, width) {
    const [title, elements] = [this.title(a), whyGone(a) ?? arrayText(a, width)]
    const isShort = !elements.includes('\n') && title.length + 1 + elements.length <= width
    return `${title}${isShort ? ' ' : '\n'}${elements}`
  },

  html(a) {
    const grid = whyGone(a) === undefined ? arrayGrid(a) : undefined
    if (grid === undefined) return preformatted(this.text(a, HTML_WIDTH))
    return section(this.title(a), gridTable(grid))
  },
}

/** What an array in a file tells of itself. */
interface InFile {
  readonly dtype: NDArray['dtype']
  readonly shape: readonly number[]
  readonly fortranOrder: boolean
}

const lazyShowing: Showing<InFile> = {
  kind: 'LazyArray',

  title({ dtype, shape, fortranOrder }) {
    return `LazyArray ${String(dtype)} ${shapeText(shape)}${fortranOrder ? ' in Fortran order' : ''}`
  },

  text(a) {
    return this.title(a)
  },

  html(a) {
    return preformatted(this.title(a))
  },
}

const arrayFace = faceOf(arrayShowing)
const lazyFace = faceOf(lazyShowing)

/** The array, which shows itself from now on. */
export function shownArray<A extends NDArray>(a: A): A {
  return wear(a, arrayFace)
}

export function shownLazyArray<A extends InFile>(a: A): A {
  return wear(a, lazyFace)
}

/** An array whose memory was taken away still has its shape. */
function whyGone({ data, shape, fields }: NDArray): string | undefined {
  const isGone = fields === undefined && data.length === 0 && !shape.includes(0)
  return isGone ? '(its memory is gone)' : undefined
}

/**
 * Rebuilds the types too that Parquet does not have: unions, and intervals, of which it has some. Dictionaries in several
 * pieces stay so: `unifyDictionaries` puts them together without a change of any bit.
 */
import type { Data, DataType, Vector } from 'apache-arrow'
import { type Arrow, Rebuilder } from './rebuild.js'

export class AllTypesRebuilder extends Rebuilder {
  readonly #arrow: Arrow

  constructor(arrow: Arrow) {
    super(arrow)
    this.#arrow = arrow
  }

  override type(type: DataType): DataType {
    const arrow = this.#arrow
    if (arrow.DataType.isInterval(type)) return new arrow.Interval(type.unit)
    if (!arrow.DataType.isUnion(type)) return super.type(type)
    const children = type.children.map(child => this.field(child))
    return arrow.DataType.isDenseUnion(type)
      ? new arrow.DenseUnion(type.typeIds, children)
      : new arrow.SparseUnion(type.typeIds, children)
  }

  protected override joined(_vector: Vector, pieces: readonly Data[]): Vector {
    return new this.#arrow.Vector(pieces)
  }
}

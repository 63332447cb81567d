/** True where both types are the same; `any` is the same only as `any`. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles where the type is `true`. */
export declare function is<_Statement extends true>(): void

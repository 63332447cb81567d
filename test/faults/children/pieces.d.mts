import type { Dumper } from '../../../src/index.js'

export declare const pieces: Dumper<number, number>

/** Every built-in dumper passes the suite that third parties run; here are the values it is run with. */
import { describe, it } from 'vitest'
import { testDumper } from '../../src/testing/index.js'
import { ndarrayTests } from './samples/arrays.js'
import { arrowTests } from './samples/arrow.js'
import { csvTests } from './samples/csv.js'
import { folderTests, subdbTests } from './samples/live.js'
import { npzTests } from './samples/npz.js'
import { partitionsTests } from './samples/partitions.js'
import { pickleTests } from './samples/pickle.js'
import { bytesTests, cloneTests, jsonTests, textTests } from './samples/plain.js'
import { sharedTests } from './samples/shared.js'
import { dataframeTests } from './samples/tables.js'
import { zarrTests } from './samples/zarr.js'

const runner = { describe, it: (name: string, run: () => Promise<void>) => it(name, run) }

testDumper({ ...runner, ...jsonTests })
testDumper({ ...runner, ...cloneTests })
testDumper({ ...runner, ...textTests })
testDumper({ ...runner, ...bytesTests })
testDumper({ ...runner, ...ndarrayTests })
testDumper({ ...runner, ...npzTests })
testDumper({ ...runner, ...zarrTests })
testDumper({ ...runner, ...dataframeTests })
testDumper({ ...runner, ...partitionsTests })
testDumper({ ...runner, ...arrowTests })
testDumper({ ...runner, ...csvTests })
testDumper({ ...runner, ...folderTests })
testDumper({ ...runner, ...sharedTests })
testDumper({ ...runner, ...subdbTests })
testDumper({ ...runner, ...pickleTests })

/**
 * Where the values of this process come from: code, packages, machine. The first answer takes some ten milliseconds;
 * later ones some ten microseconds, and are the same object for as long as nothing has changed.
 */
import { dirname } from 'node:path'
import type { Provenance } from '../metadata.js'
import { HistoryReader } from './code-history.js'
import { GitReader, type GitReport } from './git-state.js'
import { readScript, runningScript } from './history.js'
import { readHost, readRuntime } from './host.js'
import { LockFileReader } from './lock-file.js'
import { ModuleReader } from './modules.js'
import { notebookFolder } from './notebook.js'
import { workingDirectory } from './place.js'

/** Answers where values come from. */
interface ProvenanceSource {
  /**
   * The answer at once, as a rule; a promise where it has to be found out first: at the first call, after a commit or
   * another change that the repository shows, and where the last answer is old. Never throws and never rejects: what
   * cannot be found out is null, and `error` says why.
   */
  current(): Provenance | Promise<Provenance>
}

/** Where to look for the repository and the lock file. */
interface ProvenanceOptions {
  /** The first of them that lies in a repository decides. */
  readonly folders: readonly string[]
  /** Real path of the running script, or null. */
  readonly script: string | null
}

const sources = new Map<string | undefined, ProvenanceSource>()

/** Makes `source` the one that {@link currentProvenance} asks for `folder`. */
export function useProvenance(folder: string | undefined, source: ProvenanceSource): void {
  sources.set(folder, source)
}

/** Where the values of this process come from; with `folder`, by the repository there. See {@link ProvenanceSource}. */
export function currentProvenance(folder?: string): Provenance | Promise<Provenance> {
  let source = sources.get(folder)
  if (source === undefined) {
    const script = runningScript()
    source = createProvenance({ folders: folder === undefined ? codeFolders(script) : [folder], script })
    useProvenance(folder, source)
  }
  return source.current()
}

/** The directory of the script or the notebook, and the working directory. */
function codeFolders(script: string | null): string[] {
  const ofCode = script === null ? notebookFolder() : dirname(script)
  return ofCode === null ? [workingDirectory()] : [ofCode, workingDirectory()]
}

/** A source for one script and some directories. */
export function createProvenance({ folders, script }: ProvenanceOptions): ProvenanceSource {
  const git = new GitReader(folders, script)
  const modules = new ModuleReader()
  const histories = new HistoryReader(script)
  const lockFile = new LockFileReader(script === null ? folders : [dirname(script), ...folders])
  const host = readHost()
  const runtime = readRuntime()
  const running = readScript(script)
  // Only a commit of its own repository tells what is in the script.
  const isOfScript = script !== null && folders[0] === dirname(script)
  let last: Provenance | undefined

  function answer({ git, error }: GitReport, loaded: Provenance['modules']): Provenance {
    const history = histories.read(isOfScript ? git : null)
    // Parts keep their identity where nothing has changed, so that comparing them is enough.
    if (last?.git === git && last.error === error && last.modules === loaded && last.history === history) {
      return last
    }
    const lock = lockFile.read()
    last = Object.freeze({
      git,
      error,
      modules: loaded,
      lockFile: lock,
      host,
      runtime,
      script: running,
      history,
    })
    return last
  }

  async function wait(
    asked: Promise<GitReport> | GitReport,
    listed?: Promise<Provenance['modules']>,
  ): Promise<Provenance> {
    const report = await asked
    // Listed after git was asked: simple-git is loaded by then, and the next answer is the same.
    return answer(report, await (listed ?? modules.read()))
  }

  return {
    current() {
      const report = git.read()
      if (report instanceof Promise) return wait(report)
      const loaded = modules.read()
      return loaded instanceof Promise ? wait(report, loaded) : answer(report, loaded)
    },
  }
}

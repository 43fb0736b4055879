import { rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type BuildFailure, formatMessages } from 'esbuild';
import type { FunctionPool } from 'template-runner';
import type { Sources } from '#lib/constructs/bundle.ts';
import type { Rebuilder } from './rebuilder.ts';

export interface ReloaderOptions {
  readonly sources: Pick<Sources, 'entries' | 'imports'>;
  readonly rebuilder: Pick<Rebuilder, 'rebuild'>;
  readonly pool: Pick<FunctionPool, 'replace'>;
  /** The functions that run an entry. */
  functionsOf(entry: string): readonly string[];
  report(line: string): void;
  warn(line: string): void;
}

/** The outcome of building an entry again. */
interface Reload {
  readonly entry: string;
  /** The newest code that could be built; `undefined` where that is what the platform was started with. */
  readonly directory: string | undefined;
  readonly failure: string | undefined;
  readonly ms: number;
}

/** Entries that are built at once. Those beyond are built when they are next invoked: a shared file is part of nearly all. */
const EAGER_LIMIT = 8;
/** The newest code of an entry, and the one before, which may still run. */
const KEPT_DIRECTORIES = 2;

/** Declarations, of which templates are made, and what only a start applies. */
const NEEDS_RESTART =
  /^(bin|config|lib|migrations|state-machines)\/.*\.(json|sql|ts)$|^shared\/(routes|jobs)\.ts$|\.(routes|jobs)\.ts$/;

/** Brings changed sources into the functions that are built from them. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #imports: Map<string, readonly string[]>;
  /** Entries whose sources are broken: any change may mend them, even that of a file that they import in vain. */
  readonly #broken = new Set<string>();
  readonly #directories = new Map<string, string[]>();

  constructor(options: ReloaderOptions) {
    this.#options = options;
    this.#imports = new Map(Object.entries(options.sources.imports));
  }

  /** Takes files that have changed, relative to the repository. Settles when what is built at once has been reported. */
  async take(changed: readonly string[]): Promise<void> {
    const [first, ...others] = changed.filter(
      (path) => NEEDS_RESTART.test(path) && !path.endsWith('.test.ts'),
    );
    if (first !== undefined) {
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      this.#options.warn(
        `${first}${more} changed: restart to take in routes, jobs, resources and migrations`,
      );
    }
    const entries = this.#entriesWith(changed);
    const [eager, lazy] = [entries.slice(0, EAGER_LIMIT), entries.slice(EAGER_LIMIT)];
    for (const entry of lazy) {
      this.#replace(
        entry,
        once(async () => {
          const reload = await this.#build(entry);
          this.#report([reload], reload.ms, 0);
          return reload;
        }),
      );
    }
    const startedMs = performance.now();
    const reloads = eager.map((entry) => {
      const build = once(() => this.#build(entry));
      this.#replace(entry, build);
      return build();
    });
    this.#report(await Promise.all(reloads), performance.now() - startedMs, lazy.length);
  }

  /** Returns the entries that the files are part of, and those that are broken. */
  #entriesWith(changed: readonly string[]): string[] {
    const importers = new Map<string, string[]>();
    for (const [path, imports] of this.#imports)
      for (const imported of imports) importers.set(imported, [...(importers.get(imported) ?? []), path]);
    const reached = new Set([...changed, ...this.#broken]);
    for (const path of reached) for (const importer of importers.get(path) ?? []) reached.add(importer);
    return this.#options.sources.entries.filter((entry) => reached.has(entry));
  }

  #replace(entry: string, build: () => Promise<Reload>): void {
    for (const name of this.#options.functionsOf(entry))
      this.#options.pool.replace(name, async () => (await build()).directory);
  }

  async #build(entry: string): Promise<Reload> {
    const startedMs = performance.now();
    let failure: string | undefined;
    try {
      const { directory, imports } = await this.#options.rebuilder.rebuild(entry);
      for (const [path, imported] of Object.entries(imports)) this.#imports.set(path, imported);
      this.#broken.delete(entry);
      this.#keep(entry, directory);
    } catch (error) {
      this.#broken.add(entry);
      failure = await messageOf(error as BuildFailure);
    }
    const directory = this.#directories.get(entry)?.at(-1);
    return { entry, directory, failure, ms: performance.now() - startedMs };
  }

  #keep(entry: string, directory: string): void {
    const directories = [...(this.#directories.get(entry) ?? []), directory];
    for (const old of directories.splice(0, directories.length - KEPT_DIRECTORIES))
      rmSync(dirname(old), { recursive: true, force: true });
    this.#directories.set(entry, directories);
  }

  #report(reloads: readonly Reload[], ms: number, left: number): void {
    const { report, warn } = this.#options;
    const failures = new Set(reloads.flatMap(({ failure }) => failure ?? []));
    for (const failure of failures) warn(`${failure}\nthe code from before stays in place`);
    const [reloaded, ...others] = reloads.filter(({ failure }) => failure === undefined);
    if (reloaded === undefined) return;
    const what = others.length === 0 ? operationOf(reloaded.entry) : `${others.length + 1} functions`;
    const later = left === 0 ? '' : `; ${left} more follow when they are next invoked`;
    report(`reloaded ${what} in ${(ms / 1000).toFixed(1)} s${later}`);
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** `functions/register/create-shareholder.ts` → `createShareholder`. */
function operationOf(entry: string): string {
  return basename(entry, '.ts').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

async function messageOf(error: Error & Partial<BuildFailure>): Promise<string> {
  if (error.errors === undefined) return error.message;
  const color = process.stderr.isTTY === true;
  return (await formatMessages(error.errors, { kind: 'error', color })).join('').trimEnd();
}

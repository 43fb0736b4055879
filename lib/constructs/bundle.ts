import { createHash } from 'node:crypto';
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, buildSync, type Metafile, type OutputFile } from 'esbuild';
import { sidecars } from '#lib/sidecars.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Only a place in paths: nothing is written there, so that hashes don't depend on where the bundle ends up. */
const VIRTUAL_OUTDIR = join(ROOT, 'node_modules/.cache/bundle');

/** CommonJS packages call `require` for Node's modules. */
const REQUIRE_BANNER =
  "import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);";

/** A file that a function runs. */
export interface BundleEntry {
  /** Relative to the repository: `functions/identity/create-tenant.ts`. */
  readonly entry: string;
  /** The name of whatever needs the entry, for messages: `route createTenant`. */
  readonly neededBy: string;
  /** The group of entries that it is bundled with: a part of the platform whose functions share most of their code. */
  readonly part: string;
}

/** The code of a function: `index.mjs`, the chunks that it reaches, and its sidecars. */
export interface FunctionCode {
  readonly directory: string;
  /** @default what the CDK makes of the files, which must be there then */
  readonly hash?: string;
}

/** The code of one function, and what was measured of it. */
export interface BundledEntry extends FunctionCode {
  /** The bytes that a cold start reads: the entry and the chunks that it imports statically. */
  readonly staticBytes: number;
  /** Sources behind {@link staticBytes}, relative to the repository. */
  readonly staticInputs: readonly string[];
}

export type Bundle = ReadonlyMap<string, BundledEntry>;

/**
 * Bundles every entry. SDK clients, which are imported where they are used, become chunks of their own. The same
 * sources give the same bytes. Throws an error that names who needs the entry, if one doesn't exist.
 */
export function bundle(entries: readonly BundleEntry[]): Bundle {
  assertPresent(entries);
  const target = mkdtempSync(join(tmpdir(), 'vestry-bundle-'));
  // The CDK has copied the directories into its assembly by then.
  process.once('exit', () => rmSync(target, { recursive: true, force: true }));
  const parts = Map.groupBy(entries, ({ part }) => part);
  return new Map(
    [...parts.values()].flatMap((ofPart) =>
      bundlePart([...new Set(ofPart.map(({ entry }) => entry))].sort(), target),
    ),
  );
}

function assertPresent(entries: readonly BundleEntry[]): void {
  const missing = entries.filter(({ entry }) => !existsSync(join(ROOT, entry)));
  if (missing.length > 0)
    throw new Error(missing.map(({ entry, neededBy }) => `${neededBy}: ${entry} does not exist`).join('\n'));
}

/** Code that is being written while templates are made that name it. */
export interface PendingBundle {
  readonly code: ReadonlyMap<string, FunctionCode>;
  /** Settles once every file is there. */
  readonly written: Promise<Sources>;
}

/** The files that were read for a bundle. Paths are relative to the repository. */
export interface Sources {
  readonly entries: readonly string[];
  /** The files of ours that each of our files imports. */
  readonly imports: Readonly<Record<string, readonly string[]>>;
  /** The modules of packages by the name under which we import them: `kysely/helpers/postgres`. */
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Bundles every entry below `target`, in one pass and beside the caller: for one machine, where a start is waited for and no
 * budget of bytes is to be met. The directory of an entry leads to the code that all of them share: with copies of it there would be
 * tens of thousands of files, and to link them anew for each start takes longer than to read them. `version` stands for the sources.
 */
export function bundleInBackground(
  entries: readonly BundleEntry[],
  target: string,
  version: string,
): PendingBundle {
  assertPresent(entries);
  const paths = [...new Set(entries.map(({ entry }) => entry))].sort();
  const code = paths.map((entry): [string, FunctionCode] => {
    const directory = join(target, outputName(entry));
    mkdirSync(directory, { recursive: true });
    return [entry, { directory, hash: createHash('sha256').update(`${version}\0${entry}`).digest('hex') }];
  });
  const written = build(buildOptions(paths)).then((result) => {
    writeShared(paths, result, target);
    return sourcesOf(paths, result.metafile);
  });
  return { code: new Map(code), written };
}

/** Writes a build into one directory, its entries' sidecars too, and for each entry a directory that leads there. */
function writeShared(paths: readonly string[], { metafile, outputFiles }: Built, target: string): void {
  const graph = new OutputGraph(metafile);
  const files = new OutputFiles(outputFiles);
  const reached = new Set(paths.flatMap((entry) => graph.reach(`${outputName(entry)}.mjs`, LOADED)));
  for (const file of reached) writeOutput(file, join(target, file), graph, files);
  for (const entry of paths) {
    const name = outputName(entry);
    writeFileSync(join(target, name, 'index.mjs'), `export * from '../${name}.mjs';\n`);
    copySidecars(entry, target);
  }
}

/**
 * Bundles the entries of a part in one pass, so that shared code is compiled once. A pass over all entries would be
 * faster still, but code that any one of them needs would be in the chunks of every other, and the largest would
 * exceed their budget; a pass for each domain saves a fiftieth of a function and takes ten times as long.
 */
function bundlePart(paths: readonly string[], target: string): [entry: string, code: BundledEntry][] {
  return writeEntries(paths, buildSync(buildOptions(paths)), target);
}

/** Returns what the entries were built from. */
export function sourcesOf(entries: readonly string[], { inputs }: Metafile): Sources {
  const ours = Object.entries(inputs).filter(([path]) => isOurs(path));
  const imported = ours.flatMap(([, { imports }]) => imports.filter(({ external }) => external !== true));
  return {
    entries,
    imports: Object.fromEntries(
      ours.map(([path, { imports }]) => [
        path,
        imports
          .filter(({ external }) => external !== true)
          .map((found) => found.path)
          .filter(isOurs),
      ]),
    ),
    packages: Object.fromEntries(
      imported.flatMap(({ original, path }) =>
        original === undefined || isOurs(path) ? [] : [[original, path] as const],
      ),
    ),
  };
}

export function buildOptions(paths: readonly string[]) {
  return {
    absWorkingDir: ROOT,
    entryPoints: paths.map((entry) => ({ in: entry, out: outputName(entry) })),
    outdir: VIRTUAL_OUTDIR,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    sourcemap: 'linked',
    sourcesContent: false,
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    banner: { js: REQUIRE_BANNER },
    // pg loads these only for features that we don't use: its native driver and password files.
    external: ['pg-native', '*/native', 'pgpass'],
    // The package that the SDK of X-Ray loads would slow down every promise, and we need none of it.
    // The parser of connection strings is code that no function runs.
    alias: {
      'cls-hooked/context': './shared/platform/observability/x-ray-context.ts',
      'pg-connection-string': './shared/platform/db/no-connection-string.ts',
      'node:http': './shared/platform/node-http.ts',
    },
    metafile: true,
    logLevel: 'warning',
  } as const satisfies BuildOptions;
}

interface Built {
  readonly metafile: Metafile;
  readonly outputFiles: OutputFile[];
}

/** Writes each entry of a build, with the chunks that it reaches, into a directory of its own below `target`. */
export function writeEntries(
  paths: readonly string[],
  { metafile, outputFiles }: Built,
  target: string,
): [entry: string, code: BundledEntry][] {
  const graph = new OutputGraph(metafile);
  const files = new OutputFiles(outputFiles);
  return paths.map((entry) => [entry, writeEntry(entry, join(target, outputName(entry)), graph, files)]);
}

/** `functions/identity/create-tenant.ts` → `identity-create-tenant`. */
export function outputName(entry: string): string {
  return entry
    .replace(/^functions\//, '')
    .replace(/\.ts$/, '')
    .replaceAll('/', '-');
}

function writeEntry(entry: string, directory: string, graph: OutputGraph, files: OutputFiles): BundledEntry {
  const main = `${outputName(entry)}.mjs`;
  mkdirSync(directory, { recursive: true });
  for (const file of graph.reach(main, LOADED))
    writeOutput(file, join(directory, file === main ? 'index.mjs' : file), graph, files);
  copySidecars(entry, directory);
  const closure = graph.reach(main, ['import-statement']);
  return {
    directory,
    staticBytes: closure.reduce((sum, file) => sum + graph.output(file).bytes, 0),
    staticInputs: [...new Set(closure.flatMap((file) => graph.inputs(file)))].sort(),
  };
}

function writeOutput(file: string, path: string, graph: OutputGraph, files: OutputFiles): void {
  files.write(file, path);
  // Source maps of packages alone would double what a function unpacks, and help nobody.
  if (graph.inputs(file).some(isOurs)) files.write(`${file}.map`, join(dirname(path), `${file}.map`));
}

function copySidecars(entry: string, directory: string): void {
  for (const { from, to } of sidecars[entry] ?? [])
    cpSync(join(ROOT, from), join(directory, to), { recursive: true, dereference: true });
}

function isOurs(input: string): boolean {
  return !input.includes('node_modules/');
}

/** The files that a build has written, by name. */
class OutputFiles {
  readonly #contents: ReadonlyMap<string, Uint8Array>;
  readonly #written = new Map<string, string>();

  constructor(files: readonly OutputFile[]) {
    this.#contents = new Map(files.map(({ path, contents }) => [basename(path), contents]));
  }

  /** The chunks that functions share are one file on the disk: there would be a few hundred megabytes otherwise. */
  write(name: string, path: string): void {
    const written = this.#written.get(name);
    const contents = this.#contents.get(name);
    if (contents === undefined) throw new Error(`the bundle has no file ${name}`);
    if (written !== undefined) linkSync(written, path);
    else writeFileSync(path, contents);
    this.#written.set(name, path);
  }
}

type ImportKind = 'import-statement' | 'dynamic-import';
/** The imports that bring a file along. */
const LOADED: readonly ImportKind[] = ['import-statement', 'dynamic-import'];

/** The outputs of a build and which of them import which, by file name. */
class OutputGraph {
  #outputs: ReadonlyMap<string, Metafile['outputs'][string]>;

  constructor({ outputs }: Metafile) {
    this.#outputs = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  }

  output(file: string): Metafile['outputs'][string] {
    const output = this.#outputs.get(file);
    if (output === undefined) throw new Error(`the bundle has no file ${file}`);
    return output;
  }

  /** Sources that have code in the file. */
  inputs(file: string): string[] {
    return Object.entries(this.output(file).inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path);
  }

  /** The file and all that it imports, directly or not, by the kinds of import. */
  reach(file: string, kinds: readonly ImportKind[]): string[] {
    const reached = new Set([file]);
    for (const current of reached) {
      for (const { path, kind, external } of this.output(current).imports) {
        if (external !== true && kinds.some((wanted) => wanted === kind)) reached.add(basename(path));
      }
    }
    return [...reached];
  }
}

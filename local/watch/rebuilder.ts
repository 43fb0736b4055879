import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { buildOptions, type Sources, sourcesOf, writeEntries } from '#lib/constructs/bundle.ts';

export interface Rebuilt {
  /** The directory of the entry's new code. */
  readonly directory: string;
  /** The imports of the sources that it was built from. */
  readonly imports: Sources['imports'];
}

/**
 * Builds single entries again. Packages, which don't change, are bundled once and imported from there: an entry is built
 * in a twentieth of the time, and its code differs from that of a deployment only in which file holds a package.
 */
export class Rebuilder {
  readonly #root: string;
  readonly #target: string;
  readonly #packages: Promise<ReadonlyMap<string, string>>;
  #builds = 0;

  /** Everything is written below `target`. */
  constructor(root: string, target: string, packages: Sources['packages']) {
    this.#root = root;
    this.#target = target;
    this.#packages = bundlePackages(root, join(target, 'packages'), packages);
    // The first build that needs them fails in their place.
    this.#packages.catch(() => undefined);
  }

  /** Rejects with esbuild's `BuildFailure` when the sources can't be built. */
  async rebuild(entry: string): Promise<Rebuilt> {
    this.#builds += 1;
    const target = join(this.#target, String(this.#builds));
    const options = { ...buildOptions([entry]), absWorkingDir: this.#root, logLevel: 'silent' as const };
    const plugins = [importedFrom(await this.#packages)];
    const result = await build({ ...options, plugins });
    const [written] = writeEntries([entry], result, target);
    if (written === undefined) throw new Error(`${entry} was not written`);
    return { directory: written[1].directory, imports: sourcesOf([entry], result.metafile).imports };
  }
}

/** Returns the URL of each package's module by the name under which it is imported. */
async function bundlePackages(
  root: string,
  outdir: string,
  packages: Sources['packages'],
): Promise<ReadonlyMap<string, string>> {
  const modules = Object.entries(packages);
  if (modules.length === 0) return new Map();
  const entryPoints = modules.map(([name, module]) => ({ in: module, out: name.replace(/\W+/g, '-') }));
  const options = { ...buildOptions([]), absWorkingDir: root, logLevel: 'silent' as const };
  const { metafile } = await build({ ...options, entryPoints, outdir, write: true, sourcemap: false });
  const outputs = new Map(
    Object.entries(metafile.outputs).flatMap(([path, { entryPoint, exports }]) =>
      // A package in CommonJS has no names to import: it is bundled with each entry that needs it.
      entryPoint === undefined || exports.every((name) => name === 'default')
        ? []
        : [[entryPoint, pathToFileURL(join(root, path)).href] as const],
    ),
  );
  return new Map(
    modules.flatMap(([name, module]) => {
      const url = outputs.get(module);
      return url === undefined ? [] : [[name, url] as const];
    }),
  );
}

function importedFrom(packages: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'packages',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^[@\w]/ }, ({ path, importer, kind }) => {
        const url =
          kind === 'entry-point' || importer.includes('node_modules/') ? undefined : packages.get(path);
        return url === undefined ? undefined : { path: url, external: true };
      }),
  };
}

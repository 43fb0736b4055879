import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from './lock-file.ts';

/** The file is beside the assembly: the CDK deletes nothing, and a copy without it counts as stale. */
const STAMP = '.inputs';
const KEPT_ASSEMBLIES = 4;
const POLL_MS = 100;

export interface CachedAssembly {
  /** The name of what is made, by which its directories begin. @default cdk.out */
  readonly name?: string;
  /** The directory that holds one assembly for each hash of inputs. Several platforms may use it at the same time. */
  readonly cache: string;
  readonly inputs: string;
  /** Writes the assembly into a directory. */
  make(directory: string): Promise<void>;
}

/**
 * Brings `target` up to date: by a copy of an assembly that was made before from the same inputs, or is being made by another
 * process, or by a new one. The copy consists of links, as nobody writes into the files of an assembly.
 */
export async function bringUpToDate(
  target: string,
  assembly: CachedAssembly,
): Promise<'unchanged' | 'copied' | 'made'> {
  const { cache, inputs, name = 'cdk.out' } = assembly;
  if (stampOf(target) === inputs) return 'unchanged';
  const cached = join(cache, `${name}-${inputs.slice(0, 16)}`);
  const isNew = await makeOnce(cached, assembly, name);
  // The assemblies that were used last are kept.
  utimesSync(cached, new Date(), new Date());
  const copying = `${target}.copying`;
  rmSync(copying, { recursive: true, force: true });
  linkTree(cached, copying);
  rmSync(target, { recursive: true, force: true });
  renameSync(copying, target);
  return isNew ? 'made' : 'copied';
}

/** Waits while another process makes the same assembly. Returns whether this one has made it. */
async function makeOnce(cached: string, { inputs, make }: CachedAssembly, name: string): Promise<boolean> {
  mkdirSync(dirname(cached), { recursive: true });
  for (;;) {
    if (stampOf(cached) === inputs) return false;
    const lock = takeLock(`${cached}.lock`);
    if ('release' in lock) {
      try {
        // Its maker may have ended between the two questions.
        if (stampOf(cached) === inputs) return false;
        await makeInto(cached, inputs, make);
        prune(dirname(cached), name);
        return true;
      } finally {
        lock.release();
      }
    }
    await sleep(POLL_MS);
  }
}

async function makeInto(cached: string, inputs: string, make: CachedAssembly['make']): Promise<void> {
  const working = `${cached}.${process.pid}`;
  rmSync(working, { recursive: true, force: true });
  try {
    await make(working);
    writeFileSync(join(working, STAMP), inputs, { mode: 0o600 });
    rmSync(cached, { recursive: true, force: true });
    renameSync(working, cached);
  } finally {
    rmSync(working, { recursive: true, force: true });
  }
}

function stampOf(directory: string): string | undefined {
  const path = join(directory, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or one without links.
    copyFileSync(source, target);
  }
}

function prune(cache: string, name: string): void {
  const byAge = readdirSync(cache)
    .filter((entry) => entry.startsWith(`${name}-`) && /^[\da-f]+$/.test(entry.slice(name.length + 1)))
    .map((entry) => join(cache, entry))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of byAge.slice(KEPT_ASSEMBLIES)) rmSync(old, { recursive: true, force: true });
}

import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TemplateRunner } from 'template-runner';
import { outputName, type Sources } from '#lib/constructs/bundle.ts';
import { Rebuilder } from './rebuilder.ts';
import { Reloader } from './reloader.ts';
import { SourceChanges } from './source-changes.ts';

/** The directories that functions are built from, and those that only a restart takes in. */
const WATCHED = ['bin', 'config', 'functions', 'lib', 'migrations', 'shared', 'state-machines'];

export interface WatchOptions {
  readonly root: string;
  /** The assembly that the runner was started with. */
  readonly assembly: string;
  /** A directory for rebuilt code; what is there is deleted. */
  readonly target: string;
  readonly runner: Pick<TemplateRunner, 'model' | 'pool'>;
  report(line: string): void;
  warn(line: string): void;
}

/** Begins to note what changes, so that an edit during the start isn't lost. */
export function noteChanges(root: string, warn: (line: string) => void): SourceChanges {
  return new SourceChanges(root, WATCHED, warn);
}

/** Reloads the functions that a change is part of, those noted so far too. */
export function reloadOn(changes: SourceChanges, options: WatchOptions): void {
  const { root, assembly, target, runner, report, warn } = options;
  rmSync(target, { recursive: true, force: true });
  const sources = JSON.parse(readFileSync(join(assembly, 'sources.json'), 'utf8')) as Sources;
  const functions = Map.groupBy(runner.model.functions, ({ directory }) => basename(directory));
  const reloader = new Reloader({
    sources,
    rebuilder: new Rebuilder(root, target, sources.packages),
    pool: runner.pool,
    functionsOf: (entry) => (functions.get(outputName(entry)) ?? []).map(({ name }) => name),
    ...{ report, warn },
  });
  changes.deliver((paths) => void reloader.take(paths));
}

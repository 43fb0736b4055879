import type { TestProject } from 'vitest/node';
import { type BundledEntry, bundle } from '#lib/constructs/bundle.ts';
import { readEnvironment } from '#lib/environment.ts';
import { entriesOf, tablesOf } from '#lib/vestry.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The code of every function, by its entry. */
    bundle: [entry: string, code: BundledEntry][];
  }
}

/** Bundles once for a run: all environments deploy the same code. */
export default function setup(project: TestProject): void {
  project.provide('bundle', [...bundle(entriesOf(tablesOf(readEnvironment('local'))))]);
}

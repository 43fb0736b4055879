import { vi } from 'vitest';

/**
 * Files of tests share a process, since a new one for each took as long as most of them: packages stay loaded in it. Ours are loaded
 * anew for each file, so that nothing that a module remembers reaches another file; neither does a variable, or a clock.
 */

declare global {
  /** Those of the process before its first file. */
  var variablesAtFirst: Readonly<NodeJS.ProcessEnv> | undefined;
}

const first = globalThis.variablesAtFirst ?? { ...process.env };
globalThis.variablesAtFirst = first;
for (const name of Object.keys(process.env)) if (first[name] === undefined) delete process.env[name];
Object.assign(process.env, first);

vi.useRealTimers();
vi.unstubAllEnvs();
vi.unstubAllGlobals();
vi.resetModules();

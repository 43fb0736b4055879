import * as environment from './environment.ts';

/**
 * A place where a process may be cut off. Tests prove that nothing is lost there: where `VESTRY_CRASH_DIR` holds a file
 * `<point>` or `<point>.<subject>`, the process takes the file away and ends itself, so that it does so once. No deployed
 * function has the variable, and without it this does nothing.
 */
export async function crashPoint(point: string, subject?: string): Promise<void> {
  const directory = environment.crashDirectory();
  if (directory === undefined) return;
  const { unlinkSync } = await import('node:fs');
  for (const name of subject === undefined ? [point] : [`${point}.${subject}`, point]) {
    try {
      unlinkSync(`${directory}/${name}`);
    } catch {
      continue;
    }
    process.exit(1);
  }
}

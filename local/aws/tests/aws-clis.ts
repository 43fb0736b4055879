import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** The path of every AWS CLI of this machine, each once: independent clients of the endpoint. */
export const AWS_CLIS: readonly string[] = [
  ...new Set(
    [...(process.env.PATH ?? '').split(':'), '/usr/bin']
      .map((directory) => join(directory, 'aws'))
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path)),
  ),
];
if (AWS_CLIS.length === 0) console.warn('SKIPPED: no AWS CLI found, so its part of the proof does not run');

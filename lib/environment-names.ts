import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Each file describes one environment. Their names are read without the CDK, which takes a second to load. */
export const ENVIRONMENTS = join(import.meta.dirname, '../config/environments');

const EXTENSION = '.json';

export function environmentFile(name: string, directory = ENVIRONMENTS): string {
  return join(directory, name + EXTENSION);
}

/** Lists the names of all environments, in order. */
export function environmentNames(directory = ENVIRONMENTS): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .sort();
}

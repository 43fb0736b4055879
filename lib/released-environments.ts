import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENTS } from './environment-names.ts';

/** Written by `npm run release:record`: what the environments of the last release are, and stay. */
export const RELEASED = join(ENVIRONMENTS, '../released.json');

/** The keys of an environment that can't change once it exists: its subnets stay where they are, and other stacks use the address of its database. */
const LASTING = ['zones', 'small'] as const;

type Lasting = Readonly<Record<(typeof LASTING)[number], unknown>>;

/** The environments of the last release by their names. */
export type Released = Readonly<Record<string, Lasting>>;

export function lastingKeys({ zones, small }: Lasting): Lasting {
  return { zones, small };
}

export function readReleased(file = RELEASED): Released {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Released) : {};
}

/** Returns a line for each key in which an environment is not what was released under its name. */
export function changesOfReleased(
  environment: Lasting & { readonly name: string },
  released: Released,
): string[] {
  const before = released[environment.name];
  if (before === undefined) return [];
  const now = lastingKeys(environment);
  return LASTING.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key])).map(
    (key) =>
      `${key}: can't change once the environment exists; it is ${JSON.stringify(before[key])}. Make another environment, or, if this one is torn down, remove it from config/released.json`,
  );
}

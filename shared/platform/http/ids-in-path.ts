import { isUuid } from '#kernel/ids.ts';

/** Returns the parameters of a path for the trail. Only ids are kept: anything else in a path may be free text. */
export function idsOf(parameters: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters ?? {}).map(([name, value]) => [
      name,
      isUuid(String(value).toLowerCase()) ? value : '***',
    ]),
  );
}

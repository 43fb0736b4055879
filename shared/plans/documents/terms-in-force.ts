interface Dated {
  readonly number: number;
  readonly effective_from: string;
}

/** Returns the version that is in force on a day: of those that have begun the newest. Undefined: none has. */
export function versionOn<V extends Dated>(versions: readonly V[], day: string): V | undefined {
  return versions
    .filter(({ effective_from }) => effective_from <= day)
    .reduce<V | undefined>(
      (newest, one) => (newest === undefined || one.number > newest.number ? one : newest),
      undefined,
    );
}

const ANY_PORT = ':*';

/** Says whether an origin is among those configured, of which `http://localhost:*` stands for every port. */
export function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((one) =>
    one.endsWith(ANY_PORT)
      ? origin.startsWith(one.slice(0, -1)) && /^\d{1,5}$/.test(origin.slice(one.length - 1))
      : origin === one,
  );
}

/** Returns the place for which the secret of a factor is sealed. */
export function factorPlace(factorId: string): string {
  return `second-factors/${factorId}`;
}

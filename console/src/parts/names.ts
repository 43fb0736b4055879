/** The names of a table of looks or texts, which the compiler keeps complete. */
export function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table) as K[];
}

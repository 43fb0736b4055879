import { type RawBuilder, sql } from 'kysely';
import { ALL_CHOICES } from './choices.ts';

/** Returns the place of a column's choice in the order in which the parts of an item that is split are told and hashed. */
export function placeOf(column: string): RawBuilder<number> {
  return sql<number>`array_position(${sql.lit(`{${ALL_CHOICES.join(',')}}`)}::text[], ${sql.ref(column)})`;
}

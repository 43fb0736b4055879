import { namesOf } from './names.ts';

/** Returns the fields of a body that a form has changed: one that is as it was would be stored, and approved, for nothing. */
export function editedOf<T extends object>(before: T, now: T): Partial<T> {
  const isEdited = (name: keyof T): boolean => JSON.stringify(before[name]) !== JSON.stringify(now[name]);
  const edited: Partial<T> = {};
  for (const name of namesOf(now as Readonly<Record<keyof T & string, unknown>>))
    if (isEdited(name)) edited[name] = now[name];
  return edited;
}

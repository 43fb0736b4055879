import { useState } from 'react';
import { useMe } from '../frame/me.ts';

/** Only ids of columns are kept: nothing of what is in them. */
function keyOf(user: string, table: string): string {
  return `vestry.columns.${user}.${table}`;
}

/** Reads what this browser keeps, which anybody may have edited. */
function kept(key: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Columns of a table that a person has hidden, in this browser. One that is new to the table is shown. */
export function useHidden(table: string): [readonly string[], (ids: readonly string[]) => void] {
  const user = useMe().data?.id ?? '';
  const key = keyOf(user, table);
  const [{ of, hidden }, setHidden] = useState(() => ({ of: key, hidden: kept(key) }));
  const change = (ids: readonly string[]): void => {
    if (ids.length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(ids));
    setHidden({ of: key, hidden: ids });
  };
  return [of === key ? hidden : kept(key), change];
}

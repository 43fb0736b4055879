import { useSearchParams } from 'wouter';
import { useAddress } from './address.ts';
import { words } from './format.ts';
import { OneOf } from './one-of.tsx';

/** Returns what the address chooses among values; undefined where it chooses none of them. */
export function useChoice<T extends string>(name: string, values: readonly T[]): T | undefined {
  const [search] = useSearchParams();
  return values.find((value) => value === search.get(name));
}

interface Props<T extends string> {
  /** The parameter of the address. */
  readonly name: string;
  readonly label: string;
  readonly values: readonly T[];
  /** The text of no choice. */
  readonly all: string;
  readonly text?: (value: T) => string;
}

/** A filter of a list, kept in the address. */
export function Choice<T extends string>({ name, label, values, all, text = words }: Props<T>) {
  const [, set] = useAddress();
  const chosen = useChoice(name, values) ?? '';
  const options = [
    { value: '', label: all },
    ...values.map((value) => ({ value: value as string, label: text(value) })),
  ];
  return (
    <OneOf
      ariaLabel={label}
      options={options}
      value={chosen}
      onChange={(chosen) => set({ [name]: chosen })}
    />
  );
}

import Select, { type SelectProps } from '@cloudscape-design/components/select';
import { words } from './format.ts';
import { namesOf } from './names.ts';

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly description?: string;
}

/** Returns options of the names of a table: each with its text. */
export function optionsOf<T extends string>(texts: Readonly<Record<T, string>>): readonly Option<T>[] {
  return namesOf(texts).map((value) => ({ value, label: texts[value] }));
}

/** Returns options that are called as they are: `COMMON` is Common. */
export function optionsIn<T extends string>(values: readonly T[]): readonly Option<T>[] {
  return values.map((value) => ({ value, label: words(value) }));
}

interface Props<T extends string>
  extends Pick<
    SelectProps,
    'ariaLabel' | 'disabled' | 'placeholder' | 'empty' | 'filteringType' | 'statusType'
  > {
  readonly options: readonly Option<T>[];
  /** The chosen one; a text that is none of the options leaves the choice open. */
  readonly value: string;
  onChange(value: T): void;
}

/** A choice of one of several values. */
export function OneOf<T extends string>({ options, value, onChange, ...looks }: Props<T>) {
  return (
    <Select
      {...looks}
      options={options}
      selectedOption={options.find((option) => option.value === value) ?? null}
      onChange={({ detail }) => {
        const chosen = options.find((option) => option.value === detail.selectedOption.value);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    />
  );
}

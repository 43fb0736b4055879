import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useAddress } from './address.ts';
import { DayField } from './day-field.tsx';
import { ProblemAlert } from './problem-alert.tsx';

interface Props<T> {
  readonly queryKey: readonly unknown[];
  readonly label?: string;
  /** Asks for the end of a day; without one, for the API's own. */
  load(query: { readonly as_of?: string }): Promise<T>;
  children(answer: T): ReactNode;
}

/** An answer as of the end of a day, which stands in the address. */
export function AsOf<T>({ queryKey, label = 'As of the end of', load, children }: Props<T>) {
  const [search, set] = useAddress();
  const day = search.get('as_of') ?? '';
  const { data, error, isPending } = useQuery({
    queryKey: [...queryKey, day],
    queryFn: () => load(day === '' ? {} : { as_of: day }),
    placeholderData: keepPreviousData,
  });
  return (
    <SpaceBetween size="m">
      <DayField label={label} value={day} onChange={(on) => set({ as_of: on })} />
      {error !== null && <ProblemAlert problem={error} />}
      {isPending && <StatusIndicator type="loading">Computing</StatusIndicator>}
      {data !== undefined && children(data)}
    </SpaceBetween>
  );
}

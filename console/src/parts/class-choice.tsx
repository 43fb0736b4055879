import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { OneOf, type Option } from './one-of.tsx';

interface Props {
  readonly value: string;
  /** The text of no choice, where a list may be of every class. */
  readonly all?: string;
  readonly ariaLabel?: string;
  onChange(code: string): void;
}

/** A choice among the classes of shares that the company has declared. */
export function ClassChoice({ value, all, onChange, ...looks }: Props) {
  const { data } = useQuery({
    queryKey: ['security-classes', 'choices'],
    queryFn: () => call('GET /security-classes', { query: { limit: '200' } }),
  });
  const options: readonly Option<string>[] = [
    ...(all === undefined ? [] : [{ value: '', label: all }]),
    ...(data?.data ?? []).map(({ code, name }) => ({ value: code, label: `${code} · ${name}` })),
  ];
  return <OneOf {...looks} options={options} value={value} onChange={onChange} />;
}

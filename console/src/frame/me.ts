import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';

export type Me = Answer<'GET /me'>;

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: () => call('GET /me'), staleTime: 60_000 });
}

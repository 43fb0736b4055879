import { useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Me } from '../frame/me.ts';

/** Whether somebody may see who else there is. */
export function seesUsers({ role }: Me): boolean {
  return role === 'ADMIN' || role === 'COMPLIANCE';
}

/** A colleague by email, to those who may see users; to others by the end of the id. */
export function Person({ id, me }: { id: string; me: Me }) {
  const { data } = useQuery({
    queryKey: ['users', id],
    queryFn: () => call('GET /users/{id}', { params: { id } }),
    enabled: seesUsers(me) && id !== me.id,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (id === me.id) return 'You';
  return <span className="long">{data?.email ?? `User ${id.slice(-6)}`}</span>;
}

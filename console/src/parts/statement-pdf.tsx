import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery } from '@tanstack/react-query';
import { call, newKey } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { ProblemAlert } from './problem-alert.tsx';

interface Props {
  readonly me: Me;
  readonly report: 'statement' | 'plan-statement';
  /** The holder or the plan, and the days. */
  readonly parameters: Readonly<Record<string, string>>;
}

const POLL_MS = 1_000;

/** A statement to be printed: a worker writes it, and it is fetched from where it lies. */
export function StatementPdf({ me, report, parameters }: Props) {
  const asked = JSON.stringify(parameters);
  const order = useMutation({
    mutationFn: async (of: string) => {
      const body = { report, parameters: JSON.parse(of) as Record<string, string>, format: 'pdf' as const };
      const { id } = await call('POST /reports/exports', { body, key: newKey() });
      return { of, id };
    },
  });
  // A statement of other days is another one.
  const id = order.data?.of === asked ? order.data.id : undefined;
  const file = useQuery({
    queryKey: ['exports', id],
    queryFn: () => call('GET /reports/exports/{id}', { params: { id: id ?? '' } }),
    enabled: id !== undefined,
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data.state === 'QUEUED' || data.state === 'RUNNING' ? POLL_MS : false,
  });
  // Files of reports are not for employees.
  if (me.role === 'EMPLOYEE') return null;
  const written = id === undefined ? undefined : file.data;
  const isWaiting = written?.state !== 'DONE' && written?.state !== 'FAILED' && id !== undefined;
  const problem = order.error ?? file.error;
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <Button loading={order.isPending || isWaiting} onClick={() => order.mutate(asked)}>
          Write it as PDF
        </Button>
        {written !== undefined && written.url !== null && (
          <Link href={written.url} external externalIconAriaLabel="Opens in a new tab">
            Download it, as PDF
          </Link>
        )}
      </SpaceBetween>
      {problem !== null && <ProblemAlert problem={problem} />}
      {written !== undefined && written.failure !== null && <span className="long">{written.failure}</span>}
    </SpaceBetween>
  );
}

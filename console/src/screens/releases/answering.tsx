import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../../api/call.ts';
import type { Answer } from '../../api/routes.ts';
import { grouped } from '../../parts/format.ts';
import { Pairs } from '../../parts/pairs.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';

type Settlement = Extract<Answer<'POST /releases/{id}/settle'>, { readonly release_id: string }>;

interface Props {
  readonly release: Answer<'GET /releases/{id}'>;
  readonly asSponsor: boolean;
}

/** The issuer looks at what would be issued and proposes to settle it, or declines it; the sponsor can take it back. */
export function Answering({ release, asSponsor }: Props) {
  const [securityClass, setSecurityClass] = useState('');
  const [reason, setReason] = useState('');
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const parts = { params: { id: release.id }, version: release.version } as const;
  const body = securityClass === '' ? {} : { security_class: securityClass };
  const refresh = () => queries.invalidateQueries({ queryKey: ['releases'] });
  const preview = useMutation({
    mutationFn: async () => {
      const answer = await call('POST /releases/{id}/settle', {
        ...parts,
        query: { dry_run: 'true' },
        body,
        key: newKey(),
      });
      return answer as Settlement;
    },
  });
  const settle = useMutation({
    mutationFn: () => call('POST /releases/{id}/settle', { ...parts, body, key }),
    onSuccess: (change) => {
      void refresh();
      if ('id' in change) go(`/approvals/${change.id}`);
    },
  });
  const end = useMutation({
    mutationFn: () =>
      call('POST /releases/{id}/decline', { ...parts, body: reason === '' ? {} : { reason }, key: newKey() }),
    onSuccess: refresh,
  });
  const problem = settle.error ?? preview.error ?? end.error;
  return (
    <Container
      header={<Header variant="h2">{asSponsor ? 'It waits for the issuer' : 'It waits for you'}</Header>}
    >
      <SpaceBetween size="l">
        {problem !== null && <ProblemAlert problem={problem} />}
        {!asSponsor && (
          <>
            <FormField label="Class" description="COMMON, unless you say another.">
              <Input
                value={securityClass}
                onChange={({ detail }) => {
                  setSecurityClass(detail.value.trim());
                  setKey(newKey());
                  preview.reset();
                  settle.reset();
                }}
              />
            </FormField>
            <Button loading={preview.isPending} onClick={() => preview.mutate()}>
              Show what would be issued
            </Button>
          </>
        )}
        {preview.data !== undefined && (
          <Issued settlement={preview.data}>
            <Button variant="primary" loading={settle.isPending} onClick={() => settle.mutate()}>
              Propose to settle it
            </Button>
          </Issued>
        )}
        <FormField
          label="Reason"
          description={asSponsor ? 'Why you take it back.' : 'Why you decline it. The sponsor reads it.'}
        >
          <Input value={reason} onChange={({ detail }) => setReason(detail.value)} />
        </FormField>
        <Button loading={end.isPending} onClick={() => end.mutate()}>
          {asSponsor ? 'Cancel it' : 'Decline it'}
        </Button>
      </SpaceBetween>
    </Container>
  );
}

function Issued({ settlement, children }: { settlement: Settlement; children: ReactNode }) {
  return (
    <Pairs
      title="What would be issued"
      answer={settlement}
      items={[
        ['Class', settlement.security_class],
        ['Holders', grouped(String(settlement.holders))],
        ['New shares', grouped(settlement.net)],
        ['In all before', grouped(settlement.before)],
        ['In all after', grouped(settlement.after)],
        ['Authorised', settlement.authorized === null ? 'No limit' : grouped(settlement.authorized)],
      ]}
    >
      {children}
    </Pairs>
  );
}

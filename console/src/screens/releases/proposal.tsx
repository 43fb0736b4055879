import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { counted, grouped } from '../../parts/format.ts';
import { Pairs } from '../../parts/pairs.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';

type Proposed = Answer<'POST /releases'>;
type Preview = Extract<Proposed, { readonly left_out: unknown }>;

const EMPTY = { issuer: '', withholding_percent: '' };
type Run = typeof EMPTY;

function bodyOf({ issuer, withholding_percent }: Run) {
  return { issuer, ...(withholding_percent === '' ? {} : { withholding_percent }) };
}

/** Proposes to release all that has vested. It is counted first; a second person approves it, and the issuer settles it. */
export function Proposal() {
  const [run, setRun] = useState(EMPTY);
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const preview = useMutation({
    mutationFn: async () => {
      const answer = await call('POST /releases', {
        query: { dry_run: 'true' },
        body: bodyOf(run),
        key: newKey(),
      });
      return answer as Preview;
    },
  });
  const propose = useMutation({
    mutationFn: () => call('POST /releases', { body: bodyOf(run), key }),
    onSuccess: (change) => {
      void queries.invalidateQueries({ queryKey: ['releases'] });
      if ('id' in change) go(`/approvals/${change.id}`);
    },
  });
  const change = (changes: Partial<Run>): void => {
    setRun({ ...run, ...changes });
    setKey(newKey());
    preview.reset();
    propose.reset();
  };
  const problem = propose.error ?? preview.error;
  const fault = (field: keyof Run) => {
    const text = faultOf(problem, field);
    return text === undefined ? {} : { errorText: text };
  };
  return (
    <Container header={<Header variant="h2">Release what has vested</Header>}>
      <SpaceBetween size="l">
        {problem !== null && <ProblemAlert problem={problem} />}
        <ColumnLayout columns={2}>
          <FormField
            label="Issuer"
            description="Its short name. It must have linked you."
            {...fault('issuer')}
          >
            <Input value={run.issuer} onChange={({ detail }) => change({ issuer: detail.value.trim() })} />
          </FormField>
          <FormField
            label="Withheld for tax, in percent"
            description="None, unless you say."
            {...fault('withholding_percent')}
          >
            <Input
              value={run.withholding_percent}
              inputMode="decimal"
              onChange={({ detail }) => change({ withholding_percent: detail.value.trim() })}
            />
          </FormField>
        </ColumnLayout>
        <Button loading={preview.isPending} onClick={() => preview.mutate()}>
          Count it
        </Button>
        {preview.data !== undefined && (
          <Counted preview={preview.data}>
            <Button variant="primary" loading={propose.isPending} onClick={() => propose.mutate()}>
              Propose it
            </Button>
          </Counted>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Counted({ preview, children }: { preview: Preview; children: ReactNode }) {
  const { left_out: left } = preview;
  return (
    <Pairs
      title="What would be released"
      answer={preview}
      items={[
        ['Grants', grouped(String(preview.grants))],
        ['Holders', grouped(String(preview.holders))],
        ['Vested', `${grouped(preview.vested)} shares`],
        ['Withheld', `${grouped(preview.withheld)} shares`],
        ['To holders', `${grouped(preview.net)} shares`],
      ]}
    >
      <SpaceBetween size="m">
        {left.without_holder > 0 && (
          <Alert type="warning">
            {counted(left.without_holder, 'grant has', 'grants have')} shares to release, and no active holder
            of the issuer.
          </Alert>
        )}
        {left.beyond_limit > 0 && (
          <Alert type="info">
            {counted(left.beyond_limit, 'grant is', 'grants are')} left for the next run.
          </Alert>
        )}
        {children}
      </SpaceBetween>
    </Pairs>
  );
}

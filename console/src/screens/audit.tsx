import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { useAddress } from '../parts/address.ts';
import { AddressText, startOf, Who } from '../parts/address-fields.tsx';
import { ApiCall } from '../parts/api-call.tsx';
import { Choice, useChoice } from '../parts/choice.tsx';
import { counted, words } from '../parts/format.ts';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { type Sought, Trail } from '../parts/trail.tsx';

type Verification = Answer<'GET /audit/verify'>;

const SECURITY = ['true', 'false'] as const;

/** The audit trail, searched by person, object, request and day, and its chain of digests, verified. */
export default function Audit({ me }: { me: Me }) {
  const [search] = useAddress();
  const security = useChoice('security', SECURITY);
  const of = (name: string) => search.get(name) || undefined;
  const sought: Sought = {
    actor_id: of('actor_id'),
    resource: of('resource'),
    request_id: of('request_id'),
    security,
    from: startOf(of('from')),
    to: startOf(of('to')),
  };
  const isSought = Object.values(sought).some((value) => value !== undefined);
  return (
    <Screen
      title="Audit trail"
      description="Every change, every sign-in and every refusal, kept for years, and changed by nobody."
    >
      {me.role === 'COMPLIANCE' && <Verify />}
      <Trail
        me={me}
        title={isSought ? 'Found' : 'The newest'}
        sought={sought}
        filter={
          <SpaceBetween direction="horizontal" size="m" alignItems="end">
            <Who />
            <AddressText name="resource" label="Object" placeholder="shareholders/…" />
            <AddressText name="request_id" label="Request" placeholder="Its id" />
            <AddressText name="from" label="From" placeholder="YYYY-MM-DD" />
            <AddressText name="to" label="Before" placeholder="YYYY-MM-DD" />
            <Choice
              name="security"
              label="Security"
              values={SECURITY}
              all="All events"
              text={(value) => (value === 'true' ? 'Security events' : 'Other events')}
            />
          </SpaceBetween>
        }
      />
    </Screen>
  );
}

const DAY_MS = 86_400_000;

/** Verifies the digests of days: those of yesterday are complete. */
function Verify() {
  const [day, setDay] = useState(() => new Date(Date.now() - DAY_MS).toISOString().slice(0, 10));
  const verify = useMutation({
    mutationFn: () => call('GET /audit/verify', { query: { from: day, to: day } }),
  });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The signed digests of a day, and every byte of your own entries that they name."
        >
          Is the trail as it was written?
        </Header>
      }
    >
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="m" alignItems="end">
          <FormField label="Day">
            <Input
              value={day}
              placeholder="YYYY-MM-DD"
              onChange={({ detail }) => {
                setDay(detail.value.trim());
                verify.reset();
              }}
            />
          </FormField>
          <Button loading={verify.isPending} onClick={() => verify.mutate()}>
            Verify it
          </Button>
        </SpaceBetween>
        {verify.error !== null && <ProblemAlert problem={verify.error} />}
        {verify.error instanceof Problem || verify.data === undefined ? null : (
          <Verified verification={verify.data} />
        )}
      </SpaceBetween>
    </Container>
  );
}

function Verified({ verification }: { verification: Verification }) {
  const { outcome, digests, objects, entries, broken } = verification;
  const seen = `${counted(digests, 'digest', 'digests')}, ${counted(objects, 'file', 'files')} and ${counted(entries, 'entry', 'entries')} were read.`;
  return (
    <SpaceBetween size="s">
      {outcome === 'VALID' && (
        <Alert type="success" header="Nothing of it was changed">
          {seen}
        </Alert>
      )}
      {outcome === 'EMPTY' && (
        <Alert type="info" header="There is nothing of yours to verify">
          {seen} Entries are exported within the hour.
        </Alert>
      )}
      {broken !== null && (
        <Alert type="error" header={`The chain is broken: ${words(broken.kind).toLowerCase()}`}>
          <span className="long">
            {broken.detail} {broken.key}
            {broken.line !== undefined && `, line ${broken.line}`}. Keep everything as it is, and tell your
            operator.
          </span>
        </Alert>
      )}
      <ApiCall answer={verification} />
    </SpaceBetween>
  );
}

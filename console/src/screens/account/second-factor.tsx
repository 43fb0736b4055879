import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { instant } from '../../parts/format.ts';
import { Once } from '../../parts/once.tsx';
import { Pairs } from '../../parts/pairs.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';

type Enrolment = Answer<'POST /me/second-factor'>;
type Deed = 'begin' | 'renew' | 'remove';

interface Props {
  readonly zone: string | undefined;
  onCodes(codes: readonly string[]): void;
}

/** The app that makes codes: set up, its recovery codes renewed, removed. */
export function SecondFactor({ zone, onCodes }: Props) {
  const { data, error } = useQuery({
    queryKey: ['me', 'second-factor'],
    queryFn: () => call('GET /me/second-factor'),
  });
  const [deed, setDeed] = useState<Deed>();
  const [begun, setBegun] = useState<Enrolment>();
  if (data === undefined) return error === null ? null : <ProblemAlert problem={error} />;
  const has = data.enrolled_at !== null;
  const close = () => setDeed(undefined);
  return (
    <>
      <Pairs
        title="Second factor"
        answer={data}
        items={[
          ['App for codes', data.enrolled_at === null ? 'None' : `Since ${instant(data.enrolled_at, zone)}`],
          ['Passkeys', String(data.passkeys)],
          ['Recovery codes left', String(data.recovery_codes_left)],
          ['Demanded of you', data.demanded ? 'Yes' : 'No'],
        ]}
      >
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={() => setDeed('begin')}>{has ? 'Set up another app' : 'Set up an app'}</Button>
          {has && <Button onClick={() => setDeed('renew')}>New recovery codes</Button>}
          {has && <Button onClick={() => setDeed('remove')}>Remove the app</Button>}
        </SpaceBetween>
      </Pairs>
      {deed === 'begin' && (
        <Act
          verb="Begin"
          asks="You get a secret for an app such as those of telephones. It counts once you have entered a code of it."
          send={() => call('POST /me/second-factor')}
          onDone={setBegun}
          onClose={close}
        />
      )}
      {begun !== undefined && (
        <Confirm enrolment={begun} onCodes={onCodes} onClose={() => setBegun(undefined)} />
      )}
      {deed === 'renew' && (
        <Act
          verb="Get new codes"
          asks="Those before work no longer."
          send={() => call('POST /me/second-factor/recovery-codes')}
          onDone={({ recovery_codes }) => onCodes(recovery_codes)}
          onClose={close}
        />
      )}
      {deed === 'remove' && (
        <Act
          verb="Remove the app"
          asks="Its codes and the recovery codes work no longer. Where a second factor is demanded, the next sign-in sets up another."
          send={() => call('DELETE /me/second-factor')}
          onClose={close}
        />
      )}
    </>
  );
}

interface ConfirmProps {
  readonly enrolment: Enrolment;
  onCodes(codes: readonly string[]): void;
  onClose(): void;
}

function Confirm({ enrolment: { secret, otpauth_uri }, onCodes, onClose }: ConfirmProps) {
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  return (
    <Act
      verb="Confirm the app"
      asks={<Once what="The secret" text={secret} />}
      disabled={code === ''}
      send={() => call('POST /me/second-factor/confirm', { body: { code } })}
      onRefused={setRefused}
      onDone={({ recovery_codes }) => onCodes(recovery_codes)}
      onClose={onClose}
    >
      <Box variant="small">
        On this telephone, this address opens the app: <span className="code">{otpauth_uri}</span>
      </Box>
      <FormField label="First code of the app" errorText={faultOf(refused, 'code', code) ?? ''}>
        <Input
          value={code}
          inputMode="numeric"
          autoComplete="one-time-code"
          onChange={({ detail }) => setCode(detail.value.trim())}
        />
      </FormField>
    </Act>
  );
}

import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { call } from '../api/call.ts';
import { Problem } from '../api/problem.ts';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { RecoveryCodes } from '../parts/recovery-codes.tsx';
import { HAS_PASSKEYS, signByPasskey } from './passkey.ts';
import { enrol, leaveFor, proveFactor, signIn, signInByPasskey, takeArrival } from './session.ts';

/** Remembered, since a person signs in to one company day by day. */
const TENANT = 'vestry.tenant';

interface Step {
  readonly token: string;
  /** The secret of an app that is to be enrolled. */
  readonly secret?: string;
  /** The passkeys that would do, where there are some. */
  readonly options?: object | undefined;
}

interface Props {
  /** Shown above a page whose session has ended. */
  readonly again?: boolean;
}

/** Signs in by a password and, where it is asked for, the second factor. */
export function SignIn({ again = false }: Props) {
  const [{ challenge: begun, problem: refused }] = useState(takeArrival);
  const [step, setStep] = useState<Step>();
  const [codes, setCodes] = useState<{ readonly codes: readonly string[]; enter(): void }>();
  const [problem, setProblem] = useState<Problem | undefined>(refused);
  const [busy, setBusy] = useState(false);

  const doing = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The first step has to be made anew once the second one's time is over.
      if (error.slug === 'sign-in-invalid') setStep(undefined);
      setProblem(error);
    }
    setBusy(false);
  };
  const demand = async ({ mfa_token: token, enrolled, passkey_options }: NonNullable<typeof begun>) =>
    setStep(enrolled ? { token, options: passkey_options } : { token, secret: (await enrol(token)).secret });
  const enter = (credentials: object) =>
    doing(async () => {
      const challenge = await signIn(credentials);
      if (challenge !== undefined) await demand(challenge);
    });
  // A provider has sent somebody back, and we ask for a second factor of our own.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what the page began with
  useEffect(() => {
    if (begun !== undefined) void doing(() => demand(begun));
  }, []);
  const prove = (code?: string) =>
    doing(async () => {
      const proof =
        code === undefined
          ? { passkey: await signByPasskey(step?.options ?? {}) }
          : { code: code.replaceAll(/\s/g, '') };
      const proved = await proveFactor(step?.token ?? '', proof);
      if (proved.recoveryCodes.length === 0) proved.enter();
      else setCodes({ codes: proved.recoveryCodes, enter: proved.enter });
    });

  const content =
    codes !== undefined ? (
      <RecoveryCodes codes={codes.codes} onSeen={codes.enter} />
    ) : step === undefined ? (
      <Password busy={busy} problem={problem} onSend={enter} onPasskey={() => doing(signInByPasskey)} />
    ) : (
      <Code step={step} busy={busy} problem={problem} onSend={prove} />
    );
  if (again) return content;
  return (
    <main className="sign-in">
      <SpaceBetween size="l">
        <Box variant="h1" textAlign="center">
          Vestry
        </Box>
        <Container header={<Header variant="h2">{codes ? 'Recovery codes' : 'Sign in'}</Header>}>
          {content}
        </Container>
      </SpaceBetween>
    </main>
  );
}

interface StepProps {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
}

function Fields({
  busy,
  problem,
  action,
  onSubmit,
  children,
}: StepProps & { action: string; onSubmit(): void; children: ReactNode }) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Form
        actions={
          <Button variant="primary" loading={busy} formAction="submit">
            {action}
          </Button>
        }
      >
        <SpaceBetween size="m">
          {problem !== undefined && <ProblemAlert problem={problem} />}
          {children}
        </SpaceBetween>
      </Form>
    </form>
  );
}

function Password({
  onSend,
  onPasskey,
  ...rest
}: StepProps & { onSend(credentials: object): void; onPasskey(): void }) {
  const [tenant, setTenant] = useState(localStorage.getItem(TENANT) ?? '');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submit = (): void => {
    localStorage.setItem(TENANT, tenant);
    onSend({ ...(tenant === '' ? {} : { tenant }), email, password });
  };
  return (
    <SpaceBetween size="l">
      <Fields {...rest} action="Sign in" onSubmit={submit}>
        <FormField label="Company" description="Its short name, such as acme. Operators leave it empty.">
          <Input
            value={tenant}
            name="tenant"
            autoComplete="organization"
            spellcheck={false}
            onChange={({ detail }) => setTenant(detail.value.trim())}
          />
        </FormField>
        <FormField label="Email">
          <Input
            value={email}
            name="email"
            type="email"
            autoComplete="username"
            onChange={({ detail }) => setEmail(detail.value.trim())}
          />
        </FormField>
        <FormField label="Password">
          <Input
            value={password}
            name="password"
            type="password"
            autoComplete="current-password"
            onChange={({ detail }) => setPassword(detail.value)}
          />
        </FormField>
      </Fields>
      {HAS_PASSKEYS && (
        <Button fullWidth disabled={rest.busy} onClick={onPasskey}>
          Sign in with a passkey
        </Button>
      )}
      <Providers tenant={tenant} />
    </SpaceBetween>
  );
}

const TYPING_MS = 400;
const SHORTEST = 2;

/** The identity providers of a company, once its name is written. */
function Providers({ tenant }: { tenant: string }) {
  const [wanted, setWanted] = useState(tenant);
  useEffect(() => {
    const timer = setTimeout(() => setWanted(tenant), TYPING_MS);
    return () => clearTimeout(timer);
  }, [tenant]);
  const { data } = useQuery({
    queryKey: ['sign-in-connections', wanted],
    queryFn: () => call('GET /auth/connections', { query: { tenant: wanted } }),
    enabled: wanted.length >= SHORTEST,
  });
  return data?.data.map(({ id, name, start_uri }) => (
    <Button key={id} fullWidth onClick={() => void leaveFor(start_uri)}>
      Sign in by {name}
    </Button>
  ));
}

function Code({ step, onSend, ...rest }: StepProps & { step: Step; onSend(code?: string): void }) {
  const [code, setCode] = useState('');
  return (
    <Fields {...rest} action="Continue" onSubmit={() => onSend(code)}>
      {HAS_PASSKEYS && step.options !== undefined && (
        <Button fullWidth disabled={rest.busy} onClick={() => onSend()}>
          Use a passkey
        </Button>
      )}
      {step.secret !== undefined && (
        <Alert type="info" header="Your company asks for a second factor">
          Add this key to an app for one-time codes, as one by time:{' '}
          <span className="code">{step.secret}</span>
        </Alert>
      )}
      <FormField label="Code" description="Six digits of your app, or one of your recovery codes.">
        <Input
          value={code}
          name="code"
          autoFocus
          autoComplete="one-time-code"
          inputMode="numeric"
          onChange={({ detail }) => setCode(detail.value)}
        />
      </FormField>
    </Fields>
  );
}

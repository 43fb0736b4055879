import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { call, isProblem, newKey } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Row } from '../api/routes.ts';
import { rescueFocus } from '../frame/focus.ts';
import { HAS_PASSKEYS, signByPasskey } from '../session/passkey.ts';
import { Go } from './go.tsx';
import { Meanwhile } from './meanwhile.tsx';
import { ProblemAlert } from './problem-alert.tsx';

interface Props<T> {
  readonly verb: string;
  readonly asks: ReactNode;
  readonly reason?: { readonly label?: string; readonly most: number; readonly needed?: boolean };
  /** Further fields. */
  readonly children?: ReactNode;
  readonly disabled?: boolean;
  /** The record is gone afterwards, and nobody asks for it again. */
  readonly ends?: boolean;
  /** The record that is changed, as it is now: where somebody else has changed it meanwhile, the window says how. */
  readonly record?: object;
  /** Anything else that is sent: with another content it is another act, and has another key. */
  readonly content?: string;
  send(sent: { readonly key: string; readonly reason: string }): Promise<T>;
  onDone?(answer: T): void;
  onRefused?(problem: Error): void;
  onClose(): void;
}

const LONGEST_WAIT_MS = 5_000;

/** Waits for something that the screen could do without. */
async function briefly(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS))]);
}

/** A key for what a form would send: the same however often that is sent, another one for anything else. */
export function useKeyOf(content: string): string {
  const [kept, setKept] = useState(() => ({ content, key: newKey() }));
  if (kept.content === content) return kept.key;
  const next = { content, key: newKey() };
  setKept(next);
  return next.key;
}

function isOutdated(problem: Error | null): boolean {
  return isProblem(problem) && problem.slug === 'precondition-failed';
}

/** A window in which an act is said again and done: with its reason, and with the second factor where the API asks for it. */
export function Act<T>(props: Props<T>) {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [code, setCode] = useState('');
  const key = useKeyOf(`${props.content ?? ''} ${reason}`);
  const act = useMutation({
    mutationFn: async ({ by }: { readonly by: 'code' | 'passkey'; readonly shown: Props<T> }) => {
      if (by === 'passkey') {
        const { options } = await call('POST /auth/step-up/options');
        await call('POST /auth/step-up', { body: { passkey: await signByPasskey(options) } });
      } else if (code !== '') {
        await call('POST /auth/step-up', { body: { code } });
      }
      return props.send({ key, reason: reason.trim() });
    },
    onSuccess: async (answer) => {
      // Somebody who acts again at once acts on what is there by now.
      if (props.ends !== true) await briefly(queries.invalidateQueries());
      props.onClose();
      props.onDone?.(answer);
      if (props.ends === true) void queries.invalidateQueries();
    },
    onError: (refused) => {
      props.onRefused?.(refused);
      // The screen shows what it is now, and the next attempt is of somebody who has seen that.
      if (isOutdated(refused)) void queries.invalidateQueries();
    },
  });
  useEffect(() => rescueFocus, []);
  // The screen behind is read again before the window closes, which says meanwhile what it has said.
  const { verb, asks, reason: asked, record, onClose } = act.isPending ? act.variables.shown : props;
  const [seen] = useState(record);
  const problem = act.error;
  const [hasAsked, setHasAsked] = useState(false);
  if (isProblem(problem) && problem.slug === 'second-factor-required' && !hasAsked) setHasAsked(true);
  const isMissing = asked?.needed === true && reason.trim() === '';
  return (
    <Modal
      visible
      header={verb}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={act.isPending}
              disabled={isMissing || props.disabled === true}
              onClick={() => act.mutate({ by: 'code', shown: props })}
            >
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {problem !== null && <ProblemAlert problem={problem} />}
        {/* The screen behind may read the record anew at any time, and what is sent then has its new version. */}
        {seen !== undefined && record !== undefined && <Meanwhile seen={seen} now={record} />}
        <div>{asks}</div>
        {props.children}
        {asked !== undefined && (
          <FormField
            label={asked.label ?? 'Reason'}
            constraintText={`${asked.needed === true ? '' : 'Optional, '}${asked.most} characters at most.`}
            errorText={faultOf(problem, 'reason', reason) ?? ''}
          >
            <Textarea
              value={reason}
              rows={3}
              onChange={({ detail }) => setReason(detail.value.slice(0, asked.most))}
            />
          </FormField>
        )}
        {hasAsked && (
          <FormField
            label="Code of your app"
            description="It is asked for when the last one is more than five minutes old."
            secondaryControl={
              HAS_PASSKEYS && (
                <Button disabled={act.isPending} onClick={() => act.mutate({ by: 'passkey', shown: props })}>
                  Use a passkey
                </Button>
              )
            }
          >
            <Input
              value={code}
              inputMode="numeric"
              autoComplete="one-time-code"
              onChange={({ detail }) => setCode(detail.value)}
            />
          </FormField>
        )}
      </SpaceBetween>
    </Modal>
  );
}

/** Tells whoever has proposed a change where it waits. */
export function Proposed({ id }: { id: string }) {
  return (
    <Alert type="success" header="It waits for a second person">
      It takes effect once a colleague has approved it. <Go to={`/approvals/${id}`}>The request</Go>
    </Alert>
  );
}

/** Returns the id of the request, where an answer says that a change waits for a second person. */
export function proposedBy(answer: object): string | undefined {
  return 'requested_by' in answer && 'id' in answer ? String(answer.id) : undefined;
}

interface WaitsProps {
  readonly kind: Row<'GET /approvals'>['kind'];
  /** The id of what the change is about. */
  readonly id: string;
}

/** Leads to the request for which something waits. */
export function Waits({ kind, id }: WaitsProps) {
  const { data } = useQuery({
    queryKey: ['approvals', 'of', kind, id],
    queryFn: () => call('GET /approvals', { query: { state: 'PENDING', kind, limit: '200' } }),
  });
  // A link that led elsewhere a moment later would be followed to the wrong place.
  if (data === undefined) return 'Waits for a second person';
  const request = data.data.find(({ subject }) => subject.id === id);
  return (
    <Go to={request === undefined ? `/approvals?kind=${kind}` : `/approvals/${request.id}`}>
      Waits for a second person
    </Go>
  );
}

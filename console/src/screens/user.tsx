import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { decides } from '../frame/places.ts';
import { Act, Proposed, proposedBy } from '../parts/act.tsx';
import { instant, words } from '../parts/format.ts';
import { Once } from '../parts/once.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Screen } from '../parts/screen.tsx';
import { Sessions } from '../parts/sessions.tsx';
import { Trail, WatchedHistory } from '../parts/trail.tsx';
import { ROLE_OPTIONS, USER_LOOKS, type UserRole } from '../parts/user.tsx';

type User = Answer<'GET /users/{id}'>;
type Deed = 'role' | 'status' | 'invite' | 'revoke' | 'password' | 'factor' | 'sessions';

const ABOVE = { text: 'Users', path: '/users' };
const VERBS: Readonly<Record<Deed, string>> = {
  role: 'Change the role',
  status: 'Disable or enable',
  invite: 'Invite again',
  revoke: 'Revoke the invitation',
  password: 'Send a link for a new password',
  factor: 'Reset the second factor',
  sessions: 'End all sessions',
};

/** A colleague: role, sessions, and what they have done. */
export default function UserScreen({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['users', id, 'seen'],
    queryFn: () => call('GET /users/{id}', { params: { id } }),
  });
  const [deed, setDeed] = useState<Deed>();
  const [proposed, setProposed] = useState<string>();
  const [link, setLink] = useState<string>();
  const user = query.data;
  if (user === undefined) return <Opening title="User" above={ABOVE} query={query} />;
  const isAdmin = me.role === 'ADMIN';
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title={user.email}
      above={ABOVE}
      actions={
        decides(me) && (
          <SpaceBetween direction="horizontal" size="xs">
            {deedsOf(user, me).map((one) => (
              <Button key={one} onClick={() => setDeed(one)}>
                {one === 'status' ? (user.status === 'DISABLED' ? 'Enable' : 'Disable') : VERBS[one]}
              </Button>
            ))}
          </SpaceBetween>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      {link !== undefined && <Once what="The link of the invitation" text={link} />}
      <Pairs
        title="User"
        answer={user}
        items={[
          ['Role', words(user.role)],
          [
            'Status',
            <StatusIndicator key="status" type={USER_LOOKS[user.status]}>
              {words(user.status)}
            </StatusIndicator>,
          ],
          ['Employee', user.employee_id ?? '–'],
          ['Second factor', factorsOf(user)],
          ['Since', instant(user.created_at, zone)],
        ]}
      />
      {isAdmin && (
        <Sessions
          queryKey={['users', id, 'sessions']}
          zone={zone}
          load={(page) => call('GET /users/{id}/sessions', { params: { id }, query: { ...page } })}
          actions={<Button onClick={() => setDeed('sessions')}>End all sessions</Button>}
        />
      )}
      <Trail me={me} title="What they have done" sought={{ actor_id: id }} />
      <WatchedHistory me={me} resource={`users/${id}`} />
      {deed !== undefined && (
        <Doing
          key={deed}
          user={user}
          deed={deed}
          onClose={() => setDeed(undefined)}
          onDone={(answer) => {
            setProposed(answer === undefined ? undefined : proposedBy(answer));
            setLink(
              answer !== undefined && 'invitation_url' in answer ? String(answer.invitation_url) : undefined,
            );
          }}
        />
      )}
    </Screen>
  );
}

function factorsOf({ second_factor: { enrolled_at, passkeys } }: User): string {
  const held = [
    ...(enrolled_at === null ? [] : ['an app']),
    ...(passkeys === 0 ? [] : [passkeys === 1 ? 'a passkey' : `${passkeys} passkeys`]),
  ];
  return held.length === 0 ? 'None' : words(held.join(' and '));
}

/** Whoever decides may ask for a lost factor to be taken; the rest is of those who make users. */
function deedsOf({ status }: User, { role }: Me): readonly Deed[] {
  if (role !== 'ADMIN') return status === 'ACTIVE' ? ['factor'] : [];
  if (status === 'INVITED') return ['status', 'revoke', 'invite', 'role'];
  return status === 'DISABLED' ? ['status', 'role'] : ['status', 'factor', 'password', 'role'];
}

interface DoingProps {
  readonly user: User;
  readonly deed: Deed;
  onClose(): void;
  onDone(answer: object | undefined): void;
}

function Doing({ user, deed, onClose, onDone }: DoingProps) {
  const { id, version, role, status } = user;
  const [next, setNext] = useState<UserRole>(role === 'OPERATOR' ? 'ADMIN' : role);
  const shared = { params: { id }, version } as const;
  const nextStatus = status === 'DISABLED' ? 'ACTIVE' : 'DISABLED';
  const asks: Readonly<Record<Deed, string>> = {
    role: 'It takes effect with their next request. For Admin, Compliance and Ops a second person approves first.',
    status:
      nextStatus === 'DISABLED'
        ? 'Their sessions end at once.'
        : 'They can sign in again. For Admin, Compliance and Ops a second person approves first.',
    invite: 'The new link replaces the one before it.',
    revoke: 'The link works no longer. They can be invited again.',
    password: 'It goes to them alone, by mail. Their password stays until they use it.',
    factor:
      'A second person approves it. Their app and passkeys are taken, their sessions end, and the next sign-in enrols another factor.',
    sessions: 'They can sign in again: disable them to prevent that.',
  };
  const send = (key: string): Promise<object | undefined> => {
    if (deed === 'role') return call('PATCH /users/{id}', { ...shared, body: { role: next } });
    if (deed === 'status') return call('PATCH /users/{id}', { ...shared, body: { status: nextStatus } });
    if (deed === 'invite') return call('POST /users/{id}/invitation', { ...shared, key });
    if (deed === 'revoke') return call('DELETE /users/{id}/invitation', shared);
    if (deed === 'password') return call('POST /users/{id}/password-reset', { ...shared, key });
    if (deed === 'factor') return call('DELETE /users/{id}/second-factor', { params: { id } });
    return call('DELETE /users/{id}/sessions', shared);
  };
  const verb = deed !== 'status' ? VERBS[deed] : nextStatus === 'ACTIVE' ? 'Enable them' : 'Disable them';
  return (
    <Act
      verb={verb}
      asks={asks[deed]}
      disabled={deed === 'role' && next === role}
      record={user}
      content={`${deed} ${version} ${next}`}
      send={({ key }) => send(key)}
      onDone={onDone}
      onClose={onClose}
    >
      {deed === 'role' && (
        <FormField label="Role">
          <OneOf options={ROLE_OPTIONS} value={next} onChange={(chosen) => setNext(chosen)} />
        </FormField>
      )}
    </Act>
  );
}

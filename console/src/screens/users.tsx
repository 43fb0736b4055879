import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Answer, Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act, Proposed, proposedBy } from '../parts/act.tsx';
import { instant, words } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Once } from '../parts/once.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { ROLE_OPTIONS, USER_LOOKS, type UserRole } from '../parts/user.tsx';
import { WrittenField } from '../parts/written-field.tsx';

type User = Row<'GET /users'>;

/** The people of the company. */
export default function Users({ me }: { me: Me }) {
  const [isInviting, setInviting] = useState(false);
  const [proposed, setProposed] = useState<string>();
  const [link, setLink] = useState<string>();
  return (
    <Screen
      title="Users"
      description="Nobody knows another’s password: people are invited by a link, and set their own."
      actions={
        me.role === 'ADMIN' && (
          <Button variant="primary" onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      {link !== undefined && <Once what="The link of the invitation" text={link} />}
      <Pages
        name="users"
        title="People"
        queryKey={['users', 'list']}
        counted
        sorts={['email', 'created_at']}
        load={(page) => call('GET /users', { query: { ...page } })}
        rowId={(row: User) => row.id}
        empty="Nobody is there."
        columns={[
          {
            id: 'email',
            header: 'Email',
            sortingField: 'email',
            isRowHeader: true,
            minWidth: 200,
            cell: (row) => (
              <span className="long">
                <Go to={`/users/${row.id}`}>{row.email}</Go>
              </span>
            ),
          },
          { id: 'role', header: 'Role', cell: (row) => words(row.role) },
          {
            id: 'status',
            header: 'Status',
            minWidth: 130,
            cell: (row) => (
              <StatusIndicator type={USER_LOOKS[row.status]}>{words(row.status)}</StatusIndicator>
            ),
          },
          { id: 'employee', header: 'Employee', cell: (row) => row.employee_id ?? '–' },
          {
            id: 'since',
            header: 'Since',
            sortingField: 'created_at',
            minWidth: 160,
            cell: (row) => instant(row.created_at, me.tenant?.time_zone),
          },
        ]}
      />
      {isInviting && (
        <Invite
          onClose={() => setInviting(false)}
          onDone={(answer) => {
            setProposed(proposedBy(answer));
            setLink('invitation_url' in answer ? answer.invitation_url : undefined);
          }}
        />
      )}
    </Screen>
  );
}

interface InviteProps {
  onClose(): void;
  onDone(answer: Answer<'POST /users'>): void;
}

function Invite({ onClose, onDone }: InviteProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<UserRole>('OPS');
  const [employee, setEmployee] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const own = role === 'EMPLOYEE' && employee !== '' ? { employee_id: employee } : {};
  return (
    <Act
      verb="Invite them"
      asks="The link works once, for 72 hours. For the roles Admin, Compliance and Ops a second person approves first."
      disabled={email === ''}
      content={JSON.stringify([email, role, own])}
      send={({ key }) => call('POST /users', { key, body: { email, role, ...own } })}
      onRefused={setRefused}
      onDone={onDone}
      onClose={onClose}
    >
      <WrittenField
        label="Email"
        value={email}
        fault={faultOf(refused, 'email', email)}
        inputMode="email"
        onChange={setEmail}
      />
      <FormField label="Role">
        <OneOf options={ROLE_OPTIONS} value={role} onChange={(chosen) => setRole(chosen)} />
      </FormField>
      {role === 'EMPLOYEE' && (
        <WrittenField
          label="Employee’s id"
          description="As the employer’s files have it: it shows them their plans."
          value={employee}
          fault={faultOf(refused, 'employee_id', employee)}
          onChange={setEmployee}
        />
      )}
    </Act>
  );
}

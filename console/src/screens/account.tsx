import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { Act } from '../parts/act.tsx';
import { instant } from '../parts/format.ts';
import { onePage, Pages } from '../parts/pages.tsx';
import { RecoveryCodes } from '../parts/recovery-codes.tsx';
import { Screen } from '../parts/screen.tsx';
import { HAS_PASSKEYS, makePasskey } from '../session/passkey.ts';
import { ChangePassword } from './account/change-password.tsx';
import { OwnSessions } from './account/own-sessions.tsx';
import { SecondFactor } from './account/second-factor.tsx';

type Passkey = Row<'GET /me/passkeys'>;
/** A passkey that is to be made, given another name, or removed. */
type Deed = { readonly verb: 'add' } | { readonly verb: 'rename' | 'remove'; readonly passkey: Passkey };

const LONGEST_NAME = 60;

/** The ways in that somebody has of their own. */
export default function AccountScreen({ me }: { me: Me }) {
  const [deed, setDeed] = useState<Deed>();
  const [isChanging, setChanging] = useState(false);
  const [isChanged, setChanged] = useState(false);
  const [codes, setCodes] = useState<readonly string[]>();
  const zone = me.tenant?.time_zone;
  return (
    <Screen
      title="Your account"
      description={me.email}
      actions={<Button onClick={() => setChanging(true)}>Change the password</Button>}
    >
      {isChanged && (
        <Alert type="success" dismissible onDismiss={() => setChanged(false)}>
          Your password is changed, and your other sessions have ended.
        </Alert>
      )}
      {codes !== undefined && <RecoveryCodes codes={codes} onSeen={() => setCodes(undefined)} />}
      {!HAS_PASSKEYS && (
        <Alert type="info">This browser can’t make passkeys here. Others, and newer ones, can.</Alert>
      )}
      <Pages
        name="passkeys"
        title="Passkeys"
        description="A passkey signs you in by your finger, face or PIN, without a password or a code."
        queryKey={['me', 'passkeys']}
        load={async () => onePage(await call('GET /me/passkeys'))}
        rowId={(row: Passkey) => row.id}
        empty="You have none yet."
        actions={
          <Button disabled={!HAS_PASSKEYS} onClick={() => setDeed({ verb: 'add' })}>
            Add a passkey
          </Button>
        }
        columns={[
          {
            id: 'name',
            header: 'Name',
            isRowHeader: true,
            cell: (row) => <span className="long">{row.name}</span>,
          },
          { id: 'added', header: 'Added', minWidth: 160, cell: (row) => instant(row.created_at, zone) },
          {
            id: 'used',
            header: 'Last used',
            minWidth: 160,
            cell: (row) => (row.last_used_at === null ? 'Never' : instant(row.last_used_at, zone)),
          },
          {
            id: 'acts',
            header: 'Change',
            minWidth: 200,
            cell: (passkey) => (
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  ariaLabel={`Rename ${passkey.name}`}
                  onClick={() => setDeed({ verb: 'rename', passkey })}
                >
                  Rename
                </Button>
                <Button
                  ariaLabel={`Remove ${passkey.name}`}
                  onClick={() => setDeed({ verb: 'remove', passkey })}
                >
                  Remove
                </Button>
              </SpaceBetween>
            ),
          },
        ]}
      />
      <SecondFactor zone={zone} onCodes={setCodes} />
      <OwnSessions zone={zone} />
      {isChanging && <ChangePassword onDone={() => setChanged(true)} onClose={() => setChanging(false)} />}
      {deed?.verb === 'remove' && <Remove {...deed} onClose={() => setDeed(undefined)} />}
      {deed !== undefined && deed.verb !== 'remove' && (
        <Name
          {...(deed.verb === 'rename' ? { passkey: deed.passkey } : {})}
          onCodes={setCodes}
          onClose={() => setDeed(undefined)}
        />
      )}
    </Screen>
  );
}

function Remove({ passkey: { id, name }, onClose }: { passkey: Passkey; onClose(): void }) {
  return (
    <Act
      verb="Remove the passkey"
      asks={`“${name}” signs you in no more. Remove it from the device too, which goes on to offer it.`}
      send={() => call('DELETE /me/passkeys/{id}', { params: { id } })}
      onClose={onClose}
    />
  );
}

interface NameProps {
  /** The one that gets another name. Absent: a new one is made. */
  readonly passkey?: Passkey;
  onCodes(codes: readonly string[]): void;
  onClose(): void;
}

function Name({ passkey, onCodes, onClose }: NameProps) {
  const [name, setName] = useState(passkey?.name ?? '');
  const named = name.trim();
  const send = async (): Promise<readonly string[]> => {
    if (passkey !== undefined) {
      await call('PATCH /me/passkeys/{id}', { params: { id: passkey.id }, body: { name: named } });
      return [];
    }
    const { options } = await call('POST /me/passkeys/options');
    const credential = await makePasskey(options);
    return (await call('POST /me/passkeys', { body: { name: named, credential } })).recovery_codes ?? [];
  };
  return (
    <Act
      verb={passkey === undefined ? 'Make the passkey' : 'Rename the passkey'}
      asks={
        passkey === undefined
          ? 'Your browser asks where to keep it: on this device, on your telephone, or on a security key.'
          : `It is “${passkey.name}” now.`
      }
      disabled={named === ''}
      send={send}
      onDone={(codes) => {
        if (codes.length > 0) onCodes(codes);
      }}
      onClose={onClose}
    >
      <FormField label="Name" description="By it you know the device again, such as “Work laptop”.">
        <Input value={name} onChange={({ detail }) => setName(detail.value.slice(0, LONGEST_NAME))} />
      </FormField>
    </Act>
  );
}

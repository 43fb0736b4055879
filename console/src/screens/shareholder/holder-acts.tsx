import Button from '@cloudscape-design/components/button';
import ButtonDropdown from '@cloudscape-design/components/button-dropdown';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { ClassChoice } from '../../parts/class-choice.tsx';
import { WrittenField } from '../../parts/written-field.tsx';
import { HolderFields } from './holder-fields.tsx';
import { changeOf, writtenOf } from './written-holder.ts';

export type Holder = Answer<'GET /shareholders/{id}'>;
export type Changed = Answer<'PATCH /shareholders/{id}'>;
type Deed = 'change' | 'shares' | 'treasury' | 'close' | 'reopen';

interface Props {
  readonly of: Holder;
  onDone(answer: Changed): void;
}

/** The acts of operations on a holder of record. */
export function HolderActs({ of, onDone }: Props) {
  const [deed, setDeed] = useState<Deed>();
  const one = { of, onDone, onClose: () => setDeed(undefined) };
  const { id, version } = of;
  if (of.status === 'CLOSED')
    return (
      <>
        <Button onClick={() => setDeed('reopen')}>Reopen</Button>
        {deed === 'reopen' && (
          <Act
            verb="Reopen the holder"
            asks="The holder takes shares and payments again, with the same reference, history and accounts."
            record={of}
            content={String(version)}
            send={({ key }) => call('POST /shareholders/{id}/reopen', { params: { id }, version, key })}
            onClose={one.onClose}
          />
        )}
      </>
    );
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setDeed('change')}>Change</Button>
      <ButtonDropdown
        items={[
          { id: 'shares', text: 'Set the shares of a class' },
          {
            id: 'treasury',
            text: of.treasury ? 'No longer the issuer’s own shares' : 'The issuer’s own shares',
          },
          { id: 'close', text: 'Close the holder' },
        ]}
        onItemClick={({ detail }) => {
          if (detail.id === 'shares' || detail.id === 'treasury' || detail.id === 'close') setDeed(detail.id);
        }}
      >
        More
      </ButtonDropdown>
      {deed === 'change' && <Change {...one} />}
      {deed === 'shares' && <SetShares {...one} />}
      {deed === 'treasury' && (
        <Act
          verb={of.treasury ? 'Have them paid and counted' : 'Mark as treasury'}
          asks="From today on. Treasury shares are neither paid nor counted. A second person approves it."
          record={of}
          content={`${version} ${of.treasury}`}
          send={() =>
            call('PATCH /shareholders/{id}', { params: { id }, version, body: { treasury: !of.treasury } })
          }
          onDone={onDone}
          onClose={one.onClose}
        />
      )}
      {deed === 'close' && (
        <Act
          verb="Close the holder"
          asks="Only a holder without shares is closed. Nothing of the history goes, and the holder can be reopened."
          record={of}
          content={String(version)}
          send={() => call('DELETE /shareholders/{id}', { params: { id }, version })}
          onClose={one.onClose}
        />
      )}
    </SpaceBetween>
  );
}

type FormProps = Props & { onClose(): void };

function Change({ of, onDone, onClose }: FormProps) {
  const [seen] = useState(() => writtenOf(of));
  const [written, setWritten] = useState(seen);
  const [refused, setRefused] = useState<Error | null>(null);
  const body = changeOf(seen, written);
  const { id, version } = of;
  return (
    <Act
      verb="Change the holder"
      asks="A new name has the KYC check made again. A name or an address that is written here has no parts any more."
      record={of}
      disabled={Object.keys(body).length === 0}
      content={JSON.stringify([version, body])}
      send={() => call('PATCH /shareholders/{id}', { params: { id }, version, body })}
      onRefused={setRefused}
      onDone={onDone}
      onClose={onClose}
    >
      <HolderFields written={written} refused={refused} onChange={setWritten} />
    </Act>
  );
}

function SetShares({ of, onDone, onClose }: FormProps) {
  const [security_class, setClass] = useState('COMMON');
  const [holdings, setHoldings] = useState('');
  const [on, setOn] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const { id, version } = of;
  const content = { security_class, holdings, ...(on === '' ? {} : { effective_date: on }) };
  return (
    <Act
      verb="Set the shares"
      asks="The holder then has so many of the class; the difference is an entry of the ledger. Above the limit of the register it waits for a second person. Shares that went to somebody else are a transfer."
      reason={{ most: 200 }}
      record={of}
      disabled={holdings === ''}
      content={JSON.stringify([version, content])}
      send={({ reason }) =>
        call('PATCH /shareholders/{id}', {
          params: { id },
          version,
          body: { ...content, ...(reason === '' ? {} : { reason }) },
        })
      }
      onRefused={setRefused}
      onDone={onDone}
      onClose={onClose}
    >
      <FormField label="Class" errorText={faultOf(refused, 'security_class', security_class) ?? ''}>
        <ClassChoice value={security_class} onChange={setClass} />
      </FormField>
      <WrittenField
        label="Shares"
        description="Without separators, to 8 decimal places."
        value={holdings}
        fault={faultOf(refused, 'holdings', holdings)}
        inputMode="decimal"
        onChange={setHoldings}
      />
      <WrittenField
        label="Effective date"
        description="YYYY-MM-DD; today, unless you say."
        value={on}
        fault={faultOf(refused, 'effective_date', on)}
        onChange={setOn}
      />
    </Act>
  );
}

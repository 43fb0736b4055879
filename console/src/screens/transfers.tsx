import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Proposed } from '../parts/act.tsx';
import { useAddress } from '../parts/address.ts';
import { AddressText } from '../parts/address-fields.tsx';
import { ClassChoice } from '../parts/class-choice.tsx';
import { DayField } from '../parts/day-field.tsx';
import { Go } from '../parts/go.tsx';
import { Screen } from '../parts/screen.tsx';
import { TooLateFor } from '../parts/too-late.tsx';
import { Lodge } from './transfers/lodge.tsx';
import { TransferList } from './transfers/transfer-list.tsx';

type Lodged = Answer<'POST /shareholders/transfers'>;

/** The register of transfers. What it is searched by stands in the address. */
export default function Transfers({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const [isLodging, setLodging] = useState(false);
  const [lodged, setLodged] = useState<Lodged>();
  const given = (name: string) => search.get(name) ?? '';
  const kept = (name: string, value: string) => (value === '' ? {} : { [name]: value });
  const sought = {
    ...kept('holder', given('holder')),
    ...kept('security_class', given('class')),
    ...kept('from', given('from')),
    ...kept('to', given('to')),
  };
  return (
    <Screen
      title="Transfers"
      description="Shares that went from one holder to another."
      actions={
        operates(me) && (
          <Button variant="primary" onClick={() => setLodging(true)}>
            Enter a transfer
          </Button>
        )
      }
    >
      {lodged !== undefined && <Entered transfer={lodged} />}
      <TransferList
        name="transfers"
        sought={sought}
        zone={me.tenant?.time_zone}
        filter={
          <SpaceBetween direction="horizontal" size="m">
            <AddressText name="holder" label="Holder" placeholder="Reference, on either side" />
            <FormField label="Class">
              <ClassChoice
                value={given('class')}
                all="All classes"
                onChange={(code) => set({ class: code })}
              />
            </FormField>
            <DayField label="Effective from" value={given('from')} onChange={(on) => set({ from: on })} />
            <DayField label="To" value={given('to')} onChange={(on) => set({ to: on })} />
          </SpaceBetween>
        }
      />
      {isLodging && <Lodge onDone={setLodged} onClose={() => setLodging(false)} />}
    </Screen>
  );
}

function Entered({ transfer }: { transfer: Lodged }) {
  if (!('transfer_id' in transfer)) return <Proposed id={transfer.id} />;
  return (
    <SpaceBetween size="s">
      <Alert type="success" header="It is in the register">
        <Go to={`/transfers/${transfer.transfer_id}`}>The transfer</Go>
      </Alert>
      <TooLateFor what={transfer.too_late_for} />
    </SpaceBetween>
  );
}

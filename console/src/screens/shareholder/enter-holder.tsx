import FormField from '@cloudscape-design/components/form-field';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import { Act } from '../../parts/act.tsx';
import { ClassChoice } from '../../parts/class-choice.tsx';
import { WrittenField } from '../../parts/written-field.tsx';
import { HolderFields } from './holder-fields.tsx';
import { changeOf, EMPTY_HOLDER } from './written-holder.ts';

/** Enters a holder of record, with their opening position where they have one. */
export function EnterHolder({ onClose }: { onClose(): void }) {
  const [reference, setReference] = useState('');
  const [written, setWritten] = useState(EMPTY_HOLDER);
  const [holdings, setHoldings] = useState('');
  const [security_class, setClass] = useState('COMMON');
  const [refused, setRefused] = useState<Error | null>(null);
  const [, go] = useLocation();
  const body = {
    ...{ external_ref: reference, ...changeOf(EMPTY_HOLDER, written) },
    ...(holdings === '' ? {} : { holdings, security_class }),
  };
  return (
    <Act
      verb="Enter the holder"
      asks="Shares above the limit of the register wait for a second person, and the holder with them."
      disabled={reference === '' || !('name' in body || 'given_name' in body || 'family_name' in body)}
      content={JSON.stringify(body)}
      send={({ key }) => call('POST /shareholders', { key, body })}
      onRefused={setRefused}
      onDone={(answer) =>
        go('requested_by' in answer ? `/approvals/${answer.id}` : `/shareholders/${answer.id}`)
      }
      onClose={onClose}
    >
      <WrittenField
        label="Reference"
        description="It never changes: files and reports name the holder by it."
        value={reference}
        fault={faultOf(refused, 'external_ref', reference)}
        onChange={setReference}
      />
      <HolderFields written={written} refused={refused} onChange={setWritten} />
      <WrittenField
        label="Shares"
        description="Without separators. None, unless you say."
        value={holdings}
        fault={faultOf(refused, 'holdings', holdings)}
        inputMode="decimal"
        onChange={setHoldings}
      />
      {holdings !== '' && (
        <FormField label="Class">
          <ClassChoice value={security_class} onChange={setClass} />
        </FormField>
      )}
    </Act>
  );
}

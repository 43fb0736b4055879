import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { Once } from '../../parts/once.tsx';
import { OneOf, optionsOf } from '../../parts/one-of.tsx';
import { WrittenField } from '../../parts/written-field.tsx';

const MINUTE_S = 60;
const PURPOSES = optionsOf({
  INCIDENT: 'An incident',
  SUPPORT_REQUEST: 'The tenant has asked for it',
  OFFBOARDING: 'It leaves us',
  LEGAL: 'The law asks for it',
});

/** Opens a tenant’s records to an operator for a short time. The token of it is for a program: the console shows nobody’s records by it. */
export function BreakGlass({ tenant: { id, status } }: { tenant: Answer<'GET /tenants/{id}'> }) {
  const [isOpen, setOpen] = useState(false);
  const [purpose, setPurpose] = useState(PURPOSES[0]?.value ?? 'INCIDENT');
  const [ticket, setTicket] = useState('');
  const [acts, setActs] = useState(false);
  const [refused, setRefused] = useState<Error | null>(null);
  const [token, setToken] = useState<Answer<'POST /operations/break-glass'>>();
  const body = { tenant_id: id, purpose, ticket, acts };
  const canAct = status === 'SUSPENDED' && (purpose === 'OFFBOARDING' || purpose === 'LEGAL');
  return (
    <>
      <Button onClick={() => setOpen(true)}>Read its records</Button>
      {isOpen && (
        <Act
          verb="Open its records"
          asks="For a quarter of an hour you read what its people may read, masked as the audit trail is. Opening it, and each record that you read, stand in the tenant’s own trail with your name, the purpose and the ticket, and its webhooks tell it."
          disabled={ticket === ''}
          content={JSON.stringify(body)}
          send={() => call('POST /operations/break-glass', { body: { ...body, acts: acts && canAct } })}
          onRefused={setRefused}
          onDone={setToken}
          onClose={() => setOpen(false)}
        >
          <FormField label="Purpose">
            <OneOf options={PURPOSES} value={purpose} onChange={(chosen) => setPurpose(chosen)} />
          </FormField>
          <WrittenField
            label="Ticket"
            description="Its number, such as INC-1234."
            value={ticket}
            fault={faultOf(refused, 'ticket', ticket)}
            onChange={setTicket}
          />
          <Checkbox
            checked={acts && canAct}
            disabled={!canAct}
            description="Of a tenant that is suspended, when it leaves us or the law asks: holds, denies, cancels, closes and exports. It moves neither money nor shares."
            onChange={({ detail }) => setActs(detail.checked)}
          >
            And act for it
          </Checkbox>
        </Act>
      )}
      {token !== undefined && (
        <Modal visible header="Its records are open" onDismiss={() => setToken(undefined)}>
          <SpaceBetween size="m">
            <Once what="The token" text={token.access_token} />
            <Box>It works for {Math.floor(token.expires_in / MINUTE_S)} minutes, by the API’s paths:</Box>
            <span className="code">
              {`curl -sS '${location.origin}/api/audit' -H "Authorization: Bearer $TOKEN"`}
            </span>
          </SpaceBetween>
        </Modal>
      )}
    </>
  );
}

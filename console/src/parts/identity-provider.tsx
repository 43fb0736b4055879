import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Textarea from '@cloudscape-design/components/textarea';
import { type ReactNode, useState } from 'react';
import { call } from '../api/call.ts';
import { faultOf, faultWithin } from '../api/problem.ts';
import type { Answer, Row } from '../api/routes.ts';
import { Act, proposedBy } from './act.tsx';
import { editedOf } from './edited.ts';
import { words } from './format.ts';
import { namesOf } from './names.ts';
import { OneOf } from './one-of.tsx';
import { linesOf, mapOf } from './role-map.ts';

export type Connection = Row<'GET /connections'>;
type Kind = Connection['kind'];
type Authentication = Connection['client_authentication'];

export const KINDS: Readonly<Record<Kind, string>> = { OIDC: 'OpenID Connect', SAML: 'SAML' };
const AUTHENTICATIONS: Readonly<Record<Authentication, string>> = {
  SECRET: 'A secret that the provider has made',
  PRIVATE_KEY: 'A key of ours, whose public half it is given',
};
const LOOKS: Readonly<Record<Connection['status'], StatusIndicatorProps.Type>> = {
  DRAFT: 'pending',
  ACTIVE: 'success',
  DISABLED: 'stopped',
};

/** Characters: metadata of a federation are larger, and name many providers. */
const MOST_METADATA = 256 * 1024;
const LONGEST = 500;

export function ConnectionStatus({ status }: Pick<Connection, 'status'>) {
  return <StatusIndicator type={LOOKS[status]}>{words(status)}</StatusIndicator>;
}

interface Written {
  readonly kind: Kind;
  readonly name: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly client_authentication: Authentication;
  /** Empty: the one that is kept sealed. */
  readonly client_secret: string;
  /** Empty: as the provider is known already. */
  readonly metadata_xml: string;
  readonly employee_id_claim: string;
  readonly role_map: string;
}

type TextField = Exclude<keyof Written, 'kind' | 'client_authentication' | 'role_map' | 'metadata_xml'>;

function writtenOf(connection: Connection | undefined): Written {
  return {
    kind: connection?.kind ?? 'OIDC',
    name: connection?.name ?? '',
    issuer: connection?.issuer ?? '',
    client_id: connection?.client_id ?? '',
    client_authentication: connection?.client_authentication ?? 'SECRET',
    client_secret: '',
    metadata_xml: '',
    employee_id_claim: connection?.employee_id_claim ?? '',
    role_map: linesOf(connection?.role_map ?? []),
  };
}

function providerOf(written: Written) {
  const { kind, client_authentication, client_secret, metadata_xml } = written;
  if (kind === 'SAML') return metadata_xml.trim() === '' ? {} : { metadata_xml };
  const secret = client_authentication === 'SECRET' && client_secret !== '' ? { client_secret } : {};
  return {
    ...{ issuer: written.issuer.trim(), client_id: written.client_id.trim() },
    ...{ client_authentication, ...secret },
  };
}

function bodyOf(written: Written) {
  const employee = written.employee_id_claim.trim();
  return {
    name: written.name.trim(),
    ...providerOf(written),
    employee_id_claim: employee === '' ? null : employee,
    role_map: mapOf(written.role_map),
  };
}

interface FormProps {
  /** The connection that is changed; undefined: a new one. */
  readonly connection?: Connection;
  onClose(): void;
  onProposed(approvalId: string | undefined): void;
}

/** A form of an identity provider. What it does not name, such as scopes, stays as it is. */
export function ConnectionForm({ connection, onClose, onProposed }: FormProps) {
  const [written, setWritten] = useState(() => writtenOf(connection));
  const [refused, setRefused] = useState<Error | null>(null);
  const change = (changes: Partial<Written>): void => setWritten({ ...written, ...changes });
  const body =
    connection === undefined ? bodyOf(written) : editedOf(bodyOf(writtenOf(connection)), bodyOf(written));
  const text: TextInput = (name, label, hint = '') => (
    <FormField label={label} description={hint} errorText={faultOf(refused, name, written[name]) ?? ''}>
      <Input
        value={written[name]}
        type={name === 'client_secret' ? 'password' : 'text'}
        autoComplete={name !== 'client_secret'}
        onChange={({ detail }) => change({ [name]: detail.value.slice(0, LONGEST) })}
      />
    </FormField>
  );
  return (
    <Act<Answer<'POST /connections'> | Answer<'PATCH /connections/{id}'>>
      verb={connection === undefined ? 'Propose the connection' : 'Change the connection'}
      asks={
        connection === undefined
          ? 'It is made, as a draft, when a second person has approved it; nobody signs in by it before a test has succeeded.'
          : 'A new name takes effect at once; everything else waits for a second person. Another provider or client has to be tested anew.'
      }
      disabled={written.name.trim() === '' || Object.keys(body).length === 0}
      content={JSON.stringify([connection?.version, body])}
      {...(connection === undefined ? {} : { record: connection })}
      send={() =>
        connection === undefined
          ? call('POST /connections', { body: { ...bodyOf(written), kind: written.kind } })
          : call('PATCH /connections/{id}', {
              params: { id: connection.id },
              version: connection.version,
              body,
            })
      }
      onRefused={setRefused}
      onDone={(answer) => onProposed(proposedBy(answer))}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {connection === undefined && (
          <Chosen label="Kind" texts={KINDS} chosen={written.kind} onChoose={(kind) => change({ kind })} />
        )}
        {text('name', 'Name', 'People see it where they sign in.')}
        {written.kind === 'OIDC' ? (
          <OpenId written={written} text={text} onChange={change} isNew={connection === undefined} />
        ) : (
          <FormField
            label="Metadata"
            description={`The XML that the provider offers.${connection === undefined ? '' : ' None: as it is.'}`}
            errorText={faultOf(refused, 'metadata_xml', written.metadata_xml) ?? ''}
          >
            <Textarea
              value={written.metadata_xml}
              rows={6}
              spellcheck={false}
              onChange={({ detail }) => change({ metadata_xml: detail.value.slice(0, MOST_METADATA) })}
            />
          </FormField>
        )}
        <FormField
          label="Roles"
          description="One a line: the role, the claim and its value, as OPS groups vestry-ops. The first that matches counts; whom none matches is refused."
          errorText={faultWithin(refused, 'role_map', written.role_map) ?? ''}
        >
          <Textarea
            value={written.role_map}
            rows={4}
            spellcheck={false}
            onChange={({ detail }) => change({ role_map: detail.value.slice(0, MOST_METADATA) })}
          />
        </FormField>
        {text('employee_id_claim', 'Claim of the employee number', 'Optional, for employees’ own plans.')}
      </SpaceBetween>
    </Act>
  );
}

type TextInput = (name: TextField, label: string, hint?: string) => ReactNode;

interface OpenIdProps {
  readonly written: Written;
  readonly isNew: boolean;
  readonly text: TextInput;
  onChange(changes: Partial<Written>): void;
}

function OpenId({ written: { client_authentication }, isNew, text, onChange }: OpenIdProps) {
  return (
    <ColumnLayout columns={2}>
      {text('issuer', 'Issuer', 'Such as https://acme.okta.com.')}
      {text('client_id', 'Client id')}
      <Chosen
        label="The client proves itself by"
        texts={AUTHENTICATIONS}
        chosen={client_authentication}
        onChoose={(chosen) => onChange({ client_authentication: chosen })}
      />
      {client_authentication === 'SECRET' &&
        text('client_secret', 'Client secret', isNew ? '' : 'None: the one that is kept sealed.')}
    </ColumnLayout>
  );
}

interface ChosenProps<T extends string> {
  readonly label: string;
  readonly texts: Readonly<Record<T, string>>;
  readonly chosen: T;
  onChoose(chosen: T): void;
}

function Chosen<T extends string>({ label, texts, chosen, onChoose }: ChosenProps<T>) {
  const options = namesOf(texts).map((value) => ({ value, label: texts[value] }));
  return (
    <FormField label={label}>
      <OneOf options={options} value={chosen} onChange={onChoose} />
    </FormField>
  );
}

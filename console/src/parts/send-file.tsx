import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { words } from './format.ts';
import { Go } from './go.tsx';
import { OneOf } from './one-of.tsx';
import { ProblemAlert } from './problem-alert.tsx';
import { putFile } from './put-file.ts';

/** The API takes no larger one in a form: its bytes go past it. */
const MAX_FORM_BYTES = 4_500_000;
/** The API takes no larger one. */
const MAX_BYTES = 1_000_000_000;
const ENDINGS = /\.(csv|json|ndjson|jsonl)$/i;

/** The kinds of files that are sent here, and who sends them. */
const KINDS = {
  shareholders: { text: 'Register of shareholders', of: ['ISSUER'] },
  contributions: { text: 'Payroll file of contributions', of: ['SPONSOR'] },
  participants: { text: 'Census of participants', of: ['SPONSOR'] },
  kyc: { text: 'KYC statuses', of: ['ISSUER', 'SPONSOR'] },
  'bank-accounts': { text: 'Bank accounts', of: ['ISSUER', 'SPONSOR'] },
  'tax-certifications': { text: 'Tax ids and forms', of: ['ISSUER'] },
} as const;
type Kind = keyof typeof KINDS;
type TenantType = NonNullable<Me['tenant']>['type'];

/** Returns how people call what is in a file. */
export function nameOfKind(kind: string): string {
  return isSendable(kind) ? KINDS[kind].text : words(kind);
}

export function isSendable(kind: string): kind is Kind {
  return kind in KINDS;
}

const MODES = [
  { value: 'merge', label: 'Are left alone' },
  { value: 'replace', label: 'Are set to zero' },
] as const;
type Mode = (typeof MODES)[number]['value'];

interface Sent {
  readonly file: File;
  readonly kind: Kind;
  readonly mode?: Mode | undefined;
  /** The mapping by which its columns are read. */
  readonly mapping?: string | undefined;
  /** The upload whose wrong rows it has, corrected. */
  readonly correctionOf?: string | undefined;
}

/** The files that this page has sent, so that what was checked can be loaded without being chosen again. */
const sent = new Map<string, Sent>();

export function sentFile(uploadId: string): Sent | undefined {
  return sent.get(uploadId);
}

/** Tells whoever waits how far a file is, and lets them stop it. */
export interface OnItsWay {
  onProgress(bytes: number): void;
  readonly signal: AbortSignal;
}

interface Sending extends Omit<Sent, 'file' | 'kind'> {
  readonly dryRun: boolean;
  readonly key: string;
}

/** Sends a file to be checked or loaded, and returns the id of its upload. A large one goes to where files are kept, past the API. */
export async function sendFile(
  file: File,
  kind: Kind,
  { dryRun, key, ...more }: Sending,
  way: OnItsWay,
): Promise<string> {
  const query = {
    ...(dryRun ? { dry_run: 'true' as const } : {}),
    ...(more.mode === undefined ? {} : { mode: more.mode }),
    ...(more.mapping === undefined ? {} : { mapping: more.mapping }),
  };
  const id =
    file.size > MAX_FORM_BYTES
      ? await putFile(file, {
          ...way,
          key,
          offer: () =>
            call(`POST /uploads/${kind}`, { body: { filename: file.name, size: file.size }, key, query }),
        })
      : (await call(`POST /uploads/${kind}`, { body: formOf(file), key, query })).id;
  sent.set(id, { file, kind, ...more });
  return id;
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.set('file', file);
  return form;
}

/** The file that a screen sends, and how far it is. It is stopped with the screen. */
export function useWay() {
  const [sending, setSending] = useState<{ readonly file: File; readonly bytes: number }>();
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const begin = (file: File): OnItsWay => {
    const stop = new AbortController();
    running.current = stop;
    setSending({ file, bytes: 0 });
    return { onProgress: (bytes) => setSending({ file, bytes }), signal: stop.signal };
  };
  return { sending, begin, stop: () => running.current?.abort() };
}

/** The progress of a file that is large enough to be waited for. */
export function Progress({ way: { sending, stop } }: { way: ReturnType<typeof useWay> }) {
  if (sending === undefined || sending.file.size <= MAX_FORM_BYTES) return null;
  const { bytes, file } = sending;
  return (
    <SpaceBetween size="xs">
      <ProgressBar
        value={Math.floor((bytes / file.size) * 100)}
        label="On its way"
        additionalInfo={`${megabytes(bytes)} of ${megabytes(file.size)} MB`}
      />
      <Button onClick={stop}>Stop</Button>
    </SpaceBetween>
  );
}

export const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);

/** A place to drop a file. It is checked first: nothing is loaded before somebody has seen what would change. */
export function SendFile({ tenantType }: { tenantType: TenantType }) {
  const options = (Object.keys(KINDS) as Kind[])
    .filter((one) => (KINDS[one].of as readonly TenantType[]).includes(tenantType))
    .map((value) => ({ value, label: KINDS[value].text }));
  const [kind, setKind] = useState<Kind>(options[0]?.value ?? 'shareholders');
  const [chosenMode, setMode] = useState<Mode>('merge');
  const mode = kind === 'shareholders' ? chosenMode : undefined;
  const [mapping, setMapping] = useState('');
  const [file, setFile] = useState<File>();
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const fault = faultOf(file);
  const way = useWay();
  const send = useMutation({
    mutationFn: (chosen: File) => {
      const read = { dryRun: true, key, mode, mapping: mapping === '' ? undefined : mapping };
      return sendFile(chosen, kind, read, way.begin(chosen));
    },
    onSuccess: (id) => {
      void queries.invalidateQueries({ queryKey: ['uploads'] });
      go(`/uploads/${id}`);
    },
  });
  // Another file, or another reading of it, is another act.
  const anew = (): void => {
    setKey(newKey());
    send.reset();
  };
  return (
    <Container header={<Header variant="h2">Send a file</Header>}>
      <SpaceBetween size="m">
        {send.error !== null && <ProblemAlert problem={send.error} />}
        <ColumnLayout columns={2}>
          <FormField label="Of what">
            <OneOf
              options={options}
              value={kind}
              onChange={(chosen) => {
                setKind(chosen);
                setMapping('');
                anew();
              }}
            />
          </FormField>
          {mode !== undefined && (
            <FormField label="Holders whom it doesn’t name">
              <OneOf
                options={MODES}
                value={mode}
                onChange={(chosen) => {
                  setMode(chosen);
                  anew();
                }}
              />
            </FormField>
          )}
          <ChooseMapping
            kind={kind}
            value={mapping}
            onChange={(id) => {
              setMapping(id);
              anew();
            }}
          />
        </ColumnLayout>
        <FormField label="File" description="CSV, JSON or NDJSON, of up to a gigabyte.">
          <FileUpload
            value={file === undefined ? [] : [file]}
            accept=".csv,.json,.ndjson,.jsonl"
            showFileSize
            showFileLastModified
            {...(fault === undefined ? {} : { errorText: fault })}
            onChange={({ detail }) => {
              setFile(detail.value[0]);
              anew();
            }}
            i18nStrings={{
              uploadButtonText: () => 'Choose a file',
              dropzoneText: () => 'Drop the file here',
              removeFileAriaLabel: () => 'Remove the file',
              limitShowFewer: 'Show fewer',
              limitShowMore: 'Show more',
              errorIconAriaLabel: 'Error',
            }}
          />
        </FormField>
        {send.isPending && <Progress way={way} />}
        <Button
          variant="primary"
          loading={send.isPending}
          disabled={file === undefined || fault !== undefined}
          onClick={() => file !== undefined && send.mutate(file)}
        >
          Check the file
        </Button>
      </SpaceBetween>
    </Container>
  );
}

interface ChooseMappingProps {
  readonly kind: Kind;
  readonly value: string;
  onChange(id: string): void;
}

/** The mappings of a kind of files, and a way to make one. */
function ChooseMapping({ kind, value, onChange }: ChooseMappingProps) {
  const { data } = useQuery({
    queryKey: ['mappings', 'all'],
    queryFn: () => call('GET /uploads/mappings', { query: { limit: '200' } }),
  });
  const options = [
    { value: '', label: 'The columns of Vestry' },
    ...(data?.data ?? [])
      .filter((one) => one.kind === kind)
      .map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <FormField label="Read by" description={<Go to="/mappings">Mappings of other columns</Go>}>
      <OneOf options={options} value={value} onChange={onChange} />
    </FormField>
  );
}

function faultOf(file: File | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (!ENDINGS.test(file.name)) return 'The name must end in .csv, .json, .ndjson or .jsonl.';
  if (file.size === 0) return 'The file is empty.';
  return file.size > MAX_BYTES
    ? 'The file is larger than a gigabyte. Send it in parts, as files of their own.'
    : undefined;
}

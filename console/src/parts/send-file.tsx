import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../api/call.ts';
import type { Me } from '../frame/me.ts';
import { ProblemAlert } from './problem-alert.tsx';

/** The API takes no larger one in a form. */
const MAX_BYTES = 4_500_000;
const ENDINGS = /\.(csv|json|ndjson|jsonl)$/i;

type Kind = 'shareholders' | 'contributions';
const KINDS: Readonly<Record<Kind, string>> = {
  shareholders: 'Register of shareholders',
  contributions: 'Payroll file of contributions',
};

/** The files that this page has sent, so that what was checked can be loaded without being chosen again. */
const sent = new Map<string, { readonly file: File; readonly kind: Kind }>();

export function sentFile(uploadId: string) {
  return sent.get(uploadId);
}

/** Sends a file to be checked or loaded, and returns the id of its upload. */
export async function sendFile(file: File, kind: Kind, dryRun: boolean, key: string): Promise<string> {
  const body = new FormData();
  body.set('file', file);
  const query = dryRun ? { dry_run: 'true' as const } : {};
  const { id } = await call(`POST /uploads/${kind}`, { body, key, query });
  sent.set(id, { file, kind });
  return id;
}

/** A place to drop a file. It is checked first: nothing is loaded before somebody has seen what would change. */
export function SendFile({ tenantType }: { tenantType: NonNullable<Me['tenant']>['type'] }) {
  const kinds: readonly Kind[] = tenantType === 'ISSUER' ? ['shareholders'] : ['contributions'];
  const [kind] = useState(kinds[0] ?? 'shareholders');
  const [file, setFile] = useState<File>();
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const fault = faultOf(file);
  const send = useMutation({
    mutationFn: (chosen: File) => sendFile(chosen, kind, true, key),
    onSuccess: (id) => {
      void queries.invalidateQueries({ queryKey: ['uploads'] });
      go(`/uploads/${id}`);
    },
  });
  const option = { value: kind, label: KINDS[kind] };
  return (
    <Container header={<Header variant="h2">Send a file</Header>}>
      <SpaceBetween size="m">
        {send.error !== null && <ProblemAlert problem={send.error} />}
        {kinds.length > 1 && (
          <FormField label="Of what">
            <Select options={[option]} selectedOption={option} />
          </FormField>
        )}
        <FormField
          label={KINDS[kind]}
          description="CSV, JSON or NDJSON, of up to 4.5 MB. Larger ones come by the drop folder or the API."
        >
          <FileUpload
            value={file === undefined ? [] : [file]}
            accept=".csv,.json,.ndjson,.jsonl"
            showFileSize
            showFileLastModified
            {...(fault === undefined ? {} : { errorText: fault })}
            onChange={({ detail }) => {
              setFile(detail.value[0]);
              // Another file is another act.
              setKey(newKey());
              send.reset();
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

function faultOf(file: File | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (!ENDINGS.test(file.name)) return 'The name must end in .csv, .json, .ndjson or .jsonl.';
  if (file.size === 0) return 'The file is empty.';
  return file.size > MAX_BYTES
    ? 'The file is larger than 4.5 MB. Send it by the drop folder or the API.'
    : undefined;
}

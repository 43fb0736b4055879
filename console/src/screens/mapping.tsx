import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FileUpload from '@cloudscape-design/components/file-upload';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call, newKey } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Me } from '../frame/me.ts';
import { OneOf } from '../parts/one-of.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { beginningOf, headerOf } from './mapping/header-of.ts';
import { type Target, Targets } from './mapping/target-table.tsx';
import { MAPPED, type MappedKind } from './mapping/targets.ts';

const DECIMALS = [
  { value: '', label: '1234.50, without thousands' },
  { value: '.', label: '1,234.50' },
  { value: ',', label: '1.234,50' },
] as const;

const EMPTY = { name: '', skip: '0', decimal: '', date_format: '' };
type Settings = typeof EMPTY;

/** Says once what the columns of another system’s files are: a sample of such a file names them. */
export default function Mapping({ me }: { me: Me }) {
  const kinds = (Object.keys(MAPPED) as MappedKind[])
    .filter((one) => MAPPED[one].of === me.tenant?.type)
    .map((value) => ({ value, label: MAPPED[value].text }));
  const [kind, setKind] = useState<MappedKind>(kinds[0]?.value ?? 'contributions');
  const [settings, setSettings] = useState(EMPTY);
  const [file, setFile] = useState<File>();
  const [sample, setSample] = useState('');
  const [targets, setTargets] = useState<Readonly<Record<string, Target>>>({});
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const header = headerOf(sample, Number(settings.skip) || 0);
  const save = useMutation({
    mutationFn: () => call('POST /uploads/mappings', { body: bodyOf(), key }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['mappings'] });
      go('/mappings');
    },
  });
  const anew = (): void => {
    setKey(newKey());
    save.reset();
  };
  function bodyOf() {
    const { name, skip, decimal, date_format } = settings;
    const chosen = header.columns.flatMap((from) => {
      const target = targets[from];
      return target === undefined ? [] : [{ from, ...target }];
    });
    return {
      ...{ name, kind, columns: chosen, separator: header.separator, skip_lines: Number(skip) || 0 },
      ...(decimal === '' ? {} : { decimal: decimal as '.' | ',' }),
      ...(date_format === '' ? {} : { date_format }),
    };
  }
  const change = (changes: Partial<Settings>): void => {
    setSettings({ ...settings, ...changes });
    anew();
  };
  const fault = (field: string) => {
    const text = faultOf(save.error, field);
    return text === undefined ? {} : { errorText: text };
  };
  return (
    <Screen title="Map a file" above={{ text: 'Mappings', path: '/mappings' }}>
      <Container header={<Header variant="h2">The file</Header>}>
        <SpaceBetween size="l">
          <ColumnLayout columns={2}>
            <FormField label="Of what">
              <OneOf
                options={kinds}
                value={kind}
                onChange={(chosen) => {
                  setKind(chosen);
                  setTargets({});
                  anew();
                }}
              />
            </FormField>
            <FormField label="Name" description="A folder of the drop folder may have it." {...fault('name')}>
              <Input value={settings.name} onChange={({ detail }) => change({ name: detail.value })} />
            </FormField>
            <FormField label="Lines above the column names" {...fault('skip_lines')}>
              <Input
                value={settings.skip}
                inputMode="numeric"
                onChange={({ detail }) => change({ skip: detail.value.trim() })}
              />
            </FormField>
            <FormField label="Numbers look like" {...fault('decimal')}>
              <OneOf
                options={DECIMALS}
                value={settings.decimal}
                onChange={(chosen) => change({ decimal: chosen })}
              />
            </FormField>
            <FormField
              label="Days look like"
              description="YYYY-MM-DD, unless you say another."
              {...fault('date_format')}
            >
              <Input
                value={settings.date_format}
                placeholder="MM/DD/YYYY"
                onChange={({ detail }) => change({ date_format: detail.value.trim() })}
              />
            </FormField>
          </ColumnLayout>
          <FormField
            label="A sample"
            description="A CSV file of that system. Its column names are read here, and nothing is sent."
          >
            <FileUpload
              value={file === undefined ? [] : [file]}
              accept=".csv,.txt"
              onChange={({ detail }) => {
                const [chosen] = detail.value;
                setFile(chosen);
                if (chosen === undefined) setSample('');
                else void beginningOf(chosen).then(setSample);
                setTargets({});
                anew();
              }}
              i18nStrings={{
                uploadButtonText: () => 'Choose a sample',
                dropzoneText: () => 'Drop the sample here',
                removeFileAriaLabel: () => 'Remove the sample',
                limitShowFewer: 'Show fewer',
                limitShowMore: 'Show more',
                errorIconAriaLabel: 'Error',
              }}
            />
          </FormField>
        </SpaceBetween>
      </Container>
      {sample !== '' && header.columns.length < 2 && (
        <Alert type="warning">This line names no columns. Say how many lines stand above their names.</Alert>
      )}
      {header.columns.length > 1 && (
        <Targets
          kind={kind}
          columns={header.columns}
          targets={targets}
          onChange={(from, target) => {
            const { [from]: _before, ...others } = targets;
            setTargets(target === undefined ? others : { ...others, [from]: target });
            anew();
          }}
        />
      )}
      {save.error !== null && <ProblemAlert problem={save.error} />}
      <Button
        variant="primary"
        loading={save.isPending}
        disabled={header.columns.length < 2}
        onClick={() => save.mutate()}
      >
        Save the mapping
      </Button>
    </Screen>
  );
}

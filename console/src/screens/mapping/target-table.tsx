import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import Table from '@cloudscape-design/components/table';
import type { Row } from '../../api/routes.ts';
import { optionsIn } from '../../parts/one-of.tsx';
import { MAPPED, type MappedKind } from './targets.ts';

/** A column of ours, and the values of others in the rows that it gives. */
export interface Target {
  readonly to: string;
  readonly value?: Readonly<Record<string, string>>;
}

interface Props {
  readonly kind: MappedKind;
  readonly columns: readonly string[];
  readonly targets: Readonly<Record<string, Target>>;
  onChange(from: string, target: Target | undefined): void;
}

const PASSED_OVER = { value: '', label: 'Passed over' };
const AS_THE_FILE_SAYS = { value: '', label: 'As the file says' };

const SOURCES = [
  'EMPLOYEE',
  'ROTH',
  'AFTER_TAX',
  'EMPLOYER',
  'SAFE_HARBOR',
  'ROLLOVER',
] as const satisfies readonly Row<'GET /plans/{id}/contributions'>['source'][];
const PLANS = ['401K', 'ESPP'] as const satisfies readonly Row<'GET /plans'>['plan_type'][];

const chooser = (
  label: string,
  none: typeof PASSED_OVER,
  options: readonly { value: string; label: string }[],
) =>
  function choose(value: string, onChange: (value: string) => void) {
    const all = [none, ...options];
    return (
      <Select
        ariaLabel={label}
        options={all}
        selectedOption={all.find((one) => one.value === value) ?? none}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
        expandToViewport
      />
    );
  };

/** The columns of a sample, each with what it is here. A wide payroll file has a column of amounts for each source. */
export function Targets({ kind, columns, targets, onChange }: Props) {
  const options = Object.entries(MAPPED[kind].columns).map(([value, label]) => ({ value, label }));
  const fixed = (from: string, column: string, value: string): void => {
    const { to = 'amount', value: before = {} } = targets[from] ?? {};
    const { [column]: _before, ...others } = before;
    const next = value === '' ? others : { ...others, [column]: value };
    onChange(from, { to, ...(Object.keys(next).length === 0 ? {} : { value: next }) });
  };
  const isAmount = (from: string): boolean => kind === 'contributions' && targets[from]?.to === 'amount';
  return (
    <Table
      items={[...columns]}
      trackBy={(from) => from}
      wrapLines
      header={
        <Header
          variant="h2"
          description="Several columns may give the amount, each with a source of its own."
        >
          Columns
        </Header>
      }
      columnDefinitions={[
        {
          id: 'from',
          header: 'In the file',
          isRowHeader: true,
          minWidth: 140,
          cell: (from) => (
            <span className="long" dir="auto">
              {from}
            </span>
          ),
        },
        {
          id: 'to',
          header: 'Here',
          minWidth: 220,
          cell: (from) =>
            chooser(
              `What ${from} is`,
              PASSED_OVER,
              options,
            )(targets[from]?.to ?? '', (to) => onChange(from, to === '' ? undefined : { to })),
        },
        ...(kind === 'contributions'
          ? [
              {
                id: 'source',
                header: 'Source',
                minWidth: 180,
                cell: (from: string) =>
                  isAmount(from)
                    ? chooser(
                        `Source of ${from}`,
                        AS_THE_FILE_SAYS,
                        optionsIn(SOURCES),
                      )(targets[from]?.value?.source ?? '', (value) => fixed(from, 'source', value))
                    : '–',
              },
              {
                id: 'plan',
                header: 'Plan',
                minWidth: 160,
                cell: (from: string) =>
                  isAmount(from)
                    ? chooser(
                        `Plan of ${from}`,
                        AS_THE_FILE_SAYS,
                        PLANS.map((value) => ({ value, label: value })),
                      )(targets[from]?.value?.plan_type ?? '', (value) => fixed(from, 'plan_type', value))
                    : '–',
              },
            ]
          : []),
      ]}
    />
  );
}

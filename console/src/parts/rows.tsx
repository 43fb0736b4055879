import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Header, { type HeaderProps } from '@cloudscape-design/components/header';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { type ReactNode, useState } from 'react';
import { useHidden } from './columns.ts';
import { type Everything, MOST_ROWS, useExport } from './export.ts';
import { grouped } from './format.ts';
import { Go } from './go.tsx';
import { ProblemAlert } from './problem-alert.tsx';

/** Pixels: a table that is wider than the window scrolls, rather than breaking words. */
const NARROWEST = 110;

export interface RowsProps<T> {
  /** The name of the table in the console: its files are named by it, and its columns are kept by it. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** The rows that are shown, of how many. */
  readonly counter?: string;
  readonly variant?: TableProps.Variant;
  readonly headingTag?: HeaderProps.Variant;
  readonly actions?: ReactNode;
  readonly filter?: ReactNode;
  readonly empty: ReactNode;
  readonly columns: readonly TableProps.ColumnDefinition<T>[];
  readonly sorting?: Pick<TableProps<T>, 'sortingColumn' | 'sortingDescending' | 'onSortingChange'>;
  readonly items: readonly T[];
  rowId?(row: T): string;
  readonly loading?: boolean;
  readonly pagination?: ReactNode;
  /** All that the table would show, page by page. @default its rows */
  readonly everything?: Everything;
}

/** A table whose columns are chosen by whoever looks at it, and whose rows can be had as a file. */
export function Rows<T>(props: RowsProps<T>) {
  const { name, title, columns, items, rowId } = props;
  const [hidden, setHidden] = useHidden(name);
  const [isChoosing, setChoosing] = useState(false);
  const file = useExport(name, props.everything ?? { rows: async () => ({ data: items, next: undefined }) });
  const shown = columns.filter(({ id, isRowHeader }) => isRowHeader === true || !hidden.includes(id ?? ''));
  return (
    <div>
      <FileState file={file} title={title} />
      <Table
        {...props.sorting}
        variant={props.variant ?? 'container'}
        items={items}
        {...(rowId === undefined ? {} : { trackBy: rowId })}
        columnDefinitions={shown.map((column) => ({ minWidth: NARROWEST, ...column }))}
        loading={props.loading ?? false}
        loadingText="Loading"
        sortingDisabled={props.sorting === undefined}
        wrapLines
        header={
          <Header
            variant={props.headingTag ?? 'h2'}
            {...(props.counter === undefined ? {} : { counter: props.counter })}
            {...(props.description === undefined ? {} : { description: props.description })}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {props.actions}
                <Button
                  variant="icon"
                  iconName="download"
                  ariaLabel={`Save ${title} as CSV`}
                  disabled={items.length === 0}
                  loading={file.isRunning}
                  onClick={file.start}
                />
                <Button
                  variant="icon"
                  iconName="settings"
                  ariaLabel={`Columns of ${title}`}
                  onClick={() => setChoosing(true)}
                />
              </SpaceBetween>
            }
          >
            {title}
          </Header>
        }
        {...(props.filter === undefined ? {} : { filter: props.filter })}
        empty={
          <Box textAlign="center" color="text-body-secondary" padding="l">
            {props.empty}
          </Box>
        }
        pagination={props.pagination}
      />
      {isChoosing && (
        <ChooseColumns
          columns={columns}
          hidden={hidden}
          onChange={setHidden}
          onClose={() => setChoosing(false)}
        />
      )}
    </div>
  );
}

function FileState({ file, title }: { file: ReturnType<typeof useExport>; title: string }) {
  const { saved, problem } = file;
  return (
    <div role="status" className="file-state">
      {file.isRunning && (
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <StatusIndicator type="in-progress">
            Reading {title}: {grouped(String(file.read))} rows so far
          </StatusIndicator>
          <Button variant="inline-link" onClick={file.stop}>
            Stop
          </Button>
        </SpaceBetween>
      )}
      {problem !== undefined && (
        <ProblemAlert problem={problem} action={<Button onClick={file.start}>Read it again</Button>} />
      )}
      {saved !== undefined && !saved.isWhole && (
        <Alert
          type="warning"
          header={`The file has the first ${grouped(String(MOST_ROWS))} rows`}
          dismissible
          onDismiss={file.stop}
        >
          There are more. Filter the list, or have a worker write all of it. <Go to="/reports">Reports</Go>
        </Alert>
      )}
      {saved?.isWhole === true && (
        <StatusIndicator type="success">
          Saved {grouped(String(saved.rows))} {saved.rows === 1 ? 'row' : 'rows'}
        </StatusIndicator>
      )}
    </div>
  );
}

interface ChooseProps {
  readonly columns: readonly Pick<TableProps.ColumnDefinition<never>, 'id' | 'header' | 'isRowHeader'>[];
  readonly hidden: readonly string[];
  onChange(hidden: readonly string[]): void;
  onClose(): void;
}

/** The one by which a row is known is always there. */
function ChooseColumns({ columns, hidden, onChange, onClose }: ChooseProps) {
  const toggle = (id: string, isShown: boolean): void =>
    onChange(isShown ? hidden.filter((one) => one !== id) : [...hidden, id]);
  return (
    <Modal
      visible
      size="small"
      header="Columns"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" disabled={hidden.length === 0} onClick={() => onChange([])}>
              Show all
            </Button>
            <Button variant="primary" onClick={onClose}>
              Done
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        {columns.map(({ id = '', header, isRowHeader = false }) => (
          <Checkbox
            key={id}
            checked={isRowHeader || !hidden.includes(id)}
            disabled={isRowHeader}
            onChange={({ detail }) => toggle(id, detail.checked)}
          >
            {header}
          </Checkbox>
        ))}
        <Box variant="small" color="text-body-secondary">
          This browser remembers them for you. Files have every field.
        </Box>
      </SpaceBetween>
    </Modal>
  );
}

import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, newKey } from '../../api/call.ts';
import type { Answer } from '../../api/routes.ts';
import { Meanwhile } from '../../parts/meanwhile.tsx';
import { ProblemAlert } from '../../parts/problem-alert.tsx';

interface Props {
  readonly plan: Answer<'GET /plans/{id}'>;
}

/** Ends a plan on a day. The API says what stays the employee’s, and refuses what would take back money that was paid out. */
export function EndPlan({ plan }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [seen, setSeen] = useState(plan);
  const [on, setOn] = useState('');
  const [key, setKey] = useState(newKey);
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      call('POST /plans/{id}/terminate', {
        params: { id: plan.id },
        body: on === '' ? {} : { terminated_on: on },
        version: plan.version,
        key,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['plans'] });
      setOpen(false);
    },
  });
  const close = (): void => setOpen(false);
  return (
    <>
      <Button
        onClick={() => {
          setKey(newKey());
          setSeen(plan);
          end.reset();
          setOpen(true);
        }}
      >
        End the plan
      </Button>
      <Modal
        visible={isOpen}
        header="End the plan"
        closeAriaLabel="Close"
        onDismiss={close}
        footer={
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" onClick={close}>
                Leave it
              </Button>
              <Button variant="primary" loading={end.isPending} onClick={() => end.mutate()}>
                End it
              </Button>
            </SpaceBetween>
          </Box>
        }
      >
        <SpaceBetween size="m">
          <Box>
            The employee keeps what has vested by the end of the last day. Unvested shares are forfeited;
            unvested money is held until it is. It can be taken back.
          </Box>
          <FormField
            label="Last day"
            description="As YYYY-MM-DD. Today, unless you say another."
            constraintText="At most a year ahead."
          >
            <Input
              value={on}
              placeholder={plan.vested_as_of}
              onChange={({ detail }) => setOn(detail.value)}
            />
          </FormField>
          {isOpen && !end.isPending && <Meanwhile seen={seen} now={plan} />}
          {end.error !== null && <ProblemAlert problem={end.error} />}
        </SpaceBetween>
      </Modal>
    </>
  );
}

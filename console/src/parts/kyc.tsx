import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Row } from '../api/routes.ts';
import { day, words } from './format.ts';

export type KycStatus = Row<'GET /shareholders'>['kyc_status'];

export const KYC_LOOKS: Readonly<Record<KycStatus, StatusIndicatorProps.Type>> = {
  UNVERIFIED: 'stopped',
  PENDING: 'pending',
  VERIFIED: 'success',
  REJECTED: 'error',
};

export function Kyc({ status }: { status: KycStatus }) {
  return <StatusIndicator type={KYC_LOOKS[status]}>{words(status)}</StatusIndicator>;
}

/** Whoever was checked, with what is on record of the check. */
export interface Checked {
  readonly kyc_status: KycStatus;
  readonly kyc_reason?: string | undefined;
  readonly kyc_effective_date?: string | undefined;
  readonly version: number;
}

/** The outcome of a check, with its day and its reason where somebody has said them. */
export function Check({ kyc_status, kyc_reason, kyc_effective_date: on }: Checked) {
  return (
    <SpaceBetween size="xxs">
      <Kyc status={kyc_status} />
      {on !== undefined && <Box variant="small">Checked on {day(on)}</Box>}
      {kyc_reason !== undefined && (
        <Box variant="small">
          <span className="long" dir="auto">
            {kyc_reason}
          </span>
        </Box>
      )}
    </SpaceBetween>
  );
}

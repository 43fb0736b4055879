import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { originOf } from '../api/call.ts';

/** The call behind what is shown, for whoever wants the same in a program, or asks an operator about it. */
export function ApiCall({ answer }: { answer: object | undefined }) {
  const origin = originOf(answer);
  if (origin === undefined) return null;
  const { method, path, requestId } = origin;
  const curl = `curl -sS ${method === 'GET' ? '' : `-X ${method} `}'${location.origin}${path}' -H "Authorization: Bearer $TOKEN"`;
  return (
    <ExpandableSection headerText="The API call behind this">
      <SpaceBetween size="xs">
        <Box>
          <span className="code">
            {method} {path}
          </span>{' '}
          <CopyToClipboard
            variant="icon"
            textToCopy={curl}
            copyButtonAriaLabel="Copy as curl"
            copySuccessText="Copied"
            copyErrorText="Not copied"
          />
        </Box>
        {requestId !== undefined && (
          <Box variant="small">
            Request <span className="code">{requestId}</span>
          </Box>
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}

import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { faultOf } from '../../api/problem.ts';
import { Act } from '../../parts/act.tsx';

/** Changes one’s own password. What is entered is neither kept nor shown. */
export function ChangePassword({ onDone, onClose }: { onDone(): void; onClose(): void }) {
  const [current_password, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [refused, setRefused] = useState<Error | null>(null);
  const field = (
    name: 'current_password' | 'password',
    label: string,
    value: string,
    change: (text: string) => void,
    autoComplete: string,
  ) => (
    <FormField label={label} errorText={faultOf(refused, name, value) ?? ''}>
      <Input
        type="password"
        value={value}
        autoComplete={autoComplete}
        onChange={({ detail }) => change(detail.value)}
      />
    </FormField>
  );
  return (
    <Act
      verb="Change the password"
      asks="Your other sessions end. A password has at least 12 characters; a sentence that nobody has written is best."
      disabled={current_password === '' || password === ''}
      send={() => call('POST /me/password', { body: { current_password, password } })}
      onRefused={setRefused}
      onDone={onDone}
      onClose={onClose}
    >
      {field('current_password', 'Password now', current_password, setCurrent, 'current-password')}
      {field('password', 'New password', password, setPassword, 'new-password')}
    </Act>
  );
}

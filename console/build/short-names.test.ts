import { expect, test } from 'vitest';
import { shortened, shortNames } from './short-names.ts';

const STYLE =
  '.awsui_root_18wu0_vq3rn_145.awsui_variant-h1_18wu0_vq3rn_9:not(#\\9){color:var(--color-text-body-7v1jfn, #000)}';
const SCRIPT =
  'export default {"root":"awsui_root_18wu0_vq3rn_145"}; const token = "--color-text-body-7v1jfn";';

test('a style and the script that names it have the same short name, and what nobody has named stays', () => {
  const names = shortNames([STYLE, SCRIPT]);
  expect(shortened(STYLE, names)).toBe('._0._1:not(#\\9){color:var(--_2, #000)}');
  expect(shortened(SCRIPT, names)).toBe('export default {"root":"_0"}; const token = "--_2";');
  const others = 'awsui_root_18wu0_vq3rn_14 --color-text-body --awsui-other-66120l awsui-dark-mode';
  expect(shortened(others, names)).toBe(others);
});

test('one name is not taken for the beginning of another', () => {
  const names = shortNames(['.awsui_a_18wu0_vq3rn_1']);
  expect(shortened('.awsui_a_18wu0_vq3rn_1,.awsui_a_18wu0_vq3rn_12', names)).toBe(
    '._0,.awsui_a_18wu0_vq3rn_12',
  );
});

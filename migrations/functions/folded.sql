-- Returns text as a search compares it: in lower case, without the accents of names, and compatibility characters (full width, ligatures) as those
-- that they stand for. Names of holders are stored as this returns them: whoever changes it has to write them anew.
create or replace function folded(words text) returns text
  language sql immutable parallel safe
  return case
    when octet_length(words) = char_length(words) then lower(words collate "pg_c_utf8")
    -- Grave, acute, circumflex, tilde, macron, breve, dot, diaeresis, hook, ring, double acute, caron, horn, dot and comma below, cedilla, ogonek.
    else replace(translate(normalize(lower(words collate "pg_c_utf8"), NFKD),
      U&'\00F8\0142\0111\00F0\0127\0167\0131\00FE\0300\0301\0302\0303\0304\0306\0307\0308\0309\030A\030B\030C\031B\0323\0326\0327\0328',
      'olddhtit'), 'ß', 'ss')
  end;
grant execute on function folded to vestry_app, vestry_system;
